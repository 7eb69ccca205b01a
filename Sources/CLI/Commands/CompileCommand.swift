import ArgumentParser
import Foundation
import Spikewright

struct CompileCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "compile", abstract: "Lower a network to a chip and write the chip's files.",
        discussion: """
            Examples:
              spikewright compile digits --target loihi2 -o out
              spikewright compile net.yaml --target boards/mine.yaml -o out --print-after quantization
              spikewright compile --from stage.yaml --target loihi2 -o out
            """)

    @Argument(help: "A network description, or the name of a shipped model.")
    var model: String?

    @Option(name: .shortAndLong, help: "A chip's name (see `spikewright targets`), or the path of its description.")
    var target: String

    @Option(name: .shortAndLong, help: ArgumentHelp("The folder of the artifact; it is replaced in one step.", valueName: "folder"))
    var output: String

    @Option(help: ArgumentHelp("Print the stage that this pass makes, as YAML; may be given several times.", valueName: "pass"))
    var printAfter: [String] = []

    @Option(help: ArgumentHelp("Start from a stage that --print-after printed, instead of a model.", valueName: "stage.yaml"))
    var from: String?

    @OptionGroup(title: "Lowering") var lowering: LoweringArguments
    @OptionGroup var common: CommonOptions

    func validate() throws {
        if (model == nil) == (from == nil) { throw ValidationError("give a model, or --from with a stage") }
    }

    func run() throws {
        let started = ContinuousClock.now
        let unknown = printAfter.first { name in !allPasses.contains { $0.name == name } }
        if let unknown {
            throw ValidationError(
                "--print-after: there is no pass '\(unknown)'; the passes are \(allPasses.map(\.name).joined(separator: ", "))")
        }
        let unfitted = try model.map { try Model(at: $0, seed: common.seed) }
        let weights = try unfitted?.weights(for: Target(target))
        let model = try unfitted?.fitted(to: Target(target))
        Main.report(model?.warnings ?? [])
        let stage = try from.map { try Stage(at: $0) } ?? model.map { .network($0.network) }
        guard let stage else { throw ValidationError("give a model, or --from with a stage") }
        var options = try lowering.options(threads: common.threads)
        if let model { options = try options.withSamples(of: model, for: Target(target), in: common.dataDir) }
        let folder = model?.path.map(folderName) ?? "."
        let chip = try Target(target).chip()
        if let given = stage.quantized?.chip.name, given != chip.name {
            throw ValidationError("the stage is for '\(given)', and --target asks for '\(chip.name)'")
        }
        let result = try compile(from: stage, for: Target(target), at: output, options: options) { pass, stage in
            if printAfter.contains(pass) { print(try stage.text(tensorsIn: folder), terminator: "") }
        }
        guard case .object(var json) = result.json else { return }
        json["seconds"] = .number((ContinuousClock.now - started) / .seconds(1))
        json["weights"] = weights.map { .string($0.name) } ?? .null
        let note = weights.map { "weights: \($0.name), trained in the loop on '\($0.target)'\n" } ?? ""
        try answer(printAfter.isEmpty ? result.text + note : "", .object(json), common)
    }
}
