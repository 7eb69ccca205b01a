import Chips
import Lowering
import Networks
import Numerics

/// One connection's synapses on a core: what a writer lays out, axon by axon.
struct CoreInput {
    /// The rows that arrive, each with the slice of the core that they reach.
    var parts: [(rows: QuantizedRows, slice: Slice)]
    /// The sources, one for each axon, ascending.
    var sources: [Int32]
}

extension CoreConnections {
    /// What arrives at a core, by first axon.
    /// - Parameter rows: of every projection of the network.
    func inputs(of core: ID<VirtualCore>, _ slices: [Slice], _ rows: [QuantizedRows], _ graph: RoutedGraph) -> [CoreInput] {
        var axons = 0
        return into[core.index].map { index in
            let connection = graph.connections[index]
            precondition(connection.firstAxon == axons, "bug: routing numbers axon \(connection.firstAxon) behind \(axons) axons")
            let population = graph.placed.coreGraph.population(of: graph.nets[connection.net])
            let projections = graph.network.projections.ids.filter { graph.network.projections[$0].pre == population }
            let parts = projections.flatMap { projection in
                slices.filter { $0.population == graph.network.projections[projection].post }.map { (rows[projection.index], $0) }
            }
            let sources = sources(of: index)
            axons += sources.count
            return CoreInput(parts: parts, sources: sources)
        }
    }
}

extension VirtualCore {
    /// What was written must be what partitioning counted; rows may be shorter where weights became 0.
    /// - Parameter written: how much of a resource the core's tables hold; nil where the format does not tell.
    func check(_ core: Int, of graph: RoutedGraph, written: (CapacityRule) -> Int?) {
        for (resource, used) in zip(graph.chip.resources, usage) {
            guard let written = written(resource.rule) else { continue }
            precondition(
                written <= used,
                "bug: core \(core) holds \(written) \(resource.unit) of '\(resource.name)', and partitioning counted \(used)")
        }
    }
}
