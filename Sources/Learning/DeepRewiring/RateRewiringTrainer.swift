import Diagnostics
import FrontEnd
import Networks
import Numerics

/// Deep rewiring of a stack of rate units.
///
/// The input is constant and the units have settled when the readout is read, so that one pass over the layers is what the network
/// computes; the error is the cross-entropy of the readout's inputs.
final class RateRewiringTrainer: Trainer {
    let epochs: Int
    private(set) var epochsDone = 0
    private(set) var curve = LearningCurve()
    private let request: TrainingRequest
    private let plan: RewiringPlan
    private let connections: RewiringState
    private let kernel: RewiringKernel
    private let loss: Loss

    init(_ plan: RewiringPlan, _ request: TrainingRequest) {
        self.plan = plan
        self.request = request
        epochs = request.epochs ?? plan.options.epochs
        connections = RewiringState(plan)
        kernel = RewiringKernel(plan)
        loss = Loss(form: .crossEntropy(scale: 1), signal: .meanMembrane, skip: plan.readout.skip)
    }

    func runEpoch(progress: (TrainingProgress) -> Bool) throws(DiagnosticsError) -> EpochSummary {
        let samples = request.samples
        var epoch = Epoch(after: epochsDone, of: epochs, request, rule: DeepRewiring.name)
        connections.rewired = 0
        let batches = epoch.batches(of: plan.options.batch)
        for (index, part) in batches.enumerated() {
            let step = epochsDone * batches.count + index
            let rate = plan.options.rate * plan.options.schedule.factor(at: step, perEpoch: batches.count, epochs: epochs)
            kernel.load(samples, part[...])
            kernel.forward(biases: connections.biases)
            kernel.clearErrors()
            var (loss, correct) = (0.0, 0)
            for (column, sample) in part.enumerated() {
                let (value, isCorrect) = judge(column, label: Int(samples.labels[sample]), count: part.count)
                loss += value
                correct += isCorrect ? 1 : 0
            }
            try epoch.add(loss: loss, correct: correct, samples: part.count, to: &curve)
            let law = plan.options.law(rate: rate)
            kernel.backward(law: law, biasRate: Float(rate * plan.options.biasRate), biases: &connections.biases, step: step)
            connections.rewire(law: law, step: step)
            try epoch.report(to: progress)
        }
        epochsDone += 1
        return epoch.summary()
    }

    /// Loss and answer of one column; leaves the error for the way back.
    private func judge(_ column: Int, label: Int, count: Int) -> (Double, Bool) {
        let scores = kernel.scores(column: column)
        let (value, gradient) = loss.error(scores, label: label, steps: plan.task.steps)
        kernel.setError(gradient, column: column, factor: 1 / Double(count))
        return (value, answer(scores) == label)
    }

    private func answer(_ scores: [Double]) -> Int {
        var best = 0
        for n in scores.indices where scores[n] > scores[best] { best = n }
        return best
    }

    func evaluate(_ samples: DataSamples) -> Evaluation {
        var evaluation = Evaluation(samples: samples.count, correct: 0, loss: 0, predictions: [])
        for first in stride(from: 0, to: samples.count, by: plan.options.batch) {
            let part = Array(first..<min(samples.count, first + plan.options.batch))
            kernel.load(samples, part[...])
            kernel.forward(biases: connections.biases)
            for (column, sample) in part.enumerated() {
                let scores = kernel.scores(column: column)
                let label = Int(samples.labels[sample])
                evaluation.predictions.append(answer(scores))
                evaluation.correct += evaluation.predictions[sample] == label ? 1 : 0
                evaluation.loss += loss.error(scores, label: label, steps: plan.task.steps).value
            }
        }
        evaluation.loss /= Double(max(1, samples.count))
        return evaluation
    }

    var network: Network { connections.network }

    var state: TrainerState { TrainerState(signature: signature, epochsDone: epochsDone, entries: connections.entries + curve.entries) }

    func restore(_ state: TrainerState) throws(DiagnosticsError) {
        try connections.restore(state, signature: signature)
        curve = LearningCurve(state)
        epochsDone = state.epochsDone
    }

    private var signature: String { plan.signature(request, epochs: epochs) }
}

extension RewiringPlan {
    /// What training depends on, beside the epochs done.
    func signature(_ request: TrainingRequest, epochs: Int) -> String {
        var start = Checksum()
        for projection in projections {
            start.add(UInt64(projection.count))
            start.add(UInt64(projection.potential.sign(at: 0) < 0 ? 1 : 0))
        }
        for id in network.populations.ids { network.dynamics(of: id).map { start.add($0) } }
        return request.signature(
            rule: DeepRewiring.name, epochs: epochs, options: optionText, start: start, details: "\(task.steps) steps")
    }
}
