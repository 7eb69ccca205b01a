public import ArgumentParser
public import Spikewright

struct BenchCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench", abstract: "Run one of the project's benchmarks and print its figures.",
        discussion: """
            On a dense network: compile, partition, place, route, emulator, reference, which print JSON.

            Examples:
              spikewright bench emulator --target loihi1 --threads 1
              spikewright bench emulator --model vogels-abbott --target spin5 --threads 1
              spikewright bench compile --layers 784,4096,4096,10 --target loihi1x32
              spikewright bench route --core-graph grid_1000.json.gz
              spikewright bench matrix --json matrix.json
            """,
        subcommands: [DenseBenchCommand.self, MatrixBenchCommand.self, RobustnessBenchCommand.self],
        defaultSubcommand: DenseBenchCommand.self)
}

/// A benchmark on a dense network of given layers.
struct DenseBenchCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "dense", abstract: "Time a part of the compiler or an engine on a dense network; the default.")

    @Argument(help: "The benchmark.")
    var bench: Bench

    @Option(help: ArgumentHelp("Sizes of the dense layers.", valueName: "a,b,…"))
    var layers = "784,512,512,10"

    @Option(help: "For compile, emulator and reference: a model instead of a dense network.")
    var model: String?

    @Option(help: ArgumentHelp("For place and route: map this core graph (coregraph/1) onto a hexagonal torus instead.", valueName: "file"))
    var coreGraph: String?

    @Option(name: .shortAndLong, help: "A chip's name, or the path of its description.")
    var target = "loihi1"

    @Option(help: "Run so many time steps.")
    var steps = 1000

    @Option(help: "Spikes per input and step.")
    var rate = 0.05

    @OptionGroup var routes: RouteCheckArguments
    @OptionGroup var common: CommonOptions

    func validate() throws {
        if steps < 1 || steps > 10_000_000 { throw ValidationError("--steps must be from 1 to 10000000, is \(steps)") }
        if !(0...1).contains(rate) { throw ValidationError("--rate must be from 0 to 1, is \(rate)") }
        if sizes == nil { throw ValidationError("--layers must be whole numbers with commas between them, is '\(layers)'") }
    }

    private var sizes: [Int]? {
        let parts = layers.split(separator: ",", omittingEmptySubsequences: false).map { Int($0) }
        return parts.contains { $0 == nil } ? nil : parts.compactMap { $0 }
    }

    func run() throws {
        var options = Bench.Options()
        options.layers = sizes ?? []
        options.model = model
        options.coreGraph = coreGraph
        options.target = Target(target)
        options.steps = steps
        options.rate = rate
        options.threads = common.threads
        options.seed = common.seed
        options.checksRoutes = routes.check
        let result = JSONValue.object(try bench.run(options))
        try answer(result.text(pretty: true), result, common)
    }
}

extension Bench: ExpressibleByArgument {}
