import Lowering
import Numerics
import Storage
import Support
import Targets
import Testing

/// Rows that learn, beside the machine code of sPyNNaker 1!7.4.1.
///
/// `Vectors/machine/plastic_rows.json.gz` was made by running the row and spike functions of the released binaries
/// `IF_curr_exp_stdp_mad_{pair,nearest_pair}_{additive,multiplicative}.aplx` in an ARM emulator (Unicorn, ARM946) on random rows: weights
/// after every fetch, what was added to the ring buffer, and the header at the end.
@Suite struct PlasticRowTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var json: JSONValue

        var testDescription: String { json["id"]?.string ?? "" }

        static let all: [Case] = ((try? JSONValue(file: testsFolder + "/Vectors/machine/plastic_rows.json.gz"))?.array ?? []).map {
            Case(json: $0)
        }

        func integer(_ key: String) throws -> Int { try #require(json[key]?.int) }
        func integers(_ key: String) throws -> [Int] { try #require(json[key]?.ints) }

        func pairs() throws -> FixedPointPairs {
            FixedPointPairs(
                isNearest: json["nearest"]?.bool == true, isMultiplicative: json["multiplicative"]?.bool == true,
                delaysTargets: try integer("backprop") != 0, sourceDecay: try integers("source_decay").map { Int16($0) },
                targetDecay: try integers("target_decay").map { Int16($0) }, lowest: Int32(try integer("lowest")),
                highest: Int32(try integer("highest")), potentiation: Int32(try integer("potentiation")),
                depression: Int32(try integer("depression")))
        }
    }

    @Test func `there are cases of every binary`() throws {
        #expect(Case.all.count == 32)
        for (isNearest, isMultiplicative) in [(false, false), (false, true), (true, false), (true, true)] {
            #expect(
                Case.all.contains {
                    $0.json["nearest"]?.bool == isNearest && $0.json["multiplicative"]?.bool == isMultiplicative
                })
        }
    }

    @Test(arguments: Case.all) func `rows learn as the released binaries let them, bit for bit`(_ item: Case) throws {
        let pairs = try item.pairs()
        let weights = try item.integers("weights").map { UInt16($0) }
        var row = LearningRow(
            pairs, weights: weights, controls: try item.integers("controls").map { UInt16($0) }, shifts: try item.integers("shifts"),
            neurons: try item.integer("neurons"), neuronBits: try item.integer("neuron_bits"), delayBits: try item.integer("delay_bits"))
        var fetches = 0
        for step in try #require(item.json["steps"]?.array) {
            let numbers = try #require(step.ints)
            let rest = Array(numbers.dropFirst(2))
            switch numbers[1] {
            case 1: row.took(rest, tick: numbers[0])
            case 0: row.fetch(sentAt: numbers[0], late: rest[0])
            case 2:
                fetches += 1
                #expect(row.weights.map { Int($0) } == rest, "tick \(numbers[0])")
            default: #expect(row.added == rest, "tick \(numbers[0])")
            }
        }
        #expect(fetches > 0)
        let header = try item.integers("header")
        #expect(row.header.prefix(1).map { Int($0) } == Array(header.prefix(1)))
        if header.count > 1 { #expect(Int(row.header[1] & 0xFFFF) == header[1] & 0xFFFF) }
        #expect(row.skipped == (try item.integer("skipped")))
    }

    /// Traces of 20 steps, changes of about a hundred s16.15 units.
    static func pairs(_ change: (inout FixedPointPairs) -> Void = { _ in }) -> FixedPointPairs {
        let table = FixedPointPairs.decayTable(timeConstant: 20)
        var pairs = FixedPointPairs(
            isNearest: false, isMultiplicative: false, delaysTargets: false, sourceDecay: table, targetDecay: table, lowest: 0,
            highest: 16000, potentiation: 100, depression: 120)
        change(&pairs)
        return pairs
    }

    static func row(_ pairs: FixedPointPairs, weight: UInt16) -> LearningRow {
        LearningRow(pairs, weights: [weight], controls: [1 << 4], shifts: [3, 3], neurons: 8, neuronBits: 3, delayBits: 3)
    }

    @Test func `a table ends where 2048 has decayed below 1, and holds what is left, rounded down`() {
        let table = FixedPointPairs.decayTable(timeConstant: 20)
        #expect(table.count == 154)
        #expect(table.prefix(6) == [2048, 1948, 1853, 1762, 1676, 1594])
        #expect(table[152] == 1 && table[153] == 0)
        #expect(FixedPointPairs.decayTable(timeConstant: 1e6).isEmpty)
        #expect(FixedPointPairs.entryCount(timeConstant: 1e6) == 7_624_620)
    }

    /// 1000 · 8 = 8000; 100 · 1594/2048 = 77; 120 · 1594/2048 = 93; 7984/8 = 998.
    @Test func `a pair of either order moves a weight by what can be told by hand`() {
        var row = Self.row(Self.pairs(), weight: 1000)
        row.fetch(sentAt: 10, late: 0)
        #expect(row.weights == [1000])
        row.took([0], tick: 15)
        row.fetch(sentAt: 20, late: 0)
        #expect(row.weights == [998])
        // The source's trace: 2048 · 1242/2048 + 2048, with 1242 = ⌊2048 e^-½⌋ after ten steps.
        #expect(row.header == [20, 1242 + 2048])
    }

    @Test func `additive changes stop at the bounds, and a coincident pair counts as depression`() {
        var up = Self.row(Self.pairs { $0.depression = 0 }, weight: 1995)
        up.fetch(sentAt: 1, late: 0)
        for tick in 2..<8 { up.took([0], tick: tick) }
        up.fetch(sentAt: 8, late: 0)
        #expect(up.weights == [2000])
        var down = Self.row(Self.pairs { $0.lowest = 800 }, weight: 110)
        down.took([0], tick: 4)
        down.fetch(sentAt: 4, late: 0)
        // 880 - 120, held at 800.
        #expect(down.weights == [100])
    }

    @Test func `a history keeps fifteen spikes, and the oldest are lost`() {
        func grown(_ ticks: Range<Int>) -> Int {
            var row = Self.row(Self.pairs { $0.depression = 0 }, weight: 1000)
            row.fetch(sentAt: 1, late: 0)
            for tick in ticks { row.took([0], tick: tick) }
            row.fetch(sentAt: 30, late: 0)
            return Int(row.weights[0]) - 1000
        }
        #expect(grown(2..<17) > grown(3..<17))
        // Ticks 2…17 are sixteen spikes: the first is lost.
        #expect(grown(2..<18) == grown(3..<18))
    }

    @Test func `of nearest pairs, the first spike of a target alone lets a weight grow`() {
        let pairs = Self.pairs {
            $0.isNearest = true
            $0.depression = 0
        }
        var row = Self.row(pairs, weight: 1000)
        row.fetch(sentAt: 100, late: 0)
        for tick in [105, 106, 107] { row.took([0], tick: tick) }
        row.fetch(sentAt: 110, late: 0)
        // 8000 + 77 of 100 · 1594/2048.
        #expect(row.weights == [1009])
    }

    @Test func `a delay of the whole ring buffer is never in time`() {
        var row = LearningRow(
            Self.pairs(), weights: [5, 6], controls: [0, 7 << 4], shifts: [0, 0], neurons: 8, neuronBits: 3, delayBits: 3)
        row.fetch(sentAt: 3, late: 0)
        #expect(row.skipped == 1)
        #expect(row.added == [2 << 4, 6])
    }
}
