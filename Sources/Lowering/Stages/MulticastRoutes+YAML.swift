import Chips
import Diagnostics
import Numerics
import YAML

/// `keys` [key, mask] by net; `zones` [zone, key, mask, neuron bits, core bits]; `tables` and `uncompressed_tables`: by chip its router and
/// entries [key, mask, links, defaultable, then the cores].
extension MulticastRoutes {
    var entries: [Node.Entry] {
        [
            Node.Entry("keys", Node(keys.map { .row([Int($0.key), Int($0.mask)]) })),
            Node.Entry("zones", Node(zones.map { .row([$0.zone, Int($0.key), Int($0.mask), $0.neuronBits, $0.coreBits]) })),
            Node.Entry("colour_bits", Node(colourBits)), Node.Entry("tables", Node(tables.map(\.yaml))),
            Node.Entry("uncompressed_tables", Node(uncompressed.map(\.yaml))),
        ]
    }

    init?(_ reader: inout MappingReader, on torus: HexagonalTorus) {
        let word = Reading<Int>.integer(atLeast: 0, atMost: Int(UInt32.max))
        guard let keys = reader.required("keys", .list(of: .list(of: word, count: 2...2))),
            let zones = reader.required("zones", .list(of: .list(of: word, count: 5...5))),
            let colourBits = reader.required("colour_bits", .integer(atLeast: 0, atMost: 16)),
            let tables = reader.required("tables", .list(of: .node)),
            let uncompressed = reader.required("uncompressed_tables", .list(of: .node)),
            let loaded = Self.tables(tables, torus, &reader), let whole = Self.tables(uncompressed, torus, &reader)
        else { return nil }
        self.init(
            keys: keys.map { KeyRange(key: UInt32($0[0]), mask: UInt32($0[1])) },
            zones: zones.map {
                ZoneKey(
                    zone: $0[0], keys: KeyRange(key: UInt32($0[1]), mask: UInt32($0[2])), neuronBits: $0[3], coreBits: $0[4])
            }, colourBits: colourBits, tables: loaded, uncompressed: whole)
    }

    private static func tables(_ nodes: [Node], _ torus: HexagonalTorus, _ reader: inout MappingReader) -> [RouterTable]? {
        var tables: [RouterTable] = []
        let row = Reading<[Int]>.list(of: .integer(atLeast: 0, atMost: Int(UInt32.max)), count: 4...4 + 256)
        for node in nodes {
            var inner = MappingReader(node, of: "a table")
            let router = inner.required("router", .integer(atLeast: 0, atMost: torus.routerCount - 1))
            let rows = inner.required("entries", .list(of: row))
            inner.finish(into: &reader.collector)
            guard let router, let rows else { return nil }
            if rows.contains(where: { $0[2] > 63 || $0[3] > 1 || $0.dropFirst(4).contains { $0 > 255 } }) {
                reader.report(stageFault("an entry of chip \(router) names a link or core that does not exist", reader))
                return nil
            }
            tables.append(
                RouterTable(
                    router: router,
                    entries: rows.map {
                        RouterEntry(
                            keys: KeyRange(key: UInt32($0[0]), mask: UInt32($0[1])),
                            way: RouterWay(links: UInt8($0[2]), cores: Array($0.dropFirst(4))), isDefaultable: $0[3] == 1)
                    }))
        }
        return tables
    }
}

extension RouterTable {
    fileprivate var yaml: Node {
        [
            "router": Node(router),
            "entries": Node(
                entries.map { .row([Int($0.key), Int($0.mask), Int($0.way.links), $0.isDefaultable ? 1 : 0] + $0.way.coreList) }),
        ]
    }
}
