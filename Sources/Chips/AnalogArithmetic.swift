/// The physical neuron: a leaky membrane with two exponential synaptic currents and a threshold, in continuous time, each circuit a
/// little different from the next.
///
///     dV/dt = (leak - V) / τ_m + x_e - x_i;   dx/dt = -x / τ_s;   V ≥ threshold: V ← reset, held for the refractory time
///
/// Parameters are targets of a calibration, which turns them into the codes of one specimen. Times are those of the hardware, in µs;
/// potentials in LSB of the converter that reads membranes.
public struct AnalogArithmetic: Hashable, Sendable {
    /// How much faster than the model's time base the hardware runs: 1 ms of the model takes 1 ms / speedup.
    public var speedup: Double
    public var membraneTime: ClosedRange<Double>
    public var synapseTime: ClosedRange<Double>
    public var refractoryTime: ClosedRange<Double>
    public var leak: ClosedRange<Double>
    public var reset: ClosedRange<Double>
    public var threshold: ClosedRange<Double>
    /// Bias of the synaptic inputs, by which a calibration sets the strength of a weight for each neuron and receptor; LSB of its code.
    public var gain: ClosedRange<Double>
    /// Bias of the converters behind the weights, for all neurons of a quadrant; LSB of its code.
    public var converterBias: ClosedRange<Double>
    /// Where compiled neurons rest and spike, and the biases from which a calibration starts.
    public var levels: Levels
    /// How far a specimen's neurons are from their targets.
    public var variation: AnalogVariation

    public struct Levels: Hashable, Sendable {
        public var leak: Double
        public var threshold: Double
        public var gain: Double
        public var converterBias: Double

        public init(leak: Double, threshold: Double, gain: Double, converterBias: Double) {
            self.leak = leak
            self.threshold = threshold
            self.gain = gain
            self.converterBias = converterBias
        }
    }

    public init(
        speedup: Double, membraneTime: ClosedRange<Double>, synapseTime: ClosedRange<Double>, refractoryTime: ClosedRange<Double>,
        leak: ClosedRange<Double>, reset: ClosedRange<Double>, threshold: ClosedRange<Double>, gain: ClosedRange<Double>,
        converterBias: ClosedRange<Double>, levels: Levels, variation: AnalogVariation = AnalogVariation()
    ) {
        self.speedup = speedup
        self.membraneTime = membraneTime
        self.synapseTime = synapseTime
        self.refractoryTime = refractoryTime
        self.leak = leak
        self.reset = reset
        self.threshold = threshold
        self.gain = gain
        self.converterBias = converterBias
        self.levels = levels
        self.variation = variation
    }
}
