import Diagnostics
import Networks
import Numerics

/// What a training by `eprop` starts from, whether it runs here or on a chip: the request, checked, with its options and its plan.
struct EPropSetup {
    let request: TrainingRequest
    let options: EPropOptions
    let plan: RecurrentPlan
    let readout: Readout
    let epochs: Int
    private let optionText: String

    /// - Throws: everything of the network, the task or the options that the rule cannot learn.
    init(_ request: TrainingRequest) throws(DiagnosticsError) {
        let network = request.network
        let values = try OptionValues(network.learning ?? LearningSpecification(rule: EProp.name), definitions: EProp.options)
        let task: Task
        (task, readout) = try EProp.taskAndReadout(of: network)
        options = EPropOptions(values)
        plan = try RecurrentPlan(network, task, readout)
        try checkEProp(network, task, readout, options, plan, request.samples)
        self.request = request
        optionText = values.description
        epochs = request.epochs ?? options.epochs
    }

    /// Of each population, the chip's where the forward pass is lowered; nil: inputs.
    var dynamics: [Dynamics?] {
        plan.plan.populations.enumerated().map { index, population -> Dynamics? in
            guard let own = population.dynamics else { return nil }
            return request.lowered?.dynamics(of: ID(index), from: own) ?? own
        }
    }

    /// What training depends on, beside the epochs done.
    /// - Parameter place: where it runs, when not here.
    func signature(place: String = "") -> String {
        var start = Checksum()
        start.add(plan.plan.initial)
        for population in plan.plan.populations { population.dynamics.map { start.add($0) } }
        return request.signature(
            rule: EProp.name, epochs: epochs, options: optionText, start: start,
            details: "\(plan.plan.parameterCount) parameters; \(plan.plan.steps) steps\(place)")
    }

    /// Firing rates of the hidden populations.
    /// - Parameters:
    ///   - spikes: of each neuron, over all samples.
    func rates(_ spikes: [Int], samples: Int) -> [EpochSummary.Rate] {
        plan.hidden.map { population in
            let size = plan.plan.populations[population.population].size
            let count = spikes[population.first..<population.first + size].reduce(0, +)
            return EpochSummary.Rate(
                population: plan.plan.populations[population.population].name,
                spikesPerStep: Double(count) / Double(max(1, size * plan.plan.steps * samples)))
        }
    }
}
