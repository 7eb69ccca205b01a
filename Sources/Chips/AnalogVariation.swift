/// How the neurons of one specimen of a physical chip differ from their targets, and from run to run.
///
/// Spreads are standard deviations, as fractions of the target, fixed for a specimen; noise is drawn anew in every run. Everything is
/// off by default: the ideal chip.
public struct AnalogVariation: Hashable, Sendable {
    /// Which specimen.
    public var seed: UInt64
    /// Of τ_m.
    public var membraneTime: Double
    /// Of τ_s, each receptor on its own.
    public var synapseTime: Double
    /// Of the strength of synapses, neuron by neuron and receptor by receptor.
    public var gain: Double
    /// Of the strength of synapses, quadrant by quadrant, both receptors alike.
    public var quadrantGain: Double
    /// Of the distance from leak to threshold.
    public var threshold: Double
    /// The same from run to run.
    public var thresholdNoise: Double
    /// Of the time at which an event leaves, in µs of the hardware, from run to run.
    public var jitter: Double
    /// Chance that an event reaches nobody.
    public var eventLoss: Double
    /// Where the current of a synaptic input saturates, as the slope that it gives the membrane, in LSB/µs; nil: nowhere.
    public var saturation: Double?

    public init(
        seed: UInt64 = 0, membraneTime: Double = 0, synapseTime: Double = 0, gain: Double = 0, quadrantGain: Double = 0,
        threshold: Double = 0, thresholdNoise: Double = 0, jitter: Double = 0, eventLoss: Double = 0, saturation: Double? = nil
    ) {
        self.seed = seed
        self.membraneTime = membraneTime
        self.synapseTime = synapseTime
        self.gain = gain
        self.quadrantGain = quadrantGain
        self.threshold = threshold
        self.thresholdNoise = thresholdNoise
        self.jitter = jitter
        self.eventLoss = eventLoss
        self.saturation = saturation
    }
}
