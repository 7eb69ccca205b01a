import Diagnostics
import FrontEnd
import Networks
import Numerics

/// Trains by `bptt`: shuffled mini-batches, gradients by `GradientEngine`, steps by the optimiser.
final class BPTTTrainer: Trainer {
    let epochs: Int
    private(set) var epochsDone = 0
    private(set) var curve = LearningCurve()
    private var hasStopped = false
    var isDone: Bool { hasStopped || epochsDone >= epochs }
    private let request: TrainingRequest
    private let options: BPTTOptions
    private let optionText: String
    private let plan: TrainingPlan
    private let engine: GradientEngine<Float>
    private var parameters: [Float]
    private var optimizer: OptimizerState
    private let shift: SampleShift?

    init(_ request: TrainingRequest) throws(DiagnosticsError) {
        let network = request.network
        let values = try OptionValues(network.learning ?? LearningSpecification(rule: BPTT.name), definitions: BPTT.options)
        let options = BPTTOptions(values)
        guard let task = network.task, let readout = network.readout else {
            throw DiagnosticsError(
                Diagnostic(
                    "learning-no-task", "the network '\(network.name)' has no \(network.task == nil ? "task" : "readout") to learn",
                    at: network.learning?.place, help: "bptt needs labelled samples and an answer: add `task:` and `readout:`"))
        }
        try Self.check(network, task, readout, options, request.samples)
        self.request = request
        self.options = options
        optionText = values.description
        epochs = request.epochs ?? options.epochs
        plan = TrainingPlan(network, steps: task.steps, trainsDrive: options.trainsDrive)
        let rounding = options.weightLevels > 0 ? EvenSteps(levels: options.weightLevels) : nil
        engine = GradientEngine(
            network, plan, options.gradientSettings(network, readout), lowered: request.lowered ?? rounding, threads: request.threads)
        parameters = plan.initial.map { Float($0) }
        optimizer = OptimizerState(options.optimizer, parameterCount: plan.parameterCount)
        shift = options.shift > 0 ? SampleShift(network.populations[task.input].shape, limit: options.shift, seed: network.seed) : nil
    }

    private static func check(
        _ network: Network, _ task: Task, _ readout: Readout, _ options: BPTTOptions, _ samples: DataSamples
    ) throws(DiagnosticsError) {
        var faults = DiagnosticCollector()
        let place = network.learning?.place
        reportTrainingFaults(network, task, readout, samples: samples, takesNumbers: true, to: &faults)
        let population = network.populations[readout.population]
        let needsMembrane: Bool = if case .crossEntropyPerStep = options.loss { true } else { samples.targets.isSeries }
        if needsMembrane, population.cell.neuron?.spikes == true {
            faults.report(
                Diagnostic(
                    "learning-readout-spikes", "the readout '\(population.name)' spikes, and its membrane is judged in every step",
                    at: place,
                    help: "use the cell 'li', or 'loss: cross_entropy'"))
        }
        for fault in conductanceFaults(network, rule: BPTT.name) { faults.report(fault) }
        let shape = network.populations[task.input].shape
        if options.shift > 0, shape.count < 2 {
            faults.report(
                Diagnostic(
                    "learning-shift-needs-plane",
                    "'shift' moves samples along two axes, but the input population has the shape \(shape)", at: place,
                    help: "give the input population a shape of rows and columns, or leave `shift` out"))
        }
        try faults.throwIfErrors()
    }

    // MARK: Training

    func runEpoch(progress: (TrainingProgress) -> Bool) throws(DiagnosticsError) -> EpochSummary {
        var epoch = Epoch(after: epochsDone, of: epochs, request, rule: BPTT.name)
        var spikes = [Int](repeating: 0, count: plan.populations.count)
        let batches = epoch.batches(of: options.batch)
        for (batch, indices) in batches.enumerated() {
            let result = engine.run(
                parameters, request.samples, indices, presentation: epochsDone, computesGradient: true, shift: shift)
            try epoch.add(
                loss: result.loss, correct: result.correct, samples: indices.count, to: &curve,
                cure: "lower the learning rate, or set `clip`")
            step(plan.trainable, samples: indices.count, batch: epochsDone * batches.count + batch, perEpoch: batches.count)
            for p in spikes.indices { spikes[p] += result.spikes[p] }
            try epoch.report(to: progress)
            hasStopped = options.stop.isReached(curve)
            if hasStopped { break }
        }
        epochsDone += 1
        return epoch.summary(rates: plan.rates(spikes, samples: epoch.samplesDone))
    }

