import Chips
import Lowering
import Networks

/// Packs rows of synapses into the words of a core's synapse memory.
///
/// An entry is `prefix: format number (4 bits), synapses - 1 (6 bits)`; when dense, the first index; then for each synapse `index`
/// (when sparse), `weight`, `delay`; it is filled up to whole words.
struct SynapsePacker {
    private var bits = BitWriter()
    /// In the order of their numbers, from 1 on.
    private(set) var formats: [SynapseFormat] = []
    private let packing: SynapsePacking
    private let weight: WeightFormat
    private let neurons: Int
    private var row = QuantizedRow()
    private var scratch = SynapseRow()

    /// A projection onto a slice, with what is the same for all its rows.
    struct Part {
        fileprivate let rows: QuantizedRows
        fileprivate let slice: Slice
        fileprivate let layout: RowPacking
        fileprivate var dense: EntryWriter?
        fileprivate var sparse: EntryWriter?
    }

    init(_ packing: SynapsePacking, neuronsOnCore neurons: Int, weight: WeightFormat) {
        self.packing = packing
        self.neurons = neurons
        self.weight = weight
    }

    var words: [UInt64] { bits.words }
    var wordCount: Int { bits.words.count }

    func part(_ rows: QuantizedRows, _ slice: Slice) -> Part {
        guard let layout = RowPacking(packing, of: rows.synapses, neuronsOnCore: neurons) else {
            preconditionFailure("bug: partitioning accepted a synapse width that the chip lacks")
        }
        return Part(rows: rows, slice: slice, layout: layout)
    }

    /// Appends what a source neuron sends to a slice.
    mutating func append(_ part: inout Part, source: Int) {
        let base = part.slice.neurons.lowerBound
        part.rows.read(source, targets: part.slice.neurons, scratch: &scratch, into: &row)
        if row.count == 0 { return }
        // Partitioning counted the structure, with the synapses whose weight became 0: they decide between dense and sparse.
        let counted = part.layout.words(of: scratch.targets, in: 0..<scratch.count, base: base)
        let start = wordCount
        let entry = writer(&part, counted.compression)
        if isStrictlyAscending {
            switch counted.compression {
            case .sparse: appendSparse(entry)
            case .dense: appendDense(entry, base: base)
            }
        } else {
            for piece in part.layout.layout(of: row.targets, in: 0..<row.count, base: base, as: counted.compression).entries {
                entry.write(row, piece.synapses, first: Int(piece.first), slots: piece.slots, to: &bits)
            }
        }
        precondition(
            wordCount - start <= counted.words, "bug: a row takes \(wordCount - start) words, and partitioning counts \(counted.words)")
    }

    /// The writer of the part's rows of one compression, which gives the format its number when it is first used.
    private mutating func writer(_ part: inout Part, _ compression: SynapsePacking.Compression) -> EntryWriter {
        if let known = compression == .dense ? part.dense : part.sparse { return known }
        let format = SynapseFormat(
            weightBits: part.layout.weightBits, exponent: part.rows.synapses.exponent, mode: part.rows.synapses.mode,
            delayBits: part.layout.delayBits, compression: compression)
        let entry = EntryWriter(
            part.layout, format, number: number(of: format), step: weight.mantissas(format.mode, bits: format.weightBits).step,
            shift: part.slice.offset - part.slice.neurons.lowerBound)
        if compression == .dense { part.dense = entry } else { part.sparse = entry }
        return entry
    }

    private var isStrictlyAscending: Bool {
        for index in 1..<max(row.count, 1) where row.targets[index] <= row.targets[index - 1] { return false }
        return true
    }

    private mutating func appendSparse(_ entry: EntryWriter) {
        for start in stride(from: 0, to: row.count, by: packing.synapsesPerEntry) {
            let synapses = start..<min(start + packing.synapsesPerEntry, row.count)
            entry.write(row, synapses, first: Int(row.targets[start]), slots: synapses.count, to: &bits)
        }
    }

    private mutating func appendDense(_ entry: EntryWriter, base: Int) {
        var start = 0
        while start < row.count {
            // The chunk's end: a full one needs no search where targets are consecutive.
            let bound = Int32(
                truncatingIfNeeded: base + ((Int(row.targets[start]) - base) / packing.synapsesPerEntry + 1) * packing.synapsesPerEntry)
            var end = start + 1
            while end < row.count, row.targets[end] < bound { end += 1 }
            let slots = Int(row.targets[end - 1] - row.targets[start]) + 1
            entry.write(row, start..<end, first: Int(row.targets[start]), slots: slots, to: &bits)
            start = end
        }
    }

    private mutating func number(of format: SynapseFormat) -> Int {
        if let place = formats.firstIndex(of: format) { return place + 1 }
        formats.append(format)
        precondition(formats.count < 16, "bug: a core needs more than 15 synapse formats")
        return formats.count
    }
}

/// Writes entries of one format.
private struct EntryWriter {
    private let layout: RowPacking
    private let isDense: Bool
    private let isInhibitory: Bool
    private let number: UInt64
    private let weightBits: Int
    private let slotBits: Int
    private let mask: UInt64
    /// Steps are powers of 2.
    private let stepBits: Int
    /// What makes a compartment of a target.
    private let shift: Int

    init(_ layout: RowPacking, _ format: SynapseFormat, number: Int, step: Int, shift: Int) {
        self.layout = layout
        isDense = format.compression == .dense
        isInhibitory = format.mode == .inhibitory
        self.number = UInt64(number)
        weightBits = format.weightBits
        slotBits = format.weightBits + format.delayBits
        mask = (1 << UInt64(format.weightBits)) - 1
        stepBits = step.trailingZeroBitCount
        self.shift = shift
    }

    /// - Parameters:
    ///   - synapses: positions in the row, targets ascending.
    ///   - first: target of the first slot.
    func write(_ row: QuantizedRow, _ synapses: some Sequence<Int>, first: Int, slots: Int, to bits: inout BitWriter) {
        let start = bits.words.count
        bits.append(number, bits: 4)
        bits.append(UInt64(slots - 1), bits: layout.packing.prefixBits - 4)
        if isDense {
            bits.append(UInt64(first + shift), bits: layout.indexBits)
            var next = first
            for index in synapses {
                let target = Int(row.targets[index])
                while next < target {
                    bits.append(0, bits: slotBits)
                    next += 1
                }
                bits.append(slot(row, index), bits: slotBits)
                next += 1
            }
        } else {
            for index in synapses {
                bits.append(UInt64(Int(row.targets[index]) + shift), bits: layout.indexBits)
                bits.append(slot(row, index), bits: slotBits)
            }
        }
        bits.pad(toWords: start + layout.words(ofEntry: slots, isDense ? .dense : .sparse))
    }

    /// Weight, then delay. A mixed weight is in two's complement, the others are magnitudes; all count in the format's steps.
    @inline(__always)
    private func slot(_ row: QuantizedRow, _ index: Int) -> UInt64 {
        let mantissa = Int(row.mantissas[index])
        let steps = (isInhibitory ? -mantissa : mantissa) >> stepBits
        precondition(
            steps << stepBits == (isInhibitory ? -mantissa : mantissa), "bug: the mantissa \(mantissa) has more bits than its format")
        return UInt64(truncatingIfNeeded: steps) & mask | UInt64(row.delays[index]) << UInt64(truncatingIfNeeded: weightBits)
    }
}
