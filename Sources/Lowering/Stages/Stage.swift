public import Chips
public import Diagnostics
public import Networks
public import YAML

/// Any stage of the lowering, to be printed as YAML and read back, so that each pass can be run and looked at alone.
///
/// The printed stage holds the network and the chip as their own descriptions, then what each pass added. How those two are printed and
/// read is the front end's matter: it is handed in.
public enum Stage: Hashable, Sendable {
    case network(Network)
    case quantized(QuantizedNetwork)
    case partitioned(CoreGraph)
    case placed(PlacedGraph)
    case routed(RoutedGraph)

    /// The name that the printed stage carries.
    public var name: String {
        switch self {
        case .network: "network"
        case .quantized: "quantized"
        case .partitioned: "partitioned"
        case .placed: "placed"
        case .routed: "routed"
        }
    }

    public var network: Network {
        switch self {
        case .network(let network): network
        case .quantized(let stage): stage.network
        case .partitioned(let stage): stage.quantized.network
        case .placed(let stage): stage.coreGraph.quantized.network
        case .routed(let stage): stage.placed.coreGraph.quantized.network
        }
    }

    public var quantized: QuantizedNetwork? { if case .quantized(let stage) = self { stage } else { partitioned?.quantized } }

    public var partitioned: CoreGraph? { if case .partitioned(let stage) = self { stage } else { placed?.coreGraph } }

    public var placed: PlacedGraph? { if case .placed(let stage) = self { stage } else { routed?.placed } }

    public var routed: RoutedGraph? { if case .routed(let stage) = self { stage } else { nil } }

    /// The stage as a tree.
    /// - Parameters:
    ///   - network: the description of the stage's network.
    ///   - chip: the description of its chip; nil for a network.
    public func node(network: Node, chip: Node?) -> Node {
        var entries = [Node.Entry("stage", Node(name)), Node.Entry("network", network)]
        if let chip { entries.append(Node.Entry("chip", chip)) }
        if let quantized { entries += quantized.entries }
        if let partitioned { entries += partitioned.entries }
        if let placed { entries.append(placed.entry) }
        if let routed { entries += routed.entries }
        return Node(.mapping(entries))
    }

    /// Reads what `node(network:chip:)` made. The numbers are checked for range here, the stage's invariants by its `verify()`.
    public init(
        reading node: Node, network readNetwork: (Node) throws(DiagnosticsError) -> Network,
        chip readChip: (Node) throws(DiagnosticsError) -> Chip
    ) throws(DiagnosticsError) {
        var reader = MappingReader(node, of: "the stage")
        let name = reader.required("stage", .choice(["network": 0, "quantized": 1, "partitioned": 2, "placed": 3, "routed": 4]))
        guard let depth = name, let networkNode = reader.required("network") else { throw DiagnosticsError(reader.collector.diagnostics) }
        let network = try readNetwork(networkNode)
        guard depth > 0 else {
            try reader.finish()
            self = .network(network)
            return
        }
        guard let chipNode = reader.required("chip") else { throw DiagnosticsError(reader.collector.diagnostics) }
        let quantized = QuantizedNetwork(&reader, network: network, chip: try readChip(chipNode))
        let partitioned = depth > 1 ? quantized.flatMap { CoreGraph(&reader, $0) } : nil
        let placed = depth > 2 ? partitioned.flatMap { PlacedGraph(&reader, $0) } : nil
        let routed = depth > 3 ? placed.flatMap { RoutedGraph(&reader, $0) } : nil
        try reader.finish()
        switch depth {
        case 1: self = .quantized(try Self.present(quantized, node))
        case 2: self = .partitioned(try Self.present(partitioned, node))
        case 3: self = .placed(try Self.present(placed, node))
        default: self = .routed(try Self.present(routed, node))
        }
    }

    private static func present<Value>(_ value: Value?, _ node: Node) throws(DiagnosticsError) -> Value {
        if let value { return value }
        throw DiagnosticsError(
            Diagnostic(
                "stage-incomplete", "the stage lacks what its name promises", at: node.place, help: "print it again with --print-after"))
    }
}

extension Stage {
    /// Checks every invariant of what the last pass added.
    public func verify() throws(VerificationFailure) {
        switch self {
        case .network: break
        case .quantized(let stage): try stage.verify()
        case .partitioned(let stage): try stage.verify()
        case .placed(let stage): try stage.verify()
        case .routed(let stage): try stage.verify()
        }
    }
}
