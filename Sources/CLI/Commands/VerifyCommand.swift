import ArgumentParser
import Foundation
import Spikewright

struct VerifyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify", abstract: "Compile a network, run both forms on the same inputs, and report the fidelity.",
        discussion: """
            Exits with 1 when the lowered form loses more than --max-drop, or than the model's own `fidelity: {max_drop: …}`.

            Examples:
              spikewright verify digits --target loihi2
              spikewright verify mnist --target loihi1 --data-dir ~/data --max-drop 0.5% --json report.json
            """)

    @Argument(help: "A network description, or the name of a shipped model.")
    var model: String

    @Option(name: .shortAndLong, help: "A chip's name (see `spikewright targets`), or the path of its description.")
    var target: String

    @Option(help: ArgumentHelp("The largest accepted drop, such as 1% or 0.01; the model's unless given.", valueName: "fraction"))
    var maxDrop: Fraction?

    @Option(help: "Run so many test samples, from the first; all unless given.")
    var samples: Int?

    @Option(name: .shortAndLong, help: ArgumentHelp("Keep the artifact in this folder.", valueName: "folder"))
    var output: String?

    @Flag(help: "Do not attribute the loss to the lowering steps, which takes as long as the comparison itself.")
    var noAttribution = false

    @OptionGroup(title: "Lowering") var lowering: LoweringArguments
    @OptionGroup var common: CommonOptions

    func validate() throws {
        if let samples, samples < 1 { throw ValidationError("--samples must be at least 1, is \(samples)") }
    }

    func run() throws {
        let model = try Model(at: model, seed: common.seed)
        Main.report(model.warnings)
        let bar = ProgressBar("verifying", quiet: common.quiet)
        var options = VerificationOptions()
        options.lowering = try lowering.options(threads: common.threads)
        options.samples = samples
        options.attributesLoss = !noAttribution
        options.dataFolders = common.dataDir
        options.threads = common.threads
        options.artifact = output
        options.progress = { bar.show($0) }
        let report = try verify(model, on: Target(target), options: options)
        bar.end()
        try answer(report.text, report.json, common)
        let accepted = maxDrop?.value ?? model.network.fidelity?.maximumDrop
        // A drop of as much as is accepted is no more than that, however its fractions were subtracted.
        guard let accepted, report.drop > accepted + 1e-9 else { return }
        Main.writeError("error: the drop of \(percent(report.drop)) is more than the accepted \(percent(accepted))")
        throw ExitCode(ExitStatus.refused)
    }

    private func percent(_ fraction: Double) -> String { String(format: "%.2f %%", 100 * fraction) }
}

/// A fraction, as a number or with a percent sign.
struct Fraction: ExpressibleByArgument {
    var value: Double

    init?(argument: String) {
        let isPercent = argument.hasSuffix("%")
        let digits = (isPercent ? String(argument.dropLast()) : argument).trimmingCharacters(in: .whitespaces)
        guard let number = Double(digits), number.isFinite, number >= 0 else { return nil }
        value = isPercent ? number / 100 : number
    }
}
