import Chips
import Numerics

/// What the check of the routes has shown: `RoutedGraph.verify()` found nothing wrong.
public struct RoutingProof: Hashable, Sendable {
    public var nets: Int
    /// Pairs of a net and a core that must receive it.
    public var deliveries: Int
    /// Keys in use on a torus; 0 elsewhere.
    public var keys = 0
    /// Table entries on a torus, after compression and before; 0 elsewhere.
    public var entries = 0
    public var uncompressedEntries = 0
    /// A sentence.
    public private(set) var text: String

    /// What holds of routes that were verified.
    public init(of graph: RoutedGraph) {
        nets = graph.coreGraph.nets.count
        deliveries = graph.coreGraph.nets.reduce(0) { $0 + $1.targets.count }
        if let routes = graph.multicast {
            for sender in graph.senders(of: routes) { keys += sender.count }
            entries = routes.entryCount
            uncompressedEntries = routes.uncompressed.reduce(0) { $0 + $1.entries.count }
            text =
                "routes checked: each of \(keys) keys, followed through the tables of \(entries) entries and those of \(uncompressedEntries) before "
                + "compression, reaches exactly the cores that its net names (\(nets) nets, \(deliveries) deliveries)"
        } else if graph.crossbarRoutes != nil {
            text = "routes checked: labels and masks lead the spikes of \(nets) nets to exactly the synapses of the network"
        } else {
            text =
                "routes checked: each of \(deliveries) connections of \(nets) nets leads over living links to its core, whose "
                + "axons hold it"
        }
    }

    /// Up to so many nets, routes are checked without being asked for.
    public static let mostNets = 10_000
}
