import Chips
import Diagnostics
import Lowering
import Networks
import Numerics

extension Routing {
    /// One packet for each target core, along x, then along y; where that way meets a dead link, a shortest way around.
    func route(_ placed: PlacedGraph, on mesh: Mesh) throws(DiagnosticsError) -> RoutedGraph {
        let graph = placed.coreGraph
        var connections = connections(of: placed)
        var detours = MeshDetours(mesh, faults: placed.chip.faults)
        // Packets per link, by router and direction.
        var loads = [Double](repeating: 0, count: mesh.routerCount * 4)
        var cutOff: [String] = []
        for index in connections.indices {
            let net = graph.nets[connections[index].net]
            guard case .slice(let slice) = net.source else { continue }
            let start = mesh.router(ofCore: placed.physicalCore(of: graph.slices[slice].core))
            let end = mesh.router(ofCore: placed.physicalCore(of: connections[index].target))
            guard let path = detours.path(from: start, to: end) else {
                let population = graph.network.populations[graph.slices[slice].population].name
                cutOff.append(
                    "population '\(population)' on core \(placed.physicalCore(of: graph.slices[slice].core)) cannot reach core \(placed.physicalCore(of: connections[index].target))"
                )
                continue
            }
            connections[index].path = path
            let packets = net.packets(axons: connections[index].axonCount)
            for (from, to) in zip(path, path.dropFirst()) { loads[from * 4 + Self.direction(from, to)] += packets }
        }
        if !cutOff.isEmpty { throw refusal(cutOff, chip: placed.chip) }
        var linkLoads: [LinkLoad] = []
        for router in 0..<mesh.routerCount {
            // In the order of the neighbours' numbers: north, west, east, south.
            for (direction, neighbour) in [router - mesh.width, router - 1, router + 1, router + mesh.width].enumerated() {
                let packets = loads[router * 4 + direction]
                if packets > 0 { linkLoads.append(LinkLoad(link: RouterLink(from: router, to: neighbour), packetsPerStep: packets)) }
            }
        }
        return RoutedGraph(placed: placed, connections: connections, linkLoads: linkLoads)
    }

    private static func direction(_ from: Int, _ to: Int) -> Int {
        if to == from - 1 { 1 } else if to == from + 1 { 2 } else if to < from { 0 } else { 3 }
    }

    private func refusal(_ cutOff: [String], chip: Chip) -> DiagnosticsError {
        let more = cutOff.count > 1 ? ", nor have \(counted(cutOff.count - 1, "other connection")) a way" : ""
        return DiagnosticsError(
            Diagnostic(
                "fit-route", "\(cutOff[0])\(more): dead links of '\(chip.name)' cut it off",
                help: "list the cores behind the dead links as dead too, so that nothing is placed there"), isRefusal: true)
    }
}

/// Ways on a mesh with dead links.
struct MeshDetours {
    private let mesh: Mesh
    private let faults: Faults
    /// By start: the router before each on a shortest way from there, -1 where there is none.
    private var previous: [Int: [Int]] = [:]

    init(_ mesh: Mesh, faults: Faults) {
        self.mesh = mesh
        self.faults = faults
    }

    /// The straight way when all its links live, else the shortest; of equally short ones that which prefers x, ascending numbers first.
    mutating func path(from start: Int, to end: Int) -> [Int]? {
        let straight = mesh.straightPath(from: start, to: end)
        if faults.deadLinks.isEmpty || zip(straight, straight.dropFirst()).allSatisfy({ !faults.isDead($0, $1) }) { return straight }
        let before = previous[start] ?? search(from: start)
        previous[start] = before
        guard before[end] >= 0 else { return nil }
        var path = [end]
        while let last = path.last, last != start { path.append(before[last]) }
        return path.reversed()
    }

    private func search(from start: Int) -> [Int] {
        var before = [Int](repeating: -1, count: mesh.routerCount)
        before[start] = start
        var queue = [start]
        var next = 0
        while next < queue.count {
            let router = queue[next]
            next += 1
            let (x, y) = mesh.position(ofRouter: router)
            let neighbours = [
                x > 0 ? router - 1 : nil, x + 1 < mesh.width ? router + 1 : nil, y > 0 ? router - mesh.width : nil,
                y + 1 < mesh.height ? router + mesh.width : nil,
            ]
            for case let neighbour? in neighbours where before[neighbour] < 0 && !faults.isDead(router, neighbour) {
                before[neighbour] = router
                queue.append(neighbour)
            }
        }
        return before
    }
}
