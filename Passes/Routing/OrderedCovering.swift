import Numerics

/// Ordered covering (Mundy, Heathcote and Garside 2016, "On-chip order-exploiting routing table minimization for a multicast supercomputer
/// network"): entries of one way are merged, the best merge first, and a merge goes behind all entries that are less general.
///
/// A merge is refined before it counts: members that would fall behind an entry that takes their keys away leave it (up-check), and so do
/// those that make it take keys away from entries behind it (down-check). What a merged entry stands for is remembered, so that the
/// down-check looks at keys that somebody sends only.
struct OrderedCovering {
    private struct Line {
        var key: UInt32
        var mask: UInt32
        var way: Int32
        /// The entries that it stands for, as places in the first table.
        var originals: [Int]

        /// Bits that are not looked at.
        var generality: Int { 32 - mask.nonzeroBitCount }
        func meets(_ key: UInt32, _ mask: UInt32) -> Bool { (self.key ^ key) & self.mask & mask == 0 }
    }

    private let originals: [KeyTable.Entry]
    private var lines: [Line]

    /// The table with fewer entries; entries that may be left out are not.
    static func compress(_ entries: [KeyTable.Entry]) -> [KeyTable.Entry] {
        var covering = OrderedCovering(entries)
        while let merge = covering.bestMerge() { covering.apply(merge) }
        return covering.lines.map { KeyTable.Entry(key: $0.key, mask: $0.mask, way: $0.way, isDefaultable: false) }
    }

    private init(_ entries: [KeyTable.Entry]) {
        originals = entries
        lines = entries.enumerated().map { Line(key: $1.key, mask: $1.mask, way: $1.way, originals: [$0]) }
        lines.sort { ($0.generality, $0.key) < ($1.generality, $1.key) }
    }

    private struct Merge {
        /// Places in the table, ascending.
        var members: [Int]
        var key: UInt32
        var mask: UInt32
        /// The place before which the merged entry goes.
        var place: Int
        var gain: Int { members.count - 1 }
    }

    private func merge(_ members: [Int]) -> Merge {
        guard let first = members.first else { return Merge(members: [], key: 0, mask: 0, place: 0) }
        var (key, mask) = (lines[first].key, lines[first].mask)
        for member in members {
            mask &= lines[member].mask & ~(key ^ lines[member].key)
            key &= mask
        }
        let generality = 32 - mask.nonzeroBitCount
        var (low, high) = (0, lines.count)
        while low < high {
            let middle = (low + high) / 2
            if lines[middle].generality < generality { low = middle + 1 } else { high = middle }
        }
        return Merge(members: members, key: key, mask: mask, place: low)
    }

    private func bestMerge() -> Merge? {
        var byWay: [Int32: [Int]] = [:]
        for (index, line) in lines.enumerated() { byWay[line.way, default: []].append(index) }
        var best: Merge?
        for way in byWay.keys.sorted() {
            guard let members = byWay[way], members.count - 1 > best?.gain ?? 0 else { continue }
            let least = best?.gain ?? 0
            guard let first = upChecked(merge(members), least), let second = downChecked(first, least),
                let last = upChecked(second, least)
            else { continue }
            // Members that left may have made the entry less general: then what is behind it has changed.
            if last.members.count == second.members.count || downChecked(last, least)?.members == last.members { best = last }
        }
        return best
    }

    /// Without members whose keys an entry between them and the merged one would take.
    private func upChecked(_ start: Merge, _ least: Int) -> Merge? {
        var merge = start
        for member in start.members.reversed() {
            let line = lines[member]
            let isTaken =
                merge.place > member + 1
                && lines[(member + 1)..<merge.place].contains { $0.way != line.way && $0.meets(line.key, line.mask) }
            guard isTaken else { continue }
            merge = self.merge(merge.members.filter { $0 != member })
            if merge.gain <= least { return nil }
        }
        return merge.gain > least ? merge : nil
    }

    /// Without members that make the merged entry take keys of others behind it.
    private func downChecked(_ start: Merge, _ least: Int) -> Merge? {
        var merge = start
        while merge.gain > least {
            // The taken entry that the fewest bits could keep out.
            var choice: (count: Int, free: UInt32, key: UInt32)?
            for line in lines[merge.place...] where line.way != lines[merge.members[0]].way && line.meets(merge.key, merge.mask) {
                for original in line.originals {
                    let entry = originals[original]
                    guard (entry.key ^ merge.key) & entry.mask & merge.mask == 0 else { continue }
                    let free = ~merge.mask & entry.mask
                    if free.nonzeroBitCount < choice?.count ?? 33 { choice = (free.nonzeroBitCount, free, entry.key) }
                }
            }
            guard let (count, free, key) = choice else { return merge }
            if count == 0 { return nil }
            // Fix one of these bits to what the entry has not: the one that costs the fewest members.
            var kept: [Int] = []
            var rest = free
            while rest != 0 {
                let bit = rest & (~rest &+ 1)
                rest &= rest - 1
                let members = merge.members.filter { lines[$0].mask & bit != 0 && (lines[$0].key ^ key) & bit != 0 }
                if members.count > kept.count { kept = members }
            }
            if kept.count - 1 <= least { return nil }
            merge = self.merge(kept)
        }
        return nil
    }

    private mutating func apply(_ merge: Merge) {
        let members = Set(merge.members)
        let line = Line(
            key: merge.key, mask: merge.mask, way: lines[merge.members[0]].way, originals: merge.members.flatMap { lines[$0].originals })
        var result: [Line] = []
        for (index, other) in lines.enumerated() {
            if index == merge.place { result.append(line) }
            if !members.contains(index) { result.append(other) }
        }
        if merge.place == lines.count { result.append(line) }
        lines = result
    }
}
