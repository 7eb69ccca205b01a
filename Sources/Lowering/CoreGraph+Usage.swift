import Chips
import Networks
import Numerics

extension CoreGraph {
    var network: Network { quantized.network }
    var chip: Chip { quantized.chip }

    /// Whether the cores take more than one chip, so that before placement any other core may be on another chip.
    public var mayLeaveChip: Bool { !chip.holdsOnOneChip(cores.count) }

    /// Axons by source core and target core that each core sends: how many (neuron, target core) pairs, its own core included.
    ///
    /// - Parameter isElsewhere: whether a pair costs the surcharge of another chip, by source and target core.
    func outputAxons(isElsewhere: (ID<VirtualCore>, ID<VirtualCore>) -> Bool) -> [(all: Int, elsewhere: Int)] {
        var counts = [(all: Int, elsewhere: Int)](repeating: (0, 0), count: cores.count)
        for net in nets {
            guard case .slice(let slice) = net.source, slice.index < slices.count, slices[slice].core.index < cores.count else { continue }
            let home = slices[slice].core
            for (target, count) in zip(net.targets, net.axonCounts) {
                counts[home.index].all += count
                if isElsewhere(home, target) { counts[home.index].elsewhere += count }
            }
        }
        return counts
    }

    /// The usages that slices and nets determine, by core and resource; nil where synapses would have to be counted.
    func derivableUsage() -> [[Int?]] {
        var inputs = [Int](repeating: 0, count: cores.count)
        for net in nets {
            for (target, count) in zip(net.targets, net.axonCounts) where target.index < cores.count { inputs[target.index] += count }
        }
        let leaves = mayLeaveChip
        let outputs = outputAxons { leaves && $0 != $1 }
        return cores.ids.map { id in
            let held = cores[id].slices.filter { $0.index < slices.count }.map { slices[$0] }
            return chip.resources.map { resource in
                switch resource.rule {
                case .neurons(let each): return cores[id].role == .neurons ? each * held.reduce(0) { $0 + $1.neurons.count } : 0
                case .sourceNeurons: return cores[id].role == .source ? held.reduce(0) { $0 + $1.neurons.count } : 0
                case .inputAxons: return inputs[id.index]
                case .outputAxons(let each, let offChip): return each * outputs[id.index].all + offChip * outputs[id.index].elsewhere
                case .profiles(.threshold):
                    return Set(
                        held.flatMap { slice in quantized.compartments(of: slice.population)?.thresholdMantissa[slice.neurons] ?? [] }
                    )
                    .count
                case .profiles(.neuron): return neuronProfiles(of: held)
                case .synapseMemory, .synapseFormats, .delaySlots, .sharedMemory, .ringBuffer, .delayStages, .rowWords, .tableAddresses,
                    .rowMemory, .workingMemory, .crossbar:
                    return nil
                }
            }
        }
    }

    private func neuronProfiles(of held: [Slice]) -> Int {
        var profiles: Set<NeuronProfile> = []
        for slice in held {
            guard let neurons = quantized.compartments(of: slice.population) else { continue }
            for index in slice.neurons {
                profiles.insert(NeuronProfile(neurons, index))
            }
        }
        return profiles.count
    }
}
