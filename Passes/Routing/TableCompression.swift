package import Lowering
import Numerics

/// A multicast table as numbers: ranges of keys, each with the number of its way.
struct KeyTable: Sendable {
    struct Entry: Sendable, Hashable {
        var key: UInt32
        var mask: UInt32
        /// Number of the way.
        var way: Int32
        /// Whether the entry may be left out: the packet goes straight on.
        var isDefaultable: Bool
    }
    var entries: [Entry]
}

/// Makes tables small: finds an ordered list of entries whose first match is the way of every key in use.
///
/// Ways are emitted one after the other, and a merged entry must only avoid the keys that are not decided yet, so that later ones are wide
/// and the last may match everything; within a way, entries grow bit by bit over undecided keys of the same way and over keys that nobody
/// sends (as rules are learnt by separate-and-conquer lists: Rivest 1987, "Learning decision lists"; cubes grow as in ESPRESSO, Brayton et al. 1984).
package struct TableCompression {
    package enum Method: CaseIterable, Sendable { case decisionLists, pairs, orderedCovering }

    /// The same tables with fewer entries; those without any are left out.
    package static func compress(_ tables: [RouterTable], by methods: [Method] = Method.allCases) -> [RouterTable] {
        tables.compactMap { table in
            var numbers: [RouterWay: Int32] = [:]
            var ways: [RouterWay] = []
            let entries = table.entries.map { entry in
                let way = numbers[entry.way] ?? Int32(ways.count)
                if way == ways.count {
                    numbers[entry.way] = way
                    ways.append(entry.way)
                }
                return KeyTable.Entry(key: entry.key, mask: entry.mask, way: way, isDefaultable: entry.isDefaultable)
            }
            let small = compress(KeyTable(entries: entries), by: methods).map {
                RouterEntry(keys: KeyRange(key: $0.key, mask: $0.mask), way: ways[Int($0.way)])
            }
            return small.isEmpty ? nil : RouterTable(router: table.router, entries: small)
        }
    }

    /// The smallest of the lists that three ways of compressing find: decision lists, ordered covering and merging of pairs. Only lists that send
    /// every key where the table sends it are taken.
    static func compress(_ table: KeyTable, by methods: [Method] = Method.allCases) -> [KeyTable.Entry] {
        let entries = table.entries
        if entries.isEmpty { return [] }
        var best = entries.filter { !$0.isDefaultable }
        for method in methods {
            let list =
                switch method {
                case .decisionLists: decisionList(entries)
                case .pairs: PairMerging.compress(entries)
                case .orderedCovering: OrderedCovering.compress(entries)
                }
            let short = trimmed(list, for: entries)
            if short.count < best.count, isFaithful(short, to: entries) { best = short }
        }
        return best
    }

    /// Whether the first match of every key of the table goes its way, or there is none and it needs none.
    static func isFaithful(_ list: [KeyTable.Entry], to entries: [KeyTable.Entry]) -> Bool {
        entries.allSatisfy { entry in
            for line in list where meets(line, entry) {
                if line.way != entry.way { return false }
                if holds(line, entry) { return true }
            }
            return entry.isDefaultable
        }
    }

    /// Without entries that are not needed: packets go the same way by a later one, or straight on.
    private static func trimmed(_ list: [KeyTable.Entry], for entries: [KeyTable.Entry]) -> [KeyTable.Entry] {
        var short = list
        for index in list.indices.reversed() {
            let met = entries.filter { meets(list[index], $0) }
            var other = short
            other.remove(at: index)
            if isFaithful(other, to: met) { short = other }
        }
        return short
    }

    private static func decisionList(_ entries: [KeyTable.Entry]) -> [KeyTable.Entry] {
        var best = entries.filter { !$0.isDefaultable }
        var bestOrder: (leavesOut: Bool, ways: [Int32])?
        for leavesOut in [true, false] {
            let compression = TableCompression(entries, mayLeaveOut: leavesOut)
            for order in 0..<4 {
                let ways = compression.waysInOrder(order)
                let list = compression.list(ways)
                if list.count < best.count { (best, bestOrder) = (list, (leavesOut, ways)) }
            }
        }
        guard let start = bestOrder, start.ways.count > 2 else { return best }
        // Ways change places at random while that does not make the list longer.
        let compression = TableCompression(entries, mayLeaveOut: start.leavesOut)
        var ways = start.ways
        var random: UInt64 = 0x9e37_79b9_7f4a_7c15
        for _ in 0..<min(Self.trials, Self.trialWork / entries.count, 4 * ways.count * ways.count) {
            random ^= random << 13
            random ^= random >> 7
            random ^= random << 17
            let from = Int(random >> 33) % ways.count
            let to = Int(random & 0xFFFF_FFFF) % ways.count
            guard from != to else { continue }
            var other = ways
            other.insert(other.remove(at: from), at: to)
            let list = compression.list(other)
            if list.count <= best.count { (best, ways) = (list, other) }
        }
        return best
    }

    /// Orders that are tried beyond the first ones, and entries that are looked at in all of them.
    private static let trials = 60
    private static let trialWork = 12_000

    private let entries: [KeyTable.Entry]
    private let mayLeaveOut: Bool
    private let varying: UInt32

    private init(_ entries: [KeyTable.Entry], mayLeaveOut: Bool) {
        self.entries = entries
        self.mayLeaveOut = mayLeaveOut
        // Bits in which keys of the table differ.
        var bits: UInt32 = 0
        let first = entries[0]
        for entry in entries { bits |= (entry.key ^ first.key) | (entry.mask ^ first.mask) }
        varying = bits
    }

    /// The ways in the order in which they are emitted.
    private func waysInOrder(_ order: Int) -> [Int32] {
        var counts: [Int32: Int] = [:]
        var covers: [Int32: Int] = [:]
        for entry in entries where !(entry.isDefaultable && mayLeaveOut) { counts[entry.way, default: 0] += 1 }
        if order == 1 || order == 3 {
            let all = Array(entries.indices)
            for way in counts.keys { covers[way] = cover(way, undecided: all).count }
        }
        func rank(_ way: Int32) -> (Int, Int) {
            switch order {
            case 0: (counts[way] ?? 0, 0)
            case 1: (covers[way] ?? 0, counts[way] ?? 0)
            case 2: (-(counts[way] ?? 0), 0)
            default: ((covers[way] ?? 0) * 1000 / max(counts[way] ?? 1, 1), counts[way] ?? 0)
            }
        }
        return counts.keys.sorted { (rank($0).0, rank($0).1, $0) < (rank($1).0, rank($1).1, $1) }
    }

    /// What is emitted when the ways come in this order.
    private func list(_ ways: [Int32]) -> [KeyTable.Entry] {
        var undecided = Array(entries.indices)
        var result: [KeyTable.Entry] = []
        for way in ways {
            let cubes = cover(way, undecided: undecided)
            result += cubes
            undecided = undecided.filter { index in
                let entry = entries[index]
                return !(entry.way == way && cubes.contains { Self.meets($0, entry) })
            }
        }
        return result
    }

    private static func meets(_ a: KeyTable.Entry, _ b: KeyTable.Entry) -> Bool { (a.key ^ b.key) & a.mask & b.mask == 0 }
    private static func holds(_ a: KeyTable.Entry, _ b: KeyTable.Entry) -> Bool { (a.key ^ b.key) & a.mask == 0 && a.mask & ~b.mask == 0 }

    /// Entries of one way that cover all its keys and touch no undecided key of another way.
    private func cover(_ way: Int32, undecided: [Int]) -> [KeyTable.Entry] {
        var own: [KeyTable.Entry] = []
        var others: [KeyTable.Entry] = []
        for index in undecided {
            let entry = entries[index]
            if entry.way != way { others.append(entry) } else if !(entry.isDefaultable && mayLeaveOut) { own.append(entry) }
        }
        var cubes: [KeyTable.Entry] = []
        var open = own
        while let seed = open.first {
            let cube = grow(seed, open, others)
            open.removeAll { Self.holds(cube, $0) }
            cubes.append(cube)
        }
        return cubes
    }

    /// The seed, widened bit by bit: each time by the bit that takes in the most open keys.
    private func grow(_ seed: KeyTable.Entry, _ open: [KeyTable.Entry], _ others: [KeyTable.Entry]) -> KeyTable.Entry {
        var cube = seed
        // What keeps each other range out: the bits in which both are fixed and differ.
        var apart = others.map { ($0.key ^ seed.key) & $0.mask & seed.mask }
        // What keeps each open range out of the cube: bits that the cube fixes and it does not have.
        var gaps = open.map { (($0.key ^ seed.key) & seed.mask) | (seed.mask & ~$0.mask) }
        while true {
            var blocked: UInt32 = 0
            for gap in apart where gap & (gap &- 1) == 0 { blocked |= gap }
            let free = cube.mask & varying & ~blocked
            if free == 0 { break }
            // Open ranges that one more bit takes in; else those that are nearest.
            var gain = [Int](repeating: 0, count: 32)
            var nearest = 33
            for gap in gaps where gap != 0 && gap & blocked == 0 {
                let bits = gap.nonzeroBitCount
                if bits < nearest {
                    nearest = bits
                    for bit in 0..<32 { gain[bit] = 0 }
                }
                if bits == nearest {
                    var rest = gap
                    while rest != 0 {
                        gain[rest.trailingZeroBitCount] += 1
                        rest &= rest - 1
                    }
                }
            }
            var choice = -1
            for bit in 0..<32 where free >> UInt32(bit) & 1 == 1 {
                if choice < 0 || gain[bit] > gain[choice] { choice = bit }
            }
            guard choice >= 0 else { break }
            let bit = UInt32(1) << UInt32(choice)
            cube.mask &= ~bit
            cube.key &= ~bit
            for index in apart.indices { apart[index] &= ~bit }
            for index in gaps.indices { gaps[index] &= ~bit }
        }
        return cube
    }
}
