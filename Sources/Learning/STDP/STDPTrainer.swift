public import Diagnostics
import FrontEnd
public import Networks
import Numerics

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Trains by pair STDP or reward-modulated STDP, online: sample after sample, the weights moving in every step, or with the reward.
final class STDPTrainer: Trainer {
    /// How a reward moves the weights.
    struct Reward: Sendable {
        var tau: Double
        var rate: Double
        var correct: Double
        var wrong: Double
        /// Of the running mean that is taken from the reward; 0: nothing is.
        var memory: Double
    }

    let epochs: Int
    private(set) var epochsDone = 0
    /// Sample by sample.
    private(set) var curve = LearningCurve()
    private let request: TrainingRequest
    private let rule: String
    private let optionText: String
    private let run: OnlineRun
    private let readout: Int
    private let teacher: Double
    private let normalization: Double
    private let reward: Reward?
    private var expected = 0.0
    private let plastic: [Plastic]
    let notes: [Diagnostic]
    private let restingDrive: [Double]
    private let highest: Double

    private struct Plastic {
        var index: Int
        var delay: Int
        var synapses: any LearningSynapses
    }

    init(_ request: TrainingRequest, rule: String, options: [OptionDefinition], reward: (OptionValues) -> Reward?) throws(DiagnosticsError)
    {
        let network = request.network
        let values = try OptionValues(network.learning ?? LearningSpecification(rule: rule), definitions: options)
        guard let task = network.task, let readout = network.readout else {
            throw DiagnosticsError(
                Diagnostic(
                    "learning-no-task", "the network '\(network.name)' has no \(network.task == nil ? "task" : "readout") to learn",
                    at: network.learning?.place, help: "\(rule) needs labelled samples and an answer: add `task:` and `readout:`"))
        }
        let plan = TrainingPlan(network, steps: task.steps, trainsDrive: false)
        let law = STDPOptions.law(values, timestep: network.timestep)
        highest = law.highest
        try Self.check(network, plan, readout, request.samples, law, rule)
        self.request = request
        self.rule = rule
        self.reward = reward(values)
        optionText = values.description
        epochs = request.epochs ?? values.integer("epochs")
        teacher = values.number("teacher")
        normalization = values.number("normalization")
        self.readout = readout.population.index
        run = OnlineRun(network, plan, task: task, readout: readout, lowered: request.lowered)
        restingDrive = run.coefficients[readout.population.index]?.drive.values ?? []
        var (plastic, notes): ([Plastic], [Diagnostic]) = ([], [])
        for (index, projection) in plan.projections.enumerated() {
            guard projection.isTrainable, case .dense(let delay, _) = projection.form else { continue }
            let (sources, targets) = (plan.populations[projection.pre].size, plan.populations[projection.post].size)
            let weights = Array(plan.initial[projection.parameters])
            let synapses: any LearningSynapses
            let pairs = PairRule(law, self.reward, timestep: network.timestep, delay: delay)
            if let hardware = request.hardware {
                synapses = try hardware.synapses(of: ID(index), sources: sources, targets: targets, weights: weights, rule: pairs)
                notes += hardware.notes(on: pairs, of: ID(index))
            } else {
                synapses = ModelSynapses(
                    law, weights, sources: sources, targets: targets, reward: pairs.reward,
                    eligibilityDecay: self.reward.map { exp(-network.timestep / $0.tau) })
            }
            plastic.append(Plastic(index: index, delay: delay, synapses: synapses))
        }
        (self.plastic, self.notes) = (plastic, notes)
        for k in plastic { publish(k) }
    }

