public import Chips
public import Networks
public import Numerics

/// Turns the weights of a projection into mantissas and back.
public struct WeightQuantizer: Sendable {
    /// Jump of the target's membrane per unit of weight; [receptor][target], or one entry per receptor when all targets agree.
    let gain: [[Double]]
    let forced: Receptor
    let unit: Double
    let step: Double
    let range: ClosedRange<Double>
    let stochastic: Philox?
    let cuts: Bool
    let targetCount: Int

    public init(_ id: ID<Projection>, of network: Network, synapses: QuantizedSynapses, format: WeightFormat) {
        let projection = network.projections[id]
        // Gains of neurons that keep them in words of their own do not enter the weights.
        let gains = format.scope == .receptor ? [[1], [1]] : network.dynamics(of: projection.post)?.currentGain ?? [[1], [1]]
        gain = gains.map { values in values.allSatisfy { $0 == values.first } ? Array(values.prefix(1)) : values }
        forced = projection.receptor
        unit = synapses.unit
        let (range, step) = format.mantissas(synapses.mode, bits: synapses.bits)
        self.step = Double(step)
        self.range = Double(range.lowerBound * synapses.parallel)...Double(range.upperBound * synapses.parallel)
        cuts = synapses.rounding == .towardZero
        stochastic =
            synapses.rounding == .stochastic ? Philox(seed: synapses.seed, purpose: "rounding/\(projection.name)") : nil
        targetCount = network.populations[projection.post].size
    }

    /// The jump of the target's membrane, in the model's unit of potential.
    @inline(__always)
    public func jump(of weight: Float, target: Int) -> Double {
        let receptor: Int
        switch forced {
        case .excitatory: receptor = 0
        case .inhibitory: receptor = 1
        case .bySign: receptor = weight < 0 ? 1 : 0
        }
        let gains = gain[receptor]
        return Double(weight) * (gains.count == 1 ? gains[0] : gains[target])
    }

    /// The mantissa before it is limited to the range: a multiple of the step.
    /// - Parameter occurrence: which of several synapses between the two neurons, from 0.
    @inline(__always)
    public func unlimitedMantissa(_ weight: Float, source: Int, target: Int, occurrence: Int) -> Double {
        let steps = jump(of: weight, target: target) / (unit * step)
        // The scale was made so that the largest weight fills the mantissa up to rounding.
        if cuts { return (steps * (1 + 0x1p-40)).rounded(.towardZero) * step }
        guard let stochastic else { return steps.rounded(.toNearestOrEven) * step }
        return steps.rounded(.stochastic, random: stochastic.split(source).split(occurrence).uniform(target)) * step
    }

    /// The mantissa that the chip holds.
    @inline(__always)
    public func mantissa(_ weight: Float, source: Int, target: Int, occurrence: Int) -> Int {
        let value = unlimitedMantissa(weight, source: source, target: target, occurrence: occurrence)
        return Int(min(max(value, range.lowerBound), range.upperBound))
    }

    /// The weight that a mantissa stands for, in the model's unit of weights.
    public func weight(ofMantissa mantissa: Int, target: Int) -> Double {
        let receptor: Int
        switch forced {
        case .excitatory: receptor = 0
        case .inhibitory: receptor = 1
        case .bySign: receptor = mantissa < 0 ? 1 : 0
        }
        let gains = gain[receptor]
        return Double(mantissa) * unit / (gains.count == 1 ? gains[0] : gains[target])
    }
}
