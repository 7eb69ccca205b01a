/// A named capacity of one core: a limit and a rule that says what uses it up.
public struct CoreResource: Hashable, Sendable {
    /// For instance `compartments`, `synapse_memory`.
    public var name: String
    public var limit: Int
    /// What is counted: `compartments`, `64-bit words`.
    public var unit: String
    public var rule: CapacityRule

    public init(_ name: String, limit: Int, unit: String, _ rule: CapacityRule) {
        self.name = name
        self.limit = limit
        self.unit = unit
        self.rule = rule
    }
}

/// What uses a capacity up. One case for each kind.
public enum CapacityRule: Hashable, Sendable {
    /// `each` for every neuron on the core (state words, compartments).
    case neurons(each: Int)
    /// One for every distinct source neuron with a synapse on the core.
    case inputAxons
    /// For every neuron on the core and every core that it reaches: `each`, and `offChip` more when that core is on another chip.
    case outputAxons(each: Int, offChip: Int)
    /// Synapse memory in words, as really packed.
    case synapseMemory(SynapsePacking)
    /// Distinct combinations of registers among the core's neurons.
    case profiles(Profile)
    /// Distinct synapse formats among the core's projections.
    case synapseFormats
    /// Neurons × 2^(bits of the largest delay on the core).
    case delaySlots
    /// A pool that several of the above share, in bytes: `perNeuron` bytes for each neuron and the synapse words of `packing`.
    case sharedMemory(perNeuron: Int, SynapsePacking)
    /// What the configuration of an execution takes of a chip with a labelled crossbar.
    case crossbar(CrossbarPart)

    public enum CrossbarPart: String, CaseIterable, Hashable, Sendable { case circuits, rows, synapses }
    /// Sources of spikes, where they live on cores.
    case sourceNeurons
    /// Slots of a ring buffer: 2^(neuron, receptor and delay bits).
    case ringBuffer
    /// Stages of delay extensions that the core's longest delay asks for.
    case delayStages
    /// The longest row of a synaptic matrix, in words.
    case rowWords
    /// Entries of a population table's list of addresses.
    case tableAddresses
    /// The synaptic matrix in bytes.
    case rowMemory
    /// Ring buffers, neuron parameters and the population table in bytes, with two row buffers.
    case workingMemory

    public enum Profile: String, CaseIterable, Hashable, Sendable {
        /// Decays, refractory steps, reset.
        case neuron
        case threshold
    }
}

/// How synapses are laid out in memory: each input axon has a list of entries, each entry a prefix and some synapses.
///
/// bits of an entry = prefixBits + synapses · (weight + delay + index bits) when sparse, and prefixBits + index bits + synapses · (weight +
/// delay bits) when dense; an entry is rounded up to words.
public struct SynapsePacking: Hashable, Sendable {
    public var wordBits: Int
    public var synapsesPerEntry: Int
    public var prefixBits: Int
    /// The widths that exist, ascending.
    public var weightBits: [Int]
    public var indexBits: [Int]
    public var delayBits: [Int]
    /// Longest list of one axon, in words; nil: no limit.
    public var maximumWordsPerAxon: Int?
    /// One more word when the bits of an entry modulo `wordBits` are 0 or at least this; nil: never.
    public var spareWordFrom: Int?
    /// The compressions that exist.
    public var compressions: [Compression]

    public enum Compression: String, CaseIterable, Hashable, Sendable {
        /// An index for every synapse.
        case sparse
        /// Synapses of consecutive targets; only the first index is stored, in the prefix.
        case dense
    }

    public init(
        wordBits: Int, synapsesPerEntry: Int, prefixBits: Int, weightBits: [Int], indexBits: [Int], delayBits: [Int],
        maximumWordsPerAxon: Int? = nil, spareWordFrom: Int? = nil, compressions: [Compression] = [.dense, .sparse]
    ) {
        self.wordBits = wordBits
        self.synapsesPerEntry = synapsesPerEntry
        self.prefixBits = prefixBits
        self.weightBits = weightBits
        self.indexBits = indexBits
        self.delayBits = delayBits
        self.maximumWordsPerAxon = maximumWordsPerAxon
        self.spareWordFrom = spareWordFrom
        self.compressions = compressions
    }
}
