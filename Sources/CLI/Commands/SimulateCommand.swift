import ArgumentParser
import Foundation
import Spikewright

struct SimulateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "simulate", abstract: "Run an unlowered network, or an artifact in the chip's emulator.",
        discussion: """
            Examples:
              spikewright simulate digits --sample 3
              spikewright simulate net.yaml --steps 2000 --threads 2 --json spikes.json
              spikewright simulate out --showing digits --sample 3
              spikewright simulate out --stimulus events.csv --membrane hidden
            """)

    @Argument(help: "A network description, the name of a shipped model, or the folder of an artifact.")
    var subject: String

    @Option(help: "Run so many time steps; as the network says unless given.")
    var steps: Int?

    @Option(help: "Show this test sample.")
    var sample = 0

    @Option(help: ArgumentHelp("Of an artifact: show the samples of this model.", valueName: "model"))
    var showing: String?

    @Option(help: ArgumentHelp("Show the events of a csv file: population,step,neuron[,value].", valueName: "file"))
    var stimulus: String?

    @Option(
        help: ArgumentHelp("Record the membrane potential of this population, too; may be given several times.", valueName: "population"))
    var membrane: [String] = []

    @OptionGroup var common: CommonOptions

    /// What a recording can number.
    private static let mostSteps = 100_000_000

    func validate() throws {
        if let steps, !(1...Self.mostSteps).contains(steps) {
            throw ValidationError("--steps must be from 1 to \(Self.mostSteps), is \(steps)")
        }
    }

    func run() throws {
        var options = SimulationOptions()
        options.steps = steps
        options.sample = sample
        options.stimulus = stimulus
        options.membranes = membrane
        options.threads = common.threads
        options.dataFolders = common.dataDir
        let result: SimulationResult
        if isArtifact(subject) {
            let model = try showing.map { try Model(at: $0, seed: common.seed) }
            result = try simulate(artifact: subject, showing: model, options: options)
        } else {
            let model = try Model(at: subject, seed: common.seed)
            Main.report(model.warnings)
            result = try simulate(model, options: options)
        }
        try answer(result.text, result.json, common)
    }
}
