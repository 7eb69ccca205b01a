/// How cores are joined. One case for each kind; a pass has a file for each.
public enum Topology: Hashable, Sendable {
    case mesh(Mesh)
    case hexagonalTorus(HexagonalTorus)
    /// One chip, used again and again; a core is an execution.
    case crossbar(LabelledCrossbar)

    /// All cores, usable or dead.
    public var coreCount: Int {
        switch self {
        case .mesh(let mesh): mesh.coreCount
        case .hexagonalTorus(let torus): torus.coreCount
        case .crossbar(let crossbar): crossbar.executions
        }
    }
}

/// Chips on a grid, each a grid of routers (tiles) with some cores at each; packets go first along x, then along y.
///
/// Routers form one grid across all chips, numbered row-major from the top left: router = y · width + x. Core number =
/// router · coresPerTile + position in the tile. `chips` and `tiles` are [columns, rows].
public struct Mesh: Hashable, Sendable {
    public var chips: [Int]
    public var tiles: [Int]
    public var coresPerTile: Int

    public init(chips: [Int], tiles: [Int], coresPerTile: Int) {
        self.chips = chips
        self.tiles = tiles
        self.coresPerTile = coresPerTile
    }

    /// Routers per row and per column of the whole machine.
    public var width: Int { chips[0] * tiles[0] }
    public var height: Int { chips[1] * tiles[1] }
    public var routerCount: Int { width * height }
    public var coreCount: Int { routerCount * coresPerTile }
    public var chipCount: Int { chips[0] * chips[1] }
    public var coresPerChip: Int { tiles[0] * tiles[1] * coresPerTile }

    public func router(ofCore core: Int) -> Int { core / coresPerTile }
    public func position(ofRouter router: Int) -> (x: Int, y: Int) { (router % width, router / width) }

    /// Row-major number of the chip that holds a core.
    public func chip(ofCore core: Int) -> Int {
        let (x, y) = position(ofRouter: router(ofCore: core))
        return y / tiles[1] * chips[0] + x / tiles[0]
    }

    /// Number of a core within its chip: row-major over the chip's tiles.
    public func localCore(ofCore core: Int) -> Int {
        let (x, y) = position(ofRouter: router(ofCore: core))
        return (y % tiles[1] * tiles[0] + x % tiles[0]) * coresPerTile + core % coresPerTile
    }

    /// The core of a chip by its number within the chip, as `localCore` counts; nil when there is none.
    public func core(_ local: Int, ofChip chip: Int) -> Int? {
        guard (0..<chipCount).contains(chip), (0..<coresPerChip).contains(local) else { return nil }
        let tile = local / coresPerTile
        let x = chip % chips[0] * tiles[0] + tile % tiles[0]
        let y = chip / chips[0] * tiles[1] + tile / tiles[0]
        return (y * width + x) * coresPerTile + local % coresPerTile
    }
}
