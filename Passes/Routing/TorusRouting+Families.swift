import Chips

/// Shared trees: made lighter where they load one link too much.
extension TorusRouting {
    /// A tree over the targets of a family, from one of its chips. That of a funnel passes no chip that sends: packets from there would take it
    /// in other directions than those of all others.
    mutating func tree(of members: [Int], from root: Int, isFunnel: Bool) -> [Int32]? {
        let targets = bundles[members[0]].targets
        guard isFunnel else { return trees.tree(from: root, to: targets) }
        let senders = members.map { bundles[$0].source }
        trees.close(senders, true)
        let tree = trees.tree(from: root, to: targets)
        trees.close(senders, false)
        return tree ?? trees.tree(from: root, to: targets)
    }

    /// The links of each member when the family takes its tree.
    mutating func ways(of family: Family) -> [[Int32]?] {
        if family.isFunnel {
            return trees.funnel(family.tree, root: family.root, from: family.members.map { (bundles[$0].source, bundles[$0].weight) })
        }
        return family.members.map { trees.joined(family.tree, root: family.root, from: bundles[$0].source) }
    }

    /// Changes shared trees until no link carries more than `goal` or nothing helps: links of a tree are exchanged, a tree is grown anew around
    /// the most loaded link, and a family that is too heavy for any tree is cut in two at a bit of its keys.
    mutating func balance(to goal: Double, cutAbove limit: Double) {
        let longest = length * (1 + Self.longer)
        for _ in 0..<Self.balanceSteps {
            guard let link = trees.loads.indices.max(by: { trees.loads[$0] < trees.loads[$1] }), trees.loads[link] > goal else { return }
            let users = families.indices.compactMap { index -> (index: Int, load: Double)? in
                let load = families[index].members.reduce(0) { $0 + (bundles[$1].edges.contains(Int32(link)) ? bundles[$1].weight : 0) }
                return load > 0 ? (index, load) : nil
            }.sorted { ($1.load, $0.index) < ($0.load, $1.index) }
            // A little more load is better than a larger table.
            let most = trees.loads[link] > min(Self.heavy * limit, nets.quietLoad) ? Int.max : wayCounts.max() ?? 0
            if users.contains(where: { exchange($0.index, link, longest: longest, most: most) }) { continue }
            if regrow(users, below: trees.loads[link], longest: longest, most: most) { continue }
            if !users.contains(where: { cut($0.index, to: limit, longest: longest) }) { return }
        }
    }

    private static let balanceSteps = 200
    /// Above so much of the limit, tables may grow for less load.
    private static let heavy = 1.15
    /// All trees together may become longer by so much.
    private static let longer = 0.01

    private func weight(of family: Int) -> Double { families[family].members.reduce(0) { $0 + bundles[$1].weight } }

    /// Packets to a high power: what peaks there are counts most.
    private func strain(_ peak: Double) -> Double {
        trees.loads.reduce(0) { sum, load in
            let square = (load / peak) * (load / peak)
            let fourth = square * square
            return sum + fourth * fourth * fourth
        }
    }

    /// Puts a family onto other links.
    private mutating func replace(_ family: Int, by new: Family, _ ways: [[Int32]]) {
        for (member, way) in zip(new.members, ways) {
            trees.load(bundles[member].edges, by: -bundles[member].weight)
            bundles[member].edges = way
            trees.load(way, by: bundles[member].weight)
        }
        families[family] = new
    }

    /// Grows the tree of one of some families anew, without links that would carry `peak` with what its tree brought: the one, and from the root,
    /// that leaves routers the fewest ways.
    private mutating func regrow(_ users: [(index: Int, load: Double)], below peak: Double, longest: Double, most: Int) -> Bool {
        var best: (ways: Int, length: Double, index: Int, family: Family, edges: [[Int32]])?
        for (index, load) in users {
            let old = families[index]
            let oldEdges = old.members.map { bundles[$0].edges }
            for root in bundles[old.members[0]].targets.prefix(Self.regrowRoots) {
                guard regrow(index, from: Int(root), below: peak, without: load, longest: longest) else { continue }
                let counts = wayCounts
                let ways = Self.crowding(counts)
                if counts.max() ?? 0 <= most, (ways, length) < best.map({ ($0.ways, $0.length) }) ?? (.max, .infinity) {
                    best = (ways, length, index, families[index], old.members.map { bundles[$0].edges })
                }
                replace(index, by: old, oldEdges)
            }
        }
        guard let best else { return false }
        replace(best.index, by: best.family, best.edges)
        return true
    }

