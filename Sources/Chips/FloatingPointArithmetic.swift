/// Neurons in single precision whose synaptic sums are integers: processing elements with a floating-point unit (SpiNNaker 2).
///
/// The neuron is software, so it computes what the model's dynamics state, in their order: delta and exponential currents, every reset,
/// refractory times and adaptive thresholds. Weights into a population share one scale.
public struct FloatingPointArithmetic: Hashable, Sendable {
    /// How a weight becomes an integer unless the user asks for another way.
    public enum WeightRounding: String, CaseIterable, Hashable, Sendable {
        case nearest
        /// Cut, as py-spinnaker2 does.
        case towardZero = "toward_zero"
    }

    public var weightRounding: WeightRounding
    /// Bits, sign included, of the value that a neuron's spike may carry: rate units. 0: neurons send plain spikes.
    public var gradedBits: Int

    public init(weightRounding: WeightRounding, gradedBits: Int = 0) {
        self.weightRounding = weightRounding
        self.gradedBits = gradedBits
    }
}
