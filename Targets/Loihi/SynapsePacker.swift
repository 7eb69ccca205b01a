import Chips
import Lowering
import Networks

/// Packs rows of synapses into the words of a core's synapse memory.
///
/// An entry is `prefix: format number (4 bits), synapses - 1 (6 bits)`; when dense, the first index; then for each synapse `index`
/// (when sparse), `weight`, `delay`; it is filled up to whole words.
struct SynapsePacker {
    private(set) var words: [UInt64] = []
    /// In the order of their numbers, from 1 on.
    private(set) var formats: [SynapseFormat] = []
    private let packing: SynapsePacking
    private let weight: WeightFormat
    private let neurons: Int
    private var row = QuantizedRow()
    private var scratch = SynapseRow()

    init(_ packing: SynapsePacking, neuronsOnCore neurons: Int, weight: WeightFormat) {
        self.packing = packing
        self.neurons = neurons
        self.weight = weight
    }

    /// Appends what a source neuron sends to a slice.
    mutating func append(_ rows: QuantizedRows, source: Int, _ slice: Slice) {
        rows.read(source, targets: slice.neurons, scratch: &scratch, into: &row)
        if row.count == 0 { return }
        guard let layout = RowPacking(packing, of: rows.synapses, neuronsOnCore: neurons) else {
            preconditionFailure("bug: partitioning accepted a synapse width that the chip lacks")
        }
        // Partitioning counted the structure, with the synapses whose weight became 0: they decide between dense and sparse.
        let counted = layout.words(of: scratch.targets, in: 0..<scratch.count, base: slice.neurons.lowerBound)
        let format = SynapseFormat(
            weightBits: layout.weightBits, exponent: rows.synapses.exponent, mode: rows.synapses.mode, delayBits: layout.delayBits,
            compression: counted.compression)
        let start = words.count
        let entry = EntryWriter(
            layout, format, number: number(of: format), step: weight.mantissas(format.mode, bits: format.weightBits).step)
        let shift = slice.offset - slice.neurons.lowerBound
        if isStrictlyAscending {
            switch counted.compression {
            case .sparse: appendSparse(entry, shift)
            case .dense: appendDense(entry, shift, base: slice.neurons.lowerBound)
            }
        } else {
            let parts = layout.layout(of: row.targets, in: 0..<row.count, base: slice.neurons.lowerBound, as: counted.compression)
            for part in parts.entries {
                entry.write(row, part.synapses, first: Int(part.first) + shift, slots: part.slots, shift: shift, to: &words)
            }
        }
        precondition(
            words.count - start <= counted.words, "bug: a row takes \(words.count - start) words, and partitioning counts \(counted.words)")
    }

    private var isStrictlyAscending: Bool {
        for index in 1..<max(row.count, 1) where row.targets[index] <= row.targets[index - 1] { return false }
        return true
    }

    private mutating func appendSparse(_ entry: EntryWriter, _ shift: Int) {
        for start in stride(from: 0, to: row.count, by: packing.synapsesPerEntry) {
            let synapses = start..<min(start + packing.synapsesPerEntry, row.count)
            entry.write(row, synapses, first: Int(row.targets[start]) + shift, slots: synapses.count, shift: shift, to: &words)
        }
    }

    private mutating func appendDense(_ entry: EntryWriter, _ shift: Int, base: Int) {
        var start = 0
        while start < row.count {
            let chunk = (Int(row.targets[start]) - base) / packing.synapsesPerEntry
            var end = start + 1
            while end < row.count, (Int(row.targets[end]) - base) / packing.synapsesPerEntry == chunk { end += 1 }
            let slots = Int(row.targets[end - 1] - row.targets[start]) + 1
            entry.write(row, start..<end, first: Int(row.targets[start]) + shift, slots: slots, shift: shift, to: &words)
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

/// Writes one entry.
private struct EntryWriter {
    let layout: RowPacking
    let format: SynapseFormat
    let number: Int
    let step: Int

    init(_ layout: RowPacking, _ format: SynapseFormat, number: Int, step: Int) {
        self.layout = layout
        self.format = format
        self.number = number
        self.step = step
    }

    /// - Parameters:
    ///   - synapses: positions in the row, targets ascending.
    ///   - first: compartment of the first slot.
    ///   - shift: what makes a compartment of a target.
    func write(
        _ row: QuantizedRow, _ synapses: some Sequence<Int>, first: Int, slots: Int, shift: Int, to words: inout [UInt64]
    ) {
        var bits = BitWriter()
        bits.append(UInt64(number), bits: 4)
        bits.append(UInt64(slots - 1), bits: layout.packing.prefixBits - 4)
        let slotBits = format.weightBits + format.delayBits
        switch format.compression {
        case .dense:
            bits.append(UInt64(first), bits: layout.indexBits)
            var next = first
            for index in synapses {
                let compartment = Int(row.targets[index]) + shift
                while next < compartment {
                    bits.append(0, bits: slotBits)
                    next += 1
                }
                bits.append(slot(row, index), bits: slotBits)
                next += 1
            }
        case .sparse:
            for index in synapses {
                bits.append(UInt64(Int(row.targets[index]) + shift), bits: layout.indexBits)
                bits.append(slot(row, index), bits: slotBits)
            }
        }
        bits.pad(toWords: layout.words(ofEntry: slots, format.compression))
        words.append(contentsOf: bits.words)
    }

    /// Weight, then delay. A mixed weight is in two's complement, the others are magnitudes; all count in the format's steps.
    @inline(__always)
    private func slot(_ row: QuantizedRow, _ index: Int) -> UInt64 {
        let mantissa = Int(row.mantissas[index])
        precondition(mantissa % step == 0, "bug: the mantissa \(mantissa) is no multiple of \(step)")
        let steps = format.mode == .inhibitory ? -mantissa / step : mantissa / step
        let field = UInt64(truncatingIfNeeded: steps) & ((1 << UInt64(format.weightBits)) - 1)
        return field | UInt64(row.delays[index]) << UInt64(format.weightBits)
    }
}
