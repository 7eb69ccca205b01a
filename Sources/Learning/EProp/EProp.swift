public import Diagnostics
public import Networks
import Numerics

/// e-prop: eligibility traces that run forward, times a learning signal (Bellec et al. 2020, Nature Communications 11:3625).
///
/// Equations, options and needs: `Documentation/Rules/eprop.md`.
public enum EProp: LearningRule {
    public static let name = "eprop"
    public static let summary = "eligibility traces and a learning signal; recurrent networks of LIF and ALIF neurons"

    public static let runsOnHardware = true

    public static let options: [OptionDefinition] = [
        OptionDefinition("epochs", .integer(5, in: 0...1_000_000), "how often every training sample is shown"),
        OptionDefinition("batch", .integer(32, in: 1...1_000_000), "samples whose gradients are averaged for one step"),
        OptionDefinition(
            "feedback",
            .choice(
                "symmetric",
                [
                    .init("symmetric", "the readout's weights, transposed"),
                    .init(
                        "random", "fixed normal numbers",
                        [OptionDefinition("sigma", .number(1, in: 0...1e6, .none), "their standard deviation")]),
                    .init(
                        "adaptive", "normal numbers that get the increments of the readout's weights, transposed",
                        [
                            OptionDefinition("sigma", .number(1, in: 0...1e6, .none), "their standard deviation at the start"),
                            OptionDefinition(
                                "decay", .number(0, in: 0...1, .none),
                                "fraction by which they and the readout's weights shrink in each step"),
                        ]),
                    .init(
                        "exact", "all that a spike does later, through every neuron: backpropagation through time",
                        [OptionDefinition("reset_gradient", .flag(true), "whether that includes the spike in the reset")]),
                ]), "what the learning signal of a neuron knows of the error"),
        OptionDefinition("damp", .number(0.3, in: 0...1000, .none), "height of the triangle that stands for the spike's derivative"),
        OptionDefinition(
            "surrogate_scale",
            .choice(
                "base", [.init("base", "the base threshold (NEST)"), .init("adapted", "the adapted threshold (LSNN)")]),
            "what the triangle's width is"),
        OptionDefinition(
            "form",
            .choice(
                "factored",
                [
                    .init("factored", "the same sums taken from the end of a trial: fast; keeps a trial's spikes and pseudo-derivatives"),
                    .init("online", "traces for every synapse, step by step: memory does not grow with the trial"),
                    .init(
                        "immediate",
                        "weights move in every step and nothing is summed, as a chip's engine does it (--on-chip); elsewhere after every trial"
                    ),
                ]), "how the gradient is computed; all give the same numbers up to rounding, but that 'immediate' moves during the trial"),
        OptionDefinition(
            "precision",
            .group([
                OptionDefinition(
                    "weights", .integer(0, in: 0...16),
                    "bits of a weight, sign included; an accumulator behind it keeps the rest; 0: floating"),
                OptionDefinition(
                    "traces", .integer(0, in: 0...16), "bits of every eligibility trace, rounded at random; 0: floating"),
            ]), "numbers as chips hold them"),
        Optimizer.option(rate: 5e-3, descentRate: 1e-4),
        OptionDefinition(
            "decay",
            .group([
                OptionDefinition("every", .integer(0, in: 0...1_000_000), "batches between; 0: never"),
                OptionDefinition("factor", .number(0.3, in: 0...1, .none), "what the learning rate is multiplied by"),
            ]), "how the learning rate falls"),
        OptionDefinition("clip", .number(0, in: 0...1e9, .none), "largest norm of a batch's gradient; 0: any"),
        OptionDefinition(
            "average",
            .group([
                OptionDefinition(
                    "decay", .number(0, in: 0...0.999999, .none),
                    "what the mean keeps of itself in each step; 0: the last weights are the result")
            ]), "a running mean of the weights, which is tested and written instead of the last ones"),
        OptionDefinition(
            "rate_regularization",
            .group([
                OptionDefinition(
                    "strength", .number(0, in: 0...1e6, .none), "factor of (rate - target) · mean trace, rates in spikes per step; 0: none"),
                OptionDefinition("target", .number(10, in: 0...1e6, .hertz), "firing rate that spiking neurons are drawn to"),
            ]), "keeps firing rates near a target"),
        OptionDefinition(
            "reward",
            .group([
                OptionDefinition(
                    "critic", .number(0, in: 0...1e6, .none),
                    "weight of the critic's error; above 0, the network learns from rewards for drawn actions (actor-critic), not from labels"
                ),
                OptionDefinition("discount", .number(0.99, in: 0...1, .none), "what a reward is worth one step earlier"),
                OptionDefinition(
                    "every", .integer(0, in: 0...1_000_000), "steps between the actions of a window, the last in its last step; 0: that one"
                ),
            ]), "learning by reward"),
        StopRule.option,
        OptionDefinition(
            "compare", .integer(0, in: 0...1_000_000),
            "batches between comparisons with the gradient of backpropagation through time, on a chip with that of floating e-prop; 0: none"
        ),
    ]

