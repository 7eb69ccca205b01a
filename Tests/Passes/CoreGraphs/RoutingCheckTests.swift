import Chips
import Diagnostics
import Lowering
import Numerics
import Passes
import Support
import Testing

/// The independent check accepts what Routing makes and refuses each of a dozen kinds of damage.
@Suite struct RoutingCheckTests {
    enum Damage: CaseIterable, Sendable {
        case lostLink, extraCore, lostCore, wrongCore, monitorCore, missingTable, wrongKey, deadLink, deadChip, extraLink, swappedWays,
            widerMask, loop
        case reordered
    }

    static func mapping() throws -> CoreGraphMapping {
        let graph = try CoreGraphFixture.graph(populations: 40, coresEach: 4, fanOut: 4, seed: 3)
        return try CoreGraphMapping(graph, on: .boards(holding: graph.coreCount), placement: Placement(rounds: 1))
    }

    @Test func acceptsWhatRoutingMakes() throws { #expect(try Self.mapping().violations() == []) }

    @Test(arguments: Damage.allCases, [false, true]) func refusesDamage(damage: Damage, compressed: Bool) throws {
        let mapping = try Self.mapping()
        var tables = compressed ? mapping.tables : mapping.uncompressed
        var torus = mapping.torus
        var faults = Faults()
        let senders = mapping.senders
        // An entry that the first sender with links uses.
        let (table, entry) = try #require(Self.entryWithLinks(tables, senders, torus))
        let way = tables[table].entries[entry].way
        let router = tables[table].router
        let link = try #require(way.linkList.first)
        switch damage {
        case .lostLink: tables[table].entries[entry].way.links &= ~(1 << UInt8(link))
        case .extraCore: tables[table].entries[entry].way.cores ^= RouterWay(cores: [16]).cores
        case .lostCore:
            let place = try #require(Self.entryWithCores(tables, senders, torus))
            tables[place.table].entries[place.entry].way.cores = .zero
        case .wrongCore:
            let place = try #require(Self.entryWithCores(tables, senders, torus))
            tables[place.table].entries[place.entry].way.cores &<<= 1
        case .monitorCore: tables[table].entries[entry].way.insert(core: 0)
        case .missingTable: tables.remove(at: table)
        case .wrongKey: tables[table].entries.removeAll { senders[0].keys.key & $0.mask == $0.key }
        case .deadLink: faults.deadLinks = [RouterLink(from: router, to: try #require(torus.neighbour(router, link)))]
        case .deadChip: faults.deadChips = [try #require(torus.neighbour(router, link))]
        case .extraLink:
            let other = try #require((0..<6).first { !way.holds(link: $0) && torus.neighbour(router, $0) != nil })
            tables[table].entries[entry].way.insert(link: other)
        case .swappedWays:
            let other = try #require(tables[table].entries.indices.first { tables[table].entries[$0].way != way })
            let keys = tables[table].entries[entry].keys
            tables[table].entries[entry].keys = tables[table].entries[other].keys
            tables[table].entries[other].keys = keys
        case .widerMask: tables[table].entries.insert(RouterEntry(keys: KeyRange(key: 0, mask: 0), way: RouterWay(cores: [1])), at: 0)
        case .loop:
            let next = try #require(torus.neighbour(router, link))
            let back = RouterEntry(keys: KeyRange(key: 0, mask: 0), way: RouterWay(links: 1 << UInt8(HexagonalTorus.opposite(link))))
            if let index = tables.firstIndex(where: { $0.router == next }) {
                tables[index].entries = [back]
            } else {
                tables.append(RouterTable(router: next, entries: [back]))
            }
        case .reordered:
            // A table in which order matters: the wide entry first.
            let wide = RouterEntry(keys: KeyRange(key: 0, mask: 0), way: RouterWay(cores: [1]))
            tables[table].entries.append(wide)
            tables[table].entries.reverse()
        }
        torus.monitors = mapping.torus.monitors
        #expect(!RoutingCheck(torus, faults, tables: tables).faults(of: senders).isEmpty, "\(damage)")
    }

    /// Entries of the table on the chip of the first sender that matches its keys.
    private static func entryWithLinks(_ tables: [RouterTable], _ senders: [RoutingCheck.Sender], _ torus: HexagonalTorus) -> (
        table: Int, entry: Int
    )? {
        find(tables, senders, torus) { !$0.linkList.isEmpty }
    }

    private static func entryWithCores(_ tables: [RouterTable], _ senders: [RoutingCheck.Sender], _ torus: HexagonalTorus) -> (
        table: Int, entry: Int
    )? {
        find(tables, senders, torus) { $0.hasCores }
    }

    private static func find(
        _ tables: [RouterTable], _ senders: [RoutingCheck.Sender], _ torus: HexagonalTorus, _ fits: (RouterWay) -> Bool
    ) -> (table: Int, entry: Int)? {
        for sender in senders {
            guard let table = tables.firstIndex(where: { $0.router == torus.router(ofCore: sender.core) }),
                let entry = tables[table].entries.firstIndex(where: { sender.keys.key & $0.mask == $0.key }),
                fits(tables[table].entries[entry].way)
            else { continue }
            return (table, entry)
        }
        return nil
    }
}
