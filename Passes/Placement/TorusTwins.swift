/// Hands the places of interchangeable cores out again, so that neighbouring keys lie on one chip.
///
/// Cores that send to the same cores and hear the same nets can change places at no cost (but for their rates). Those of one family are
/// numbered on along the tree that they send over, and each chip gets an aligned block of sixteen, so that few table entries tell them apart.
enum TorusTwins {
    static func renumber(_ routers: [Int32], _ nets: TorusNets, _ machine: TorusMachine) -> [Int32] {
        var result = routers
        // A family sends to the same sets; the first tells where it leads.
        var sendsTo = [Int](repeating: -1, count: nets.coreCount)
        for net in (0..<nets.netCount).reversed() { sendsTo[nets.sources[net]] = nets.sets[net] }
        var trees = TorusTrees(machine)
        var preorders: [Int: [Int32: Int]] = [:]
        for family in nets.families where family.count > 2 {
            let set = sendsTo[family[0]]
            var places: [Int32: Int] = [:]
            for core in family { places[routers[core], default: 0] += 1 }
            guard places.count > 1 else { continue }
            if set >= 0, preorders[set] == nil {
                let targets = nets.members[nets.offsets[set]..<nets.offsets[set + 1]].map { routers[Int($0)] }
                preorders[set] = trees.preorder(of: TorusRouting.chips(targets))
            }
            let preorder = set >= 0 ? preorders[set] ?? [:] : [:]
            let distances = places.keys.sorted().map { router -> (entry: Int, distance: Int, router: Int32) in
                let (entry, distance) = TorusTwins.entry(Int(router), preorder, machine)
                return (entry, distance, router)
            }
            let chips = distances.sorted { ($0.entry, $0.distance, $0.router) < ($1.entry, $1.distance, $1.router) }.map(\.router)
            // Aligned blocks first, what is left over then.
            let first = family[0]
            var blocks: [[Int]] = []
            for core in family {
                if let last = blocks.last?.last, (core - first) / 16 == (last - first) / 16 {
                    blocks[blocks.count - 1].append(core)
                } else {
                    blocks.append([core])
                }
            }
            var left = places
            var open: [Int] = []
            var next = 0
            for chip in chips {
                while next < blocks.count, blocks[next].count < 16, left[chip] ?? 0 < blocks[next].count {
                    open += blocks[next]
                    next += 1
                }
                guard next < blocks.count, (left[chip] ?? 0) >= blocks[next].count else { continue }
                for core in blocks[next] { result[core] = chip }
                left[chip, default: 0] -= blocks[next].count
                next += 1
            }
            for block in blocks[min(next, blocks.count)...] { open += block }
            open.sort()
            var index = 0
            for chip in chips {
                for _ in 0..<(left[chip] ?? 0) where index < open.count {
                    result[open[index]] = chip
                    index += 1
                }
            }
        }
        return result
    }

    /// The place in the preorder of the tree's chip that is nearest to a router.
    private static func entry(_ router: Int, _ preorder: [Int32: Int], _ machine: TorusMachine) -> (Int, Int) {
        if preorder.isEmpty { return (router, 0) }
        var seen: Set<Int> = [router]
        var front = [router]
        var distance = 0
        while !front.isEmpty {
            if let best = front.compactMap({ preorder[Int32($0)] }).min() { return (best, distance) }
            var next: [Int] = []
            for router in front {
                for link in 0..<6 {
                    let other = Int(machine.neighbours[router * 6 + link])
                    if other >= 0, seen.insert(other).inserted { next.append(other) }
                }
            }
            front = next
            distance += 1
        }
        return (.max, distance)
    }
}
