import Chips
public import Lowering
import Networks
import Numerics

extension CoreGraph {
    /// Expected packets per time step that leave their core: for every neuron its rate times the other cores that it reaches.
    ///
    /// The rate-weighted λ-1 of the neuron hypergraph (a net has one source and its targets), the usual measure of a partition.
    public var connectivity: Double {
        nets.reduce(0) { sum, net in
            guard case .slice(let slice) = net.source else { return sum }
            return zip(net.targets, net.axonCounts).reduce(sum) { $1.0 == slices[slice].core ? $0 : $0 + net.packets(axons: $1.1) }
        }
    }

    /// The most input axons of a core.
    public var maximumAxons: Int {
        var axons = [Int](repeating: 0, count: cores.count)
        for net in nets {
            for (target, count) in zip(net.targets, net.axonCounts) { axons[target.index] += count }
        }
        return axons.max() ?? 0
    }

    /// Capacities that are exceeded, over all cores; 0 for what the pass Partitioning made.
    public var capacityViolations: Int {
        cores.reduce(0) { sum, core in zip(core.usage, self.quantized.chip.resources).reduce(sum) { $0 + ($1.0 > $1.1.limit ? 1 : 0) } }
    }
}
