public import Chips

/// What a row takes.
public struct RowWords: Hashable, Sendable {
    public var words: Int
    public var compression: SynapsePacking.Compression

    public init(words: Int, compression: SynapsePacking.Compression) {
        self.words = words
        self.compression = compression
    }
}

extension RowPacking {
    /// The words of the targets `row[range]` on the slice that starts at `base`: those of `layout`, without building it.
    ///
    /// Complexity: linear in the row.
    public func words(of row: [Int32], in range: Range<Int>, base: Int) -> RowWords {
        if range.isEmpty { return RowWords(words: 0, compression: packing.compressions.first ?? .sparse) }
        var dense = 0
        var (chunk, first, last) = (-1, 0, 0)
        for index in range {
            let target = Int(row[index]) - base
            if index > range.lowerBound, row[index] == row[index - 1] {
                // Several synapses onto one neuron are rare; the layout knows their rule.
                let layout = layout(of: row, in: range, base: base)
                return RowWords(words: layout.words, compression: layout.compression)
            }
            if target / packing.synapsesPerEntry != chunk {
                if chunk >= 0 { dense += words(ofEntry: last - first + 1, .dense) }
                (chunk, first) = (target / packing.synapsesPerEntry, target)
            }
            last = target
        }
        dense += words(ofEntry: last - first + 1, .dense)
        return smaller(dense: dense, synapses: range.count)
    }

    /// The words of a row that reaches `count` consecutive neurons from the slice's first on, but for the one at `hole`.
    ///
    /// Complexity: constant.
    public func words(ofConsecutive count: Int, hole: Int? = nil) -> RowWords {
        let most = packing.synapsesPerEntry
        let rest = count % most
        var dense = count / most * words(ofEntry: most, .dense) + (rest > 0 ? words(ofEntry: rest, .dense) : 0)
        guard let hole, hole >= 0, hole < count else {
            if count == 0 { return RowWords(words: 0, compression: packing.compressions.first ?? .sparse) }
            return smaller(dense: dense, synapses: count)
        }
        if count == 1 { return RowWords(words: 0, compression: packing.compressions.first ?? .sparse) }
        let chunk = min(most, count - hole / most * most)
        if hole % most == 0 || hole % most == chunk - 1 {
            dense -= words(ofEntry: chunk, .dense)
            if chunk > 1 { dense += words(ofEntry: chunk - 1, .dense) }
        }
        return smaller(dense: dense, synapses: count - 1)
    }

    private func smaller(dense: Int, synapses: Int) -> RowWords {
        let most = packing.synapsesPerEntry
        let rest = synapses % most
        let sparse = synapses / most * words(ofEntry: most, .sparse) + (rest > 0 ? words(ofEntry: rest, .sparse) : 0)
        if !packing.compressions.contains(.dense) { return RowWords(words: sparse, compression: .sparse) }
        if !packing.compressions.contains(.sparse) || dense <= sparse { return RowWords(words: dense, compression: .dense) }
        return RowWords(words: sparse, compression: .sparse)
    }
}

extension SynapsePacking {
    /// The narrowest weight of at least `bits` bits.
    public func weightBits(holding bits: Int) -> Int? { weightBits.first { $0 >= bits } }

    /// The narrowest delay field that holds 0...`delay`.
    public func delayBits(holding delay: Int) -> Int? { delayBits.first { delay < 1 << $0 } }

    /// The narrowest index that tells `neurons` neurons of a core apart.
    public func indexBits(forNeurons neurons: Int) -> Int? { indexBits.first { neurons <= 1 << $0 } }

    /// Most neurons that an index can tell apart.
    public var mostNeurons: Int { 1 << (indexBits.last ?? 0) }
}

/// What a synapse format register of a core says; a core has few of them.
public struct SynapseFormat: Hashable, Sendable {
    public var weightBits: Int
    public var exponent: Int
    public var mode: WeightFormat.SignMode
    public var delayBits: Int
    public var compression: SynapsePacking.Compression

    public init(
        weightBits: Int, exponent: Int, mode: WeightFormat.SignMode, delayBits: Int, compression: SynapsePacking.Compression
    ) {
        self.weightBits = weightBits
        self.exponent = exponent
        self.mode = mode
        self.delayBits = delayBits
        self.compression = compression
    }
}
