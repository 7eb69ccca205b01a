import Chips

/// A torus with its faults taken out: what placement and routing may use.
struct TorusMachine: Sendable {
    let torus: HexagonalTorus
    /// By router: cores that a network may use.
    var capacity: [Int]
    /// By router · 6 + link: the router behind it, -1 where there is none.
    let neighbours: [Int32]
    let routerCount: Int

    init(_ torus: HexagonalTorus, _ faults: Faults) {
        self.torus = torus
        routerCount = torus.routerCount
        var capacity = [Int](repeating: 0, count: torus.routerCount)
        var neighbours = [Int32](repeating: -1, count: torus.routerCount * HexagonalTorus.linkCount)
        for router in 0..<torus.routerCount where torus.hasChip(router) && !faults.deadChips.contains(router) {
            capacity[router] = torus.applicationCores(ofRouter: router).count
            for link in 0..<HexagonalTorus.linkCount {
                guard let other = torus.neighbour(router, link), other != router, !faults.deadChips.contains(other),
                    !faults.isDead(router, other)
                else { continue }
                neighbours[router * HexagonalTorus.linkCount + link] = Int32(other)
            }
        }
        for core in faults.deadCores where core >= 0 && core < torus.coreCount {
            let router = torus.router(ofCore: core)
            if capacity[router] > 0, torus.applicationCores(ofRouter: router).contains(core) { capacity[router] -= 1 }
        }
        self.capacity = capacity
        self.neighbours = neighbours
    }

    /// Links to every router from one, -1 where there is no way.
    func distances(from start: Int) -> [Int16] {
        var distance = [Int16](repeating: -1, count: routerCount)
        distance[start] = 0
        var queue = [start]
        var next = 0
        while next < queue.count {
            let router = queue[next]
            next += 1
            for link in 0..<6 {
                let other = Int(neighbours[router * 6 + link])
                if other >= 0, distance[other] < 0 {
                    distance[other] = distance[router] + 1
                    queue.append(other)
                }
            }
        }
        return distance
    }
}
