import Chips

/// How the drivers of one bus are shared: groups of sources, their row selects, drivers and masks.
struct BusPlan: Sendable {
    struct Group: Sendable {
        /// Indices of strands.
        var strands: [Int]
        var excitatoryRows: Int
        var inhibitoryRows: Int
        var selects: [Int]
        var drivers: [DriverAllocation.Driver]
    }

    var groups: [Group]
}

/// Plans the buses of one number in both hemispheres: they hear the same neurons, whose codes they share.
struct BusPairPlanner {
    let crossbar: LabelledCrossbar
    let strands: [Strand]
    let demands: CrossbarDemands
    let sites: [CircuitPlacement.Site]
    /// By strand: the neuron that is its source; nil for the host's.
    let senders: [Int?]
    /// By neuron.
    let kinds: [EventCode.Kind]
    /// Bounds on the searches, so that they end.
    var nodes = 4000

    /// - Returns: the plans by hemisphere and the code of every event output of the pair, or the bus that has no plan.
    mutating func plan(_ bus: Int) -> (plans: [BusPlan], codes: [Int: EventCode])? {
        let outputs = (0..<crossbar.eventOutputs).filter { crossbar.bus(ofEventOutput: $0) == bus }
        var groups: [[LabelGroups.Group]] = []
        for hemisphere in 0..<LabelledCrossbar.hemispheres {
            let own = strands.indices.filter { strands[$0].bus == hemisphere * crossbar.buses + bus }
            var blocks = outputs.map { output in own.filter { self.output(of: $0) == output } }
            blocks += own.filter { senders[$0] == nil }.map { [$0] }
            var budget = nodes
            guard
                let found = LabelGroups(
                    blocks: blocks, strands: strands, demands, sites, hemisphere: hemisphere, on: crossbar, nodes: &budget)
            else { return nil }
            groups.append(found.groups)
        }
        // With one group on each bus drivers need not compare, and any code will do.
        let isPlain = groups.allSatisfy { $0.count <= 1 }
        for choice in CodeChoices(outputs: outputs.count, isPlain: isPlain) {
            let codes = Dictionary(uniqueKeysWithValues: zip(outputs, choice))
            var plans: [BusPlan] = []
            for list in groups {
                guard let plan = allocate(list, codes) else { break }
                plans.append(plan)
            }
            if plans.count == groups.count { return (plans, codes) }
        }
        return nil
    }

    private func output(of strand: Int) -> Int? {
        senders[strand].map { crossbar.eventOutput(ofColumn: sites[$0].columns.lowerBound) }
    }

    private func allocate(_ groups: [LabelGroups.Group], _ codes: [Int: EventCode]) -> BusPlan? {
        let shift = crossbar.addressBits - crossbar.labelBits
        let requests = groups.map { group in
            var selects: Set<Int> = []
            for strand in group.strands {
                guard let sender = senders[strand], let output = output(of: strand), let code = codes[output] else { continue }
                selects.insert(output << shift | code.value(kinds[sender]))
            }
            return DriverAllocation.Request(selects: selects.sorted(), drivers: group.load.drivers)
        }
        var search = SelectSearch(selectBits: crossbar.selectBits, driversPerBus: crossbar.driversPerBus, leaves: 2000)
        guard let (settled, allocation) = search.solve(requests) else { return nil }
        return BusPlan(
            groups: groups.indices.map { place in
                BusPlan.Group(
                    strands: groups[place].strands, excitatoryRows: groups[place].load.excitatoryRows,
                    inhibitoryRows: groups[place].load.inhibitoryRows, selects: settled[place].selects,
                    drivers: allocation.drivers[place])
            })
    }
}

/// Every choice of a code for each of some event outputs.
private struct CodeChoices: Sequence, IteratorProtocol {
    private var choices: [[EventCode]]

    init(outputs: Int, isPlain: Bool) {
        var choices: [[EventCode]] = [[]]
        let codes = isPlain ? Array(EventCode.all.prefix(1)) : EventCode.all
        for _ in 0..<outputs { choices = choices.flatMap { choice in codes.map { choice + [$0] } } }
        self.choices = choices.reversed()
    }

    mutating func next() -> [EventCode]? { choices.popLast() }
}
