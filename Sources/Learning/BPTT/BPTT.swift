public import Diagnostics
public import Networks
import Numerics

/// Backpropagation through time with surrogate gradients (Neftci, Mostafa and Zenke 2019, IEEE Signal Process. Mag. 36(6):51).
///
/// Equations, options and needs: `Documentation/Rules/bptt.md`.
public enum BPTT: LearningRule {
    public static let name = "bptt"
    public static let summary = "backpropagation through time with surrogate gradients, off the chip; any network"

    public static let options: [OptionDefinition] = [
        OptionDefinition("epochs", .integer(20, in: 0...1_000_000), "how often every training sample is shown"),
        OptionDefinition("batch", .integer(64, in: 1...1_000_000), "samples whose gradients are averaged for one step"),
        Surrogate.option(default: "fast_sigmoid"),
        OptionDefinition(
            "reset_gradient", .flag(false), "whether the gradient passes through the spike in the reset; false takes it as a constant"),
        OptionDefinition(
            "loss",
            .choice(
                "cross_entropy",
                [
                    .init(
                        "cross_entropy", "-ln of the softmax of the scores at the label",
                        [OptionDefinition("scale", .number(1, in: 0...1e6, .none), "what the scores are multiplied by before the softmax")]),
                    .init(
                        "cross_entropy_per_step", "the mean over the steps of -ln of the softmax of the membrane potentials at the label",
                        [OptionDefinition("scale", .number(1, in: 0...1e6, .none), "what the potentials are multiplied by")]),
                    .init(
                        "mean_square", "half the squared distance of the scores from their targets",
                        [
                            OptionDefinition(
                                "correct", .number(0.8, in: -1e6...1e6, .none), "target of the label: spikes per step, or potential"),
                            OptionDefinition("wrong", .number(0.1, in: -1e6...1e6, .none), "target of all other classes"),
                        ]),
                ]), "what training makes small"),
        OptionDefinition(
            "signal",
            .choice(
                "readout",
                [
                    .init("readout", "what the model's readout decodes (for first_spike: early_spikes)"),
                    .init("spike_count", "the number of spikes"),
                    .init("early_spikes", "the number of spikes, the later the less each counts"),
                    .init("max_membrane", "the largest membrane potential"),
                    .init("mean_membrane", "the mean membrane potential"),
                ]), "the score of each readout neuron while training"),
        Optimizer.option(rate: 1e-3),
        Schedule.option(default: "constant", every: 10, factor: 0.5),
        OptionDefinition("clip", .number(0, in: 0...1e9, .none), "largest norm of a batch's gradient; 0: any"),
        OptionDefinition("l2", .number(0, in: 0...1000, .none), "strength of weight decay: l2 · w is added to the gradient"),
        OptionDefinition(
            "rate_regularization",
            .group([
                OptionDefinition(
                    "strength", .number(0, in: 0...1e6, .none), "factor of the mean squared distance from the target; 0: none"),
                OptionDefinition("target", .number(10, in: 0...1e6, .hertz), "firing rate that hidden and output neurons are drawn to"),
            ]), "keeps firing rates near a target"),
        OptionDefinition("biases", .flag(false), "whether biases (constant currents) are trained too, one for each neuron"),
        OptionDefinition(
            "weight_levels", .integer(0, in: 0...1_000_000),
            "weights are rounded to this many steps on either side of 0 in the forward pass, and at the end; 0: never"),
        OptionDefinition("weight_limit", .number(0, in: 0...1e9, .none), "largest magnitude of a weight; 0: any"),
        StopRule.option,
        OptionDefinition(
            "shift", .integer(0, in: 0...1000), "samples are moved by up to this many places along their last two axes, anew in each epoch"),
    ]

    public static func needs(of network: Network) -> RuleNeeds {
        let steps = network.task?.steps ?? network.steps
        let isAdaptive = network.populations.ids.contains { network.dynamics(of: $0)?.isAdaptive == true }
        let history = [RuleNeeds.Variable("membrane potential", count: steps), .init("spikes", bits: 1, isSigned: false, count: steps)]
        return RuleNeeds(
            timing: .afterRun, perSynapse: [.init("gradient"), .init("first moment"), .init("second moment")],
            perNeuron: history + (isAdaptive ? [.init("adaptation", count: steps)] : []) + [.init("adjoint")],
            broadcasts: [.init("error", .eachNeuron, width: network.readout.map { network.populations[$0.population].size } ?? 1)],
            transposesWeights: true)
    }

    public static func makeTrainer(_ request: TrainingRequest) throws(DiagnosticsError) -> any Trainer {
        try BPTTTrainer(request)
    }
}
