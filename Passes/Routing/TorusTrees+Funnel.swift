import Chips

extension TorusTrees {
    /// Trees that all contain the links of one shared tree (given from one of its nodes, `root`). Sources elsewhere gather on their way to one
    /// chip of it, and no chip sends them in two directions; sources on the tree take it from where they are.
    /// - Parameter sources: router and weight of each.
    /// - Returns: for each source its links; nil where there is no way.
    mutating func funnel(_ shared: [Int32], root: Int, from sources: [(router: Int, weight: Double)]) -> [[Int32]?] {
        var isOnTree = [Bool](repeating: false, count: machine.routerCount)
        isOnTree[root] = true
        for edge in shared { isOnTree[Int(machine.neighbours[Int(edge)])] = true }
        let outside = sources.filter { !isOnTree[$0.router] }
        guard !outside.isEmpty else { return sources.map { joined(shared, root: root, from: $0.router) } }

        var isSource = [Bool](repeating: false, count: machine.routerCount)
        for source in outside { isSource[source.router] = true }
        var best: (cost: Double, entry: Int, levels: [Int32])?
        // Under a ceiling the tree was grown from its root, and its links are good in that direction only.
        let entries = ceiling == .infinity ? (0..<machine.routerCount).filter { isOnTree[$0] } : [root]
        for index in stride(from: 0, to: entries.count, by: max(1, entries.count / Self.mostEntries)) {
            let entry = entries[index]
            let levels = levels(around: entry, avoiding: isOnTree, isSource)
            guard !outside.contains(where: { levels[$0.router] < 0 }) else { continue }
            let cost = outside.reduce(0) { $0 + $1.weight * Double(levels[$1.router]) }
            if cost < best?.cost ?? .infinity { best = (cost, entry, levels) }
        }
        guard let (_, entry, levels) = best else {
            return sources.map { ceiling == .infinity ? joined(shared, root: root, from: $0.router) : nil }
        }

        let trunk = joined(shared, root: root, from: entry) ?? []
        let next = confluence(outside.map(\.router), levels, isSource)
        return sources.map { source in
            if isOnTree[source.router] { return joined(shared, root: root, from: source.router) }
            var way: [Int32] = []
            var router = source.router
            while router != entry {
                way.append(next[router])
                router = Int(machine.neighbours[Int(next[router])])
            }
            return way + trunk
        }
    }

    /// The price of the way from each router to `entry`, touching no other chip of a tree; -1 where there is none. Chips that do not send cost more:
    /// each that a way turns on needs one more entry.
    private func levels(around entry: Int, avoiding isOnTree: [Bool], _ isSource: [Bool]) -> [Int32] {
        var levels = [Int32](repeating: -1, count: machine.routerCount)
        levels[entry] = 0
        // Routers by price, modulo more than a step costs (Dial 1969, "Algorithm 360").
        var open = [[Int]](repeating: [], count: Int(Self.linkPrice + Self.strangerPrice) + 1)
        open[0].append(entry)
        var (price, left) = (0, 1)
        while left > 0 {
            let slot = price % open.count
            guard let router = open[slot].popLast() else {
                price += 1
                continue
            }
            left -= 1
            if Int(levels[router]) != price { continue }
            for link in 0..<6 {
                let other = Int(machine.neighbours[router * 6 + link])
                guard other >= 0, !isOnTree[other], loads[other * 6 + (link + 3) % 6] <= ceiling else { continue }
                let reached = Int32(price) + Self.linkPrice + (isSource[other] ? 0 : Self.strangerPrice)
                if levels[other] < 0 || reached < levels[other] {
                    levels[other] = reached
                    open[Int(reached) % open.count].append(other)
                    left += 1
                }
            }
        }
        return levels
    }

    /// About so many chips of a large tree are tried.
    private static let mostEntries = 64
    private static let linkPrice: Int32 = 4
    private static let strangerPrice: Int32 = 3

    /// By router the one link (router · 6 + link) that leads nearer; -1 where no source passes. Ways run together where that costs nothing, and
    /// else straight on, for which a router needs no entry.
    private func confluence(_ sources: [Int], _ levels: [Int32], _ isSource: [Bool]) -> [Int32] {
        var next = [Int32](repeating: -1, count: machine.routerCount)
        for source in sources.sorted(by: { (levels[$0], $0) < (levels[$1], $1) }) {
            var router = source
            var cameOver = -1
            while levels[router] > 0, next[router] < 0 {
                var choice = (rank: Double.infinity, link: -1)
                let step = levels[router] - Self.linkPrice - (isSource[router] ? 0 : Self.strangerPrice)
                for link in 0..<6 {
                    let other = Int(machine.neighbours[router * 6 + link])
                    guard other >= 0, levels[other] == step, loads[router * 6 + link] <= ceiling else { continue }
                    let isFree = levels[other] == 0 || next[other] >= 0 || isSource[other]
                    let rank = (isFree ? 0 : link == cameOver ? 1 : 2) * 1e15 + loads[router * 6 + link]
                    if rank < choice.rank { choice = (rank, link) }
                }
                next[router] = Int32(router * 6 + choice.link)
                cameOver = choice.link
                router = Int(machine.neighbours[router * 6 + choice.link])
            }
        }
        return next
    }
}
