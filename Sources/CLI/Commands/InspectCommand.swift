import ArgumentParser
import Spikewright

struct InspectCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "inspect", abstract: "Show what a network or an artifact is made of, and what limits it.",
        discussion: """
            Of a network: populations with every choice of their dynamics, projections, task. With --target also the integers that the
            chip would hold beside the numbers that they stand for, and how full its cores would be. Of an artifact: cores and capacities.

            Examples:
              spikewright inspect digits
              spikewright inspect digits --target loihi2
              spikewright inspect out
            """)

    @Argument(help: "A network description, the name of a shipped model, or the folder of an artifact.")
    var subject: String

    @Option(name: .shortAndLong, help: "Show the network as this chip would hold it.")
    var target: String?

    @OptionGroup(title: "Lowering") var lowering: LoweringArguments
    @OptionGroup var common: CommonOptions

    func run() throws {
        let inspection = try inspect(
            subject, on: target.map { Target($0) }, seed: common.seed, options: lowering.options(threads: common.threads))
        Main.report(inspection.warnings)
        try answer(inspection.text, inspection.json, common)
    }
}
