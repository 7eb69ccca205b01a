import ArgumentParser
import Foundation
import Spikewright

struct RobustnessBenchCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "robustness",
        abstract: "What weight bits, jitter, mismatch and lost events cost a network that was not trained for them.",
        discussion: """
            Networks in continuous time. The figures of an independent program for the published yin-yang network stand beside.

            Examples:
              spikewright bench robustness
              spikewright bench robustness mnist-16x16 --data-dir ~/data --samples 1000 --json robustness.json --plot robustness.svg
            """)

    @Argument(help: "A network description, or the name of a shipped model.")
    var model = "yin-yang"

    @Option(help: "Run so many test samples, from the first; all unless given.")
    var samples: Int?

    @Option(help: "Draw every spread and noise so often.")
    var draws = 3

    @Option(help: ArgumentHelp("Draw charts: NAME.svg and, of the weight bits, NAME-bits.svg.", valueName: "name.svg"))
    var plot: String?

    @OptionGroup var common: CommonOptions

    func validate() throws {
        if let samples, samples < 1 { throw ValidationError("--samples must be at least 1, is \(samples)") }
        if !(1...1000).contains(draws) { throw ValidationError("--draws must be from 1 to 1000, is \(draws)") }
        if let plot, !plot.hasSuffix(".svg") { throw ValidationError("--plot must end in .svg, is '\(plot)'") }
    }

    func run() throws {
        var benchmark = RobustnessBenchmark()
        (benchmark.samples, benchmark.draws, benchmark.threads) = (samples, draws, common.threads)
        benchmark.dataFolders = common.dataDir
        let (result, charts) = try benchmark.run(Model(at: model, seed: common.seed))
        if let plot {
            for (name, svg) in charts {
                let file = name == "bits" ? plot.dropLast(4) + "-bits.svg" : plot[...]
                try ByteFile.write(Array(svg.utf8), to: String(file))
            }
        }
        try answer(result.text(pretty: true), result, common)
    }
}
