import Chips

extension TorusTrees {
    /// Cuts each key path (between two terminals or branchings) in turn and joins the two parts by the best way. True when links were saved
    /// or load was taken from them.
    mutating func exchangeKeyPaths(_ source: Int) -> Bool {
        var improved = false
        let current = nodes
        for start in current {
            let key = Int(start)
            let bits = mask[key]
            guard bits != 0, isKey(key) else { continue }
            // An exchange may leave a branching with two links: it is part of a key path then.
            for link in 0..<6 where mask[key] >> UInt8(link) & 1 == 1 && isKey(key) {
                if exchange(from: key, link, source) { improved = true }
            }
        }
        return improved
    }

    private func isKey(_ router: Int) -> Bool { isTerminal[router] || mask[router].nonzeroBitCount > 2 }

    private mutating func exchange(from key: Int, _ first: Int, _ source: Int) -> Bool {
        // The key path: its links, taken out of the tree.
        var path: [(Int, Int)] = []
        var router = key
        var link = first
        var old = 0.0
        while true {
            let other = Int(machine.neighbours[router * 6 + link])
            path.append((router, link))
            old += min(loads[router * 6 + link], loads[other * 6 + (link + 3) % 6])
            if isKey(other) {
                router = other
                break
            }
            let back = (link + 3) % 6
            let rest = mask[other] & ~(1 << UInt8(back))
            guard rest != 0 else {
                router = other
                break
            }
            link = rest.trailingZeroBitCount
            router = other
        }
        let end = router
        // Each key path is looked at from one end only.
        if end < key { return false }
        for (router, link) in path { setLink(router, link, false) }
        // Mark the two parts; search from the smaller one.
        stamp += 1
        let here = stamp
        let nearCount = flood(key, here)
        stamp += 1
        let there = stamp
        let farCount = flood(end, there)
        let (seeds, from, to) = nearCount <= farCount ? (key, here, there) : (end, there, here)
        guard let way = join(seeds, from, to) else {
            for (router, link) in path { setLink(router, link, true) }
            return false
        }
        var new = 0.0
        for (router, link) in way {
            let other = Int(machine.neighbours[router * 6 + link])
            new += min(loads[router * 6 + link], loads[other * 6 + (link + 3) % 6])
        }
        guard way.count < path.count || (way.count == path.count && new < old * 0.999 - 1e-9) else {
            for (router, link) in path { setLink(router, link, true) }
            return false
        }
        for (router, link) in way {
            setLink(router, link, true)
            nodes.append(Int32(router))
            nodes.append(machine.neighbours[router * 6 + link])
        }
        return true
    }

    private mutating func setLink(_ router: Int, _ link: Int, _ on: Bool) {
        let other = Int(machine.neighbours[router * 6 + link])
        let (a, b) = (UInt8(1) << UInt8(link), UInt8(1) << UInt8((link + 3) % 6))
        if on {
            mask[router] |= a
            mask[other] |= b
        } else {
            mask[router] &= ~a
            mask[other] &= ~b
        }
    }

    /// Marks what hangs together with a chip; the queue holds it afterwards.
    private mutating func flood(_ start: Int, _ number: Int32) -> Int {
        queue.removeAll(keepingCapacity: true)
        queue.append(Int32(start))
        mark[start] = number
        var next = 0
        while next < queue.count {
            let router = Int(queue[next])
            next += 1
            var bits = mask[router]
            while bits != 0 {
                let link = bits.trailingZeroBitCount
                bits &= bits - 1
                let other = Int(machine.neighbours[router * 6 + link])
                if mark[other] != number {
                    mark[other] = number
                    queue.append(Int32(other))
                }
            }
        }
        return queue.count
    }

    /// A shortest way from the part that is marked `from` (reached from `seed`) to the part marked `to`.
    private mutating func join(_ seed: Int, _ from: Int32, _ to: Int32) -> [(Int, Int)]? {
        _ = flood(seed, from)
        for node in queue {
            level[Int(node)] = 0
            cost[Int(node)] = 0
        }
        stamp += 1
        let visited = stamp
        var next = 0
        var best = -1
        while next < queue.count {
            let router = Int(queue[next])
            next += 1
            if best >= 0, level[router] >= level[best] { break }
            for link in 0..<6 {
                let other = Int(machine.neighbours[router * 6 + link])
                guard other >= 0, mark[other] != from, loads[router * 6 + link] <= ceiling, loads[other * 6 + (link + 3) % 6] <= ceiling
                else { continue }
                let price = cost[router] + min(loads[router * 6 + link], loads[other * 6 + (link + 3) % 6])
                let isGoal = mark[other] == to
                if isGoal {
                    // Goals keep their mark; level and cost tell of the best way there.
                    if best < 0 || level[router] + 1 < level[best] || (level[router] + 1 == level[best] && price < cost[best]) {
                        best = other
                        level[other] = level[router] + 1
                        cost[other] = price
                        cameBy[other] = UInt8((link + 3) % 6)
                    }
                } else if isClosed[other] {
                    continue
                } else if mark[other] != visited {
                    mark[other] = visited
                    level[other] = level[router] + 1
                    cost[other] = price
                    cameBy[other] = UInt8((link + 3) % 6)
                    queue.append(Int32(other))
                } else if level[other] == level[router] + 1, price < cost[other] {
                    cost[other] = price
                    cameBy[other] = UInt8((link + 3) % 6)
                }
            }
        }
        guard best >= 0 else { return nil }
        var way: [(Int, Int)] = []
        var router = best
        while true {
            let link = Int(cameBy[router])
            way.append((router, link))
            router = Int(machine.neighbours[router * 6 + link])
            if mark[router] == from { return way }
        }
    }
}