    /// LIF keeps one trace for each synapse, ALIF two; a batch's gradient, the accumulator behind a rounded weight and the optimiser's
    /// moments come on top, as the network's options ask for them. The mean of the weights takes no part in learning: it is kept by who
    /// reads them after each batch.
    public static func needs(of network: Network) -> RuleNeeds {
        let isAdaptive = network.populations.ids.contains { network.dynamics(of: $0)?.isAdaptive == true }
        let outputs = network.readout.map { network.populations[$0.population].size } ?? 1
        let own = network.learning.flatMap { $0.rule == name ? $0 : nil } ?? LearningSpecification(rule: name)
        // Options that cannot be read are refused by `makeTrainer`.
        let options = (try? OptionValues(own, definitions: Self.options)).map { EPropOptions($0) }
        let isImmediate = options?.isImmediate == true
        let traceBits = (options?.traceBits).flatMap { $0 > 0 ? $0 : nil }
        var perSynapse = [RuleNeeds.Variable("eligibility", bits: traceBits)]
        if isAdaptive { perSynapse.append(.init("adaptation trace", bits: traceBits)) }
        if !isImmediate { perSynapse.append(.init("gradient", bits: traceBits.map { $0 + 16 })) }
        if let options {
            if options.weightBits > 0, !isImmediate { perSynapse.append(.init("weight accumulator", bits: options.weightBits + 16)) }
            switch options.optimizer {
            case .adam: perSynapse += [.init("first moment"), .init("second moment")]
            case .sgd(let momentum): if momentum > 0 { perSynapse.append(.init("momentum")) }
            }
            if options.reward != nil { perSynapse.append(.init("discounted trace", bits: traceBits)) }
        }
        var broadcasts = [RuleNeeds.Broadcast("error", .eachNeuron, width: outputs)]
        if options?.reward != nil { broadcasts.append(.init("reward", .everywhere)) }
        // What spikes do later is known after the trial only, and goes back through the weights.
        let isExact = if case .exact = options?.feedback { true } else { false }
        // A sign goes into the choice of one of two signals where they are unsigned traces of a target.
        let signals = isImmediate ? RuleNeeds.Variable("learning signal", bits: 7, count: 2) : .init("learning signal", bits: 16)
        let neuronBits = isImmediate ? traceBits.map { min($0, 7) } : traceBits
        return RuleNeeds(
            timing: isExact ? .afterRun : .everyStep, perSynapse: perSynapse,
            perNeuron: [
                .init("presynaptic trace", bits: neuronBits, isSigned: false),
                .init("pseudo-derivative", bits: neuronBits, isSigned: false, count: isExact ? network.task?.steps ?? 1 : 1), signals,
            ], broadcasts: broadcasts, transposesWeights: isExact)
    }

    public static func makeTrainer(_ request: TrainingRequest) throws(DiagnosticsError) -> any Trainer {
        if let hardware = request.hardware as? any EPropHardware { return try EPropMachineTrainer(request, hardware) }
        return try EPropTrainer(request)
    }

    /// What there is to learn.
    static func taskAndReadout(of network: Network) throws(DiagnosticsError) -> (Task, Readout) {
        guard let task = network.task, let readout = network.readout else {
            throw DiagnosticsError(
                Diagnostic(
                    "learning-no-task", "the network '\(network.name)' has no \(network.task == nil ? "task" : "readout") to learn",
                    at: network.learning?.place, help: "eprop needs samples and an answer: add `task:` and `readout:`"))
        }
        return (task, readout)
    }
}

/// The options of `eprop`, typed.
package struct EPropOptions: Sendable {
    package enum Feedback: Sendable {
        case symmetric
        case random(sigma: Double)
        case adaptive(sigma: Double, decay: Double)
        case exact(reset: Bool)
    }

    package var epochs: Int
    package var batch: Int
    package var feedback: Feedback
    package var surrogate: EPropSurrogate
    package var isOnline: Bool
    /// Whether weights move in every step, without sums.
    package var isImmediate: Bool
    package var weightBits: Int
    package var traceBits: Int
    package var optimizer: Optimizer
    package var rate: Double
    package var decayEvery: Int
    package var decayFactor: Double
    package var clip: Double
    package var averageDecay: Double
    package var rateStrength: Double
    /// In Hz.
    package var rateTarget: Double
    /// Nil: learning from labels.
    package var reward: ActorCritic?
    var stop: StopRule
    package var compare: Int

    package init(_ values: OptionValues) {
        epochs = values.integer("epochs")
        batch = values.integer("batch")
        switch values.choice("feedback") {
        case "random": feedback = .random(sigma: values.number("feedback.random.sigma"))
        case "adaptive":
            feedback = .adaptive(sigma: values.number("feedback.adaptive.sigma"), decay: values.number("feedback.adaptive.decay"))
        case "exact": feedback = .exact(reset: values.flag("feedback.exact.reset_gradient"))
        default: feedback = .symmetric
        }
        surrogate = EPropSurrogate(damp: values.number("damp"), isScaledByAdapted: values.choice("surrogate_scale") == "adapted")
        isOnline = values.choice("form") == "online"
        isImmediate = values.choice("form") == "immediate"
        weightBits = values.integer("precision.weights")
        traceBits = values.integer("precision.traces")
        optimizer = Optimizer(values)
        rate = Optimizer.rate(values)
        decayEvery = values.integer("decay.every")
        decayFactor = values.number("decay.factor")
        clip = values.number("clip")
        averageDecay = values.number("average.decay")
        rateStrength = values.number("rate_regularization.strength")
        rateTarget = values.number("rate_regularization.target")
        if values.number("reward.critic") > 0 {
            reward = ActorCritic(
                weight: values.number("reward.critic"), discount: values.number("reward.discount"), interval: values.integer("reward.every")
            )
        }
        stop = StopRule(values)
        compare = values.integer("compare")
    }

    /// The learning rate of step `count`, from 0.
    package func rate(_ count: Int) -> Double {
        guard decayEvery > 0 else { return rate }
        return (0..<count / decayEvery).reduce(rate) { rate, _ in rate * decayFactor }
    }
}