    private static let regrowRoots = 12

    private mutating func regrow(_ index: Int, from root: Int, below peak: Double, without load: Double, longest: Double) -> Bool {
        let old = families[index]
        let oldWays = old.members.map { bundles[$0].edges }
        for member in old.members { trees.load(bundles[member].edges, by: -bundles[member].weight) }
        trees.ceiling = (peak - load) * (1 - 1e-9)
        var new = old
        new.root = root
        var found: [[Int32]]?
        if let tree = tree(of: old.members, from: root, isFunnel: old.isFunnel) {
            new.tree = tree
            let ways = ways(of: new)
            if !ways.contains(where: { $0 == nil }) { found = ways.map { $0 ?? [] } }
        }
        trees.ceiling = .infinity
        for (member, way) in zip(old.members, oldWays) { trees.load(way, by: bundles[member].weight) }
        guard let found else { return false }
        replace(index, by: new, found)
        if length <= longest, new.members.flatMap({ bundles[$0].edges }).allSatisfy({ trees.loads[Int($0)] < peak * (1 - 1e-9) }) {
            return true
        }
        replace(index, by: old, oldWays)
        return false
    }

    /// Exchanges a loaded link of a family's tree for another that joins the same two parts with less strain; the one that leaves routers the
    /// fewest ways.
    private mutating func exchange(_ index: Int, _ link: Int, longest: Double, most: Int) -> Bool {
        let old = families[index]
        let other = Int(trees.machine.neighbours[link])
        let back = Int32(other * 6 + (link % 6 + 3) % 6)
        guard let cut = old.tree.firstIndex(where: { $0 == Int32(link) || $0 == back }) else { return false }
        let peak = trees.loads[link]
        let before = strain(peak)
        let oldWays = old.members.map { bundles[$0].edges }
        // The far part: what hangs behind the link.
        var isFar: Set<Int> = [Int(trees.machine.neighbours[Int(old.tree[cut])])]
        var nodes: [Int] = [old.root]
        for edge in old.tree[(cut + 1)...] where isFar.contains(Int(edge) / 6) { isFar.insert(Int(trees.machine.neighbours[Int(edge)])) }
        for edge in old.tree { nodes.append(Int(trees.machine.neighbours[Int(edge)])) }
        let near = Set(nodes).subtracting(isFar)
        var best: (count: Int, strain: Double, family: Family, ways: [[Int32]])?
        let targets = Set(bundles[old.members[0]].targets.map { Int($0) })
        let senders = Set(old.isFunnel ? old.members.map { bundles[$0].source } : [])
        for bridge in bridges(from: near, to: isFar, avoiding: senders) where bridge.count > 1 || Int(bridge[0]) != Int(old.tree[cut]) {
            // Longer ones only when no single link will do.
            if bridge.count > 1, best != nil { break }
            var new = old
            new.tree = directed(old.tree[..<cut] + bridge + old.tree[(cut + 1)...], from: old.root, to: targets)
            let ways = ways(of: new)
            guard !ways.contains(where: { $0 == nil }) else { continue }
            replace(index, by: new, ways.map { $0 ?? [] })
            let strain = strain(peak)
            if strain < before * (1 - 1e-6), length <= longest {
                let counts = wayCounts
                let count = Self.crowding(counts)
                if counts.max() ?? 0 <= most, (count, strain) < best.map({ ($0.count, $0.strain) }) ?? (.max, .infinity) {
                    best = (count, strain, new, ways.map { $0 ?? [] })
                }
            }
            replace(index, by: old, oldWays)
        }
        guard let best else { return false }
        replace(index, by: best.family, best.ways)
        return true
    }

