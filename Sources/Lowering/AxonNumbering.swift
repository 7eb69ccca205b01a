import Networks
public import Numerics

/// Which source neurons have an axon on a core, in the order in which their axons are numbered.
///
/// A neuron has one when the network's structure gives it a synapse there, also when the weight of that synapse became 0. Everybody who
/// numbers axons asks here.
public struct AxonNumbering: Sendable {
    private let graph: CoreGraph
    private let rows: [SynapseRows]

    public init(_ graph: CoreGraph) {
        self.graph = graph
        rows = graph.quantized.network.projections.ids.map { SynapseRows($0, of: graph.network) }
    }

    /// The neurons of a net's source population that have a synapse on `core`, ascending; `Net.axonCounts` of them.
    public func sources(of net: Net, on core: ID<VirtualCore>) -> [Int] {
        let population = graph.population(of: net)
        var reached = [Bool](repeating: false, count: net.neurons.count)
        var row = SynapseRow()
        for projection in graph.quantized.network.projections.ids where graph.quantized.network.projections[projection].pre == population {
            let rows = rows[projection.index]
            for slice in graph.cores[core].slices.map({ graph.slices[$0] })
            where slice.population == graph.quantized.network.projections[projection].post {
                var byPattern = [Bool?](repeating: nil, count: rows.patternCount)
                for (place, source) in net.neurons.enumerated() where !reached[place] {
                    if rows.structure == .dense {
                        reached[place] = true
                        continue
                    }
                    let pattern = rows.pattern(of: source)
                    if let pattern, let known = byPattern[pattern] {
                        reached[place] = known
                        continue
                    }
                    rows.readTargets(source, targets: slice.neurons, into: &row)
                    reached[place] = row.count > 0
                    if let pattern { byPattern[pattern] = row.count > 0 }
                }
            }
        }
        return zip(net.neurons, reached).filter { $0.1 }.map(\.0)
    }
}
