import Chips

/// Grows multicast trees on a torus: few links first, lightly loaded ones second.
///
/// A tree is kept undirected, as a mask of links at each chip, so that a part of it can be cut off and joined again elsewhere. Growth is
/// neighbour-exploring routing (Navaridas et al. 2012, "SpiNNaker: Enhanced multicast routing") with an exact search for the nearest part
/// of the tree; then key paths are exchanged (Uchoa and Werneck 2010, "Fast local search for Steiner trees in graphs").
struct TorusTrees {
    let machine: TorusMachine
    /// By router · 6 + link: packets per unit of time, of all trees that were added.
    private(set) var loads: [Double]

    /// The tree in work: a mask of links by router.
    var mask: [UInt8]
    var nodes: [Int32] = []
    var isTerminal: [Bool]
    /// Marks of searches.
    var mark: [Int32]
    var stamp: Int32 = 0
    var level: [Int32]
    var cost: [Double]
    var cameBy: [UInt8]
    var queue: [Int32] = []
    /// New ways take no link that carries more.
    var ceiling = Double.infinity
    /// Chips that new ways do not pass, though they may begin or end there.
    private(set) var isClosed: [Bool]

    init(_ machine: TorusMachine) {
        self.machine = machine
        loads = [Double](repeating: 0, count: machine.routerCount * 6)
        isClosed = [Bool](repeating: false, count: machine.routerCount)
        mask = [UInt8](repeating: 0, count: machine.routerCount)
        isTerminal = [Bool](repeating: false, count: machine.routerCount)
        mark = [Int32](repeating: 0, count: machine.routerCount)
        level = [Int32](repeating: 0, count: machine.routerCount)
        cost = [Double](repeating: 0, count: machine.routerCount)
        cameBy = [UInt8](repeating: 0, count: machine.routerCount)
    }

    /// Adds the packets of a tree to its links, or takes them away.
    mutating func load(_ edges: [Int32], by weight: Double) {
        for edge in edges { loads[Int(edge)] += weight }
    }

    /// Closes chips to ways that would pass them, or opens them again.
    mutating func close(_ routers: [Int], _ isClosed: Bool) {
        for router in routers { self.isClosed[router] = isClosed }
    }

    /// The links of a tree from `source` to all `targets`, as router · 6 + link, each behind the one that leads to it; nil when some
    /// target cannot be reached.
    mutating func tree(from source: Int, to targets: [Int32], rounds: Int = 3) -> [Int32]? {
        nodes.removeAll(keepingCapacity: true)
        nodes.append(Int32(source))
        for target in targets { isTerminal[Int(target)] = true }
        isTerminal[source] = true
        defer {
            for target in targets { isTerminal[Int(target)] = false }
            isTerminal[source] = false
        }
        let isWhole = grow(source, targets)
        if isWhole {
            for _ in 0..<rounds where nodes.count > 2 { if !exchangeKeyPaths(source) { break } }
        }
        let edges = isWhole ? directed(from: source) : nil
        for node in nodes { mask[Int(node)] = 0 }
        return edges
    }

    /// Chips of a tree over `targets` in the order of a depth-first walk.
    mutating func preorder(of targets: [Int32]) -> [Int32: Int] {
        guard let root = targets.first, let edges = tree(from: Int(root), to: targets) else { return [:] }
        var children: [Int32: [Int32]] = [:]
        for edge in edges { children[edge / 6, default: []].append(machine.neighbours[Int(edge)]) }
        var place: [Int32: Int] = [:]
        var open = [root]
        while let chip = open.popLast() {
            place[chip] = place.count
            open += (children[chip] ?? []).reversed()
        }
        return place
    }

    /// A tree from `source` that contains the links of a shared tree (given from one of its nodes, `root`): the way to the nearest of its
    /// chips, then all of it.
    mutating func joined(_ shared: [Int32], root: Int, from source: Int) -> [Int32]? {
        nodes.removeAll(keepingCapacity: true)
        nodes.append(Int32(root))
        for edge in shared {
            let (router, link) = (Int(edge) / 6, Int(edge) % 6)
            let other = Int(machine.neighbours[Int(edge)])
            mask[router] |= 1 << UInt8(link)
            mask[other] |= 1 << UInt8((link + 3) % 6)
            nodes.append(Int32(other))
        }
        var isWhole = true
        if source != root, mask[source] == 0 {
            isTerminal[source] = true
            isWhole = reach(root)
            isTerminal[source] = false
        }
        let edges = isWhole ? directed(from: source) : nil
        for node in nodes { mask[Int(node)] = 0 }
        return edges
    }

