/// What a rule keeps and moves while it learns, beside weights and neuron states: what a chip must have for it to run there.
///
/// The classes follow what published ports had to provide (learning rules against chips: state per synapse, state per neuron,
/// broadcasts, precision).
public struct RuleNeeds: Hashable, Sendable {
    /// When the rule computes.
    public enum Timing: String, Hashable, Sendable {
        /// After a run, with the history of every neuron at hand: off the chip.
        case afterRun = "after_run"
        case everyStep = "every_step"
        case onSpikes = "on_spikes"
    }

    /// A number that is kept.
    public struct Variable: Hashable, Sendable {
        public var name: String
        /// The least precision that is known to work; nil: floating point.
        public var bits: Int?
        public var isSigned: Bool
        /// How many of them: 1, or one for each step of a history.
        public var count: Int

        public init(_ name: String, bits: Int? = nil, isSigned: Bool = true, count: Int = 1) {
            self.name = name
            self.bits = bits
            self.isSigned = isSigned
            self.count = count
        }
    }

    /// A number that reaches many places at once.
    public struct Broadcast: Hashable, Sendable {
        public enum Reach: String, Hashable, Sendable {
            /// One number for all: a reward.
            case everywhere
            /// One for each neuron: a learning signal.
            case eachNeuron = "each_neuron"
            /// Random numbers at each synapse.
            case eachSynapse = "each_synapse"
        }

        public var name: String
        public var reach: Reach
        /// Wires that carry it: 1 for a scalar, the number of outputs for an error vector.
        public var width: Int

        public init(_ name: String, _ reach: Reach, width: Int = 1) {
            self.name = name
            self.reach = reach
            self.width = width
        }
    }

    public var timing: Timing
    public var perSynapse: [Variable]
    public var perNeuron: [Variable]
    public var broadcasts: [Broadcast]
    /// Whether the weights are used against the direction of the spikes.
    public var transposesWeights: Bool

    public init(
        timing: Timing, perSynapse: [Variable] = [], perNeuron: [Variable] = [], broadcasts: [Broadcast] = [],
        transposesWeights: Bool = false
    ) {
        self.timing = timing
        self.perSynapse = perSynapse
        self.perNeuron = perNeuron
        self.broadcasts = broadcasts
        self.transposesWeights = transposesWeights
    }
}
