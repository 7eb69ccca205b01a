import Diagnostics
import Networks
import Numerics

/// The way from the task's input to the readout, population by population: each of rate units and fed by the one before.
struct RateWalk {
    struct Stage {
        var projection: ID<Projection>
        var population: ID<Population>
        var dynamics: Dynamics
        var rows: SynapseRows
    }

    private let place: SourceRange?
    /// Of the direct encoder.
    let gain: Double
    private(set) var stages: [Stage] = []

    init(_ network: Network, rule: String) throws(DiagnosticsError) {
        place = network.learning?.place
        guard let task = network.task, let readout = network.readout else {
            throw DiagnosticsError(
                Diagnostic(
                    "learning-no-task", "the network '\(network.name)' has no \(network.task == nil ? "task" : "readout") to learn",
                    at: place, help: "\(rule) needs labelled samples and an answer: add `task:` and `readout:`"))
        }
        guard case .direct(let gain) = task.encoder else {
            throw DiagnosticsError(
                Diagnostic(
                    "learning-needs-values", "'\(rule)' learns from numbers, but the task's encoder '\(task.encoder.name)' sends spikes",
                    at: task.place ?? place, help: "write `encode: {direct: {duration: …}}`"))
        }
        self.gain = gain
        var current = task.input
        var delays = 0
        while current != readout.population {
            let name = network.populations[current].name
            let next = network.projections.ids.filter { network.projections[$0].pre == current }
            guard next.count == 1, let id = next.first, stages.count < network.populations.count else {
                throw fault(
                    "learning-not-a-chain", "'\(rule)' learns a chain of layers, but '\(name)' feeds \(next.count) projections",
                    "let each population feed one other, from the input to the readout", at: network.populations[current].place)
            }
            let projection = network.projections[id]
            let population = network.populations[projection.post]
            guard network.projections.ids.count(where: { network.projections[$0].post == projection.post }) == 1 else {
                throw fault(
                    "learning-not-a-chain", "'\(rule)' learns a chain of layers, but several projections feed '\(population.name)'",
                    "let each population be fed by one other, from the input to the readout", at: population.place)
            }
            guard let dynamics = network.dynamics(of: projection.post), dynamics.isRate else {
                throw fault(
                    "learning-needs-rates",
                    "'\(rule)' learns rate units, but '\(population.name)' is of the cell '\(population.cell.name)'",
                    "write `cell: rate`, or choose another rule", at: population.place)
            }
            let rows = SynapseRows(id, of: network)
            delays += rows.maximumDelay
            stages.append(Stage(projection: id, population: projection.post, dynamics: dynamics, rows: rows))
            current = projection.post
        }
        guard readout.skip >= delays, task.steps > readout.skip, readout.decode == .meanMembrane || readout.decode == .maximalMembrane
        else {
            throw fault(
                "learning-transient",
                "the readout decodes '\(readout.decode.rawValue)' from step \(readout.skip) of \(task.steps), but values need \(delays) "
                    + "steps to reach it, and '\(rule)' learns what they settle at",
                "write `decode: mean_membrane, skip: \(shortest(Double(delays) * network.timestep)) ms`, and present samples for longer",
                at: task.place)
        }
    }

    func fault(_ id: String, _ message: String, _ help: String, at spot: SourceRange?) -> DiagnosticsError {
        DiagnosticsError(Diagnostic(id, message, at: spot ?? place, help: help))
    }
}
