/// One neuron's parameters as they stand in the machine's memory, s16.15 unless said otherwise.
///
/// Units as in PyNN: mV, nF, ms, nA; conductances in µS times 1024.
public struct FixedPointCell: Hashable, Sendable {
    /// Which of the released neuron models computes the neuron.
    public enum Model: Hashable, Sendable, CaseIterable {
        /// `IF_curr_exp`.
        case currentExponential
        /// `IF_cond_exp`.
        case conductanceExponential
        /// `IF_curr_delta`.
        case currentDelta
    }

    public var membrane: Int32 = 0
    public var rest: Int32 = 0
    public var capacitance: Int32 = 0
    public var membraneTime: Int32 = 0
    public var offset: Int32 = 0
    public var reset: Int32 = 0
    public var refractoryTime: Int32 = 0
    /// Substeps for which the neuron is still held; an integer.
    public var held: Int32 = 0
    /// The length of a time step.
    public var timestep: Int32 = 0
    /// Reversal potentials, excitatory and inhibitory; conductances only.
    public var reversal: (Int32, Int32) = (0, 0)
    public var threshold: Int32 = 0
    /// Time constants of the synapses; not of `currentDelta`.
    public var synapseTime: (Int32, Int32) = (0, 0)
    /// Synaptic input at the start.
    public var input: (Int32, Int32) = (0, 0)

    public init() {}

    public static func == (left: Self, right: Self) -> Bool { left.words == right.words }
    public func hash(into hasher: inout Hasher) { hasher.combine(words) }

    private var words: [Int32] {
        [
            membrane, rest, capacitance, membraneTime, offset, reset, refractoryTime, held, timestep, reversal.0, reversal.1, threshold,
            synapseTime.0, synapseTime.1, input.0, input.1,
        ]
    }
}
