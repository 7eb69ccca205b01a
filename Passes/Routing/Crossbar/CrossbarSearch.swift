import Chips
package import Lowering

/// Fits an execution onto the chip: circuits, buses, groups of labels, drivers.
///
/// From coarse to fine: how signs become rows, how wide neurons are, where they are, which bus serves which source, which sources share
/// drivers, which row selects and drivers those get. Each step is greedy first; groups and drivers are then searched completely within
/// `nodes`, and a bus that has no plan is given fewer sources in the next of `rounds`. No step looks at a clock, so that the answer is
/// always the same.
package struct CrossbarSearch: Sendable {
    package var policies: [SignPolicy]
    /// The neurons in the order in which they take columns from the left; nil: spread over the buses.
    package var order: [Int]?
    package var rounds: Int

    package init(policies: [SignPolicy] = SignPolicy.allCases, order: [Int]? = nil, rounds: Int = 6) {
        self.policies = policies
        self.order = order
        self.rounds = rounds
    }

    package enum Outcome: Sendable {
        case found(CrossbarConfiguration, SignPolicy)
        case failed(CrossbarShortage)
    }

    package func run(_ problem: CrossbarProblem) -> Outcome {
        var nearest: CrossbarShortage?
        for policy in policies {
            let demands = CrossbarDemands(problem, policy)
            for wholeColumns in [true, false] {
                switch fit(problem, demands, wholeColumns: wholeColumns) {
                case .found(let configuration): return .found(configuration, policy)
                case .failed(let shortage): if nearest.map({ shortage < $0 }) ?? true { nearest = shortage }
                }
            }
        }
        return .failed(nearest ?? CrossbarShortage(.circuits, needed: 0, available: 0))
    }

    private enum Fit {
        case found(CrossbarConfiguration)
        case failed(CrossbarShortage)
    }

    private func fit(_ problem: CrossbarProblem, _ demands: CrossbarDemands, wholeColumns: Bool) -> Fit {
        let crossbar = problem.crossbar
        var widths = leastWidths(demands, crossbar, wholeColumns)
        var sends = [Bool](repeating: false, count: problem.neurons.count)
        for (source, kind) in problem.sources.enumerated() {
            if case .neuron(let neuron) = kind { sends[neuron] = !demands.cells[source].isEmpty }
        }
        var last: CrossbarShortage?
        while true {
            if let widest = widths.indices.max(by: { widths[$0] < widths[$1] }), widths[widest] > crossbar.columnsPerHalf {
                return .failed(
                    last
                        ?? CrossbarShortage(
                            .half, neuron: widest, needed: widths[widest] * LabelledCrossbar.hemispheres,
                            available: crossbar.columnsPerHalf * LabelledCrossbar.hemispheres))
            }
            let circuits = CircuitPlacement.circuits(widths)
            guard let placement = CircuitPlacement(widths, sends: sends, on: crossbar, order: order) else {
                let widest = widths.indices.max { widths[$0] < widths[$1] }
                return .failed(
                    last ?? CrossbarShortage(.circuits, neuron: widest, needed: circuits, available: crossbar.circuitCount))
            }
            switch route(problem, demands, placement) {
            case .found(let configuration): return .found(configuration)
            case .failed(let shortage):
                if last.map({ shortage < $0 }) ?? true { last = shortage }
                // More columns for the neurons that ask most of the bus, where columns are left.
                guard shortage.kind == .rows || shortage.kind == .labels, let neuron = shortage.neuron else { return .failed(shortage) }
                let population = problem.neurons[neuron].population
                for other in widths.indices where problem.neurons[other].population == population { widths[other] += 1 }
            }
        }
    }

    /// The narrowest widths over some shares of excitatory rows.
    private func leastWidths(_ demands: CrossbarDemands, _ crossbar: LabelledCrossbar, _ wholeColumns: Bool) -> [Int] {
        let (e, i) = (demands.excitatory.reduce(0, +), demands.inhibitory.reduce(0, +))
        let share = e + i > 0 ? Double(e) / Double(e + i) : 0.5
        let shares = e == i ? [0.5] : [0.5, share]
        let options = shares.map { CircuitPlacement.widths(demands, share: $0, on: crossbar, wholeColumns: wholeColumns) }
        return options.min { CircuitPlacement.circuits($0) < CircuitPlacement.circuits($1) } ?? []
    }

    private func route(_ problem: CrossbarProblem, _ demands: CrossbarDemands, _ placement: CircuitPlacement) -> Fit {
        let crossbar = problem.crossbar
        var penalties = [Int](repeating: 0, count: crossbar.busCount)
        var nearest: CrossbarShortage?
        for _ in 0..<max(rounds, 1) {
            let assignment = BusAssignment(problem, demands, placement, penalties: penalties)
            let strands = assignment.strands
            var isHeard = [[Bool]](repeating: [false, false], count: problem.neurons.count)
            let senders = strands.map { strand -> Int? in
                if case .neuron(let neuron) = problem.sources[strand.source] { neuron } else { nil }
            }
            for (strand, sender) in zip(strands, senders) { if let sender { isHeard[sender][strand.bus / crossbar.buses] = true } }
            let kinds = isHeard.map { heard -> EventCode.Kind in
                heard[0] ? heard[1] ? .both : .top : heard[1] ? .bottom : .none
            }
            let full = crossbar.busIndices.filter { assignment.loads[$0].rows > crossbar.rowsPerBus }
            var plans = [BusPlan](repeating: BusPlan(groups: []), count: crossbar.busCount)
            var codes = [EventCode](repeating: EventCode.all[0], count: crossbar.eventOutputs)
            var failed = full
            if full.isEmpty {
                for bus in 0..<crossbar.buses {
                    var planner = BusPairPlanner(
                        crossbar: crossbar, strands: strands, demands: demands, sites: placement.sites, senders: senders, kinds: kinds)
                    guard let (pair, chosen) = planner.plan(bus) else {
                        failed.append(assignment.users[bus] >= assignment.users[bus + crossbar.buses] ? bus : bus + crossbar.buses)
                        continue
                    }
                    for hemisphere in pair.indices { plans[hemisphere * crossbar.buses + bus] = pair[hemisphere] }
                    for (output, code) in chosen { codes[output] = code }
                }
            }
            if failed.isEmpty {
                let filling = CrossbarFilling(
                    problem: problem, demands: demands, sites: placement.sites, strands: strands, kinds: kinds, plans: plans, codes: codes)
                return .found(filling.configuration())
            }
            let shortage = shortage(of: assignment, failed, problem)
            if nearest.map({ shortage < $0 }) ?? true { nearest = shortage }
            for bus in failed { penalties[bus] += max(1, (assignment.loads[bus].rows - crossbar.rowsPerBus + 3) / 4) }
        }
        return .failed(nearest ?? CrossbarShortage(.circuits, needed: 0, available: 0))
    }

    private func shortage(of assignment: BusAssignment, _ failed: [Int], _ problem: CrossbarProblem) -> CrossbarShortage {
        let bus = failed.max { assignment.loads[$0].rows < assignment.loads[$1].rows } ?? 0
        let load = assignment.loads[bus]
        let crossbar = problem.crossbar
        let fullest = problem.neurons.indices.max { load.excitatory[$0] + load.inhibitory[$0] < load.excitatory[$1] + load.inhibitory[$1] }
        if load.rows > crossbar.rowsPerBus {
            return CrossbarShortage(.rows, neuron: fullest, bus: bus, needed: load.rows, available: crossbar.rowsPerBus)
        }
        return CrossbarShortage(
            .labels, neuron: fullest, bus: bus, needed: assignment.users[bus], available: crossbar.labelCount)
    }
}

extension LabelledCrossbar {
    fileprivate var busIndices: Range<Int> { 0..<busCount }
}

/// What an execution lacked most when the search came nearest.
package struct CrossbarShortage: Hashable, Sendable {
    package enum Kind: Int, Hashable, Sendable {
        /// A bus has too few rows for the synapses of its sources.
        case rows
        /// A bus has rows enough, but no masks that keep the groups of its sources apart.
        case labels
        /// The chip has too few circuits.
        case circuits
        /// A neuron needs more circuits than can be joined.
        case half
    }

    package var kind: Kind
    /// The neuron that asks for most, of the problem's.
    package var neuron: Int?
    /// Of the chip.
    package var bus: Int?
    package var needed: Int
    package var available: Int

    init(_ kind: Kind, neuron: Int? = nil, bus: Int? = nil, needed: Int, available: Int) {
        self.kind = kind
        self.neuron = neuron
        self.bus = bus
        self.needed = needed
        self.available = available
    }

    /// The nearer to success, the less.
    static func < (left: CrossbarShortage, right: CrossbarShortage) -> Bool {
        (left.needed - left.available, left.kind.rawValue) < (right.needed - right.available, right.kind.rawValue)
    }
}
