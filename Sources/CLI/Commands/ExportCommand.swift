public import ArgumentParser
public import Spikewright

struct ExportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export", abstract: "Write a mapping in a format for other programs.",
        discussion: """
            spinnaker-map: machine, placements, keys and routing tables in one JSON file, for a client that lets PACMAN check them.

            Examples:
              spikewright export digits --target spin5 --format spinnaker-map -o digits-map.json
              spikewright export --core-graph grid_1000.json.gz --format spinnaker-map -o grid-map.json
            """)

    @Argument(help: "A network description, or the name of a shipped model.")
    var model: String?

    @Option(help: ArgumentHelp("Map this core graph (coregraph/1) instead of a model.", valueName: "file"))
    var coreGraph: String?

    @Option(name: .shortAndLong, help: "A chip's name (see `spikewright targets`), or the path of its description.")
    var target: String?

    @Option(help: "What to write: spinnaker-map.")
    var format: ExportFormat

    @Option(name: .shortAndLong, help: ArgumentHelp("The file to write.", valueName: "file"))
    var output: String

    @OptionGroup(title: "Lowering") var lowering: LoweringArguments
    @OptionGroup var common: CommonOptions

    func validate() throws {
        if (model == nil) == (coreGraph == nil) { throw ValidationError("give a model, or --core-graph with a file") }
        if model != nil && target == nil { throw ValidationError("give a --target such as spin5") }
    }

    func run() throws {
        let result: JSONValue
        if let coreGraph {
            result = try export(coreGraph: coreGraph, for: target.map { Target($0) }, as: format)
        } else {
            let model = try Model(at: model ?? "", seed: common.seed)
            Main.report(model.warnings)
            result = try export(model, for: Target(target ?? ""), as: format, options: try lowering.options(threads: common.threads))
        }
        try result.write(to: output, pretty: false)
        try answer("", .object(JSONObject([("format", .string(format.rawValue)), ("file", .string(output))])), common)
    }
}

extension ExportFormat: ExpressibleByArgument {}
