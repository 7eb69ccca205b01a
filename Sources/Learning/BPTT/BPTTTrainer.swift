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
        reportTrainingFaults(network, task, readout, samples: samples, to: &faults)
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
        let samples = request.samples
        let order = Philox(seed: request.network.seed, purpose: "bptt/order").split(epochsDone).permutation(samples.count)
        let perEpoch = (samples.count + options.batch - 1) / options.batch
        var sums = GradientEngine<Float>.Result()
        sums.spikes = [Int](repeating: 0, count: plan.populations.count)
        let ranges = plan.trainable
        let (shift, epoch) = (shift, epochsDone)
        for batch in 0..<perEpoch {
            let indices = Array(order[batch * options.batch..<min(samples.count, (batch + 1) * options.batch)])
            let result = engine.run(parameters, samples, indices, presentation: epoch, computesGradient: true, shift: shift)
            guard result.loss.isFinite else {
                throw DiagnosticsError(
                    Diagnostic(
                        "learning-diverged", "the loss of epoch \(epoch + 1), batch \(batch + 1) is \(result.loss)",
                        at: request.network.learning?.place, help: "lower the learning rate, or set `clip`"))
            }
            step(ranges, samples: indices.count, batch: epoch * perEpoch + batch, perEpoch: perEpoch)
            sums.loss += result.loss
            sums.correct += result.correct
            sums.samples += result.samples
            for p in sums.spikes.indices { sums.spikes[p] += result.spikes[p] }
            let goesOn = progress(
                TrainingProgress(
                    epoch: epoch + 1, epochs: epochs, samplesDone: sums.samples, samples: samples.count,
                    loss: sums.loss / Double(sums.samples), accuracy: Double(sums.correct) / Double(sums.samples)))
            curve.loss.append(Float(result.loss / Double(indices.count)))
            curve.error.append(Float(1 - Double(result.correct) / Double(indices.count)))
            guard goesOn else {
                throw DiagnosticsError(
                    Diagnostic(
                        "learning-interrupted", "training was stopped in epoch \(epoch + 1)",
                        help: "run it again: it goes on from the last whole epoch"))
            }
            if options.stop.isReached(curve) {
                hasStopped = true
                break
            }
        }
        epochsDone += 1
        let rates = plan.populations.enumerated().compactMap { index, population -> EpochSummary.Rate? in
            guard population.dynamics?.spikes == true else { return nil }
            let places = Double(population.size * plan.steps * max(1, sums.samples))
            return .init(population: population.name, spikesPerStep: Double(sums.spikes[index]) / places)
        }
        return EpochSummary(
            epoch: epochsDone, loss: sums.loss / Double(max(1, sums.samples)),
            accuracy: Double(sums.correct) / Double(max(1, sums.samples)),
            rates: rates)
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
            throw DiagnosticsError(
                Diagnostic(
                    "learning-foreign-checkpoint", "the checkpoint belongs to another training",
                    help: "remove it to start anew, or train with the same model, options and data"))
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
        var checksum = Checksum()
        for value in plan.initial { checksum.add(value.bitPattern) }
        for population in plan.populations { population.dynamics.map { checksum.add($0) } }
        for label in request.samples.labels { checksum.add(UInt64(bitPattern: Int64(label))) }
        for index in stride(from: 0, to: request.samples.count, by: 97) {
            for value in request.samples.values(index) { checksum.add(UInt64(value.bitPattern)) }
        }
        return
            "bptt 1; \(request.network.name); seed \(request.network.seed); epochs \(epochs); \(optionText); "
            + "\(request.samples.count) samples; \(plan.parameterCount) parameters; \(plan.steps) steps; "
            + "\(request.lowered == nil ? "own" : "lowered") numbers; \(String(checksum.value, radix: 16))"
    }
}
