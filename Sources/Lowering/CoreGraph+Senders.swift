public import Networks
public import Numerics

extension CoreGraph {
    /// The population whose neurons are a net's sources.
    public func population(of net: Net) -> ID<Population> {
        switch net.source {
        case .slice(let slice): slices[slice].population
        case .host(let population): population
        case .delayed(let core): delayedSlice(of: core).map { slices[$0].population } ?? ID(0)
        }
    }

    /// The core that sends a net's spikes; nil for the host.
    public func sourceCore(of net: Net) -> ID<VirtualCore>? {
        switch net.source {
        case .slice(let slice): slices[slice].core
        case .host: nil
        case .delayed(let core): core
        }
    }

    /// How many different spikes a net has: its neurons, times the stages that delay them.
    public func keyCount(of net: Net) -> Int {
        guard case .delayed(let core) = net.source, case .delayExtension(_, let stages, _) = cores[core].role else {
            return net.neurons.count
        }
        return net.neurons.count * stages
    }

    /// The slice whose spikes a delay extension sends on; nil when the core is none.
    public func delayedSlice(of core: ID<VirtualCore>) -> ID<Slice>? {
        guard case .delayExtension(let original, _, _) = cores[core].role else { return nil }
        return cores[original].slices.first
    }

    /// The number of what shares a population-level key with a net (`SenderZone`): the population's own, or one for each length of stages of
    /// its delay extensions, behind all populations and in the order of their cores.
    public func zone(of net: Net) -> Int {
        guard case .delayed(let core) = net.source else { return population(of: net).index }
        var number = quantized.network.populations.count
        for other in cores.ids where other.index <= core.index {
            if isExtension(other), other.index > 0, !(isExtension(ID(other.index - 1)) && haveOneZone(ID(other.index - 1), other)) {
                number += 1
            }
        }
        return number - 1
    }

    /// The number of a net's core among those of its zone.
    ///
    /// Complexity: logarithmic for slices, linear in the zone for delay extensions.
    public func indexInZone(of net: Net) -> Int {
        switch net.source {
        case .host: return 0
        case .slice(let slice):
            // Slices are ordered by population.
            let population = slices[slice].population
            var (low, high) = (0, slice.index)
            while low < high {
                let middle = (low + high) / 2
                if slices[ID(middle)].population.index < population.index { low = middle + 1 } else { high = middle }
            }
            return slice.index - low
        case .delayed(let core):
            var first = core.index
            while first > 0, haveOneZone(ID(first - 1), core) { first -= 1 }
            return core.index - first
        }
    }

    private func isExtension(_ core: ID<VirtualCore>) -> Bool {
        if case .delayExtension = cores[core].role { true } else { false }
    }

    private func haveOneZone(_ first: ID<VirtualCore>, _ second: ID<VirtualCore>) -> Bool {
        guard case .delayExtension(_, _, let steps) = cores[first].role, case .delayExtension(_, _, let others) = cores[second].role,
            let slice = delayedSlice(of: first), let other = delayedSlice(of: second)
        else { return false }
        return steps == others && slices[slice].population == slices[other].population
    }

    /// What shares a population-level key: the cores of a population, and apart from them those of its delay extensions of one stage length.
    /// Populations come first, then extensions by first core; `place` counts the population's cores.
    public func zones() -> [SenderZone] {
        var zones = quantized.network.populations.ids.map { SenderZone(population: $0, stepsPerStage: nil, stages: 1, cores: []) }
        for slice in slices { zones[slice.population.index].cores.append(slice.core) }
        for core in cores.ids {
            guard case .delayExtension(_, let stages, let steps) = cores[core].role, let slice = delayedSlice(of: core) else { continue }
            let population = slices[slice].population
            if let known = zones.firstIndex(where: { $0.population == population && $0.stepsPerStage == steps }) {
                zones[known].cores.append(core)
                zones[known].stages = max(zones[known].stages, stages)
            } else {
                zones.append(SenderZone(population: population, stepsPerStage: steps, stages: stages, cores: [core]))
            }
        }
        return zones
    }
}

/// Cores that share a population-level key.
public struct SenderZone: Hashable, Sendable {
    public var population: ID<Population>
    /// Steps of a stage of a delay extension; nil for the population's own cores.
    public var stepsPerStage: Int?
    public var stages: Int
    /// By first neuron.
    public var cores: [ID<VirtualCore>]

    public init(population: ID<Population>, stepsPerStage: Int?, stages: Int, cores: [ID<VirtualCore>]) {
        self.population = population
        self.stepsPerStage = stepsPerStage
        self.stages = stages
        self.cores = cores
    }
}