    /// One step of the optimiser with the mean gradient of `samples` samples.
    private func step(_ ranges: [Range<Int>], samples: Int, batch: Int, perEpoch: Int) {
        let gradient = engine.gradient.pointer
        var scale = 1 / Double(samples)
        if options.clip > 0 {
            var square = 0.0
            for range in ranges { for i in range { square += Double(gradient[i]) * Double(gradient[i]) } }
            let norm = square.squareRoot() * scale
            if norm > options.clip { scale *= options.clip / norm }
        }
        optimizer.count += 1
        let rate = options.rate * options.schedule.factor(at: batch, perEpoch: perEpoch, epochs: epochs)
        for projection in plan.projections where projection.isTrainable {
            optimizer.move(&parameters, projection.parameters, gradient, rate: rate, decay: options.l2, scale: scale)
            bound(projection)
        }
        for population in plan.populations {
            guard let drive = population.drive else { continue }
            optimizer.move(&parameters, drive, gradient, rate: rate, decay: 0, scale: scale)
        }
    }

    /// Weights stay within the limit, and within the sign that an explicit receptor asks for.
    private func bound(_ projection: TrainingPlan.ProjectionPlan) {
        let limit = options.weightLimit > 0 ? Float(options.weightLimit) : .infinity
        let lowest: Float = projection.receptor == .excitatory ? 0 : -limit
        let highest: Float = projection.receptor == .inhibitory ? 0 : limit
        guard lowest > -.infinity || highest < .infinity else { return }
        parameters.withUnsafeMutableBufferPointer { parameters in
            for i in projection.parameters { parameters[i] = min(max(parameters[i], lowest), highest) }
        }
    }

    func evaluate(_ samples: DataSamples) -> Evaluation {
        var evaluation = Evaluation(samples: samples.count, correct: 0, loss: 0, predictions: [])
        let batch = plan.chunk * 4
        for first in stride(from: 0, to: samples.count, by: batch) {
            let result = engine.run(
                parameters, samples, Array(first..<min(samples.count, first + batch)), presentation: 0, computesGradient: false)
            evaluation.correct += result.correct
            evaluation.loss += result.loss
            evaluation.predictions += result.predictions
        }
        // The loss of numbers is half their square error.
        if samples.targets.isSeries { evaluation.normalizedError = 2 * evaluation.loss / max(samples.targetSquares, 1e-30) }
        evaluation.loss /= Double(max(1, samples.count))
        return evaluation
    }

    // MARK: Results

    var network: Network {
        var values = parameters
        if options.weightLevels > 0 {
            let rounding = EvenSteps(levels: options.weightLevels)
            for (index, projection) in plan.projections.enumerated() where projection.isTrainable {
                values.replaceSubrange(
                    projection.parameters, with: rounding.weights(of: ID(index), from: Array(parameters[projection.parameters])))
            }
        }
        return request.network.learned(plan, values)
    }

    var state: TrainerState {
        var entries = [TrainerState.Entry("parameters", .floats(parameters)), .init("first", .floats(optimizer.first))]
        if !optimizer.second.isEmpty { entries.append(.init("second", .floats(optimizer.second))) }
        entries.append(.init("steps", .integers([optimizer.count, hasStopped ? 1 : 0])))
        return TrainerState(signature: signature, epochsDone: epochsDone, entries: entries + curve.entries)
    }

    func restore(_ state: TrainerState) throws(DiagnosticsError) {
        guard state.signature == signature, case .floats(let values) = state["parameters"], case .floats(let first) = state["first"],
            case .integers(let steps) = state["steps"], values.count == parameters.count, first.count == values.count, steps.count == 2
        else {
            throw TrainerState.foreign
        }
        if case .floats(let second) = state["second"], second.count == optimizer.second.count { optimizer.second = second }
        parameters = values
        optimizer.first = first
        (optimizer.count, hasStopped) = (steps[0], steps[1] != 0)
        curve = LearningCurve(state)
        epochsDone = state.epochsDone
    }

    /// What training depends on, beside the epochs done.
    private var signature: String {
        var start = Checksum()
        start.add(plan.initial)
        for population in plan.populations { population.dynamics.map { start.add($0) } }
        return request.signature(
            rule: BPTT.name, epochs: epochs, options: optionText, start: start,
            details: "\(plan.parameterCount) parameters; \(plan.steps) steps")
    }
}
