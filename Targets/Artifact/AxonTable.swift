import Lowering
import Networks
import Numerics

/// Which neuron drives which axon of which core: a row for each.
struct AxonTable: Sendable {
    struct Row: Hashable, Sendable, Comparable {
        /// Of a source population, or the compartment of a core.
        var neuron: UInt32
        /// Physical number.
        var core: Int
        var axon: UInt32

        static func < (left: Row, right: Row) -> Bool { (left.neuron, left.core, left.axon) < (right.neuron, right.core, right.axon) }
    }

    /// By neuron, then core, then axon.
    private(set) var rows: [Row] = []

    /// The axons that a core drives, by compartment.
    init(from core: ID<VirtualCore>, _ graph: RoutedGraph, _ connections: CoreConnections) {
        for index in connections.from[core.index] {
            guard case .slice(let slice) = graph.nets[graph.connections[index].net].source else { continue }
            append(index, shift: graph.slices[slice].offset - graph.slices[slice].neurons.lowerBound, graph, connections)
        }
        rows.sort()
    }

    /// The axons that the host drives for a population of sources.
    init(fromHost population: ID<Population>, _ graph: RoutedGraph, _ connections: CoreConnections) {
        for (index, connection) in graph.connections.enumerated() where graph.nets[connection.net].source == .host(population) {
            append(index, shift: 0, graph, connections)
        }
        rows.sort()
    }

    private mutating func append(_ index: Int, shift: Int, _ graph: RoutedGraph, _ connections: CoreConnections) {
        let connection = graph.connections[index]
        let core = graph.placed.physicalCore(of: connection.target)
        for (place, source) in connections.sources(of: index).enumerated() {
            rows.append(Row(neuron: UInt32(Int(source) + shift), core: core, axon: UInt32(connection.firstAxon + place)))
        }
    }
}
