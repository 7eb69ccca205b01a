extension Mesh {
    /// Routers joined by a link.
    public func areNeighbours(_ first: Int, _ second: Int) -> Bool { distance(first, second) == 1 }

    /// Links between two routers on the shortest way.
    public func distance(_ first: Int, _ second: Int) -> Int {
        let (a, b) = (position(ofRouter: first), position(ofRouter: second))
        return abs(a.x - b.x) + abs(a.y - b.y)
    }

    /// The routers along x, then along y, both ends included.
    public func straightPath(from start: Int, to end: Int) -> [Int] {
        var (x, y) = position(ofRouter: start)
        let goal = position(ofRouter: end)
        var path = [start]
        while x != goal.x {
            x += x < goal.x ? 1 : -1
            path.append(y * width + x)
        }
        while y != goal.y {
            y += y < goal.y ? 1 : -1
            path.append(y * width + x)
        }
        return path
    }
}

extension Faults {
    /// Whether the link between two neighbouring routers must not be used; a link dies in both directions.
    public func isDead(_ from: Int, _ to: Int) -> Bool {
        !deadLinks.isEmpty && (deadLinks.contains(RouterLink(from: from, to: to)) || deadLinks.contains(RouterLink(from: to, to: from)))
    }
}
