import Chips
import Numerics

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// First placements for the annealing: items in order along curves over the chips, and maps of two coordinates onto blocks of chips.
struct TorusStarts {
    let items: TorusItems
    let machine: TorusMachine
    /// By item: what may begin on a chip of its own.
    let groups: [Int]

    init(_ items: TorusItems, _ machine: TorusMachine, groups: [Int]) {
        self.items = items
        self.machine = machine
        self.groups = groups
    }

    /// By item its router, for every start that fits.
    func placements() -> [[Int32]] {
        var result: [[Int32]] = []
        func add(_ routers: [Int32]?) { if let routers { result.append(routers) } }
        let natural = (0..<items.count).map { Int32($0) }
        let curves = curves()
        for curve in curves {
            add(fill(curve, order: natural, aligned: false))
            add(fill(curve, order: natural, aligned: true))
        }
        let modes = TorusModes(items).vectors(rounds: Self.modeRounds)
        for mode in modes {
            let order = natural.sorted { (mode[Int($0)], $0) < (mode[Int($1)], $1) }
            for index in stride(from: 0, to: curves.count, by: 3) { add(fill(curves[index], order: order, aligned: false)) }
        }
        let size = max(machine.capacity.max() ?? 1, 1)
        for angle in 0..<4 {
            let (cosine, sine) = (cos(Double(angle) * .pi / 8), sin(Double(angle) * .pi / 8))
            let u = natural.map { modes[0][Int($0)] * cosine + modes[1][Int($0)] * sine }
            let v = natural.map { modes[1][Int($0)] * cosine - modes[0][Int($0)] * sine }
            for columns in 1...max(machine.torus.width, machine.torus.height) {
                // Blocks with room for all, and up to three tenths more.
                let fewest = (items.cores.count + columns * size - 1) / (columns * size)
                for rows in fewest...max(fewest, items.cores.count * 13 / (columns * size * 10)) {
                    for turned in [false, true] {
                        add(tiles(u, v, columns: columns, rows: rows, turned: turned))
                        add(tiles(v, u, columns: columns, rows: rows, turned: turned))
                    }
                }
            }
        }
        return result
    }

    /// Steps towards the slow modes; a grid of 62 × 62 cores is told from its diagonal by then.
    private static let modeRounds = 400

    /// Orders of chips: Hilbert's curve, and snakes and rows in bands of several widths, along x and along y.
    private func curves() -> [[Int]] {
        let (width, height) = (machine.torus.width, machine.torus.height)
        let side = max(width, height)
        func hilbert(_ router: Int) -> (Int, Int) { (MeshRegion.hilbertIndex(router % width, router / width, side: side), router) }
        let all = (0..<machine.routerCount).filter { machine.capacity[$0] > 0 }
        var result = [all.sorted { hilbert($0) < hilbert($1) }]
        for isAlongX in [true, false] {
            let (across, deep) = isAlongX ? (width, height) : (height, width)
            for isSnake in [true, false] {
                for band in Set(Self.bands.filter { $0 < across } + [across]).sorted() {
                    var order: [Int] = []
                    for start in stride(from: 0, to: across, by: band) {
                        let count = min(band, across - start)
                        for row in 0..<deep {
                            let line = isSnake && start / band % 2 == 1 ? deep - 1 - row : row
                            for step in 0..<count {
                                let place = start + (isSnake && row % 2 == 1 ? count - 1 - step : step)
                                let router = isAlongX ? line * width + place : place * width + line
                                if machine.capacity[router] > 0 { order.append(router) }
                            }
                        }
                    }
                    result.append(order)
                }
            }
        }
        return result
    }

    private static let bands = [2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 14, 16, 18, 20, 24, 30, 36, 48, 60, 72, 96]

    /// Fills chips in order; when `aligned`, each group begins on a new chip. Nil when it does not fit.
    private func fill(_ chips: [Int], order: [Int32], aligned: Bool) -> [Int32]? {
        var routers = [Int32](repeating: -1, count: items.count)
        var left = chips.map { machine.capacity[$0] }
        var place = 0
        var group = -1
        for item in order {
            let size = items.size(Int(item))
            let isNew = groups[Int(item)] != group
            if aligned, isNew, place < chips.count, left[place] < machine.capacity[chips[place]] { place += 1 }
            group = groups[Int(item)]
            var at = place
            while at < chips.count, left[at] < size { at += 1 }
            guard at < chips.count else { return nil }
            routers[Int(item)] = Int32(chips[at])
            left[at] -= size
            while place < chips.count, left[place] == 0 { place += 1 }
            if at > place, left[place] < size { place = at }
        }
        return routers
    }

    /// Items by u into columns of chips, those of a column by v into its chips, each chip its even share. Nil when it does not fit.
    private func tiles(_ u: [Double], _ v: [Double], columns: Int, rows: Int, turned: Bool) -> [Int32]? {
        let (width, height) = (machine.torus.width, machine.torus.height)
        guard turned ? rows <= width && columns <= height : columns <= width && rows <= height else { return nil }
        let blocks = (0..<columns).map { column in
            (0..<rows).map { row in turned ? column * width + row : row * width + column }.filter { machine.capacity[$0] > 0 }
        }
        let capacity = blocks.map { block in block.reduce(0) { $0 + machine.capacity[$1] } }
        let room = capacity.reduce(0, +)
        guard room >= items.cores.count else { return nil }
        var routers = [Int32](repeating: -1, count: items.count)
        let order = (0..<items.count).sorted { (u[$0], $0) < (u[$1], $1) }
        var (next, used, seen) = (0, 0, 0)
        for column in 0..<columns {
            seen += capacity[column]
            let goal = items.cores.count * seen / room
            var members: [Int] = []
            var size = 0
            while next < order.count, used < goal || column == columns - 1, size + items.size(order[next]) <= capacity[column] {
                size += items.size(order[next])
                used += items.size(order[next])
                members.append(order[next])
                next += 1
            }
            members.sort { (v[$0], $0) < (v[$1], $1) }
            guard fillColumn(blocks[column], members, size: size, capacity: capacity[column], &routers) else { return nil }
        }
        return next == order.count ? routers : nil
    }

    private func fillColumn(_ chips: [Int], _ members: [Int], size: Int, capacity: Int, _ routers: inout [Int32]) -> Bool {
        var left = chips.map { machine.capacity[$0] }
        var (place, filled, passed) = (0, 0, 0)
        for item in members {
            let needed = items.size(item)
            while place < chips.count - 1,
                left[place] < needed || filled >= (passed + machine.capacity[chips[place]]) * size / max(capacity, 1)
            {
                passed += machine.capacity[chips[place]]
                place += 1
            }
            guard let at = left[place...].firstIndex(where: { $0 >= needed }) ?? left.firstIndex(where: { $0 >= needed }) else {
                return false
            }
            routers[item] = Int32(chips[at])
            left[at] -= needed
            filled += needed
        }
        return true
    }
}
