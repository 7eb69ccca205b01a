import Diagnostics
import FrontEnd
import Networks
import Numerics

/// Trains by `eprop`: shuffled batches of trials, gradients trial by trial, steps by the optimiser.
final class EPropTrainer: Trainer {
    let epochs: Int
    private(set) var epochsDone = 0
    private(set) var curve = LearningCurve()
    private var hasStopped = false
    private let setup: EPropSetup
    private let request: TrainingRequest
    private let options: EPropOptions
    private let plan: RecurrentPlan
    private let loss: EPropLoss
    private let cell: RecurrentCell<Float>
    /// The plan's, and behind them the critic's weights, where there is one.
    private var parameters: [Float]
    /// B, [outputs × width]; the readout's own weights where feedback is symmetric.
    private let feedback: Slab<Float>
    private var optimizer: OptimizerState
    /// What is tested and written instead of `parameters`; nil: nothing.
    private var average: WeightAverage?
    private var gradient: [Float]
    private let rounding: WeightRounding?
    private var runners: [TrialRunner<Float>] = []
    private var encoders: [StimulusEncoder] = []

    /// Trials that one thread runs; a constant, so that sums do not depend on the machine.
    private static let trialsTogether = 8

    init(_ request: TrainingRequest) throws(DiagnosticsError) {
        let setup = try EPropSetup(request)
        self.setup = setup
        let (network, options) = (request.network, setup.options)
        (plan, epochs) = (setup.plan, setup.epochs)
        self.request = request
        self.options = options
        cell = plan.cell(setup.dynamics, critics: options.reward == nil ? 0 : 1)
        loss = EPropLoss(
            rest: plan.rest, skip: setup.readout.skip, reward: options.reward, actions: Philox(seed: network.seed, purpose: "eprop/actions")
        )
        parameters = plan.plan.initial.map { Float($0) } + [Float](repeating: 0, count: options.reward == nil ? 0 : plan.neurons)
        gradient = [Float](repeating: 0, count: parameters.count)
        optimizer = OptimizerState(options.optimizer, parameterCount: parameters.count)
        average = options.averageDecay > 0 ? WeightAverage(decay: options.averageDecay, start: parameters) : nil
        rounding = options.weightBits > 0 ? WeightRounding(plan.plan, parameters, bits: options.weightBits) : nil
        feedback = Slab(cell.outputs * cell.width)
        drawFeedback()
    }

    private func drawFeedback() {
        guard let drawn = options.feedback.fixed(outputs: cell.outputs, neurons: plan.neurons, seed: request.network.seed) else { return }
        for k in 0..<cell.outputs {
            for n in 0..<plan.neurons { feedback.pointer[k * cell.width + n] = drawn[k * plan.neurons + n] }
        }
    }

    var isDone: Bool { hasStopped || epochsDone >= epochs }

    // MARK: Training

    func runEpoch(progress: (TrainingProgress) -> Bool) throws(DiagnosticsError) -> EpochSummary {
        var epoch = Epoch(after: epochsDone, of: epochs, request, rule: EProp.name)
        var sums = EPropLoss.Outcome()
        var spikes = [Int](repeating: 0, count: plan.neurons)
        for indices in epoch.batches(of: options.batch) {
            let outcome = runBatch(indices, request.samples, presentation: epochsDone, learns: true)
            try epoch.add(loss: outcome.sum.loss, correct: outcome.right, samples: indices.count)
            step(trials: indices.count)
            sums += outcome.sum
            epoch.accuracy = 1 - sums.error
            for n in spikes.indices { spikes[n] += outcome.spikes[n] }
            curve.loss.append(Float(outcome.sum.loss / Double(indices.count)))
            curve.error.append(Float(outcome.sum.error))
            try epoch.report(
                to: progress, batch: curve.loss.count, recentError: curve.recentError(min(options.stop.window, curve.error.count)))
            hasStopped = options.stop.isReached(curve)
            if hasStopped { break }
        }
        epochsDone += 1
        return epoch.summary(rates: setup.rates(spikes, samples: epoch.samplesDone))
    }

    /// What the training has found.
    private var found: [Float] { average?.values ?? parameters }

    /// The weights that the forward pass uses.
    private func effective(_ parameters: [Float]) -> [Float] {
        let values = rounding?.weights(parameters) ?? parameters
        return request.lowered?.lowered(values, of: plan.plan) ?? values
    }

    /// Places of the critic's weights among the parameters.
    private var critic: Range<Int> { plan.plan.parameterCount..<parameters.count }

