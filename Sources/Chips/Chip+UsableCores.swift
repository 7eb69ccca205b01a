extension Chip {
    /// All cores that are not dead, ascending.
    public var usableCores: [Int] { (0..<topology.coreCount).filter { !faults.deadCores.contains($0) } }

    public var usableCoreCount: Int { usableCoresPerChip.reduce(0, +) }

    /// How many cores are usable on each chip of the board, by chip number.
    public var usableCoresPerChip: [Int] {
        switch topology {
        case .mesh(let mesh):
            var counts = [Int](repeating: mesh.coresPerChip, count: mesh.chipCount)
            for core in faults.deadCores where core >= 0 && core < mesh.coreCount { counts[mesh.chip(ofCore: core)] -= 1 }
            return counts
        }
    }

    /// Whether some chip of the board has room for so many cores; then placement keeps them together, and no spike leaves a chip.
    public func holdsOnOneChip(_ cores: Int) -> Bool { cores <= usableCoresPerChip.max() ?? 0 }

    /// The number of a core's chip on the board.
    public func chip(ofCore core: Int) -> Int {
        switch topology {
        case .mesh(let mesh): mesh.chip(ofCore: core)
        }
    }
}
