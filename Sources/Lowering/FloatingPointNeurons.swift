public import Networks

/// The parameters of a population of neurons of `FloatingPointArithmetic`; every array has one entry per neuron.
///
/// Potentials are relative to rest and in units of a weight of 1: the model's, times `scale`.
public struct FloatingPointNeurons: Hashable, Sendable {
    /// Units of the membrane per unit of the model's membrane potential.
    public var scale: Double
    /// Whether both receptors act alike, so that all weights arrive at the excitatory one.
    public var isMerged: Bool
    /// False for a readout that never spikes.
    public var spikes: Bool
    public var order: NeuronModel.Order
    public var reset: NeuronModel.Reset
    public var comparison: NeuronModel.Comparison
    public var refractory: NeuronModel.Refractory
    /// Which threshold a reset by subtraction subtracts.
    public var resetAmount: NeuronModel.ResetAmount
    public var membraneDecay: [Float]
    /// [receptor][neuron].
    public var currentDecay: [[Float]]
    public var drive: [Float]
    /// Infinite where the neuron never spikes.
    public var threshold: [Float]
    public var resetValue: [Float]
    public var initialMembrane: [Float]
    public var refractorySteps: [Int]
    public var beta: [Float]
    public var adaptationDecay: [Float]
    /// Of rate units, which send values: `threshold` is the largest that a spike carries then, `resetValue` the value per unit of membrane
    /// above 0, `beta` that below 0.
    public var sendsValues: Bool

    /// - Parameter scale: units of the membrane per unit of the model's.
    public init(_ dynamics: Dynamics, scale: Double) {
        func scaled(_ values: [Double]) -> [Float] { values.map { Float($0 * scale) } }
        self.scale = scale
        isMerged = dynamics.currentDecay[0] == dynamics.currentDecay[1]
        spikes = dynamics.spikes
        order = dynamics.order
        reset = dynamics.reset
        comparison = dynamics.comparison
        refractory = dynamics.refractory
        resetAmount = dynamics.resetAmount
        membraneDecay = dynamics.membraneDecay.map { Float($0) }
        currentDecay = dynamics.currentDecay.map { $0.map { Float($0) } }
        drive = scaled(dynamics.drive)
        threshold = dynamics.spikes ? scaled(dynamics.threshold) : dynamics.threshold.map { _ in .infinity }
        resetValue = scaled(dynamics.resetValue)
        initialMembrane = scaled(dynamics.initialMembrane)
        refractorySteps = dynamics.refractorySteps
        beta = scaled(dynamics.beta)
        adaptationDecay = dynamics.adaptationDecay.map { Float($0) }
        sendsValues = false
    }

    /// Makes the neurons send values.
    /// - Parameters:
    ///   - one: the integer that a value of 1 of the model becomes.
    ///   - largest: the largest integer that a spike carries.
    public mutating func sendValues(one: Double, largest: Int, slopes: [Double]) {
        sendsValues = true
        threshold = slopes.map { _ in Float(largest) }
        resetValue = slopes.map { _ in Float(one / scale) }
        beta = slopes.map { Float($0 * one / scale) }
    }

    public var count: Int { membraneDecay.count }

    /// The dynamics that the parameters make, in the model's units: the model's own, in single precision.
    func effectiveDynamics(of model: Dynamics) -> Dynamics {
        var dynamics = model
        func unscaled(_ values: [Float]) -> [Double] { values.map { Double($0) / scale } }
        dynamics.membraneDecay = membraneDecay.map { Double($0) }
        dynamics.currentDecay = currentDecay.map { $0.map { Double($0) } }
        dynamics.drive = unscaled(drive)
        dynamics.initialMembrane = unscaled(initialMembrane)
        dynamics.refractorySteps = refractorySteps
        dynamics.adaptationDecay = adaptationDecay.map { Double($0) }
        if sendsValues {
            dynamics.negativeSlope = zip(beta, resetValue).map { $1 == 0 ? 0 : Double($0) / Double($1) }
        } else {
            dynamics.beta = unscaled(beta)
        }
        if spikes {
            dynamics.threshold = unscaled(threshold)
            dynamics.resetValue = unscaled(resetValue)
        }
        return dynamics
    }
}
