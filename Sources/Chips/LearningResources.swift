/// What a chip offers a learning rule that runs on it, beside weights and the states of neurons.
public struct LearningResources: Hashable, Sendable {
    /// When the chip computes changes.
    public enum Timing: String, CaseIterable, Hashable, Sendable {
        case everyStep = "every_step"
        case onSpikes = "on_spikes"
    }

    /// A number that the chip keeps for each synapse, or for each neuron.
    public struct Field: Hashable, Sendable {
        /// As the chip's makers call it: `tag_1`, `y2`.
        public var name: String
        /// Beside the sign.
        public var bits: Int

        public init(_ name: String, bits: Int) {
            self.name = name
            self.bits = bits
        }
    }

    /// Where a number goes that many places need at once.
    public enum Reach: String, CaseIterable, Hashable, Sendable {
        /// One number for all: a reward.
        case everywhere
        /// One for each neuron: a learning signal.
        case eachNeuron = "each_neuron"
        /// Random numbers at each synapse.
        case eachSynapse = "each_synapse"
    }

    public var timing: [Timing]
    /// Bits of a weight that learning may change, beside the sign.
    public var weightBits: Int
    public var perSynapse: [Field]
    public var perNeuron: [Field]
    /// How many numbers of each reach there are; 0: none.
    public var everywhere: Int
    public var eachNeuron: Int
    public var eachSynapse: Int
    /// Whether fields hold floating-point numbers of their bits.
    public var isFloatingPoint: Bool
    /// Whether weights can be used against the direction of spikes.
    public var transposesWeights: Bool

    public init(
        timing: [Timing], weightBits: Int, perSynapse: [Field] = [], perNeuron: [Field] = [], everywhere: Int = 0, eachNeuron: Int = 0,
        eachSynapse: Int = 0, isFloatingPoint: Bool = false, transposesWeights: Bool = false
    ) {
        self.timing = timing
        self.weightBits = weightBits
        self.perSynapse = perSynapse
        self.perNeuron = perNeuron
        self.everywhere = everywhere
        self.eachNeuron = eachNeuron
        self.eachSynapse = eachSynapse
        self.isFloatingPoint = isFloatingPoint
        self.transposesWeights = transposesWeights
    }

    public func count(of reach: Reach) -> Int {
        switch reach {
        case .everywhere: everywhere
        case .eachNeuron: eachNeuron
        case .eachSynapse: eachSynapse
        }
    }
}