    private func scatter(_ values: [Float], to matrices: RecurrentMatrices<Float>) {
        plan.scatter(values, to: matrices)
        for (n, index) in critic.enumerated() { matrices.output.pointer[n * cell.outputs + plan.outputs] = values[index] }
    }

    private func runBatch(_ indices: [Int], _ samples: DataSamples, presentation: Int, learns: Bool) -> TrialRunner<Float>.Outcome {
        let weights = RecurrentMatrices(inputs: plan.inputs, cell)
        scatter(effective(learns ? parameters : found), to: weights)
        let isCompared = learns && options.compare > 0 && curve.loss.count % options.compare == 0
        let form: TrialRunner<Float>.Form
        var signal = feedback
        switch options.feedback {
        case .symmetric: signal = weights.transposedOutput(width: cell.width)
        case .exact: signal = weights.transposedOutput(width: cell.width)
        default: break
        }
        if case .exact(let reset) = options.feedback {
            form = .factored(.exact(differentiatesReset: reset))
        } else if options.traceBits > 0 {
            form = .rounded(.init(bits: options.traceBits))
        } else {
            form = options.isOnline ? .online : .factored(.feedback)
        }
        let network = request.network
        let shared = TrialRunner<Float>.Shared(
            plan: plan, cell: cell, weights: weights, feedback: signal, surrogate: options.surrogate, loss: loss, form: form,
            rateStrength: options.rateStrength, rateTarget: options.rateTarget * network.timestep / 1000, compares: isCompared)
        let together = Self.trialsTogether
        let chunks = (indices.count + together - 1) / together
        while runners.count < chunks {
            runners.append(TrialRunner(shared))
            encoders.append(StimulusEncoder(network, steps: plan.plan.steps))
        }
        let (runners, encoders) = (runners, encoders)
        parallelFor(count: chunks, threads: request.threads) { chunk in
            var encoder = encoders[chunk]
            let trials = indices[chunk * together..<min(indices.count, (chunk + 1) * together)].map {
                (index: $0, stimulus: encoder.stimulus(samples, $0, presentation: presentation))
            }
            runners[chunk].run(trials, samples, shared, presentation: presentation, learns: learns)
        }
        var total = TrialRunner<Float>.Outcome()
        total.spikes = [Int](repeating: 0, count: plan.neurons)
        for runner in runners[..<chunks] {
            total.sum += runner.outcome.sum
            total.predictions += runner.outcome.predictions
            total.right += runner.outcome.right
            for n in total.spikes.indices { total.spikes[n] += runner.outcome.spikes[n] }
        }
        guard learns else { return total }
        for runner in runners[1..<chunks] { runners[0].gradient.add(runner.gradient) }
        plan.gather(runners[0].gradient, into: &gradient)
        for (n, index) in critic.enumerated() { gradient[index] = runners[0].gradient.output.pointer[n * cell.outputs + plan.outputs] }
        if isCompared, let exact = runners[0].exact { compare(exact, runners[1..<chunks].compactMap(\.exact)) }
        return total
    }

    /// Logs the cosine of the gradient with that of backpropagation through time, over the weights into spiking neurons.
    private func compare(_ exact: RecurrentMatrices<Float>, _ others: [RecurrentMatrices<Float>]) {
        for other in others { exact.add(other) }
        var full = gradient
        plan.gather(exact, into: &full)
        var (product, own, its) = (0.0, 0.0, 0.0)
        for (index, projection) in plan.plan.projections.enumerated() {
            if case .output = plan.places[index].part { continue }
            for i in projection.parameters {
                product += Double(gradient[i]) * Double(full[i])
                own += Double(gradient[i]) * Double(gradient[i])
                its += Double(full[i]) * Double(full[i])
            }
        }
        let cosine = own > 0 && its > 0 ? product / (own * its).squareRoot() : 0
        curve.cosine.append(.init(batch: curve.loss.count, cosine: Float(cosine)))
    }

    /// One step of the optimiser with the mean gradient of `trials` trials.
    private func step(trials: Int) {
        let rate = options.rate(optimizer.count)
        optimizer.count += 1
        let before = parameters
        let scale = clipped(1 / Double(trials))
        for projection in plan.plan.projections where projection.isTrainable {
            gradient.withUnsafeBufferPointer { gradient in
                guard let gradient = gradient.baseAddress else { return }
                optimizer.move(&parameters, projection.parameters, gradient, rate: rate, decay: 0, scale: scale)
            }
            bound(projection)
        }
        gradient.withUnsafeBufferPointer { gradient in
            guard let gradient = gradient.baseAddress, !critic.isEmpty else { return }
            optimizer.move(&parameters, critic, gradient, rate: rate, decay: 0, scale: scale)
        }
        if case .adaptive(_, let decay) = options.feedback { adapt(before, decay: decay) }
        rounding?.store(&parameters)
        average?.add(parameters, step: optimizer.count)
    }

