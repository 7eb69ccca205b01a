/// Chips on a hexagonal torus, or on a part of one, each with a router of six links and some cores.
///
/// Routers are numbered row-major from the bottom left: router = y · width + x. Core number = router · coresPerChip + p, where p counts
/// from 0 as SpiNNaker counts virtual cores. Links 0 to 5 go E, NE, N, W, SW, S; the opposite of a link is (link + 3) mod 6
/// (SpiNNaker: SpiNNMachine 1!7.4.1, `link_data_table.py`; references/spinnaker.md, section 1.2).
public struct HexagonalTorus: Hashable, Sendable {
    public var width: Int
    public var height: Int
    /// Whether links lead around the edge, along x and along y.
    public var wraps: [Bool]
    /// Numbers that a chip's cores take up: one more than the largest p.
    public var coresPerChip: Int
    /// How many cores each chip has, by router; 0 where there is no chip.
    public var cores: [Int]
    /// The lowest cores of every chip, which no network gets.
    public var monitors: Int
    /// So many more on each chip with an Ethernet port.
    public var gatherers: Int
    /// Routers of the chips with an Ethernet port, ascending; the first chip of each board.
    public var ethernet: [Int]
    /// Entries that a router's multicast table has for networks.
    public var routerEntries: Int
    /// Links that do not exist although both chips do: router · 6 + link, ascending, each direction by itself.
    public var absentLinks: [Int]

    public init(
        width: Int, height: Int, wraps: [Bool] = [true, true], coresPerChip: Int, cores: [Int], monitors: Int, gatherers: Int = 0,
        ethernet: [Int] = [0], routerEntries: Int, absentLinks: [Int] = []
    ) {
        self.width = width
        self.height = height
        self.wraps = wraps
        self.coresPerChip = coresPerChip
        self.cores = cores
        self.monitors = monitors
        self.gatherers = gatherers
        self.ethernet = ethernet
        self.routerEntries = routerEntries
        self.absentLinks = absentLinks
    }

    public var routerCount: Int { width * height }
    public var coreCount: Int { routerCount * coresPerChip }

    /// Links of each router.
    public static let linkCount = 6
    /// What a link adds to x and y: E, NE, N, W, SW, S.
    public static let vectors: [(x: Int, y: Int)] = [(1, 0), (1, 1), (0, 1), (-1, 0), (-1, -1), (0, -1)]
    public static func opposite(_ link: Int) -> Int { (link + 3) % linkCount }

    public func router(ofCore core: Int) -> Int { core / coresPerChip }
    public func position(ofRouter router: Int) -> (x: Int, y: Int) { (router % width, router / width) }
    public func router(x: Int, y: Int) -> Int { y * width + x }
    public func hasChip(_ router: Int) -> Bool { router >= 0 && router < cores.count && cores[router] > 0 }

    /// The first core of a chip that a network may use.
    public func firstApplicationCore(ofRouter router: Int) -> Int { monitors + (Self.holds(ethernet, router) ? gatherers : 0) }

    /// Numbers of the cores of a chip that a network may use, dead ones included.
    public func applicationCores(ofRouter router: Int) -> Range<Int> {
        let first = firstApplicationCore(ofRouter: router)
        let start = router * coresPerChip
        return start + min(first, cores[router])..<start + cores[router]
    }

    /// The router behind a link; nil where there is no chip or no link.
    public func neighbour(_ router: Int, _ link: Int) -> Int? {
        guard hasChip(router), let other = place(router, link), hasChip(other) else { return nil }
        return absentLinks.isEmpty || !Self.holds(absentLinks, router * Self.linkCount + link) ? other : nil
    }

