/// The calibration targets of a population of physical neurons (`AnalogArithmetic`); every array has one entry per neuron.
///
/// Times in µs of the hardware, potentials in LSB of the converter that reads membranes, slopes in LSB per µs.
public struct AnalogNeurons: Hashable, Sendable {
    /// LSB per unit of the model's membrane potential.
    public var scale: Double
    /// Where every neuron rests without a constant current.
    public var leak: Double
    public var threshold: [Double]
    public var reset: [Double]
    public var membraneTime: [Double]
    /// [receptor][neuron], excitatory first.
    public var synapseTime: [[Double]]
    public var refractoryTime: [Double]
    /// Slope of the membrane that a synapse of weight 1 adds when its spike arrives; [receptor][neuron].
    public var gain: [[Double]]
    /// Slope of the model's constant current.
    public var constantSlope: [Double]
    public var initialMembrane: [Double]
    /// False: a readout that never spikes; its thresholds mean nothing.
    public var spikes: Bool

    public init(
        scale: Double, leak: Double, threshold: [Double], reset: [Double], membraneTime: [Double], synapseTime: [[Double]],
        refractoryTime: [Double], gain: [[Double]], constantSlope: [Double], initialMembrane: [Double], spikes: Bool
    ) {
        self.scale = scale
        self.leak = leak
        self.threshold = threshold
        self.reset = reset
        self.membraneTime = membraneTime
        self.synapseTime = synapseTime
        self.refractoryTime = refractoryTime
        self.gain = gain
        self.constantSlope = constantSlope
        self.initialMembrane = initialMembrane
        self.spikes = spikes
    }

    public var count: Int { membraneTime.count }
}
