extension Chip {
    /// All cores that a network may use, ascending: those that exist, are not kept for the system and are not dead.
    public var usableCores: [Int] {
        switch topology {
        case .mesh(let mesh): (0..<mesh.coreCount).filter { !faults.deadCores.contains($0) }
        case .crossbar(let crossbar): (0..<crossbar.executions).filter { !faults.deadCores.contains($0) }
        case .hexagonalTorus(let torus): (0..<torus.routerCount).flatMap { usableCores(ofRouter: $0, of: torus) }
        }
    }

    /// The cores of one chip of a torus that a network may use, ascending.
    public func usableCores(ofRouter router: Int, of torus: HexagonalTorus) -> [Int] {
        guard torus.hasChip(router), !faults.deadChips.contains(router) else { return [] }
        return torus.applicationCores(ofRouter: router).filter { !faults.deadCores.contains($0) }
    }

    public var usableCoreCount: Int { usableCoresPerChip.reduce(0, +) }

    /// How many cores are usable on each chip of the board, by chip number.
    public var usableCoresPerChip: [Int] {
        switch topology {
        case .mesh(let mesh):
            var counts = [Int](repeating: mesh.coresPerChip, count: mesh.chipCount)
            for core in faults.deadCores where core >= 0 && core < mesh.coreCount { counts[mesh.chip(ofCore: core)] -= 1 }
            return counts
        case .hexagonalTorus(let torus): return (0..<torus.routerCount).map { usableCores(ofRouter: $0, of: torus).count }
        case .crossbar(let crossbar):
            return [crossbar.executions - faults.deadCores.count { (0..<crossbar.executions).contains($0) }]
        }
    }

    /// Whether some chip of the board has room for so many cores; then placement keeps them together, and no spike leaves a chip.
    public func holdsOnOneChip(_ cores: Int) -> Bool { cores <= usableCoresPerChip.max() ?? 0 }

    /// The number of a core's chip on the board.
    public func chip(ofCore core: Int) -> Int {
        switch topology {
        case .mesh(let mesh): mesh.chip(ofCore: core)
        case .hexagonalTorus(let torus): torus.router(ofCore: core)
        case .crossbar: 0
        }
    }
}