    private static func check(
        _ network: Network, _ plan: TrainingPlan, _ readout: Readout, _ samples: DataSamples, _ law: STDPLaw, _ rule: String
    ) throws(DiagnosticsError) {
        var faults = DiagnosticCollector()
        let place = network.learning?.place
        reportSampleFaults(network, samples, classes: network.populations[readout.population].size, to: &faults)
        if law.lowest > law.highest {
            faults.report(
                Diagnostic(
                    "learning-option-range",
                    "'weight_min' of the learning rule '\(rule)' is \(shortest(law.lowest)), above 'weight_max', \(shortest(law.highest))",
                    at: place, help: "lower `weight_min`, or raise `weight_max`"))
        }
        var count = 0
        for (index, projection) in plan.projections.enumerated() where projection.isTrainable {
            count += 1
            let given = network.projections[ID(index)]
            guard case .dense = projection.form else {
                faults.report(
                    Diagnostic(
                        "learning-not-plastic",
                        "'\(rule)' moves all-to-all projections of one delay, but '\(projection.name)' is \(given.connector.name)",
                        at: given.place ?? place, help: "connect it all_to_all, or write `trainable: false` there"))
                continue
            }
            if projection.receptor == .inhibitory || plan.initial[projection.parameters].contains(where: { $0 < 0 }) {
                faults.report(
                    Diagnostic(
                        "learning-not-plastic", "'\(rule)' moves excitatory weights, but '\(projection.name)' has weights below zero",
                        at: given.place ?? place, help: "draw its weights from 0 up, or keep it from learning"))
            }
            for end in [projection.pre, projection.post]
            where plan.populations[end].isGraded || plan.populations[end].dynamics?.spikes == false {
                faults.report(
                    Diagnostic(
                        "learning-not-plastic",
                        "'\(rule)' pairs spikes, but '\(plan.populations[end].name)' at '\(projection.name)' does not spike",
                        at: given.place ?? place, help: "use spiking cells and an encoder that sends spikes"))
            }
        }
        if count == 0 {
            faults.report(
                Diagnostic(
                    "learning-not-plastic", "no projection of '\(network.name)' learns", at: place,
                    help: "leave `trainable: false` out at one all_to_all projection"))
        }
        try faults.throwIfErrors()
    }

    // MARK: Training

    func runEpoch(progress: (TrainingProgress) -> Bool) throws(DiagnosticsError) -> EpochSummary {
        let samples = request.samples
        var epoch = Epoch(after: epochsDone, of: epochs, request, rule: "stdp")
        var spikes = [Int](repeating: 0, count: run.plan.populations.count)
        let random = Philox(seed: request.network.seed, purpose: "stdp/draws").split(epochsDone)
        for index in epoch.order {
            let label = Int(samples.labels[index])
            teach(label)
            for k in plastic { k.synapses.begin(random.split(index).split(k.index)) }
            let answer = run.run(samples, index, presentation: epochsDone) { step in
                for k in plastic {
                    let projection = run.plan.projections[k.index]
                    // A spike counts at the synapse when it arrives there.
                    let sent = k.synapses.seesDepartures ? step : step - k.delay
                    let moves = k.synapses.step(run.spikes(of: projection.pre, in: sent), run.spikes(of: projection.post, in: step))
                    if moves, !isInLoop { publish(k) }
                }
            }
            for k in plastic { k.synapses.finish() }
            let isCorrect = answer == label
            try epoch.add(loss: isCorrect ? 0 : 1, correct: isCorrect ? 1 : 0, samples: 1, to: &curve)
            if let reward { give(reward, isCorrect: isCorrect) }
            if normalization > 0 { normalize() }
            if isInLoop || request.hardware != nil || reward != nil || normalization > 0 { for k in plastic { publish(k) } }
            for p in spikes.indices where run.plan.populations[p].dynamics?.spikes == true { spikes[p] += run.spikeCount(of: p) }
            try epoch.report(to: progress)
        }
        teach(nil)
        epochsDone += 1
        return epoch.summary(rates: run.plan.rates(spikes, samples: samples.count))
    }

    /// Drives the label's neuron up and the others down; nil: nobody.
    private func teach(_ label: Int?) {
        guard let drive = run.coefficients[readout]?.drive.pointer else { return }
        for n in restingDrive.indices {
            drive[n] = restingDrive[n] + (label.map { $0 == n ? teacher : -teacher } ?? 0)
        }
    }

    private func give(_ reward: Reward, isCorrect: Bool) {
        let given = isCorrect ? reward.correct : reward.wrong
        let surprise = given - expected
        if reward.memory > 0 { expected += (given - expected) * (1 - reward.memory) }
        for k in plastic { k.synapses.reward(surprise) }
    }

    /// The host's part: weights onto a neuron sum to a constant.
    private func normalize() {
        for k in plastic {
            var weights = k.synapses.weights
            let targets = run.plan.populations[run.plan.projections[k.index].post].size
            for j in 0..<targets {
                let sum = stride(from: j, to: weights.count, by: targets).reduce(0.0) { $0 + weights[$1] }
                guard sum > 0 else { continue }
                for s in stride(from: j, to: weights.count, by: targets) { weights[s] = min(weights[s] * normalization / sum, highest) }
            }
            k.synapses.set(weights)
        }
    }

    /// Whether the forward pass computes with a chip's weights while the rule's own move.
    private var isInLoop: Bool { request.lowered != nil && request.hardware == nil }

