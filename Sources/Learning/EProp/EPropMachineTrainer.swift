import Diagnostics
import FrontEnd
import Networks
import Numerics

/// Trains by `eprop` on a chip: trials go to the machine one after the other, and the answers come from it.
///
/// What is left to the host is what the chip's embedded processor does: the error of the readout, its learning rate, and the record.
final class EPropMachineTrainer: Trainer {
    let epochs: Int
    private(set) var epochsDone = 0
    private(set) var curve = LearningCurve()
    private var hasStopped = false
    /// Batches done.
    private var count = 0
    private let setup: EPropSetup
    private let request: TrainingRequest
    private let options: EPropOptions
    private let plan: RecurrentPlan
    private let loss: EPropLoss
    /// The machine's neurons as real numbers, for the comparison with floating e-prop.
    private let cell: RecurrentCell<Float>
    private let record: TrialRecord<Float>
    private let machine: any EPropMachine
    private let feedback: [Float]?
    private var encoder: StimulusEncoder
    private let random: Philox

    init(_ request: TrainingRequest, _ hardware: any EPropHardware) throws(DiagnosticsError) {
        let setup = try EPropSetup(request)
        self.setup = setup
        let (network, options) = (request.network, setup.options)
        (plan, epochs) = (setup.plan, setup.epochs)
        self.request = request
        self.options = options
        cell = plan.cell(setup.dynamics)
        record = TrialRecord(cell, steps: plan.plan.steps)
        loss = EPropLoss(rest: plan.rest, skip: setup.readout.skip)
        feedback = options.feedback.fixed(outputs: plan.outputs, neurons: plan.neurons, seed: network.seed)
        machine = try hardware.machine(
            for: EPropProgram(network: network, plan: plan, options: options, feedback: feedback))
        encoder = StimulusEncoder(network, steps: plan.plan.steps)
        random = Philox(seed: network.seed, purpose: "eprop/chip")
    }

    private var signature: String { setup.signature(place: "; on the chip") }

    var isDone: Bool { hasStopped || epochsDone >= epochs }

    var notes: [Diagnostic] {
        guard !curve.cosine.isEmpty else { return machine.notes }
        let mean = curve.cosine.reduce(0.0) { $0 + Double($1.cosine) } / Double(curve.cosine.count)
        return machine.notes + [
            Diagnostic(
                "on-chip-cosine",
                "the machine's update points as floating e-prop's does: mean cosine \(shortest((1000 * mean).rounded() / 1000)) over \(curve.cosine.count) trials",
                severity: .warning)
        ]
    }

    // MARK: Training

    func runEpoch(progress: (TrainingProgress) -> Bool) throws(DiagnosticsError) -> EpochSummary {
        var epoch = Epoch(after: epochsDone, of: epochs, request, rule: EProp.name)
        var sums = EPropLoss.Outcome()
        var spikes = [Int](repeating: 0, count: plan.neurons)
        for indices in epoch.batches(of: options.batch) {
            let isMeasured = options.compare > 0 && count % options.compare == 0
            var batch = EPropLoss.Outcome()
            var right = 0
            for index in indices {
                let outcome = run(index, request.samples, presentation: epochsDone, learns: true, isMeasured: isMeasured)
                batch += outcome
                right += outcome.isLastRight ? 1 : 0
                for n in spikes.indices { spikes[n] += Int(record.counts[n]) }
            }
            machine.step(trials: indices.count)
            count += 1
            try epoch.add(loss: batch.loss, correct: right, samples: indices.count)
            sums += batch
            epoch.accuracy = 1 - sums.error
            curve.loss.append(Float(batch.loss / Double(indices.count)))
            curve.error.append(Float(batch.error))
            try epoch.report(
                to: progress, batch: curve.loss.count, recentError: curve.recentError(min(options.stop.window, curve.error.count)))
            hasStopped = options.stop.isReached(curve)
            if hasStopped { break }
        }
        epochsDone += 1
        return epoch.summary(rates: setup.rates(spikes, samples: epoch.samplesDone))
    }

