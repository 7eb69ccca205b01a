import Chips
import Diagnostics
import Numerics
import YAML

extension PlacedGraph {
    /// The physical core of each virtual one.
    var entry: Node.Entry { Node.Entry("physical_cores", .row(physicalCores)) }

    init?(_ reader: inout MappingReader, _ coreGraph: CoreGraph) {
        let count = coreGraph.cores.count
        let most = coreGraph.quantized.chip.topology.coreCount - 1
        let item = Reading<Int>.integer(atLeast: 0, atMost: most)
        guard let cores = reader.required("physical_cores", .list(of: item, count: count...count)) else { return nil }
        self.init(coreGraph: coreGraph, physicalCores: cores)
    }
}

/// `connections` [net, target core, first axon, axons, then the routers of the path], or the keys and tables of multicast routes; `links`
/// [from, to] with `link_loads` beside them.
extension RoutedGraph {
    var entries: [Node.Entry] {
        let ways: [Node.Entry] =
            switch routes {
            case .unicast(let connections):
                [
                    Node.Entry(
                        "connections",
                        Node(connections.map { Node.row([$0.net.index, $0.target.index, $0.firstAxon, $0.axonCount] + $0.path) }))
                ]
            case .multicast(let routes): routes.entries
            case .crossbar(let routes): [Node.Entry("executions", routes.node)]
            }
        return ways + [
            Node.Entry("links", Node(linkLoads.map { .row([$0.link.from, $0.link.to]) })),
            Node.Entry("link_loads", Node(linkLoads.map { Node($0.packetsPerStep) })),
        ]
    }

    init?(_ reader: inout MappingReader, _ placed: PlacedGraph) {
        guard let links = reader.required("links", .list(of: .row(2))),
            let loads = reader.required("link_loads", .list(of: .real(atLeast: 0), count: links.count...links.count))
        else { return nil }
        let linkLoads = zip(links, loads).map { LinkLoad(link: RouterLink(from: $0[0], to: $0[1]), packetsPerStep: $1) }
        if case .hexagonalTorus(let torus) = placed.coreGraph.quantized.chip.topology {
            guard let routes = MulticastRoutes(&reader, on: torus) else { return nil }
            self.init(placed: placed, routes: .multicast(routes), linkLoads: linkLoads)
            return
        }
        if case .crossbar(let crossbar) = placed.coreGraph.quantized.chip.topology {
            let network = placed.coreGraph.quantized.network
            guard let routes = CrossbarRoutes(&reader, crossbar, network: network) else { return nil }
            self.init(placed: placed, routes: .crossbar(routes), linkLoads: linkLoads)
            return
        }
        guard let rows = reader.required("connections", .list(of: .list(of: .integer(atLeast: 0), count: 4...Int.max))) else { return nil }
        let (nets, cores) = (placed.coreGraph.nets.count, placed.coreGraph.cores.count)
        if let bad = rows.firstIndex(where: { $0[0] >= nets || $0[1] >= cores }) {
            reader.report(stageFault("connection \(bad) names a net or core that does not exist", reader))
            return nil
        }
        self.init(
            placed: placed,
            connections: rows.map {
                Connection(net: ID($0[0]), target: ID($0[1]), firstAxon: $0[2], axonCount: $0[3], path: Array($0.dropFirst(4)))
            },
            linkLoads: linkLoads)
    }
}
