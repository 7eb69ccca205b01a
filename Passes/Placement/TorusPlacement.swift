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
        routers = TorusTwins.renumber(placed(nets), nets, machine)
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
                let routers = annealed(items, first)
                start = twins.map { routers[Int($0)] }
            }
        }
        guard let start = start ?? firstPlacement(single, nets.groups) else { return [] }
        return annealed(single, start)
    }

    /// Families of so many twins move as one: a quarter of a chip and more would not fit side by side.
    private static let mostTwins = 8

    /// The cheapest of the first placements; nil when items of several cores leave too little room.
    private func firstPlacement(_ items: TorusItems, _ groups: [Int]) -> [Int32]? {
        var best: (cost: Double, routers: [Int32])?
        for start in TorusStarts(items, machine, groups: groups).placements() {
            let cost = TorusAnnealing(items, machine, cells: cells, distance: distance, at: start, seed: 1).cost
            if cost < best?.cost ?? .infinity { best = (cost, start) }
        }
        return best?.routers
    }

    private func annealed(_ items: TorusItems, _ start: [Int32]) -> [Int32] {
        guard rounds > 0, items.count > 1 else { return start }
        var best: (cost: Double, routers: [Int32])?
        let work = min(rounds * (Self.workPerRound + items.count * Self.workPerItemAndRound), items.count * Self.workPerItem)
        for (index, hot) in Self.temperatures.enumerated() {
            var annealing = TorusAnnealing(items, machine, cells: cells, distance: distance, at: start, seed: UInt64(index + 1))
            annealing.run(work: work, hot: hot, cold: min(hot / 10, 0.002), chipShare: 20)
            if annealing.cost < best?.cost ?? .infinity { best = (annealing.cost, annealing.routers) }
        }
        return best?.routers ?? start
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