    private func run(
        _ index: Int, _ samples: DataSamples, presentation: Int, learns: Bool, isMeasured: Bool = false
    ) -> EPropLoss.Outcome {
        let inputs = plan.inputs(encoder.stimulus(samples, index, presentation: presentation))
        let before = isMeasured ? machine.parameters : []
        let trial = EPropTrial(
            inputs: inputs, learns: learns, isMeasured: isMeasured, rate: options.rate(count),
            random: random.split(presentation).split(samples.identity(of: index)),
            windows: samples.targets.isSeries ? [] : loss.windows(samples, index, steps: plan.plan.steps), series: samples.series(index),
            error: loss.stepwise(samples, index, steps: plan.plan.steps))
        machine.run(trial, into: record)
        let outcome = loss.judge(record, samples, index)
        if isMeasured { compare(inputs, before) }
        return outcome
    }

    /// Logs the cosine of the machine's update with the gradient of floating e-prop on the same spikes, over the weights into spiking
    /// neurons.
    private func compare(_ inputs: [(first: Int, events: Stimulus.Events)], _ parameters: [Float]) {
        let weights = RecurrentMatrices(inputs: plan.inputs, cell)
        plan.scatter(parameters, to: weights)
        let signal = weights.transposedOutput(width: cell.width)
        if let feedback {
            for k in 0..<plan.outputs { for n in 0..<plan.neurons { signal.pointer[k * cell.width + n] = feedback[k * plan.neurons + n] } }
        }
        let rates = Slab<Float>(cell.width)
        let target = options.rateTarget * request.network.timestep / 1000
        let steps = Double(record.steps)
        for n in 0..<plan.neurons where options.rateStrength > 0 {
            rates.pointer[n] = Float(options.rateStrength * (Double(record.counts[n]) / steps - target) / steps)
        }
        let exact = RecurrentMatrices(inputs: plan.inputs, cell)
        FactoredGradient(cell, weights, delays: plan.delays, feedback: signal, signal: .feedback)
            .add(record, inputs, rates: rates, to: exact)
        var full = parameters
        plan.gather(exact, into: &full)
        let own = machine.measured
        var (product, squares, fullSquares) = (0.0, 0.0, 0.0)
        for (index, projection) in plan.plan.projections.enumerated() {
            if case .output = plan.places[index].part { continue }
            for i in projection.parameters {
                product += Double(own[i]) * Double(full[i])
                squares += Double(own[i]) * Double(own[i])
                fullSquares += Double(full[i]) * Double(full[i])
            }
        }
        guard squares > 0, fullSquares > 0 else { return }
        curve.cosine.append(.init(batch: curve.loss.count, cosine: Float(product / (squares * fullSquares).squareRoot())))
    }

    func evaluate(_ samples: DataSamples) -> Evaluation {
        var evaluation = Evaluation(samples: samples.count, correct: 0, loss: 0, predictions: [])
        var sums = EPropLoss.Outcome()
        for index in 0..<samples.count {
            let outcome = run(index, samples, presentation: 0, learns: false)
            sums += outcome
            evaluation.correct += outcome.isLastRight ? 1 : 0
            evaluation.predictions.append(outcome.prediction)
        }
        evaluation.loss = sums.loss / Double(max(1, samples.count))
        if samples.targets.isSeries { evaluation.normalizedError = sums.error }
        return evaluation
    }

    // MARK: Results

    var network: Network { request.network.learned(plan.plan, machine.found) }

    var state: TrainerState {
        TrainerState(
            signature: signature, epochsDone: epochsDone,
            entries: machine.state + [.init("steps", .integers([count, hasStopped ? 1 : 0]))] + curve.entries)
    }

    func restore(_ state: TrainerState) throws(DiagnosticsError) {
        guard state.signature == signature, case .integers(let steps) = state["steps"], steps.count == 2 else { throw TrainerState.foreign }
        try machine.restore(state)
        (count, hasStopped) = (steps[0], steps[1] != 0)
        curve = LearningCurve(state)
        epochsDone = state.epochsDone
    }
}

extension EPropOptions.Feedback {
    /// B where it is drawn once, [outputs × neurons]: the numbers that `EPropTrainer` draws.
    func fixed(outputs: Int, neurons: Int, seed: UInt64) -> [Float]? {
        let sigma: Double
        switch self {
        case .random(let given): sigma = given
        case .adaptive(let given, _): sigma = given
        case .symmetric, .exact: return nil
        }
        let random = Philox(seed: seed, purpose: "eprop/feedback")
        return (0..<outputs * neurons).map { Float(sigma * random.normal($0)) }
    }
}