    /// Shows the forward pass the weights: those of the rule, or what a chip makes of them.
    private func publish(_ k: Plastic) {
        // The excitatory part is the whole, as no weight falls below zero.
        let part = run.weights.parts[k.index][0].weights.pointer
        let weights = k.synapses.weights
        guard isInLoop, let lowered = request.lowered else {
            for (i, weight) in weights.enumerated() { part[i] = weight }
            return
        }
        for (i, weight) in lowered.weights(of: ID(k.index), from: weights.map { Float($0) }).enumerated() { part[i] = Double(weight) }
    }

    func evaluate(_ samples: DataSamples) -> Evaluation {
        teach(nil)
        var evaluation = Evaluation(samples: samples.count, correct: 0, loss: 0, predictions: [])
        for index in 0..<samples.count {
            let answer = run.run(samples, index, presentation: 0) { _ in }
            evaluation.predictions.append(answer)
            evaluation.correct += answer == Int(samples.labels[index]) ? 1 : 0
        }
        evaluation.loss = 1 - evaluation.accuracy
        return evaluation
    }

    // MARK: Results

    var network: Network {
        var parameters = run.plan.initial.map { Float($0) }
        for k in plastic {
            let range = run.plan.projections[k.index].parameters
            for (i, weight) in k.synapses.weights.enumerated() { parameters[range.lowerBound + i] = Float(weight) }
        }
        return request.network.learned(run.plan, parameters)
    }

    var state: TrainerState {
        var entries = plastic.map { TrainerState.Entry("weights \($0.index)", .doubles($0.synapses.weights)) }
        entries.append(.init("expected", .doubles([expected])))
        return TrainerState(signature: signature, epochsDone: epochsDone, entries: entries + curve.entries)
    }

    func restore(_ state: TrainerState) throws(DiagnosticsError) {
        var found: [[Double]] = []
        for k in plastic {
            if case .doubles(let values) = state["weights \(k.index)"], values.count == run.plan.projections[k.index].parameters.count {
                found.append(values)
            }
        }
        guard state.signature == signature, found.count == plastic.count, case .doubles(let expected) = state["expected"],
            expected.count == 1
        else {
            throw TrainerState.foreign
        }
        for (k, values) in zip(plastic, found) {
            k.synapses.begin(Philox(seed: request.network.seed, purpose: "stdp/restore"))
            k.synapses.set(values)
            publish(k)
        }
        self.expected = expected[0]
        curve = LearningCurve(state)
        epochsDone = state.epochsDone
    }

    private var signature: String {
        var start = Checksum()
        start.add(run.plan.initial)
        for population in run.plan.populations { population.dynamics.map { start.add($0) } }
        return request.signature(
            rule: rule, epochs: epochs, options: optionText, start: start,
            details: "\(run.plan.steps) steps\(request.hardware == nil ? "" : "; on the chip")")
    }
}

extension PairRule {
    /// The rule that a network asks for.
    /// - Parameter delay: from a source's spike to its arrival, in steps.
    /// - Returns: nil where its rule is none for pairs of spikes.
    /// - Throws: options that the rule does not have.
    public static func asked(of network: Network, delay: Int) throws(DiagnosticsError) -> PairRule? {
        guard let learning = network.learning, learning.rule == STDP.name || learning.rule == RewardSTDP.name else { return nil }
        let isRewarded = learning.rule == RewardSTDP.name
        let values = try OptionValues(learning, definitions: isRewarded ? RewardSTDP.options : STDP.options)
        var rule = PairRule(
            STDPOptions.law(values, timestep: network.timestep), isRewarded ? RewardSTDP.reward(values) : nil, timestep: network.timestep,
            delay: delay)
        let sum = values.number("normalization")
        rule.largestSum = sum > 0 ? sum : nil
        return rule
    }

    init(_ law: STDPLaw, _ reward: STDPTrainer.Reward?, timestep: Double, delay: Int) {
        self.init(
            isNearest: law.pairing == .nearest, isMultiplicative: law.bound == .multiplicative, potentiation: law.potentiation,
            depression: law.depression, sourceTimeConstant: -1 / log(law.sourceDecay), targetTimeConstant: -1 / log(law.targetDecay),
            lowest: law.lowest, highest: law.highest,
            reward: reward.map {
                let largest = max(abs($0.correct), abs($0.wrong))
                return Reward(timeConstant: $0.tau / timestep, rate: $0.rate, largest: $0.memory > 0 ? 2 * largest : largest)
            }, delay: delay)
    }
}
