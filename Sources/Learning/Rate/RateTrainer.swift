import Diagnostics
import FrontEnd
import Networks
import Numerics

/// What tells the rules on rate networks apart.
struct RateRule: Sendable {
    var name: String
    var options: [OptionDefinition]
    /// Whether every layer but the first must have an inverse; narrower layers get auxiliary units then.
    var needsInverse: Bool
    /// - Parameters: options, the layers at the start, the seed, and a first batch to choose by.
    var assignment: @Sendable (OptionValues, RateLearner, UInt64, [Double], [Int]) -> (CreditAssignment, [Diagnostic])
}

/// Trains a chain of rate layers by any of the rules on them: shuffled mini-batches, one thread.
final class RateTrainer: Trainer {
    let epochs: Int
    private(set) var epochsDone = 0
    let notes: [Diagnostic]
    private(set) var curve = LearningCurve()
    private let rule: RateRule
    private let request: TrainingRequest
    private let chain: RateChain
    private let optionText: String
    private let batch: Int
    private var learner: RateLearner

    init(_ request: TrainingRequest, _ rule: RateRule) throws(DiagnosticsError) {
        let network = request.network
        let values = try OptionValues(network.learning ?? LearningSpecification(rule: rule.name), definitions: rule.options)
        let chain = try RateChain(network, rule: rule.name)
        try Self.check(network, chain, rule, request.samples, classes: chain.learned[chain.learned.count - 1].outputs)
        useSingleThreadedBLAS()
        self.request = request
        self.rule = rule
        self.chain = chain
        optionText = values.description
        epochs = request.epochs ?? values.integer("epochs")
        batch = values.integer("batch")
        let (optimizer, rate) = RateOptions.optimizer(values)
        let stack = Self.start(
            chain, isOrthogonal: values.choice("initialization") == "orthogonal", needsInverse: rule.needsInverse, seed: network.seed)
        var learner = RateLearner(
            stack, .backpropagation, loss: RateOptions.loss(values), orthogonality: values.number("orthogonality"),
            format: RateOptions.format(values), optimizer: optimizer, rate: rate, seed: network.seed)
        let first = Array(0..<min(batch, request.samples.count))
        (learner.assignment, notes) = rule.assignment(
            values, learner, network.seed, chain.features(request.samples, first), first.map { Int(request.samples.labels[$0]) })
        if let lowered = request.lowered {
            learner.lowering = { chain.lower($0, by: lowered) }
            // Targets go through the inverse of the activities, and counts of spikes have none below zero.
            if !rule.needsInverse {
                let senders = chain.learned.map { network.projections[$0.projection].pre }
                learner.saying = { lowered.activities(of: senders[$0], from: $1) }
            }
        }
        self.learner = learner
    }

    private static func check(
        _ network: Network, _ chain: RateChain, _ rule: RateRule, _ samples: DataSamples, classes: Int
    ) throws(DiagnosticsError) {
        var faults = DiagnosticCollector()
        reportSampleFaults(network, samples, classes: classes, to: &faults)
        if rule.needsInverse {
            for (l, layer) in chain.learned.enumerated() {
                let population = network.populations[layer.population]
                if layer.slope == 0 {
                    faults.report(
                        Diagnostic(
                            "learning-no-inverse",
                            "'\(rule.name)' inverts every layer, but '\(population.name)' sends 0 for all sums below zero",
                            at: population.place, help: "write `cell: {rate: {negative_slope: 0.1}}`"))
                }
                if l > 0, layer.outputs > layer.inputs {
                    faults.report(
                        Diagnostic(
                            "learning-no-inverse",
                            "'\(rule.name)' inverts every layer, but '\(population.name)' has \(layer.outputs) units, more than the "
                                + "\(layer.inputs) below it", at: population.place,
                            help: "give it at most \(layer.inputs) units; missing ones are added while training"))
                }
            }
        }
        try faults.throwIfErrors()
    }

    /// The layers before training.
    private static func start(_ chain: RateChain, isOrthogonal: Bool, needsInverse: Bool, seed: UInt64) -> RateLayers {
        RateLayers(
            chain.learned.enumerated().map { l, layer in
                let random = Philox(seed: seed, purpose: "rate/initial").split(l)
                let spare = needsInverse && l > 0 ? max(0, layer.inputs - layer.outputs) : 0
                var weights = isOrthogonal ? Orthogonality.rows(layer.outputs, width: layer.inputs, random: random) : layer.weights
                weights += Orthogonality.rows(spare, width: layer.inputs, besides: weights, random: random.split(1))
                let biases = isOrthogonal ? [Double](repeating: 0, count: layer.outputs) : layer.biases
                return RateLayer(
                    inputs: layer.inputs, outputs: layer.outputs + spare, passed: layer.outputs, weights: weights,
                    biases: biases + [Double](repeating: 0, count: spare), function: .leakyRectifier(slope: layer.slope))
            })
    }

