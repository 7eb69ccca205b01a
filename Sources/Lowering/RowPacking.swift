public import Chips

/// How the synapses of one source neuron onto one slice are laid out in a core's synapse memory: the row of one projection.
///
/// The writer of an artifact packs by `layout`, and the passes count by `words`, so that both agree. Two layouts are possible, and the
/// one of fewer words is chosen, the dense one on a tie:
///
/// - *dense*: targets fall into chunks of `synapsesPerEntry` consecutive neurons, counted from the slice's first. A chunk that holds any
///   target is one entry from its first to its last target; neurons between them that have no synapse get a weight of 0. The first
///   index is stored behind the prefix. Several synapses onto the same neuron need an entry each.
/// - *sparse*: entries of `synapsesPerEntry` synapses, in the order of the row, each with its index.
///
/// Leaving synapses out of a row (those whose weight is 0) never makes it longer, in either layout; so the structure of a projection
/// chooses the layout, and weights do not change it.
public struct RowPacking: Hashable, Sendable {
    public let packing: SynapsePacking
    public let weightBits: Int
    public let delayBits: Int
    public let indexBits: Int

    public init(_ packing: SynapsePacking, weightBits: Int, delayBits: Int, indexBits: Int) {
        self.packing = packing
        self.weightBits = weightBits
        self.delayBits = delayBits
        self.indexBits = indexBits
    }

    /// The format of a projection's synapses on a core of `neurons` neurons; nil when a width that it needs does not exist.
    public init?(_ packing: SynapsePacking, of synapses: QuantizedSynapses, neuronsOnCore neurons: Int) {
        guard
            let weightBits = packing.weightBits(holding: synapses.bits), let delayBits = packing.delayBits(holding: synapses.maximumDelay),
            let indexBits = packing.indexBits(forNeurons: neurons)
        else { return nil }
        self.init(packing, weightBits: weightBits, delayBits: delayBits, indexBits: indexBits)
    }

    /// Words of an entry of so many synapses (or slots, when dense).
    public func words(ofEntry synapses: Int, _ compression: SynapsePacking.Compression) -> Int {
        let index = compression == .sparse ? synapses * indexBits : indexBits
        let bits = packing.prefixBits + index + synapses * (weightBits + delayBits)
        let words = (bits + packing.wordBits - 1) / packing.wordBits
        guard let spare = packing.spareWordFrom else { return words }
        let rest = bits % packing.wordBits
        return rest == 0 || rest >= spare ? words + 1 : words
    }

    /// The layout of the targets `row[range]` (ascending neurons of the population) on the slice that starts at `base`.
    ///
    /// Complexity: linear in the row.
    public func layout(of row: [Int32], in range: Range<Int>, base: Int) -> RowLayout {
        let dense = packing.compressions.contains(.dense) ? denseLayout(of: row, in: range, base: base) : nil
        let sparse = packing.compressions.contains(.sparse) ? sparseLayout(of: row, in: range) : nil
        guard let dense else { return sparse ?? RowLayout(compression: .sparse, entries: [], words: 0) }
        guard let sparse else { return dense }
        return dense.words <= sparse.words ? dense : sparse
    }

    /// The layout of a given kind.
    public func layout(of row: [Int32], in range: Range<Int>, base: Int, as compression: SynapsePacking.Compression) -> RowLayout {
        switch compression {
        case .dense: denseLayout(of: row, in: range, base: base)
        case .sparse: sparseLayout(of: row, in: range)
        }
    }

    private func sparseLayout(of row: [Int32], in range: Range<Int>) -> RowLayout {
        var layout = RowLayout(compression: .sparse, entries: [], words: 0)
        for start in stride(from: range.lowerBound, to: range.upperBound, by: packing.synapsesPerEntry) {
            let synapses = Array(start..<min(start + packing.synapsesPerEntry, range.upperBound))
            layout.entries.append(RowLayout.Entry(first: row[start], slots: synapses.count, synapses: synapses))
            layout.words += words(ofEntry: synapses.count, .sparse)
        }
        return layout
    }

    private func denseLayout(of row: [Int32], in range: Range<Int>, base: Int) -> RowLayout {
        var layout = RowLayout(compression: .dense, entries: [], words: 0)
        var start = range.lowerBound
        while start < range.upperBound {
            let chunk = (Int(row[start]) - base) / packing.synapsesPerEntry
            var layers: [[Int]] = []
            var occurrence = 0
            var index = start
            while index < range.upperBound, (Int(row[index]) - base) / packing.synapsesPerEntry == chunk {
                occurrence = index > start && row[index] == row[index - 1] ? occurrence + 1 : 0
                if occurrence == layers.count { layers.append([]) }
                layers[occurrence].append(index)
                index += 1
            }
            for synapses in layers {
                guard let first = synapses.first, let last = synapses.last else { continue }
                let slots = Int(row[last] - row[first]) + 1
                layout.entries.append(RowLayout.Entry(first: row[first], slots: slots, synapses: synapses))
                layout.words += words(ofEntry: slots, .dense)
            }
            start = index
        }
        return layout
    }
}

/// The entries of a row.
public struct RowLayout: Hashable, Sendable {
    public struct Entry: Hashable, Sendable {
        /// The first target neuron, numbered within its population.
        public var first: Int32
        /// Places for synapses; a dense entry has one for each neuron from `first` on, a sparse one for each synapse.
        public var slots: Int
        /// Positions of the synapses in the row; their slots, when dense, are their targets less `first`.
        public var synapses: [Int]

        public init(first: Int32, slots: Int, synapses: [Int]) {
            self.first = first
            self.slots = slots
            self.synapses = synapses
        }
    }

    public var compression: SynapsePacking.Compression
    public var entries: [Entry]
    public var words: Int

    public init(compression: SynapsePacking.Compression, entries: [Entry], words: Int) {
        self.compression = compression
        self.entries = entries
        self.words = words
    }
}
