/// Packs fields into 64-bit words, the lowest bit of a word first.
struct BitWriter {
    private(set) var words: [UInt64] = []
    private var word: UInt64 = 0
    private var bits = 0

    /// - Parameters:
    ///   - value: less than 2^count.
    ///   - count: 0 to 64.
    @inline(__always)
    mutating func append(_ value: UInt64, bits count: Int) {
        if count == 0 { return }
        word |= value << UInt64(truncatingIfNeeded: bits)
        bits &+= count
        if bits >= 64 {
            words.append(word)
            bits &-= 64
            word = bits == 0 ? 0 : value >> UInt64(truncatingIfNeeded: count &- bits)
        }
    }

    /// Fills up with zeros until `count` words have been written.
    mutating func pad(toWords count: Int) {
        if bits > 0 {
            words.append(word)
            (word, bits) = (0, 0)
        }
        precondition(words.count <= count, "bug: an entry takes \(words.count) words, and \(count) were counted for it")
        words.append(contentsOf: repeatElement(0, count: count - words.count))
    }
}
