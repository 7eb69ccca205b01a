import FrontEnd
import Networks

/// Runs some of a batch's trials, one after the other, in memory of its own.
final class TrialRunner<Real: LaneScalar>: @unchecked Sendable {
    /// What the trials of one batch share.
    struct Shared: Sendable {
        let plan: RecurrentPlan
        let cell: RecurrentCell<Real>
        let weights: RecurrentMatrices<Real>
        /// B, [outputs × width].
        let feedback: Slab<Real>
        let surrogate: EPropSurrogate
        let loss: EPropLoss
        let form: Form
        /// The strength of the firing-rate term, and its target in spikes per step.
        let rateStrength: Double
        let rateTarget: Double
        /// Whether the gradient of backpropagation through time is wanted too.
        let compares: Bool
    }

    enum Form: Sendable {
        case factored(FactoredGradient<Real>.Signal)
        case online
        case rounded(RoundedTraces.Format)
    }

    struct Outcome: Sendable {
        var sum = EPropLoss.Outcome()
        var predictions: [Int] = []
        /// Trials whose last window was answered rightly.
        var right = 0
        /// Spikes of each hidden neuron over all trials.
        var spikes: [Int] = []
    }

    let gradient: RecurrentMatrices<Real>
    private(set) var exact: RecurrentMatrices<Real>?
    private let record: TrialRecord<Real>
    private let rates: Slab<Real>
    private(set) var outcome = Outcome()
    private var online: OnlineTraces<Real>?
    private var rounded: RoundedTraces?

    init(_ shared: Shared) {
        gradient = RecurrentMatrices(inputs: shared.plan.inputs, shared.cell)
        record = TrialRecord(shared.cell, steps: shared.plan.plan.steps)
        rates = Slab(shared.cell.width)
    }

    /// - Parameter trials: places in `samples`, and the stimulus of each.
    func run(
        _ trials: [(index: Int, stimulus: Stimulus)], _ samples: DataSamples, _ shared: Shared, presentation: Int, learns: Bool
    ) {
        outcome = Outcome()
        outcome.spikes = [Int](repeating: 0, count: shared.cell.neurons)
        gradient.clear()
        exact = shared.compares ? RecurrentMatrices(inputs: shared.plan.inputs, shared.cell) : nil
        let forward = RecurrentForward(shared.cell, shared.weights, delays: shared.plan.delays, surrogate: shared.surrogate)
        for (index, stimulus) in trials {
            let inputs = shared.plan.inputs(stimulus)
            forward.run(inputs, into: record)
            let judged = shared.loss.judge(record, samples, index, presentation: presentation, learns: learns)
            outcome.sum += judged
            outcome.predictions.append(judged.prediction)
            outcome.right += judged.isLastRight ? 1 : 0
            for n in 0..<shared.cell.neurons { outcome.spikes[n] += Int(record.counts[n]) }
            guard learns else { continue }
            setRates(shared)
            learn(inputs, shared, key: presentation &* 0x1_0000_0000 &+ samples.identity(of: index))
        }
    }

    /// The constant part of each neuron's learning signal: strength · (rate - target) / steps.
    private func setRates(_ shared: Shared) {
        guard shared.rateStrength > 0 else { return }
        let steps = Double(record.steps)
        for n in 0..<shared.cell.neurons {
            rates.pointer[n] = Real(shared.rateStrength * (Double(record.counts[n]) / steps - shared.rateTarget) / steps)
        }
    }

    private func learn(_ inputs: [(first: Int, events: Stimulus.Events)], _ shared: Shared, key: Int) {
        func factored(_ signal: FactoredGradient<Real>.Signal, _ feedback: Slab<Real>, to gradient: RecurrentMatrices<Real>) {
            FactoredGradient(shared.cell, shared.weights, delays: shared.plan.delays, feedback: feedback, signal: signal)
                .add(record, inputs, rates: rates, to: gradient)
        }
        switch shared.form {
        case .factored(let signal): factored(signal, shared.feedback, to: gradient)
        case .online:
            let traces = online ?? OnlineTraces(shared.cell, inputs: shared.plan.inputs, delays: shared.plan.delays)
            online = traces
            traces.run(record, inputs, feedback: shared.feedback, rates: rates, to: gradient)
        case .rounded(let format):
            let traces =
                rounded ?? RoundedTraces(format, neurons: shared.cell.neurons, inputs: shared.plan.inputs, width: shared.cell.width)
            rounded = traces
            traces.run(record, inputs, shared, rates: rates, key: key, to: gradient)
        }
        if let exact {
            factored(.exact(differentiatesReset: true), shared.weights.transposedOutput(width: shared.cell.width), to: exact)
        }
    }
}

extension RecurrentMatrices {
    /// W_out as feedback: [outputs × width].
    func transposedOutput(width: Int) -> Slab<Real> {
        let feedback = Slab<Real>(outputs * width)
        for n in 0..<neurons { for k in 0..<outputs { feedback.pointer[k * width + n] = output.pointer[n * outputs + k] } }
        return feedback
    }
}
