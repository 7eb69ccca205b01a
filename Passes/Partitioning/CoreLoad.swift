import Chips
import Lowering

/// What is on a core, or would be: the numbers that the capacity rules speak of.
struct CoreLoad {
    var neurons = 0
    /// Distinct source neurons with a synapse here.
    var inputAxons = 0
    /// Sum over the neurons here of the cores that they reach.
    var reached = 0
    /// Those of `reached` that may be on another chip.
    var reachedElsewhere = 0
    /// Words of synapse memory, by the problem's packings.
    var words: [Int]
    /// The longest list of one axon, by the problem's packings.
    var wordsOfLongestAxon: [Int]
    /// Numbers of the distinct profiles.
    var neuronProfiles: Set<Int32> = []
    var thresholdProfiles: Set<Int32> = []
    var formats: Set<SynapseFormat> = []
    /// Bits of the longest delay field.
    var delayBits = 0

    init(packings: Int) {
        words = [Int](repeating: 0, count: packings)
        wordsOfLongestAxon = words
    }
}

/// A capacity that is exceeded.
struct Shortage {
    enum Capacity: Hashable {
        /// The chip's resource of this number.
        case resource(Int)
        /// Longest list of one axon, in the packing of this number.
        case axonWords(Int)
        /// Neurons that a synapse's index can tell apart.
        case index
        /// Synapse exponents on a core of a chip that has one for all.
        case exponent
    }

    var capacity: Capacity
    var needed: Int
    var available: Int

    /// How far over, at least 1.
    var ratio: Double { available > 0 ? Double(needed) / Double(available) : .infinity }
}
