public import Chips
public import Networks
public import Numerics

/// A network whose populations are cut evenly: full cores first, none shared; and the delay extensions that follow from that.
///
/// A ring buffer looks ahead as far as its index has bits left beside the neurons of a core, so that the cut decides which synapses need a
/// delay extension. Everybody who asks which they are asks here.
public struct UniformCut: Sendable {
    public let quantized: QuantizedNetwork
    public let arithmetic: FixedPointArithmetic
    /// Neurons of a full core, by population; a population of fewer has one core.
    public let neuronsPerCore: [Int]

    public init(_ quantized: QuantizedNetwork, _ arithmetic: FixedPointArithmetic, neuronsPerCore: [Int]) {
        self.quantized = quantized
        self.arithmetic = arithmetic
        self.neuronsPerCore = neuronsPerCore
    }

    /// The cut of a partitioned network; nil when its arithmetic is another.
    public init?(_ graph: CoreGraph) {
        guard case .fixedPoint(let arithmetic) = graph.quantized.chip.arithmetic else { return nil }
        var largest = graph.quantized.network.populations.map { max($0.size, 1) }
        var seen = [Bool](repeating: false, count: largest.count)
        for slice in graph.slices where !seen[slice.population.index] {
            seen[slice.population.index] = true
            largest[slice.population.index] = slice.neurons.count
        }
        self.init(graph.quantized, arithmetic, neuronsPerCore: largest)
    }

    private var network: Network { quantized.network }

    /// Most neurons that a core of a population really has.
    public func fullCore(_ id: ID<Population>) -> Int { min(neuronsPerCore[id.index], network.populations[id].size) }

    public func coreCount(_ id: ID<Population>) -> Int {
        let size = network.populations[id].size
        return size == 0 ? 0 : (size + neuronsPerCore[id.index] - 1) / neuronsPerCore[id.index]
    }

    public func neurons(of id: ID<Population>, core: Int) -> Range<Int> {
        let start = core * neuronsPerCore[id.index]
        return start..<min(start + neuronsPerCore[id.index], network.populations[id].size)
    }

    /// Steps that the ring buffers of a population look ahead.
    public func steps(into id: ID<Population>) -> Int {
        guard let neurons = quantized.neurons(of: id)?.fixedPoint else { return 1 }
        return arithmetic.ringBufferSteps(longestDelay: neurons.longestDelay, neurons: fullCore(id))
    }

    /// Stages of delay that the projections from one population to another need.
    public func stages(from pre: ID<Population>, into post: ID<Population>) -> Int {
        let longest = network.projections.ids.filter { network.projections[$0].pre == pre && network.projections[$0].post == post }
            .map { quantized.synapses(of: $0).maximumDelay }.max()
        return arithmetic.stages(longestDelay: longest ?? 0, steps: steps(into: post))
    }

    /// Stages of the delay extensions of a population's cores whose stages have `steps` steps.
    public func extensionStages(of pre: ID<Population>, steps: Int) -> Int {
        var most = 0
        for projection in network.projections where projection.pre == pre && quantized.neurons(of: projection.post) != nil {
            if self.steps(into: projection.post) == steps { most = max(most, stages(from: pre, into: projection.post)) }
        }
        return most
    }

    /// The lengths of stages for which a population needs delay extensions, ascending.
    public func extensionSteps(of pre: ID<Population>) -> [Int] {
        var lengths: Set<Int> = []
        for projection in network.projections where projection.pre == pre && quantized.neurons(of: projection.post) != nil {
            if stages(from: pre, into: projection.post) > 0 { lengths.insert(steps(into: projection.post)) }
        }
        return lengths.sorted()
    }
}
