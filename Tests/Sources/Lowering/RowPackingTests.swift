import Chips
import Lowering
import Numerics
import Support
import Testing

@Suite struct RowPackingTests {
    static func packing(_ random: inout TestRandom) -> RowPacking {
        let packing = SynapsePacking(
            wordBits: random.element(of: [16, 64]), synapsesPerEntry: random.element(of: [4, 60, 64]),
            prefixBits: random.integer(in: 4...10), weightBits: [1, 2, 4, 8], indexBits: [6, 8, 10], delayBits: [0, 3, 6],
            spareWordFrom: random.chance(0.5) ? nil : 11,
            compressions: random.element(of: [[.dense, .sparse], [.dense], [.sparse], [.sparse, .dense]]))
        return RowPacking(
            packing, weightBits: random.element(of: [1, 4, 8]), delayBits: random.element(of: [0, 6]),
            indexBits: random.element(of: [6, 10]))
    }

    /// Ascending targets from `base` on, some of them repeated.
    static func row(_ random: inout TestRandom, base: Int) -> [Int32] {
        let chance = Double(random.integer(in: 1...10)) / 10
        var row: [Int32] = []
        for target in 0..<random.integer(in: 1...200) where random.chance(chance) {
            row.append(Int32(base + target))
            if random.chance(0.02) { row.append(Int32(base + target)) }
        }
        return row
    }

    /// What is counted is what is laid out; every synapse has one slot of an entry, and no entry is too long.
    @Test func wordsAreThoseOfTheLayout() {
        var random = TestRandom(1, "layout")
        for _ in 0..<400 {
            let (packing, base) = (Self.packing(&random), random.integer(in: 0...50))
            let row = [Int32](repeating: 0, count: 3) + Self.row(&random, base: base)
            let layout = packing.layout(of: row, in: 3..<row.count, base: base)
            let counted = packing.words(of: row, in: 3..<row.count, base: base)
            #expect(counted.words == layout.words)
            #expect(row.count == 3 || counted.compression == layout.compression)
            #expect(layout.entries.reduce(0) { $0 + packing.words(ofEntry: $1.slots, layout.compression) } == layout.words)
            #expect(layout.entries.flatMap(\.synapses).sorted() == Array(3..<row.count))
            for entry in layout.entries {
                #expect(entry.slots <= packing.packing.synapsesPerEntry && entry.synapses.count <= entry.slots)
                let slots = entry.synapses.map { layout.compression == .dense ? Int(row[$0] - entry.first) : $0 }
                #expect(Set(slots).count == slots.count)
                if layout.compression == .dense { #expect(slots.allSatisfy { $0 >= 0 && $0 < entry.slots }) }
            }
        }
    }

    /// So that a writer may leave out synapses whose weight became 0.
    @Test func leavingSynapsesOutNeverTakesMoreWords() {
        var random = TestRandom(2, "subset")
        for _ in 0..<400 {
            let packing = Self.packing(&random)
            let row = Self.row(&random, base: 0)
            let part = row.filter { _ in random.chance(0.7) }
            let (all, less) = (packing.words(of: row, in: 0..<row.count, base: 0), packing.words(of: part, in: 0..<part.count, base: 0))
            #expect(less.words <= all.words, "\(part.count) of \(row.count) synapses take \(less.words) words, all \(all.words)")
        }
    }

    @Test func consecutiveTargetsAreCountedInClosedForm() {
        var random = TestRandom(3, "consecutive")
        for _ in 0..<300 {
            let packing = Self.packing(&random)
            let count = random.integer(in: 1...200)
            let hole = random.chance(0.3) ? nil : random.integer(in: 0...count - 1)
            let row = (0..<count).filter { $0 != hole }.map { Int32($0) }
            #expect(packing.words(ofConsecutive: count, hole: hole).words == packing.words(of: row, in: 0..<row.count, base: 0).words)
        }
    }

    /// By hand: 10 bits and an index of 6 before 64 weights of 8 bits are 528 bits, 9 words of 64; 20 more are 176 bits, 3 words.
    @Test func aDenseRowByHand() {
        let packing = SynapsePacking(
            wordBits: 64, synapsesPerEntry: 64, prefixBits: 10, weightBits: [8], indexBits: [6], delayBits: [0])
        let row = RowPacking(packing, weightBits: 8, delayBits: 0, indexBits: 6)
        #expect(row.words(ofConsecutive: 84) == RowWords(words: 12, compression: .dense))
        // Two far apart: 10 + 2 · (8 + 6) bits, one word, against two entries of 24 bits.
        #expect(row.words(of: [0, 70], in: 0..<2, base: 0) == RowWords(words: 1, compression: .sparse))
    }
}
