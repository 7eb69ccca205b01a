package import Diagnostics
package import Networks
import Numerics

/// A network as e-prop walks through it: all sources as one row of inputs, all spiking neurons as one row, the readout behind them.
///
/// Weights stay the numbers of a `TrainingPlan`; dense matrices are filled from them before a batch, and gradients are gathered back, so
/// that every connector works and shared weights stay shared.
package struct RecurrentPlan: Sendable {
    package enum Part: Sendable { case input, recurrent, output }

    package struct Place: Sendable {
        package var part: Part
        /// The first presynaptic row and the first postsynaptic column.
        package var row: Int
        package var column: Int
    }

    package let plan: TrainingPlan
    /// Source populations: index in the network, and the number of their first neuron.
    package let sources: [(population: Int, first: Int)]
    /// Spiking populations, likewise.
    package let hidden: [(population: Int, first: Int)]
    package let readout: Int
    package let inputs: Int
    package let neurons: Int
    package let outputs: Int
    package let delays: RecurrentDelays
    /// Parallel to the plan's projections.
    package let places: [Place]
    /// Absolute potential of the readout's rest.
    package let rest: [Double]

    package init(_ network: Network, _ task: Task, _ readout: Readout) throws(DiagnosticsError) {
        let plan = TrainingPlan(network, steps: task.steps, trainsDrive: false)
        var faults = DiagnosticCollector()
        func refuse(_ message: String, at place: SourceRange?, help: String) {
            faults.report(Diagnostic("learning-eprop-network", message, at: place ?? network.learning?.place, help: help))
        }
        var firsts = [Int](repeating: 0, count: plan.populations.count)
        var (inputs, neurons) = (0, 0)
        var sources: [(population: Int, first: Int)] = []
        var hidden: [(population: Int, first: Int)] = []
        for (index, population) in plan.populations.enumerated() {
            let place = network.populations[ID(index)].place
            if let dynamics = population.dynamics {
                if dynamics.synapse != .delta || dynamics.order != .arrivalsFirst {
                    refuse(
                        "population '\(population.name)' has currents that outlast a step, and e-prop's traces follow the membrane alone",
                        at: place, help: "set tau_syn to 0, and order: arrivals_first")
                }
                if index == readout.population.index {
                    if dynamics.spikes || dynamics.isRate {
                        refuse(
                            "the readout '\(population.name)' spikes, and e-prop's error is that of a membrane potential", at: place,
                            help: "use the cell 'li'")
                    }
                    continue
                }
                if !dynamics.spikes {
                    refuse("population '\(population.name)' does not spike, and is not the readout", at: place, help: "use 'lif' or 'alif'")
                }
                if dynamics.refractory == .held, dynamics.refractorySteps.contains(where: { $0 > 0 }) {
                    refuse(
                        "the membrane of '\(population.name)' is held while refractory, and e-prop's traces go on", at: place,
                        help: "write 'refractory: blocked'")
                }
                firsts[index] = neurons
                hidden.append((index, neurons))
                neurons += population.size
            } else {
                firsts[index] = inputs
                sources.append((index, inputs))
                inputs += population.size
            }
        }
        let shapes = Set(
            hidden.compactMap { plan.populations[$0.population].dynamics }.map { "\($0.reset) \($0.resetAmount) \($0.comparison)" })
        if shapes.count > 1 {
            refuse(
                "spiking populations differ in reset, reset amount or threshold comparison", at: network.learning?.place,
                help: "let all of them make the same choices; their numbers may differ")
        }
        if hidden.isEmpty {
            refuse("the network has no spiking population to learn", at: network.learning?.place, help: "add one of 'lif' or 'alif'")
        }
        var places: [Place] = []
        var known: [Part: Int] = [:]
        for projection in plan.projections {
            let place = network.projections.elements.first { $0.name == projection.name }?.place
            let fromSource = plan.populations[projection.pre].dynamics == nil
            let part: Part
            switch (fromSource, projection.pre == readout.population.index, projection.post == readout.population.index) {
            case (true, _, false): part = .input
            case (false, false, false): part = .recurrent
            case (false, false, true): part = .output
            default:
                refuse(
                    "projection '\(projection.name)' is neither from an input to a spiking population, nor among those, nor to the readout",
                    at: place, help: "remove it")
                part = .input
            }
            places.append(Place(part: part, row: firsts[projection.pre], column: part == .output ? 0 : firsts[projection.post]))
            let delay: Int? =
                switch projection.form {
                case .dense(let delay, _): delay
                case .compressed(let rows): rows.delays.allSatisfy { $0 == rows.delays.first } ? Int(rows.delays.first ?? 1) : nil
                }
            guard let delay, known[part, default: delay] == delay else {
                refuse(
                    "projection '\(projection.name)' has several delays, or another than its like", at: place, help: "give one delay to all"
                )
                continue
            }
            known[part] = delay
        }
        try faults.throwIfErrors()
        self.plan = plan
        self.sources = sources
        self.hidden = hidden
        self.readout = readout.population.index
        self.inputs = inputs
        self.neurons = neurons
        outputs = network.populations[readout.population].size
        delays = RecurrentDelays(input: known[.input] ?? 1, recurrent: known[.recurrent] ?? 1, output: known[.output] ?? 1)
        self.places = places
        rest = plan.populations[readout.population.index].dynamics?.rest ?? []
    }

    /// Fills `matrices` with `parameters`.
    package func scatter<Real: LaneScalar>(_ parameters: [Real], to matrices: RecurrentMatrices<Real>) {
        matrices.clear()
        for (index, projection) in plan.projections.enumerated() {
            let (target, stride) = slab(places[index], matrices)
            forEachSynapse(projection) { pre, post, parameter in
                target.pointer[(places[index].row + pre) * stride + places[index].column + post] += parameters[parameter]
            }
        }
    }

    /// The gradient of each parameter, by those of the matrices.
    package func gather<Real: LaneScalar>(_ gradient: RecurrentMatrices<Real>, into parameters: inout [Real]) {
        for index in parameters.indices { parameters[index] = 0 }
        for (index, projection) in plan.projections.enumerated() where projection.isTrainable {
            let (source, stride) = slab(places[index], gradient)
            parameters.withUnsafeMutableBufferPointer { parameters in
                forEachSynapse(projection) { pre, post, parameter in
                    parameters[parameter] += source.pointer[(places[index].row + pre) * stride + places[index].column + post]
                }
            }
        }
    }

    private func slab<Real: LaneScalar>(_ place: Place, _ matrices: RecurrentMatrices<Real>) -> (Slab<Real>, stride: Int) {
        switch place.part {
        case .input: (matrices.input, matrices.width)
        case .recurrent: (matrices.recurrent, matrices.width)
        case .output: (matrices.output, matrices.outputs)
        }
    }

    @inline(__always)
    package func forEachSynapse(
        _ projection: TrainingPlan.ProjectionPlan, _ body: (_ pre: Int, _ post: Int, _ parameter: Int) -> Void
    ) {
        let first = projection.parameters.lowerBound
        switch projection.form {
        case .dense(_, let skipsSelf):
            let (rows, columns) = (plan.populations[projection.pre].size, plan.populations[projection.post].size)
            for pre in 0..<rows {
                for post in 0..<columns where !(skipsSelf && pre == post) { body(pre, post, first + pre * columns + post) }
            }
        case .compressed(let rows):
            for pre in 0..<rows.offsets.count - 1 {
                for s in Int(rows.offsets[pre])..<Int(rows.offsets[pre + 1]) {
                    body(pre, Int(rows.targets[s]), first + Int(rows.parameters[s]))
                }
            }
        }
    }

    /// - Parameter critics: readouts beyond the network's own, with the dynamics of its last.
    package func cell<Real: LaneScalar>(_ dynamics: [Dynamics?], critics: Int = 0) -> RecurrentCell<Real> {
        guard let readout = dynamics[readout] else { preconditionFailure("bug: the readout of e-prop is a source") }
        return RecurrentCell(hidden: hidden.compactMap { dynamics[$0.population] }, readout: readout, critics: critics)
    }

    /// The events of all sources of one sample.
    package func inputs(_ stimulus: Stimulus) -> [(first: Int, events: Stimulus.Events)] {
        sources.compactMap { source in
            stimulus.populations.first { $0.name == plan.populations[source.population].name }.map { (source.first, $0.events) }
        }
    }
}
