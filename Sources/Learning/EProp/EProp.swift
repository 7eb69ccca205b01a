public import Diagnostics
public import Networks
import Numerics

/// e-prop: eligibility traces that run forward, times a learning signal (Bellec et al. 2020, Nature Communications 11:3625).
///
/// Equations, options and needs: `Documentation/Rules/eprop.md`.
public enum EProp: LearningRule {
    public static let name = "eprop"
    public static let summary = "eligibility traces and a learning signal; recurrent networks of LIF and ALIF neurons"

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
                ]), "how the gradient is computed; both give the same numbers up to rounding"),
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
        OptionDefinition(
            "rate_regularization",
            .group([
                OptionDefinition(
                    "strength", .number(0, in: 0...1e6, .none), "factor of (rate - target) · mean trace, rates in spikes per step; 0: none"),
                OptionDefinition("target", .number(10, in: 0...1e6, .hertz), "firing rate that spiking neurons are drawn to"),
            ]), "keeps firing rates near a target"),
        StopRule.option,
        OptionDefinition(
            "compare", .integer(0, in: 0...1_000_000),
            "batches between comparisons with the gradient of backpropagation through time; 0: none"),
    ]

    /// LIF keeps one trace for each synapse, ALIF two; the optimiser's moments come on top.
    public static func needs(of network: Network) -> RuleNeeds {
        let isAdaptive = network.populations.ids.contains { network.dynamics(of: $0)?.isAdaptive == true }
        let outputs = network.readout.map { network.populations[$0.population].size } ?? 1
        return RuleNeeds(
            timing: .everyStep,
            perSynapse: [.init("eligibility", bits: 8)] + (isAdaptive ? [.init("adaptation trace", bits: 8)] : []) + [
                .init("gradient", bits: 24)
            ],
            perNeuron: [
                .init("presynaptic trace", bits: 8, isSigned: false), .init("pseudo-derivative", bits: 8, isSigned: false),
                .init("learning signal", bits: 16),
            ],
            broadcasts: [.init("error", .eachNeuron, width: outputs)])
    }

    public static func makeTrainer(_ request: TrainingRequest) throws(DiagnosticsError) -> any Trainer {
        try EPropTrainer(request)
    }
}

/// The options of `eprop`, typed.
struct EPropOptions: Sendable {
    enum Feedback: Sendable {
        case symmetric
        case random(sigma: Double)
        case adaptive(sigma: Double, decay: Double)
        case exact(reset: Bool)
    }

    var epochs: Int
    var batch: Int
    var feedback: Feedback
    var surrogate: EPropSurrogate
    var isOnline: Bool
    var weightBits: Int
    var traceBits: Int
    var optimizer: Optimizer
    var rate: Double
    var decayEvery: Int
    var decayFactor: Double
    var rateStrength: Double
    /// In Hz.
    var rateTarget: Double
    var stop: StopRule
    var compare: Int

    init(_ values: OptionValues) {
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
        weightBits = values.integer("precision.weights")
        traceBits = values.integer("precision.traces")
        optimizer = Optimizer(values)
        rate = Optimizer.rate(values)
        decayEvery = values.integer("decay.every")
        decayFactor = values.number("decay.factor")
        rateStrength = values.number("rate_regularization.strength")
        rateTarget = values.number("rate_regularization.target")
        stop = StopRule(values)
        compare = values.integer("compare")
    }

    /// The learning rate of step `count`, from 0.
    func rate(_ count: Int) -> Double {
        guard decayEvery > 0 else { return rate }
        return (0..<count / decayEvery).reduce(rate) { rate, _ in rate * decayFactor }
    }
}
