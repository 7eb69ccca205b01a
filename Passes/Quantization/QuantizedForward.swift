import Chips
public import Diagnostics
public import Learning
public import Lowering
public import Networks
public import Numerics

/// The numbers that a chip would compute with, for training in the loop: weights on the grid that `Quantization` would choose for
/// them, and the decays that the registers hold.
///
/// The grid of a projection is chosen from its own weights, but for neurons in single precision, where all weights into a population share
/// it and are cut as the chip cuts them. Where several projections meet in one population of integer compartments, the pass may choose a
/// grid coarser by a power of two for the smaller of them, because they share the membrane's scale. Rate units are judged as the spiking
/// neurons that they become (`RateConversion`): their weights are scaled there by one number for each projection, so the grid has as many
/// steps as the chip's mantissa, up to the largest weight; their activities are counts of spikes, of which there are no negative ones.
public struct QuantizedForward: LoweredForward, QuantizedSource {
    /// The network at the start, as the pass quantizes it.
    package let quantized: QuantizedNetwork
    private let quantization: Quantization
    private let network: Network
    private let isRate: Bool
    /// What rate units become; nil: there are none.
    private let conversion: RateConversion?
    private let effective: [Dynamics?]
    /// By projection: the grid of chips whose receptors share one, found from the weights at the start; nil for others.
    private let receptorGrids: [(step: Double, range: ClosedRange<Double>)?]
    /// By projection, on chips whose rows learn.
    private let plastic: [PlasticWeights?]

    /// Refuses what the pass refuses.
    public init(_ network: Network, _ quantization: Quantization) throws(DiagnosticsError) {
        let isRate = RateConversion.applies(to: network)
        let conversion = isRate ? RateConversion().fitted(to: quantization.chip, for: network) : nil
        let quantized = try quantization.run(try conversion?.run(network) ?? network)
        self.conversion = conversion
        self.quantized = quantized
        self.quantization = quantization
        self.network = network
        self.isRate = isRate
        effective = network.populations.ids.map { isRate ? nil : quantized.effectiveDynamics(of: $0) }
        let format = quantization.chip.formats.weight
        receptorGrids = network.projections.ids.map { id in
            guard format.scope == .receptor, !isRate else { return nil }
            let synapses = quantized.synapses(of: id)
            let most = Double((1 << synapses.bits) - 1) * synapses.unit
            return (synapses.unit, -most...most)
        }
        plastic = network.projections.ids.map { id in
            guard !isRate, let neurons = quantized.neurons(of: network.projections[id].post)?.fixedPoint else { return nil }
            return PlasticWeights(
                scale: neurons.weightScale, shift: quantized.synapses(of: id).exponent, addedDelay: neurons.addedDelay)
        }
    }

    public func weights(of projection: ID<Projection>, from weights: [Float]) -> [Float] {
        let post = network.projections[projection].post
        if case .floatingPoint = quantization.chip.arithmetic, !isRate { return self.weights(into: post, from: [(projection, weights)])[0] }
        guard let dynamics = network.dynamics(of: post),
            let grid = receptorGrids[projection.index]
                ?? (isRate ? quantization.evenGrid(of: weights) : quantization.grid(of: weights, into: dynamics))
        else { return weights }
        return weights.map { weight in
            let steps = (Double(weight) / grid.step).rounded(.toNearestOrEven)
            return Float(min(max(steps * grid.step, grid.range.lowerBound), grid.range.upperBound))
        }
    }

    public func weights(into population: ID<Population>, from weights: [(projection: ID<Projection>, values: [Float])]) -> [[Float]] {
        if case .floatingPoint(let arithmetic) = quantization.chip.arithmetic, !isRate, let dynamics = network.dynamics(of: population) {
            return quantization.sharedGrid(of: weights, into: dynamics, in: network, arithmetic)
        }
        return weights.map { self.weights(of: $0.projection, from: $0.values) }
    }

    package func quantized(_ network: Network) throws(DiagnosticsError) -> QuantizedNetwork {
        try quantization.run(try conversion?.run(network) ?? network)
    }

    /// Values of a `direct` input as payloads, or as counts of its spikes; of hidden units as counts, the percentile of the values the most
    /// that there can be; of a readout, which integrates, as they are.
    public func activities(of population: ID<Population>, from values: [Double]) -> [Double] {
        // Graded units send values of many more levels than training would notice.
        guard let conversion, conversion.units == .spikes, network.readout?.population != population else { return values }
        let steps = Double(conversion.presentation)
        if case .input = network.populations[population].cell {
            guard let task = network.task, case .direct(let gain) = task.encoder, gain > 0 else { return values }
            let payload = quantization.chip.formats.payloadBits
            let levels = payload > 1 ? Double((1 << (payload - 1)) - 1) : steps * conversion.inputRate
            return values.map { min(max(($0 / gain * levels).rounded(), 0), levels) / levels * gain }
        }
        let sizes = values.map { max($0, 0) }.sorted()
        guard let last = sizes.last, last > 0 else { return values.map { _ in 0 } }
        let place = Int((conversion.scalePercentile * Double(sizes.count - 1)).rounded())
        let scale = sizes[place] > 0 ? sizes[place] : last
        let levels = max(1, (steps * conversion.peakRate).rounded())
        return values.map { min(max(($0 / scale * levels).rounded(), 0), levels) / levels * scale }
    }

