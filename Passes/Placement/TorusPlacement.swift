import Chips
import Numerics

/// Gives every core of a core graph a chip of a torus, so that multicast trees are short.
///
/// Many cheap first placements are priced by the links of their trees; the cheapest is bettered by annealing at three temperatures, first with
/// twins kept together, then core by core. Interchangeable cores are at last numbered on along their trees (`TorusTwins`).
struct TorusPlacement {
    /// By core: its router. Empty when the cores do not fit on chips that are joined.
    private(set) var routers: [Int32] = []
    /// How many cores the largest part of the machine has whose chips are joined.
    let room: Int

    private let machine: TorusMachine
    private let rounds: Int
    /// Routers of the chips that may be used.
    private let cells: [Int32]
    private let distance: [UInt8]

    init(_ nets: TorusNets, _ machine: TorusMachine, rounds: Int) {
        self.rounds = rounds
        let part = machine.largestPart()
        room = part.reduce(0) { $0 + machine.capacity[$1] }
        let region = machine.region(of: part, holding: nets.coreCount)
        let chosen = Set(region)
        self.machine = machine.keeping(chosen)
        cells = region.map { Int32($0) }
        guard room >= nets.coreCount, nets.coreCount > 0 else {
            distance = []
            return
        }
        if let chip = region.first(where: { machine.capacity[$0] >= nets.coreCount }) {
            distance = []
            routers = [Int32](repeating: Int32(chip), count: nets.coreCount)
            return
        }
        var distance = [UInt8](repeating: .max, count: cells.count * cells.count)
        for (row, cell) in cells.enumerated() {
            let far = machine.distances(from: Int(cell))
            for (column, other) in cells.enumerated() { distance[row * cells.count + column] = UInt8(min(254, max(0, far[Int(other)]))) }
        }
        self.distance = distance
        routers = placed(nets)
    }

    private func placed(_ nets: TorusNets) -> [Int32] {
        let (twins, count) = TorusItems.twins(nets, atMost: Self.mostTwins)
        let single = TorusItems(nets, items: nets.groups.indices.map { Int32($0) }, count: nets.coreCount)
        var start: [Int32]?
        if 2 * count <= nets.coreCount {
            let items = TorusItems(nets, items: twins, count: count)
            let groups = (0..<count).map { nets.groups[Int(items.cores[items.coreOffsets[$0]])] }
            // A large machine may lack chips for so many whole families.
            if let first = firstPlacement(items, groups) {
                let routers = annealed(items, first).routers
                start = twins.map { routers[Int($0)] }
            }
        }
        guard let start = start ?? firstPlacement(single, nets.groups) else { return [] }
        let scattered = annealed(single, start)
        if let blocks = inBlocks(nets), blocks.cost <= Self.blockShare * scattered.cost { return blocks.routers }
        return TorusTwins.renumber(scattered.routers, nets, machine)
    }

    /// Whole chips for the cores of a family, as trees that all its senders share want it; nil when no family is that large or they do not fit.
    private func inBlocks(_ nets: TorusNets) -> (cost: Double, routers: [Int32])? {
        let size = machine.capacity.max() ?? 0
        guard rounds > 0, size > 0, nets.families.contains(where: { $0.count > size }) else { return nil }
        let (block, count) = TorusItems.blocks(nets, atMost: size)
        guard 4 * count <= nets.coreCount else { return nil }
        let items = TorusItems(nets, items: block, count: count)
        let groups = (0..<count).map { nets.groups[Int(items.cores[items.coreOffsets[$0]])] }
        guard let first = firstPlacement(items, groups, isFunnelled: true) else { return nil }
        // Of arrangements that cost about the same, the one whose routers tell the fewest ways apart and whose links carry the least.
        var candidates: [(cost: Double, routers: [Int32])] = []
        for seed in 0..<Self.blockSeeds {
            for candidate in arrangements(items, first, isFunnelled: true, seed: 10 * seed) {
                candidates.append((candidate.cost, block.map { candidate.routers[Int($0)] }))
            }
        }
        guard let least = candidates.map(\.cost).min() else { return nil }
        var best: (isFull: Int, ways: Int, load: Double, cost: Double, routers: [Int32])?
        for (cost, routers) in candidates where cost <= Self.equalCost * least {
            let routing = TorusRouting.best(machine, nets, at: routers)
            let load = routing.maximumLoad
            let rank = (load > nets.quietLoad ? 1 : 0, routing.wayCounts.max() ?? 0, load, cost)
            if rank < best.map({ ($0.isFull, $0.ways, $0.load, $0.cost) }) ?? (2, .max, .infinity, .infinity) {
                best = (rank.0, rank.1, rank.2, rank.3, routers)
            }
        }
        return best.map { ($0.cost, $0.routers) }
    }

