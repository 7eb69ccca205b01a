import Chips

/// The sources of a bus in groups that share drivers: no more than a label tells apart, and together no more rows than the bus has.
struct LabelGroups: Sendable {
    struct Group: Sendable {
        /// Indices of strands, ascending.
        var strands: [Int]
        var load: RowLoad
    }

    var groups: [Group]

    /// Few groups need the fewest rows, for synapses of unlike sources share them; so the number of groups grows from the least on. For each
    /// number: greedy, then by backtracking over the sources, bounded by `nodes`.
    ///
    /// - Parameter blocks: strands that must stay together, because their row selects are tied: those of the neurons of one event output.
    init?(
        blocks: [[Int]], strands: [Strand], _ demands: CrossbarDemands, _ sites: [CircuitPlacement.Site], hemisphere: Int,
        on crossbar: LabelledCrossbar, nodes: inout Int
    ) {
        let blocks = blocks.filter { !$0.isEmpty }
        guard blocks.allSatisfy({ $0.count <= crossbar.labelCount }) else { return nil }
        let users = blocks.reduce(0) { $0 + $1.count }
        var search = GroupSearch(
            blocks: blocks, strands: strands, demands: demands, sites: sites, hemisphere: hemisphere, labels: crossbar.labelCount,
            drivers: crossbar.driversPerBus)
        let least = max(1, (users + crossbar.labelCount - 1) / crossbar.labelCount)
        guard least <= crossbar.selectCount else { return nil }
        for count in least...min(least + 2, crossbar.selectCount) {
            if let groups = search.greedy(count) ?? search.complete(count, nodes: &nodes) {
                self.groups = groups
                return
            }
        }
        return nil
    }
}

private struct GroupSearch {
    let blocks: [[Int]]
    let strands: [Strand]
    let demands: CrossbarDemands
    let sites: [CircuitPlacement.Site]
    let hemisphere: Int
    let labels: Int
    let drivers: Int

    typealias Group = LabelGroups.Group

    private func added(_ block: [Int], to group: Group) -> Group {
        var group = group
        for strand in block {
            group.load.add(strands[strand], demands, sites, hemisphere: hemisphere)
            group.strands.append(strand)
        }
        return group
    }

    private func empty(_ count: Int) -> [Group] {
        Array(repeating: Group(strands: [], load: RowLoad(neurons: sites.count)), count: count)
    }

    private func finished(_ groups: [Group]) -> [Group] {
        groups.filter { !$0.strands.isEmpty }.map { Group(strands: $0.strands.sorted(), load: $0.load) }
    }

    private func driversNeeded(_ groups: [Group]) -> Int { groups.reduce(0) { $0 + $1.load.drivers } }

    mutating func greedy(_ count: Int) -> [Group]? {
        var groups = empty(count)
        for block in blocks {
            var best: (score: (Int, Int), place: Int, group: Group)?
            for place in groups.indices where groups[place].strands.count + block.count <= labels {
                let group = added(block, to: groups[place])
                let score = (group.load.drivers - groups[place].load.drivers, groups[place].strands.count)
                if best.map({ score < $0.score }) ?? true { best = (score, place, group) }
            }
            guard let best else { return nil }
            groups[best.place] = best.group
        }
        return driversNeeded(groups) <= drivers ? finished(groups) : nil
    }

    /// Every way to put the blocks into groups, up to the names of the groups.
    mutating func complete(_ count: Int, nodes: inout Int) -> [Group]? {
        // One group leaves no choice, and the greedy search has taken it.
        guard count > 1 else { return nil }
        return complete(0, empty(count), &nodes).map(finished)
    }

    private mutating func complete(_ block: Int, _ groups: [Group], _ nodes: inout Int) -> [Group]? {
        if driversNeeded(groups) > drivers { return nil }
        guard block < blocks.count else { return groups }
        for place in groups.indices {
            guard nodes > 0 else { return nil }
            nodes -= 1
            guard groups[place].strands.count + blocks[block].count <= labels else { continue }
            var next = groups
            next[place] = added(blocks[block], to: groups[place])
            if let found = complete(block + 1, next, &nodes) { return found }
            // Empty groups are all alike.
            if groups[place].strands.isEmpty { break }
        }
        return nil
    }
}