    /// `scale`, or less where the gradient's norm would exceed the limit.
    private func clipped(_ scale: Double) -> Double {
        guard options.clip > 0 else { return scale }
        var square = 0.0
        for projection in plan.plan.projections where projection.isTrainable {
            for i in projection.parameters { square += Double(gradient[i]) * Double(gradient[i]) }
        }
        let norm = square.squareRoot() * scale
        return norm > options.clip ? scale * options.clip / norm : scale
    }

    /// Weights keep the sign that an explicit receptor asks for.
    private func bound(_ projection: TrainingPlan.ProjectionPlan) {
        switch projection.receptor {
        case .excitatory: for i in projection.parameters { parameters[i] = max(parameters[i], 0) }
        case .inhibitory: for i in projection.parameters { parameters[i] = min(parameters[i], 0) }
        case .bySign: break
        }
    }

    /// B gets the increments of the readout's weights; both shrink alike.
    private func adapt(_ before: [Float], decay: Double) {
        let keep = Float(1 - decay)
        for (index, projection) in plan.plan.projections.enumerated() {
            guard case .output = plan.places[index].part else { continue }
            for i in projection.parameters where projection.isTrainable { parameters[i] = before[i] * keep + (parameters[i] - before[i]) }
        }
        for i in critic { parameters[i] = before[i] * keep + (parameters[i] - before[i]) }
        let increments = RecurrentMatrices(inputs: plan.inputs, cell)
        scatter(zip(parameters, before).map { $0 - $1 * keep }, to: increments)
        for n in 0..<plan.neurons {
            for k in 0..<cell.outputs {
                let place = k * cell.width + n
                feedback.pointer[place] = feedback.pointer[place] * keep + increments.output.pointer[n * cell.outputs + k]
            }
        }
    }

    func evaluate(_ samples: DataSamples) -> Evaluation {
        var evaluation = Evaluation(samples: samples.count, correct: 0, loss: 0, predictions: [])
        var sums = EPropLoss.Outcome()
        for first in stride(from: 0, to: samples.count, by: 64) {
            let outcome = runBatch(Array(first..<min(samples.count, first + 64)), samples, presentation: 0, learns: false)
            sums += outcome.sum
            evaluation.correct += outcome.right
            evaluation.predictions += outcome.predictions
        }
        evaluation.loss = sums.loss / Double(max(1, samples.count))
        if samples.targets.isSeries { evaluation.normalizedError = sums.error }
        return evaluation
    }

    // MARK: Results

    var network: Network { request.network.learned(plan.plan, rounding?.weights(found) ?? found) }

    var state: TrainerState {
        var entries = [
            TrainerState.Entry("parameters", .floats(parameters)), .init("first", .floats(optimizer.first)),
            .init("feedback", .floats(feedback.values)), .init("steps", .integers([optimizer.count, hasStopped ? 1 : 0])),
        ]
        if !optimizer.second.isEmpty { entries.append(.init("second", .floats(optimizer.second))) }
        if let average { entries.append(.init("average", .floats(average.values))) }
        return TrainerState(signature: setup.signature(), epochsDone: epochsDone, entries: entries + curve.entries)
    }

    func restore(_ state: TrainerState) throws(DiagnosticsError) {
        guard state.signature == setup.signature(), case .floats(let values) = state["parameters"],
            case .floats(let first) = state["first"],
            case .floats(let signal) = state["feedback"], case .integers(let steps) = state["steps"], values.count == parameters.count,
            first.count == values.count, steps.count == 2, signal.count == feedback.count
        else {
            throw TrainerState.foreign
        }
        if case .floats(let second) = state["second"], second.count == optimizer.second.count { optimizer.second = second }
        if case .floats(let mean) = state["average"], mean.count == parameters.count { average?.values = mean }
        parameters = values
        optimizer.first = first
        for (index, value) in signal.enumerated() { feedback.pointer[index] = value }
        (optimizer.count, hasStopped) = (steps[0], steps[1] != 0)
        curve = LearningCurve(state)
        epochsDone = state.epochsDone
    }

}
