import Chips
import Diagnostics
import Storage

/// The ways of a core's packets that are not straight, as an artifact tells them: `routes/{chip, core, first_router, router}`.
struct RouteTable {
    private let chip: Chip
    private let mesh: Mesh
    private let start: Int
    private let path: String
    private let group: String
    /// By physical number of the target: the routers on the way, both ends included.
    private var routes: [Int: [Int]] = [:]

    init(_ file: HDF5File, path: String, group: String, from core: Int, chip: Chip, mesh: Mesh) throws(DiagnosticsError) {
        self.chip = chip
        self.mesh = mesh
        self.path = path
        self.group = group
        start = mesh.router(ofCore: core)
        guard file.kind(of: "\(group)/routes") != nil else { return }
        let chips = try file.readIntegers("\(group)/routes/chip")
        let cores = try file.readIntegers("\(group)/routes/core")
        let first = try file.readIntegers("\(group)/routes/first_router")
        let routers = try file.readIntegers("\(group)/routes/router")
        guard cores.count == chips.count, first.count == chips.count + 1, first.first == 0, first.last == routers.count,
            zip(first, first.dropFirst()).allSatisfy({ $0 < $1 })
        else { throw fail("its columns do not fit together") }
        for row in chips.indices {
            guard let target = mesh.core(cores[row], ofChip: chips[row]) else { throw fail("row \(row) leads to no core of the chip") }
            let route = Array(routers[first[row]..<first[row + 1]])
            guard route.allSatisfy({ (0..<mesh.routerCount).contains($0) }), route.first == start,
                route.last == mesh.router(ofCore: target), zip(route, route.dropFirst()).allSatisfy({ mesh.areNeighbours($0, $1) })
            else { throw fail("row \(row) is no way from the core to core \(cores[row]) of chip \(chips[row])") }
            routes[target] = route
        }
    }

    /// The way to a core; nil for the straight one.
    /// - Throws: when it takes a dead link.
    func route(to core: Int) throws(DiagnosticsError) -> [Int]? {
        let route = routes[core]
        let way = route ?? mesh.straightPath(from: start, to: mesh.router(ofCore: core))
        for (from, to) in zip(way, way.dropFirst()) where chip.faults.isDead(from, to) {
            throw fail("the way to core \(core) takes the dead link from router \(from) to \(to)")
        }
        return route
    }

    private func fail(_ what: String) -> DiagnosticsError { ArtifactManifest.damaged(path, "\(group)/routes: \(what)") }
}

/// A way to another core that is not the straight one, as it is written.
struct RouteEntry: Hashable, Sendable {
    /// Physical number of the target.
    var core: Int
    var routers: [Int]

    /// Writes a core's ways, if it has any.
    static func write(_ routes: [RouteEntry], to file: HDF5File, _ group: String, mesh: Mesh) throws(DiagnosticsError) {
        if routes.isEmpty { return }
        var first: [UInt32] = [0]
        for route in routes { first.append((first.last ?? 0) + UInt32(route.routers.count)) }
        try file.write(routes.map { UInt32(mesh.chip(ofCore: $0.core)) }, to: "\(group)/routes/chip")
        try file.write(routes.map { UInt32(mesh.localCore(ofCore: $0.core)) }, to: "\(group)/routes/core")
        try file.write(first, to: "\(group)/routes/first_router")
        try file.write(routes.flatMap { $0.routers.map { UInt32($0) } }, to: "\(group)/routes/router")
    }
}
