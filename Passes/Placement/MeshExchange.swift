import Chips
import Numerics

/// Betters a placement on a mesh by moving cores to empty cells and exchanging pairs.
///
/// Manhattan distance is the sum of one along x and one along y, so that what a core costs at any cell is known from a row and a column of
/// sums, which are kept up to date; the gain of any exchange then takes constant time.
struct MeshExchange {
    /// Physical core of each virtual one.
    private(set) var cores: [Int]

    private let traffic: CoreTraffic
    private let mesh: Mesh
    /// Physical cores that may be used.
    private let cells: [Int]
    /// Virtual core on each physical one; -1: none.
    private var occupant: [Int]
    /// By physical core.
    private let isUsable: [Bool]
    private let positions: [(x: Int, y: Int)]
    /// [cores × width] and [cores × height]: the core's cost along an axis, if it were there.
    private var costX: [Double]
    private var costY: [Double]

    /// Cells up to which every pair is tried; on larger regions only cells near a core's best place are.
    private static let mostCells = 4096
    /// Routers in each direction that count as near.
    private static let nearness = 6

    init(_ traffic: CoreTraffic, on mesh: Mesh, cells: [Int], at cores: [Int]) {
        self.traffic = traffic
        self.mesh = mesh
        self.cells = cells
        self.cores = cores
        occupant = [Int](repeating: -1, count: mesh.coreCount)
        for (virtual, physical) in cores.enumerated() { occupant[physical] = virtual }
        var isUsable = [Bool](repeating: false, count: mesh.coreCount)
        for cell in cells { isUsable[cell] = true }
        self.isUsable = isUsable
        let routers = (0..<mesh.routerCount).map { mesh.position(ofRouter: $0) }
        positions = (0..<mesh.coreCount).map { routers[mesh.router(ofCore: $0)] }
        costX = [Double](repeating: 0, count: cores.count * mesh.width)
        costY = [Double](repeating: 0, count: cores.count * mesh.height)
        for core in cores.indices {
            for place in traffic.neighbours(of: core) {
                let (x, y) = positions[cores[traffic.targets[place]]]
                for column in 0..<mesh.width { costX[core * mesh.width + column] += traffic.weights[place] * Double(abs(column - x)) }
                for row in 0..<mesh.height { costY[core * mesh.height + row] += traffic.weights[place] * Double(abs(row - y)) }
            }
        }
    }

    /// Takes the best exchange of every core in turn; false when none makes anything better.
    mutating func improve() -> Bool {
        var isBetter = false
        for core in cores.indices {
            guard let cell = bestCell(for: core) else { continue }
            let (from, other) = (cores[core], occupant[cell])
            move(core, to: cell)
            occupant[from] = other
            if other >= 0 { move(other, to: from) }
            occupant[cell] = core
            isBetter = true
        }
        return isBetter
    }

    private func bestCell(for core: Int) -> Int? {
        let from = cores[core]
        let (x, y) = positions[from]
        let here = costX[core * mesh.width + x] + costY[core * mesh.height + y]
        // What counts as better must exceed the rounding of the sums.
        var (best, gain) = (nil as Int?, 1e-9 * max(here, 1e-30))
        for cell in cells.count <= Self.mostCells ? cells : nearCells(to: core) {
            let (column, row) = positions[cell]
            if column == x && row == y { continue }
            var won = here - costX[core * mesh.width + column] - costY[core * mesh.height + row]
            let other = occupant[cell]
            if other >= 0 {
                won += costX[other * mesh.width + column] + costY[other * mesh.height + row]
                won -= costX[other * mesh.width + x] + costY[other * mesh.height + y]
                // Both sums took the other one for unmoved.
                if won > gain { won -= 2 * traffic.weight(core, other) * Double(abs(column - x) + abs(row - y)) }
            }
            if won > gain { (best, gain) = (cell, won) }
        }
        return best
    }

    /// Cells around the place where the core alone would cost least.
    private func nearCells(to core: Int) -> [Int] {
        let column = leastIndex(costX, core * mesh.width..<(core + 1) * mesh.width)
        let row = leastIndex(costY, core * mesh.height..<(core + 1) * mesh.height)
        var near: [Int] = []
        for y in max(0, row - Self.nearness)...min(mesh.height - 1, row + Self.nearness) {
            for x in max(0, column - Self.nearness)...min(mesh.width - 1, column + Self.nearness) {
                let first = (y * mesh.width + x) * mesh.coresPerTile
                near += (first..<first + mesh.coresPerTile).filter { isUsable[$0] }
            }
        }
        return near
    }

    private func leastIndex(_ costs: [Double], _ range: Range<Int>) -> Int {
        var least = range.lowerBound
        for index in range where costs[index] < costs[least] { least = index }
        return least - range.lowerBound
    }

    /// Writes the core's new place into the sums of all that talk to it.
    private mutating func move(_ core: Int, to cell: Int) {
        let (old, new) = (positions[cores[core]], positions[cell])
        cores[core] = cell
        for place in traffic.neighbours(of: core) {
            let (other, weight) = (traffic.targets[place], traffic.weights[place])
            if old.x != new.x {
                for column in 0..<mesh.width {
                    costX[other * mesh.width + column] += weight * Double(abs(column - new.x) - abs(column - old.x))
                }
            }
            if old.y != new.y {
                for row in 0..<mesh.height { costY[other * mesh.height + row] += weight * Double(abs(row - new.y) - abs(row - old.y)) }
            }
        }
    }
}