    public func weightStep(of projection: ID<Projection>, holding largest: Double) -> Double? {
        guard let dynamics = network.dynamics(of: network.projections[projection].post) else { return nil }
        return (receptorGrids[projection.index] ?? quantization.grid(of: [0, Float(largest)], into: dynamics))?.step
    }

    public func plasticWeights(of projection: ID<Projection>) -> PlasticWeights? { plastic[projection.index] }

    public func dynamics(of population: ID<Population>, from dynamics: Dynamics) -> Dynamics {
        guard let effective = effective[population.index] else { return dynamics }
        var result = dynamics
        result.membraneDecay = effective.membraneDecay
        result.currentDecay = effective.currentDecay
        if receptorGrids.contains(where: { $0 != nil }) { result.currentGain = effective.currentGain }
        return result
    }
}

extension Quantization {
    /// As many steps as a mantissa has, the last of them the largest weight.
    func evenGrid(of weights: [Float]) -> (step: Double, range: ClosedRange<Double>)? {
        var statistics = WeightStatistics()
        for weight in weights {
            statistics.lowest = min(statistics.lowest, Double(weight))
            statistics.highest = max(statistics.highest, Double(weight))
        }
        let largest = max(abs(statistics.lowest), abs(statistics.highest))
        guard largest > 0, largest.isFinite else { return nil }
        let format = chip.formats.weight
        let (mantissas, step) = format.mantissas(mode(of: statistics), bits: weightBits ?? format.bits.last ?? 1)
        let levels = Double(max(mantissas.upperBound, -mantissas.lowerBound) / step)
        return (largest / levels, -largest...largest)
    }

    /// The values that weights of one projection can take, when it alone feeds the population: multiples of `step` within `range`, in
    /// the weights' own unit. Nil when all weights are 0.
    func grid(of weights: [Float], into dynamics: Dynamics) -> (step: Double, range: ClosedRange<Double>)? {
        var statistics = WeightStatistics()
        for weight in weights {
            statistics.lowest = min(statistics.lowest, Double(weight))
            statistics.highest = max(statistics.highest, Double(weight))
        }
        let largest = max(abs(statistics.lowest), abs(statistics.highest))
        let gain = dynamics.currentGain[0].first ?? 1
        guard largest > 0, largest.isFinite, gain != 0 else { return nil }
        if case .analog = chip.arithmetic {
            let levels = chip.formats.weight.mantissas(.excitatory, bits: weightBits ?? chip.formats.weight.bits.last ?? 1).range.upperBound
            return (largest / Double(levels * max(parallelSynapses, 1)), -largest...largest)
        }
        statistics.largest = largest * abs(gain)
        statistics.range = statistics.largest
        let incoming = Incoming(projection: ID(0), statistics: statistics, payload: 1, mode: mode(of: statistics))
        let scale = membraneScale(of: dynamics, from: [incoming])
        let format = chip.formats.weight
        let unit = jump(ofMantissa: 1, exponent: exponent(of: incoming, scale: scale), scale: scale) / abs(gain)
        let (mantissas, step) = format.mantissas(incoming.mode, bits: weightBits ?? format.bits.last ?? 1)
        return (Double(step) * unit, Double(mantissas.lowerBound) * unit...Double(mantissas.upperBound) * unit)
    }
}

extension Quantization {
    /// The values that weights take for neurons in single precision (`quantizeToFloatingPoint`): one scale for all projections into a
    /// population, whose largest weight fills the bits.
    func sharedGrid(
        of weights: [(projection: ID<Projection>, values: [Float])], into dynamics: Dynamics, in network: Network,
        _ arithmetic: FloatingPointArithmetic
    ) -> [[Float]] {
        let gain = dynamics.currentGain[0].first ?? 1
        let incoming = weights.map { part -> Incoming in
            var statistics = WeightStatistics()
            for weight in part.values {
                statistics.lowest = min(statistics.lowest, Double(weight))
                statistics.highest = max(statistics.highest, Double(weight))
            }
            statistics.range = max(abs(statistics.lowest), abs(statistics.highest)) * abs(gain)
            return Incoming(
                projection: part.projection, statistics: statistics,
                payload: integerOfOne(of: network.projections[part.projection].pre, in: network), mode: mode(of: statistics))
        }
        let scales = incoming.filter { $0.demand > 0 && $0.demand.isFinite }.map { Double(largestMantissa($0, in: network)) / $0.demand }
        guard let scale = scales.min(), gain != 0 else { return weights.map(\.values) }
        let cuts = rounding == .nearest && arithmetic.weightRounding == .towardZero
        return zip(weights, incoming).map { part, sum in
            let unit = sum.payload / scale
            let format = chip.formats.weight
            let (range, step) = format.mantissas(sum.mode, bits: weightBits ?? format.bits.last ?? 1)
            return part.values.map { weight in
                let steps = Double(weight) * gain / (unit * Double(step))
                let whole = cuts ? (steps * (1 + 0x1p-40)).rounded(.towardZero) : steps.rounded(.toNearestOrEven)
                let mantissa = min(max(whole * Double(step), Double(range.lowerBound)), Double(range.upperBound))
                return Float(mantissa * unit / gain)
            }
        }
    }
}
