import Chips
import Lowering
import Numerics

extension Placement {
    /// Several first placements, the best of them bettered by exchanges.
    func place(_ graph: CoreGraph, on mesh: Mesh) -> [Int] {
        let traffic = CoreTraffic(graph)
        let region = MeshRegion(mesh, holding: traffic.count, faults: graph.chip.faults)
        func hops(_ cores: [Int]) -> Double { traffic.hops(cores.map { mesh.router(ofCore: $0) }, distance: mesh.distance) }
        let starts = MeshStarts(traffic, on: mesh, in: region).placements.map { (hops: hops($0), cores: $0) }
        let order = starts.indices.sorted { (starts[$0].hops, $0) < (starts[$1].hops, $1) }
        var best: (hops: Double, cores: [Int])?
        for start in order.prefix(traffic.count <= Self.fewCores ? 6 : 2).map({ starts[$0] }) {
            var exchange = MeshExchange(traffic, on: mesh, cells: region.curves[0], at: start.cores)
            for _ in 0..<rounds {
                if !exchange.improve() { break }
            }
            let hops = hops(exchange.cores)
            if hops < best?.hops ?? .infinity { best = (hops, exchange.cores) }
        }
        return best?.cores ?? []
    }

    /// Cores up to which the six best first placements are bettered; beyond, the two best are.
    private static var fewCores: Int { 256 }
}

/// The usable cores that a network is given: one chip when it fits, else as few chips as possible, side by side.
struct MeshRegion {
    /// The cores along curves that keep neighbours near: a Hilbert curve, and snakes along x and along y.
    let curves: [[Int]]

    init(_ mesh: Mesh, holding count: Int, faults: Faults) {
        var usable = [Int](repeating: mesh.coresPerChip, count: mesh.chipCount)
        for core in faults.deadCores where core >= 0 && core < mesh.coreCount { usable[mesh.chip(ofCore: core)] -= 1 }
        var chosen: Set<Int> = []
        if let chip = usable.firstIndex(where: { $0 >= count }) {
            chosen = [chip]
        } else {
            var room = 0
            for chip in Self.snake(columns: mesh.chips[0], rows: mesh.chips[1]) where room < count {
                room += usable[chip]
                chosen.insert(chip)
            }
        }
        let routers = (0..<mesh.routerCount).filter { chosen.contains(mesh.chip(ofCore: $0 * mesh.coresPerTile)) }
        let side = max(mesh.width, mesh.height)
        func alongX(_ router: Int) -> Int {
            let (x, y) = mesh.position(ofRouter: router)
            return y * mesh.width + (y % 2 == 0 ? x : mesh.width - 1 - x)
        }
        func alongY(_ router: Int) -> Int {
            let (x, y) = mesh.position(ofRouter: router)
            return x * mesh.height + (x % 2 == 0 ? y : mesh.height - 1 - y)
        }
        func hilbert(_ router: Int) -> Int {
            let (x, y) = mesh.position(ofRouter: router)
            return Self.hilbertIndex(x, y, side: side)
        }
        curves = [hilbert, alongX, alongY].map { place in
            let keys = routers.map { (place($0), $0) }.sorted { $0 < $1 }
            return keys.flatMap { key in
                (key.1 * mesh.coresPerTile..<(key.1 + 1) * mesh.coresPerTile).filter { !faults.deadCores.contains($0) }
            }
        }
    }

    private static func snake(columns: Int, rows: Int) -> [Int] {
        (0..<rows).flatMap { row in (0..<columns).map { row * columns + (row % 2 == 0 ? $0 : columns - 1 - $0) } }
    }

    /// The place of a cell on Hilbert's curve through the smallest square of a power of two that holds `side` (Hilbert 1891).
    static func hilbertIndex(_ x: Int, _ y: Int, side: Int) -> Int {
        var half = 1
        while half * 2 < side { half *= 2 }
        var (x, y, index) = (x, y, 0)
        while half > 0 {
            let (right, low) = (x & half != 0 ? 1 : 0, y & half != 0 ? 1 : 0)
            index += half * half * (3 * right ^ low)
            if low == 0 {
                if right == 1 { (x, y) = (2 * half - 1 - (x & (2 * half - 1)), 2 * half - 1 - (y & (2 * half - 1))) }
                (x, y) = (y, x)
            }
            half /= 2
        }
        return index
    }
}
