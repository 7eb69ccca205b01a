import Numerics

/// Merges pairs of entries: ways in order, those with the fewest entries first; any two entries of a way become one when that takes no key from
/// the ways that follow (SpiNNaker_PACMAN 1!7.4.1 calls it the pair compressor). Neighbouring keys, a population's, meet first.
enum PairMerging {
    /// The table with fewer entries; entries that may be left out are not.
    static func compress(_ entries: [KeyTable.Entry]) -> [KeyTable.Entry] {
        var byWay: [Int32: [KeyTable.Entry]] = [:]
        for entry in entries { byWay[entry.way, default: []].append(entry) }
        let ways = byWay.keys.sorted { (byWay[$0]?.count ?? 0, $0) < (byWay[$1]?.count ?? 0, $1) }
        var result: [KeyTable.Entry] = []
        for (place, way) in ways.enumerated() {
            let later = ways[(place + 1)...].flatMap { byWay[$0] ?? [] }
            var merged: [KeyTable.Entry] = []
            var open = (byWay[way] ?? []).sorted { $0.key > $1.key }
            while var entry = open.popLast() {
                // Until nothing more goes into it.
                var isGrowing = true
                while isGrowing {
                    isGrowing = false
                    for index in open.indices.reversed() {
                        let union = union(entry, open[index])
                        guard !later.contains(where: { ($0.key ^ union.key) & $0.mask & union.mask == 0 }) else { continue }
                        entry = union
                        open.remove(at: index)
                        isGrowing = true
                    }
                }
                merged.append(entry)
            }
            result += merged
        }
        return result
    }

    private static func union(_ a: KeyTable.Entry, _ b: KeyTable.Entry) -> KeyTable.Entry {
        let mask = a.mask & b.mask & ~(a.key ^ b.key)
        return KeyTable.Entry(key: a.key & mask, mask: mask, way: a.way, isDefaultable: false)
    }
}
