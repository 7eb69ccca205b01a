public import ArgumentParser
public import Spikewright

struct SchemaCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "schema", abstract: "Print the JSON Schema of network or target descriptions, for editors.",
        discussion: """
            Examples:
              spikewright schema network > network.schema.json
              spikewright schema target > target.schema.json
            """)

    @Argument(help: "network or target.")
    var kind: DescriptionKind = .network

    func run() throws { print(schema(of: kind), terminator: "") }
}

extension DescriptionKind: ExpressibleByArgument {}
