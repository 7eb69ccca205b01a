import Lowering
import Numerics
import Passes
import Testing

/// Compressed tables send every key where the first table sent it.
@Suite struct TableCompressionTests {
    /// Ranges of two widths, as zones of different populations have; neighbours mostly agree.
    private static func table(_ seed: Int) -> [RouterEntry] {
        let random = Philox(seed: UInt64(seed), purpose: "test/tables")
        let ways = 1 + random.integer(0, below: 6)
        return (0..<(4 + random.integer(1, below: 120))).map { index in
            let isWide = index % 3 == 0
            let mask: UInt32 = isWide ? 0xFFFF_FF00 : 0xFFFF_FFC0
            let key = UInt32(isWide ? 0x10000 + index << 8 : index << 6)
            let way = random.integer(2 + index / 8 * 2 + (random.uniform(1000 + index) < 0.1 ? 1 : 0), below: ways)
            let isDefaultable = way == 0 && random.uniform(2000 + index) < 0.5
            return RouterEntry(
                keys: KeyRange(key: key, mask: mask), way: RouterWay(links: 1 << UInt8(way), cores: isDefaultable ? [] : [way + 1]),
                isDefaultable: isDefaultable)
        }
    }

    @Test(arguments: 0..<60) func keepsEveryWay(seed: Int) {
        let entries = Self.table(seed)
        var sizes: [Int] = []
        for methods in TableCompression.Method.allCases.map({ [$0] }) + [TableCompression.Method.allCases] {
            let small = TableCompression.compress([RouterTable(router: 7, entries: entries)], by: methods)
            let list = small.first?.entries ?? []
            sizes.append(list.count)
            #expect(small.count <= 1 && list.count <= entries.filter { !$0.isDefaultable }.count)
            for entry in list { #expect(entry.key & ~entry.mask == 0) }
            #expect(Set(list.map(\.keys)).count == list.count)
            for entry in entries {
                for key in [entry.key, entry.keys.last, entry.key | 0x15] {
                    let match = list.first { key & $0.mask == $0.key }
                    if let match { #expect(match.way == entry.way) } else { #expect(entry.isDefaultable) }
                }
            }
        }
        #expect(sizes.last == sizes.min())
    }

    @Test func mergesAPopulationWithOneWayIntoOneEntry() {
        let entries = (0..<48).map { RouterEntry(keys: KeyRange(key: UInt32($0) << 8, mask: 0xFFFF_FF00), way: RouterWay(links: 1)) }
        #expect(TableCompression.compress([RouterTable(router: 0, entries: entries)]).first?.entries.count == 1)
    }

    /// An exception costs one entry in front, not a cut of the wide one.
    @Test(arguments: TableCompression.Method.allCases) func putsExceptionsFirst(method: TableCompression.Method) {
        let entries = (0..<64).map {
            RouterEntry(keys: KeyRange(key: UInt32($0) << 8, mask: 0xFFFF_FF00), way: RouterWay(links: $0 == 37 ? 2 : 1))
        }
        #expect(TableCompression.compress([RouterTable(router: 0, entries: entries)], by: [method]).first?.entries.count == 2)
    }
}