    // MARK: Training

    func runEpoch(progress: (TrainingProgress) -> Bool) throws(DiagnosticsError) -> EpochSummary {
        let samples = request.samples
        var epoch = Epoch(after: epochsDone, of: epochs, request, rule: "rate")
        for indices in epoch.batches(of: batch) {
            let labels = indices.map { Int(samples.labels[$0]) }
            let outcome = learner.learn(chain.features(samples, indices), labels: labels)
            let right = outcome.map { zip($0.predictions, labels).count { $0 == $1 } } ?? 0
            try epoch.add(
                loss: outcome?.loss ?? .nan, correct: right, samples: labels.count, to: &curve,
                cure: "lower the learning rate, or raise `orthogonality`: without an inverse of a layer there is no loss")
            try epoch.report(to: progress)
        }
        epochsDone += 1
        return epoch.summary()
    }

    /// With the numbers that `network` carries: weights in single precision.
    func evaluate(_ samples: DataSamples) -> Evaluation {
        var stack = learner.stack
        for l in stack.layers.indices {
            RateFormat.float32.round(&stack.layers[l].weights)
            RateFormat.float32.round(&stack.layers[l].biases)
        }
        if let lowered = request.lowered { stack = chain.lower(stack, by: lowered) }
        var evaluation = Evaluation(samples: samples.count, correct: 0, loss: 0, predictions: [])
        for first in stride(from: 0, to: samples.count, by: 256) {
            let indices = first..<min(samples.count, first + 256)
            let labels = indices.map { Int(samples.labels[$0]) }
            let outputs = stack.forward(
                chain.features(samples, indices), samples: labels.count, format: learner.format, said: learner.saying
            ).outputs
            let outcome = learner.loss.judge(outputs[outputs.count - 1], answers: stack.answers, labels: labels)
            evaluation.loss += outcome.loss
            evaluation.correct += zip(outcome.predictions, labels).count { $0 == $1 }
            evaluation.predictions += outcome.predictions
        }
        evaluation.loss /= Double(max(1, samples.count))
        return evaluation
    }

    // MARK: Results

    var network: Network { chain.network(request.network, with: learner.stack) }

    var state: TrainerState {
        var entries: [TrainerState.Entry] = []
        for (l, layer) in learner.stack.layers.enumerated() {
            entries.append(.init("weights \(l)", .doubles(layer.weights)))
            entries.append(.init("biases \(l)", .doubles(layer.biases)))
        }
        for (i, values) in learner.optimizer.first.enumerated() { entries.append(.init("first \(i)", .doubles(values))) }
        for (i, values) in learner.optimizer.second.enumerated() { entries.append(.init("second \(i)", .doubles(values))) }
        entries.append(.init("steps", .integers([learner.optimizer.steps])))
        return TrainerState(signature: signature, epochsDone: epochsDone, entries: entries + curve.entries)
    }

    func restore(_ state: TrainerState) throws(DiagnosticsError) {
        var restored = learner
        var isWhole = state.signature == signature
        func take(_ name: String, _ target: inout [Double]) {
            guard case .doubles(let values) = state[name], values.count == target.count else {
                isWhole = false
                return
            }
            target = values
        }
        for l in restored.stack.layers.indices {
            take("weights \(l)", &restored.stack.layers[l].weights)
            take("biases \(l)", &restored.stack.layers[l].biases)
        }
        for i in restored.optimizer.first.indices { take("first \(i)", &restored.optimizer.first[i]) }
        for i in restored.optimizer.second.indices { take("second \(i)", &restored.optimizer.second[i]) }
        guard isWhole, case .integers(let steps) = state["steps"], steps.count == 1 else {
            throw TrainerState.foreign
        }
        restored.optimizer.resume(at: steps[0])
        restored.forgetInverses()
        learner = restored
        curve = LearningCurve(state)
        epochsDone = state.epochsDone
    }

    private var signature: String {
        var start = Checksum()
        for layer in chain.learned { start.add(layer.weights + layer.biases + [layer.slope]) }
        return request.signature(rule: rule.name, epochs: epochs, options: optionText, start: start)
    }
}

extension RateChain {
    /// The layers with the weights that a chip would hold; auxiliary units keep theirs.
    func lower(_ stack: RateLayers, by lowered: any LoweredForward) -> RateLayers {
        var stack = stack
        for (l, layer) in learned.enumerated() {
            var values = [Float](repeating: 0, count: layer.inputs * layer.outputs)
            for j in 0..<layer.outputs {
                for i in 0..<layer.inputs { values[i * layer.outputs + j] = Float(stack.layers[l].weights[j * layer.inputs + i]) }
            }
            values = lowered.weights(of: layer.projection, from: values)
            for j in 0..<layer.outputs {
                for i in 0..<layer.inputs { stack.layers[l].weights[j * layer.inputs + i] = Double(values[i * layer.outputs + j]) }
            }
        }
        return stack
    }
}
