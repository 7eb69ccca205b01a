import Chips
import Diagnostics
import Lowering
import Networks
import Numerics

extension Routing {
    /// Keys, trees and tables.
    func route(_ placed: PlacedGraph, on torus: HexagonalTorus) throws(DiagnosticsError) -> RoutedGraph {
        let machine = TorusMachine(torus, placed.chip.faults)
        let nets = TorusNets(placed.coreGraph)
        let routing = TorusRouting.best(machine, nets, at: placed.physicalCores.map { Int32(torus.router(ofCore: $0)) })
        if let cut = routing.bundles.first(where: \.isCutOff) {
            let core = placed.physicalCores[nets.sources[cut.nets[0]]]
            throw DiagnosticsError(
                Diagnostic(
                    "fit-route",
                    "packets from core \(core) cannot reach all their targets: dead chips or links of '\(placed.chip.name)' cut it off",
                    help: "list the chips behind the dead ones as dead too, so that nothing is placed there"), isRefusal: true)
        }
        let keys = try MulticastKeys(placed.coreGraph)
        let uncompressed = routing.tables(keys: keys.ranges, cores: placed.physicalCores)
        let tables = TableCompression.compress(uncompressed)
        if let largest = tables.max(by: { $0.entries.count < $1.entries.count }), largest.entries.count > torus.routerEntries {
            let (x, y) = torus.position(ofRouter: largest.router)
            throw DiagnosticsError(
                Diagnostic(
                    "fit-router-entries",
                    "chip (\(x), \(y)) needs \(largest.entries.count) routing entries after compression, and its router holds \(torus.routerEntries)",
                    help: "put more neurons on each core, so that there are fewer sources, or use a target with more chips"),
                isRefusal: true)
        }
        return RoutedGraph(
            placed: placed,
            routes: .multicast(
                MulticastRoutes(
                    keys: keys.ranges, zones: keys.zones, colourBits: MulticastKeys.colourBits, tables: tables, uncompressed: uncompressed)),
            linkLoads: routing.linkLoads)
    }
}

extension TorusRouting {
    /// An entry for each net on each chip of its tree, ascending by key.
    /// - Parameters:
    ///   - keys: of each net.
    ///   - cores: the physical core of each core.
    func tables(keys: [KeyRange], cores: [Int]) -> [RouterTable] {
        var entries = [[RouterEntry]](repeating: [], count: machine.routerCount)
        // Cores of each set on each chip, found once.
        var coresOfSet: [Int: [Int: RouterWay]] = [:]
        for bundle in bundles {
            guard let first = bundle.nets.first else { continue }
            let set = nets.sets[first]
            if coresOfSet[set] == nil {
                var ways: [Int: RouterWay] = [:]
                for member in nets.targets(of: first) {
                    let core = cores[Int(member)]
                    ways[machine.torus.router(ofCore: core), default: RouterWay()].insert(core: core % machine.torus.coresPerChip)
                }
                coresOfSet[set] = ways
            }
            var ways = coresOfSet[set] ?? [:]
            var cameOver: [Int: Int] = [:]
            if ways[bundle.source] == nil { ways[bundle.source] = RouterWay() }
            for edge in bundle.edges {
                let (router, link) = (Int(edge) / HexagonalTorus.linkCount, Int(edge) % HexagonalTorus.linkCount)
                ways[router, default: RouterWay()].insert(link: link)
                cameOver[Int(machine.neighbours[Int(edge)])] = link
            }
            for (router, way) in ways {
                let isDefaultable = !way.hasCores && cameOver[router].map { way.links == 1 << UInt8($0) } == true
                for net in bundle.nets { entries[router].append(RouterEntry(keys: keys[net], way: way, isDefaultable: isDefaultable)) }
            }
        }
        return entries.indices.compactMap { router in
            entries[router].isEmpty ? nil : RouterTable(router: router, entries: entries[router].sorted { $0.key < $1.key })
        }
    }

    var linkLoads: [LinkLoad] {
        var loads: [RouterLink: Double] = [:]
        for (edge, load) in trees.loads.enumerated() where load > 0 {
            loads[RouterLink(from: edge / HexagonalTorus.linkCount, to: Int(machine.neighbours[edge])), default: 0] += load
        }
        return loads.keys.sorted().map { LinkLoad(link: $0, packetsPerStep: loads[$0] ?? 0) }
    }
}