    /// Ways of one link, then of two over a chip of neither, from one set of chips to another.
    private func bridges(from near: Set<Int>, to far: Set<Int>, avoiding closed: Set<Int>) -> [[Int32]] {
        let neighbours = trees.machine.neighbours
        var single: [[Int32]] = []
        var double: [[Int32]] = []
        for router in near.sorted() {
            for first in router * 6..<router * 6 + 6 where neighbours[first] >= 0 {
                let middle = Int(neighbours[first])
                if far.contains(middle) {
                    single.append([Int32(first)])
                } else if !near.contains(middle), !closed.contains(middle) {
                    for second in middle * 6..<middle * 6 + 6 where neighbours[second] >= 0 && far.contains(Int(neighbours[second])) {
                        double.append([Int32(first), Int32(second)])
                    }
                }
            }
        }
        return single + double
    }

    /// The links of a tree, each behind the one that leads to it, without those that lead to no target.
    private func directed(_ edges: some Sequence<Int32>, from root: Int, to targets: Set<Int>) -> [Int32] {
        var links: [Int: [Int]] = [:]
        for edge in edges {
            let (router, link) = (Int(edge) / 6, Int(edge) % 6)
            links[router, default: []].append(link)
            links[Int(trees.machine.neighbours[Int(edge)]), default: []].append((link + 3) % 6)
        }
        var result: [Int32] = []
        var open = [root]
        var seen: Set<Int> = [root]
        var next = 0
        while next < open.count {
            let router = open[next]
            next += 1
            for link in links[router] ?? [] {
                let other = Int(trees.machine.neighbours[router * 6 + link])
                guard seen.insert(other).inserted else { continue }
                result.append(Int32(router * 6 + link))
                open.append(other)
            }
        }
        var isNeeded = targets
        var kept: [Int32] = []
        for edge in result.reversed() where isNeeded.contains(Int(trees.machine.neighbours[Int(edge)])) {
            isNeeded.insert(Int(edge) / 6)
            kept.append(edge)
        }
        return kept.reversed()
    }

    /// Cuts a family in two where one bit of the core's number in its population tells its nets apart; the second part gets a tree of its own.
    private mutating func cut(_ index: Int, to limit: Double, longest: Double) -> Bool {
        let old = families[index]
        guard weight(of: index) > limit * (1 + 1e-9) else { return false }
        var first: [Int: Int] = [:]
        for (core, group) in nets.groups.enumerated() where first[group] == nil { first[group] = core }
        func place(_ net: Int) -> Int { nets.sources[net] - (first[nets.groups[nets.sources[net]]] ?? 0) }
        var loads = [Double](repeating: 0, count: 32)
        for member in old.members {
            for net in bundles[member].nets { for bit in 0..<32 where place(net) >> bit & 1 == 1 { loads[bit] += nets.weights[net] } }
        }
        let total = weight(of: index)
        guard let bit = (0..<32).last(where: { max(loads[$0], total - loads[$0]) <= limit }) else { return false }
        var second = old
        second.members = []
        var kept: [Int] = []
        let part = (bundles.map(\.part).max() ?? 0) + 1
        for member in old.members {
            let moved = bundles[member].nets.filter { place($0) >> bit & 1 == 1 }
            if moved.isEmpty {
                kept.append(member)
                continue
            }
            if moved.count == bundles[member].nets.count {
                bundles[member].part = part
                second.members.append(member)
                continue
            }
            var copy = bundles[member]
            copy.nets = moved
            copy.part = part
            copy.weight = moved.reduce(0) { $0 + nets.weights[$1] }
            bundles[member].nets.removeAll { place($0) >> bit & 1 == 1 }
            bundles[member].weight -= copy.weight
            kept.append(member)
            second.members.append(bundles.count)
            bundles.append(copy)
        }
        families[index].members = kept
        families.append(second)
        _ = regrow([(families.count - 1, weight(of: families.count - 1))], below: limit, longest: longest, most: .max)
        return true
    }
}