    /// Where a link would lead on a machine without holes.
    private func place(_ router: Int, _ link: Int) -> Int? {
        var (x, y) = position(ofRouter: router)
        x += Self.vectors[link].x
        y += Self.vectors[link].y
        if !(0..<width).contains(x) {
            guard wraps[0] else { return nil }
            x = (x + width) % width
        }
        if !(0..<height).contains(y) {
            guard wraps[1] else { return nil }
            y = (y + height) % height
        }
        return y * width + x
    }

    /// Whether an ascending list holds a number.
    private static func holds(_ list: [Int], _ number: Int) -> Bool {
        var (low, high) = (0, list.count)
        while low < high {
            let middle = (low + high) / 2
            if list[middle] < number { low = middle + 1 } else { high = middle }
        }
        return low < list.count && list[low] == number
    }

    /// The links from one router to another that exist; two on a machine that is two chips wide.
    public func links(from: Int, to: Int) -> [Int] { (0..<Self.linkCount).filter { neighbour(from, $0) == to } }

    /// Links on a shortest way on a machine without holes or faults.
    public func distance(_ first: Int, _ second: Int) -> Int {
        let (a, b) = (position(ofRouter: first), position(ofRouter: second))
        var best = Int.max
        for x in steps(b.x - a.x, width, wraps[0]) {
            for y in steps(b.y - a.y, height, wraps[1]) {
                // Diagonal links serve x and y of one sign at once.
                best = min(best, x.signum() * y.signum() > 0 ? max(abs(x), abs(y)) : abs(x) + abs(y))
            }
        }
        return best
    }

    private func steps(_ difference: Int, _ size: Int, _ wraps: Bool) -> [Int] {
        guard wraps, difference != 0 else { return [difference] }
        return [difference, difference > 0 ? difference - size : difference + size]
    }
}

extension HexagonalTorus {
    /// The 48 chips of a SpiNN-5 board, relative to its Ethernet chip: for each column x the rows y that are there
    /// (references/spinnaker.md, section 1.2).
    public static let boardRows = [0...3, 0...4, 0...5, 0...6, 0...7, 1...7, 2...7, 3...7]

    /// The Ethernet chip of the board that a chip is on; the nearest one on machines of other boards.
    public func ethernetChip(ofRouter router: Int) -> Int {
        let (x, y) = position(ofRouter: router)
        for port in ethernet {
            let start = position(ofRouter: port)
            let (column, row) = (offset(x - start.x, width, wraps[0]), offset(y - start.y, height, wraps[1]))
            if Self.boardRows.indices.contains(column), Self.boardRows[column].contains(row) { return port }
        }
        return ethernet.min { (distance($0, router), $0) < (distance($1, router), $1) } ?? router
    }

    private func offset(_ difference: Int, _ size: Int, _ wraps: Bool) -> Int {
        wraps ? ((difference % size) + size) % size : difference
    }

    /// Ethernet chips of a torus of triads: three at each multiple of 12 (references/spinnaker.md, section 1.2).
    public static let triadPorts: [(x: Int, y: Int)] = [(0, 0), (4, 8), (8, 4)]
    public static let triadSide = 12

    /// Says that an axis does not wrap when no link leads around its edge, and forgets absent links that then lead nowhere.
    public mutating func dropUnusedWraps() {
        for axis in 0..<2 {
            let size = axis == 0 ? width : height
            guard size > 1 else { continue }
            let isUsed = (0..<routerCount).contains { router in
                let start = position(ofRouter: router)
                let edge = axis == 0 ? start.x : start.y
                guard edge == 0 || edge == size - 1 else { return false }
                return (0..<Self.linkCount).contains { link in
                    let step = axis == 0 ? Self.vectors[link].x : Self.vectors[link].y
                    return !(0..<size).contains(edge + step) && neighbour(router, link) != nil
                }
            }
            if !isUsed { wraps[axis] = false }
        }
        absentLinks = absentLinks.filter { number in
            guard let other = place(number / Self.linkCount, number % Self.linkCount) else { return false }
            return hasChip(number / Self.linkCount) && hasChip(other)
        }
    }
}
