import ArgumentParser
import Spikewright

struct MatrixBenchCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "matrix", abstract: "Verify every model on every chip: what each loses, or why it cannot go there.",
        discussion: """
            Examples:
              spikewright bench matrix --samples 200
              spikewright bench matrix digits yin-yang --targets loihi2,brainscales2 --json matrix.json
            """)

    @Argument(help: "Network descriptions, or names of shipped models; all that are shipped unless given.")
    var models: [String] = []

    @Option(help: ArgumentHelp("Chips; one of each kind unless given.", valueName: "a,b,…"))
    var targets: String?

    @Option(help: "Run so many test samples of each model, from the first; all unless given.")
    var samples: Int?

    @OptionGroup(title: "Lowering") var lowering: LoweringArguments
    @OptionGroup var common: CommonOptions

    func validate() throws {
        if let samples, samples < 1 { throw ValidationError("--samples must be at least 1, is \(samples)") }
    }

    func run() throws {
        let bar = ProgressBar("verifying", quiet: common.quiet)
        var options = VerificationOptions()
        options.lowering = try lowering.options(threads: common.threads)
        options.samples = samples
        options.dataFolders = common.dataDir
        options.threads = common.threads
        let chips = try targets.map { $0.split(separator: ",").map(String.init) } ?? comparedTargets()
        let matrix = try FidelityMatrix(models: models.isEmpty ? ShippedModels.names : models, targets: chips, options: options) {
            bar.show($0, $1)
        }
        bar.end()
        try answer(matrix.text, matrix.json, common)
    }
}