    private static let blockSeeds = 2
    private static let equalCost = 1.02

    /// Blocks may cost so much of what the best placement costs: they leave routers few entries, one for each population.
    private static let blockShare = 1.075

    /// Families of so many twins move as one: a quarter of a chip and more would not fit side by side.
    private static let mostTwins = 8

    /// The cheapest of the first placements; nil when items of several cores leave too little room.
    private func firstPlacement(_ items: TorusItems, _ groups: [Int], isFunnelled: Bool = false) -> [Int32]? {
        var best: (cost: Double, spread: Int, routers: [Int32])?
        for start in TorusStarts(items, machine, groups: groups).placements() {
            let cost = TorusAnnealing(items, machine, cells: cells, distance: distance, at: start, seed: 1, isFunnelled: isFunnelled).cost
            guard cost <= best?.cost ?? .infinity else { continue }
            let spread = spread(start)
            if (cost, spread) < best.map({ ($0.cost, $0.spread) }) ?? (.infinity, .max) { best = (cost, spread, start) }
        }
        return best?.routers
    }

    /// Links between all pairs of chips in use: of equally short trees, those on chips close together have more links to choose from.
    private func spread(_ routers: [Int32]) -> Int {
        let used = Set(routers)
        let places = cells.indices.filter { used.contains(cells[$0]) }
        return places.reduce(0) { sum, place in places.reduce(sum) { $0 + Int(distance[place * cells.count + $1]) } }
    }

    private func annealed(_ items: TorusItems, _ start: [Int32]) -> (cost: Double, routers: [Int32]) {
        arrangements(items, start).reduce((.infinity, start)) { $1.cost < $0.0 ? ($1.cost, $1.routers) : $0 }
    }

    /// What annealing makes of a start, at each of several temperatures.
    private func arrangements(_ items: TorusItems, _ start: [Int32], isFunnelled: Bool = false, seed: Int = 0) -> [(
        cost: Double, routers: [Int32]
    )] {
        guard rounds > 0, items.count > 1 else { return [] }
        let work = min(rounds * (Self.workPerRound + items.count * Self.workPerItemAndRound), items.count * Self.workPerItem)
        return Self.temperatures.enumerated().map { index, hot in
            var annealing = TorusAnnealing(
                items, machine, cells: cells, distance: distance, at: start, seed: UInt64(seed + index + 1), isFunnelled: isFunnelled)
            annealing.run(work: work, hot: hot, cold: min(hot / 10, 0.002), chipShare: 20)
            annealing.tidy()
            return (annealing.cost, annealing.routers)
        }
    }

    /// Found by measuring on mapping/coregraphs: sparse graphs gain from heat, dense ones lose their order by it.
    private static let temperatures = [0.2, 0.02, 0.004]
    /// Units of work, of about a nanosecond: 40 rounds are a tenth of a second for a thousand items at each temperature.
    private static let workPerRound = 1_500_000
    private static let workPerItemAndRound = 900
    /// So much that an item has been tried everywhere it could go.
    private static let workPerItem = 600_000
}

extension TorusMachine {
    /// The routers of the largest set of usable chips that are joined by links, ascending.
    func largestPart() -> [Int] {
        var seen = [Bool](repeating: false, count: routerCount)
        var best: (room: Int, routers: [Int]) = (0, [])
        for start in 0..<routerCount where capacity[start] > 0 && !seen[start] {
            let far = distances(from: start)
            var room = 0
            var routers: [Int] = []
            for router in 0..<routerCount where far[router] >= 0 {
                seen[router] = true
                room += capacity[router]
                if capacity[router] > 0 { routers.append(router) }
            }
            if room > best.room { best = (room, routers) }
        }
        return best.routers
    }

    /// As many chips as a network may want, all of a small machine: those nearest to the first chip, ascending.
    func region(of part: [Int], holding cores: Int) -> [Int] {
        guard part.count > Self.smallMachine, let start = part.first else { return part }
        let far = distances(from: start)
        var region: [Int] = []
        var room = 0
        for router in part.sorted(by: { (far[$0], $0) < (far[$1], $1) }) {
            if room > cores * 13 / 10, region.count >= Self.smallMachine { break }
            region.append(router)
            room += capacity[router]
        }
        return region.sorted()
    }

    /// Up to so many chips, six triads, every chip is looked at.
    private static let smallMachine = 864

    /// The same machine with room for cores on these chips only; packets may pass all.
    func keeping(_ routers: Set<Int>) -> TorusMachine {
        var machine = self
        for router in 0..<routerCount where !routers.contains(router) { machine.capacity[router] = 0 }
        return machine
    }
}
