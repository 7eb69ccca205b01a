import Diagnostics
import FrontEnd
import Networks
import Numerics

/// What deep rewiring works on: the projections that move, and where the number of connections is kept.
struct RewiringPlan {
    let network: Network
    let task: Task
    let readout: Readout
    let options: RewiringOptions
    let optionText: String
    let projections: [RewiredProjection]
    /// Active connections of the whole network.
    let total: Int
    /// Whether the network is a stack of rate units that see a constant input until they have settled: one pass over it is then exact.
    let isStatic: Bool

    init(_ request: TrainingRequest, _ options: RewiringOptions, _ optionText: String) throws(DiagnosticsError) {
        let network = request.network
        guard let task = network.task, let readout = network.readout else {
            throw DiagnosticsError(
                Diagnostic(
                    "learning-no-task", "the network '\(network.name)' has no \(network.task == nil ? "task" : "readout") to learn",
                    at: network.learning?.place, help: "deep-rewiring needs labelled samples and an answer: add `task:` and `readout:`"))
        }
        try checkTraining(network, task, readout, samples: request.samples)
        let conductances = conductanceFaults(network, rule: DeepRewiring.name)
        guard conductances.isEmpty else { throw DiagnosticsError(conductances) }
        self.network = network
        self.task = task
        self.readout = readout
        self.options = options
        self.optionText = optionText
        let budget = ConnectionBudget(network)
        let moving = budget.moving
        guard !moving.isEmpty else {
            throw DiagnosticsError(
                Diagnostic(
                    "rewiring-nothing-moves", "the network '\(network.name)' has no projection whose connections can move",
                    at: network.learning?.place,
                    help: "deep-rewiring moves connections of trainable all_to_all, fixed_* and list projections"))
        }
        let counts = Self.counts(budget, network, options.connections)
        let total = counts.reduce(0, +)
        self.total = total
        projections = zip(moving, counts).map { id, count in
            RewiredProjection(id, of: network, count: count, capacity: options.isGlobal ? total : count, options: options)
        }
        isStatic = request.lowered == nil && Self.isStatic(network, task, readout, moving: Set(moving))
    }

    /// Active connections of each projection.
    private static func counts(_ budget: ConnectionBudget, _ network: Network, _ connections: RewiringOptions.Connections) -> [Int] {
        switch connections {
        case .given: zip(budget.moving, budget.pairs).map { min(SynapseRows($0, of: network).synapseCount, $1) }
        case .fraction(let part): budget.pairs.map { min($0, max(1, Int((part * Double($0)).rounded()))) }
        case .count(let total): budget.shares(of: total)
        }
    }

    /// Populations in the order of signal flow, nil with a loop, and the step from which each does not change any more.
    static func settled(_ network: Network) -> (order: [ID<Population>], steps: [Int])? {
        var steps = [Int](repeating: 0, count: network.populations.count)
        var open = network.populations.ids.map { id in network.projections.count { $0.post == id } }
        var ready = network.populations.ids.filter { open[$0.index] == 0 }
        var order: [ID<Population>] = []
        while order.count < ready.count {
            let population = ready[order.count]
            order.append(population)
            for id in network.projections.ids where network.projections[id].pre == population {
                let post = network.projections[id].post
                steps[post.index] = max(steps[post.index], steps[population.index] + SynapseRows(id, of: network).maximumDelay)
                open[post.index] -= 1
                if open[post.index] == 0 { ready.append(post) }
            }
        }
        return order.count == network.populations.count ? (order, steps) : nil
    }

    private static func isStatic(_ network: Network, _ task: Task, _ readout: Readout, moving: Set<ID<Projection>>) -> Bool {
        guard case .direct = task.encoder, readout.decode == .maximalMembrane || readout.decode == .meanMembrane,
            let (_, steps) = settled(network), readout.skip >= steps[readout.population.index]
        else { return false }
        for id in network.populations.ids where id != task.input && network.populations[id].cell.neuron?.kind != .rate { return false }
        return network.projections.ids.allSatisfy { moving.contains($0) }
    }
}