    /// The same, beginning with a tree that there is.
    mutating func improve(_ edges: [Int32], from source: Int, to targets: [Int32], rounds: Int = 2) -> [Int32] {
        nodes.removeAll(keepingCapacity: true)
        nodes.append(Int32(source))
        for edge in edges {
            let (router, link) = (Int(edge) / 6, Int(edge) % 6)
            let other = Int(machine.neighbours[Int(edge)])
            mask[router] |= 1 << UInt8(link)
            mask[other] |= 1 << UInt8((link + 3) % 6)
            nodes.append(Int32(other))
        }
        for target in targets { isTerminal[Int(target)] = true }
        isTerminal[source] = true
        for _ in 0..<rounds where nodes.count > 2 { if !exchangeKeyPaths(source) { break } }
        for target in targets { isTerminal[Int(target)] = false }
        isTerminal[source] = false
        let result = directed(from: source)
        for node in nodes { mask[Int(node)] = 0 }
        return result
    }

    private mutating func insert(_ router: Int, _ link: Int) {
        let other = Int(machine.neighbours[router * 6 + link])
        mask[router] |= 1 << UInt8(link)
        mask[other] |= 1 << UInt8((link + 3) % 6)
        nodes.append(Int32(other))
    }

    /// Joins the nearest target that is left, again and again (Prim's way); neighbours of the tree without a search.
    private mutating func grow(_ source: Int, _ targets: [Int32]) -> Bool {
        var left = 0
        for target in targets where Int(target) != source { left += 1 }
        var next = 0
        while left > 0 {
            while next < nodes.count {
                let router = Int(nodes[next])
                next += 1
                for link in 0..<6 {
                    let other = Int(machine.neighbours[router * 6 + link])
                    guard other >= 0, isTerminal[other], mask[other] == 0, other != source, loads[router * 6 + link] <= ceiling else {
                        continue
                    }
                    insertBest(other, router, link, source)
                    left -= 1
                }
            }
            if left == 0 { break }
            guard reach(source) else { return false }
            left -= 1
        }
        return true
    }

    /// Joins a target next to the tree over the least loaded link that leads there from the tree.
    private mutating func insertBest(_ target: Int, _ router: Int, _ link: Int, _ source: Int) {
        var (from, over) = (router, link)
        var least = loads[router * 6 + link]
        for back in 0..<6 {
            let other = Int(machine.neighbours[target * 6 + back])
            guard other >= 0, other == source || mask[other] != 0 else { continue }
            let forth = (back + 3) % 6
            if loads[other * 6 + forth] < least { (from, over, least) = (other, forth, loads[other * 6 + forth]) }
        }
        insert(from, over)
    }

    /// Joins the target that is nearest to the tree by a shortest way; of equally short ones the least loaded.
    private mutating func reach(_ source: Int) -> Bool {
        stamp += 1
        let visited = stamp
        queue.removeAll(keepingCapacity: true)
        for node in nodes where mark[Int(node)] != visited {
            mark[Int(node)] = visited
            level[Int(node)] = 0
            cost[Int(node)] = 0
            queue.append(node)
        }
        var next = 0
        var best = -1
        while next < queue.count {
            let router = Int(queue[next])
            next += 1
            if best >= 0, level[router] >= level[best] { break }
            for link in 0..<6 {
                let other = Int(machine.neighbours[router * 6 + link])
                guard other >= 0, loads[router * 6 + link] <= ceiling, !isClosed[other] || isTerminal[other] else { continue }
                let price = cost[router] + loads[router * 6 + link]
                if mark[other] != visited {
                    mark[other] = visited
                    level[other] = level[router] + 1
                    cost[other] = price
                    cameBy[other] = UInt8(link)
                    queue.append(Int32(other))
                } else if level[other] == level[router] + 1, price < cost[other] {
                    cost[other] = price
                    cameBy[other] = UInt8(link)
                } else {
                    continue
                }
                if isTerminal[other], mask[other] == 0,
                    best < 0 || level[other] < level[best] || (level[other] == level[best] && cost[other] < cost[best])
                {
                    best = other
                }
            }
        }
        guard best >= 0 else { return false }
        var router = best
        while level[router] > 0 {
            let link = Int(cameBy[router])
            let before = Int(machine.neighbours[router * 6 + (link + 3) % 6])
            insert(before, link)
            router = before
        }
        return true
    }

    /// The links away from the source, each behind the one that leads to it.
    private mutating func directed(from source: Int) -> [Int32] {
        var edges: [Int32] = []
        stamp += 1
        let visited = stamp
        queue.removeAll(keepingCapacity: true)
        queue.append(Int32(source))
        mark[source] = visited
        var next = 0
        while next < queue.count {
            let router = Int(queue[next])
            next += 1
            var bits = mask[router]
            while bits != 0 {
                let link = bits.trailingZeroBitCount
                bits &= bits - 1
                let other = machine.neighbours[router * 6 + link]
                if mark[Int(other)] != visited {
                    mark[Int(other)] = visited
                    edges.append(Int32(router * 6 + link))
                    queue.append(other)
                }
            }
        }
        return edges
    }
}
