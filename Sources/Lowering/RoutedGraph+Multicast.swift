import Chips
import Networks
import Numerics

extension RoutedGraph {
    /// The cores that send, and who must receive them: what the independent check compares the tables with.
    public func senders(of routes: MulticastRoutes) -> [RoutingCheck.Sender] {
        let graph = placed.coreGraph
        return zip(graph.nets, routes.keys).compactMap { net, keys in
            guard let core = graph.sourceCore(of: net) else { return nil }
            let delay = if case .delayed = net.source { ", delayed" } else { "" }
            return RoutingCheck.Sender(
                name: "population '\(graph.network.populations[graph.population(of: net)].name)', neurons \(net.neurons.lowerBound)..<"
                    + "\(net.neurons.upperBound)\(delay)",
                core: placed.physicalCore(of: core), keys: keys, count: graph.keyCount(of: net) << routes.colourBits,
                targets: net.targets.map { placed.physicalCore(of: $0) })
        }
    }

    /// Multicast routes:
    ///
    /// - Every net has a range of keys; it holds a key for each neuron and colour, key bits lie inside masks, and no two ranges overlap.
    /// - Every net's range lies in one zone.
    /// - Tables are of chips that exist and live, ascending; none has more entries than a router holds; key bits lie inside masks.
    /// - Every key in use reaches exactly the cores of its net's targets, over living links, and comes to no chip twice: with the tables that
    ///   are loaded, and with those before compression.
    func verify(_ routes: MulticastRoutes, on torus: HexagonalTorus, _ check: inout InvariantCheck) {
        let graph = placed.coreGraph
        guard routes.keys.count == graph.nets.count else {
            check.violated("\(routes.keys.count) ranges of keys for \(graph.nets.count) nets")
            return
        }
        for (net, keys) in zip(graph.nets.elements.indices, routes.keys) {
            check.require(keys.key & ~keys.mask == 0, "net \(net) has key bits outside its mask")
            check.require(
                routes.zones.contains { $0.keys.holds(keys.key) && $0.mask & ~keys.mask == 0 }, "the keys of net \(net) lie in no zone")
            check.require(
                graph.keyCount(of: graph.nets.elements[net]) << routes.colourBits <= Int(~keys.mask) + 1,
                "net \(net) has more neurons than keys")
        }
        let sorted = routes.keys.indices.sorted { (routes.keys[$0].key, $0) < (routes.keys[$1].key, $1) }
        for (first, second) in zip(sorted, sorted.dropFirst()) {
            check.require(routes.keys[first].last < routes.keys[second].key, "the keys of nets \(first) and \(second) overlap")
        }
        for (name, tables) in [("loaded", routes.tables), ("uncompressed", routes.uncompressed)] {
            check.require(zip(tables, tables.dropFirst()).allSatisfy { $0.router < $1.router }, "\(name) tables are not ascending")
            for table in tables {
                check.require(
                    torus.hasChip(table.router) && !placed.chip.faults.deadChips.contains(table.router),
                    "there is a table for chip \(table.router), which does not exist or is dead")
                check.require(
                    table.entries.allSatisfy { $0.key & ~$0.mask == 0 }, "an entry of chip \(table.router) has key bits outside its mask")
                if name == "loaded" {
                    check.require(
                        table.entries.count <= torus.routerEntries,
                        "the table of chip \(table.router) has \(table.entries.count) entries, and a router holds \(torus.routerEntries)")
                }
            }
            for fault in RoutingCheck(torus, placed.chip.faults, tables: tables).faults(of: senders(of: routes)) {
                check.violated("\(name) tables: \(fault)")
            }
        }
    }
}
