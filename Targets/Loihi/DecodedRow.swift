/// The synapses of one axon as they are decoded, to be handed on by delay and group.
struct DecodedRow {
    private var targets: [Int32] = []
    private var weights: [Int32] = []
    /// delay + 256 · group.
    private var keys: [Int32] = []
    private var isUniform = true
    private var isAscending = true

    mutating func clear() {
        targets.removeAll(keepingCapacity: true)
        weights.removeAll(keepingCapacity: true)
        keys.removeAll(keepingCapacity: true)
        (isUniform, isAscending) = (true, true)
    }

    @inline(__always)
    mutating func append(_ compartment: Int, _ weight: Int32, delay: Int, group: Int) {
        let key = Int32(truncatingIfNeeded: delay + 256 * group)
        if let last = targets.last {
            isAscending = isAscending && last <= Int32(truncatingIfNeeded: compartment)
            isUniform = isUniform && keys[0] == key
        }
        targets.append(Int32(truncatingIfNeeded: compartment))
        weights.append(weight)
        keys.append(key)
    }

    /// Adds everything to the builder's present axon, in rows of one delay and group.
    func add(to builder: inout SynapseBankBuilder) {
        guard let key = keys.first else { return }
        if isUniform, isAscending {
            builder.add(targets: targets, weights: weights, delay: Int(key & 255), group: Int(key >> 8))
            return
        }
        let order = targets.indices.sorted { (keys[$0], targets[$0], $0) < (keys[$1], targets[$1], $1) }
        var start = 0
        while start < order.count {
            let key = keys[order[start]]
            let end = order[start...].firstIndex { keys[$0] != key } ?? order.count
            builder.add(
                targets: order[start..<end].map { targets[$0] }, weights: order[start..<end].map { weights[$0] }, delay: Int(key & 255),
                group: Int(key >> 8))
            start = end
        }
    }
}

/// Reads fields from 64-bit words, the lowest bit of a word first; beyond its words it reads zeros.
struct BitReader {
    private let words: [UInt64]
    private let end: Int
    /// The word that is being read.
    private(set) var word: Int
    private var bit = 0

    init(_ words: [UInt64], from start: Int, words count: Int) {
        self.words = words
        word = start
        end = start + count
    }

    var hasWords: Bool { word < end }

    func wordsLeft(from start: Int) -> Int { end - start }

    /// - Parameter count: 0 to 63.
    @inline(__always)
    mutating func read(_ count: Int) -> UInt64 {
        if count == 0 { return 0 }
        var value = word < end ? words[word] >> UInt64(truncatingIfNeeded: bit) : 0
        let had = 64 &- bit
        bit &+= count
        if bit >= 64 {
            bit &-= 64
            word &+= 1
            if had < count, word < end { value |= words[word] << UInt64(truncatingIfNeeded: had) }
        }
        return value & ((1 << UInt64(truncatingIfNeeded: count)) &- 1)
    }

    mutating func skip(to word: Int) { (self.word, bit) = (word, 0) }
}
