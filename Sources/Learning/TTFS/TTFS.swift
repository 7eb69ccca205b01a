public import Diagnostics
public import Networks
import Numerics

/// Learning of single spike times by their exact derivatives (Fast & Deep: Göltz et al. 2021, Nature Machine Intelligence 3:823).
///
/// Equations, options and needs: `Documentation/Rules/ttfs.md`.
public enum TTFS: LearningRule {
    public static let name = "ttfs"
    public static let summary =
        "exact gradients of first-spike times (Fast & Deep), off the chip; dense feed-forward networks in continuous time"

    public static let options: [OptionDefinition] = [
        OptionDefinition("epochs", .integer(100, in: 0...1_000_000), "how often every training sample is shown"),
        OptionDefinition("batch", .integer(150, in: 1...1_000_000), "samples whose gradients are averaged for one step"),
        OptionDefinition(
            "loss",
            .choice(
                "difference",
                [
                    .init(
                        "first_spike", "ln Σ e^((t* - tₙ)/ξ) + α e^(t*/β), t* the label's time",
                        [
                            OptionDefinition("xi", .number(0.2, in: 1e-3...1000, .none), "ξ, in tau_syn"),
                            OptionDefinition("alpha", .number(0.005, in: 0...1000, .none), "α, what draws the label's spike forward"),
                            OptionDefinition("beta", .number(1, in: 1e-3...1000, .none), "β, in tau_syn"),
                        ]),
                    .init(
                        "mean_square", "half the squared distance of the times from their targets",
                        [
                            OptionDefinition("correct", .number(1.9, in: 0...1000, .none), "target of the label, in tau_syn"),
                            OptionDefinition("wrong", .number(1.6, in: 0...1000, .none), "target of all other classes, in tau_syn"),
                        ]),
                    .init(
                        "difference", "half the squared distance of tₙ - t* from delta",
                        [OptionDefinition("delta", .number(0.2, in: 1e-6...1000, .none), "how far the others are to be behind, in tau_syn")]
                    ),
                ]), "what training makes small"),
        Optimizer.option(rate: 5e-3, of: "learning rate, in units of the rule's weights"),
        Schedule.option(default: "cosine", every: 20, factor: 0.95),
        OptionDefinition("l2", .number(0, in: 0...1000, .none), "strength of weight decay: l2 · w is added to the gradient"),
        OptionDefinition(
            "max_dw_norm", .number(0.2, in: 0...1e9, .none),
            "a neuron whose gradient in a sample exceeds this moves no weight for that sample; 0: any"),
        OptionDefinition(
            "missing",
            .group([
                OptionDefinition(
                    "hidden", .number(0.3, in: 0...1, .none), "fraction of silent hidden neurons above which weights are bumped"),
                OptionDefinition("label", .number(0, in: 0...1, .none), "the same for the readout"),
                OptionDefinition("bump", .number(0.0005, in: 0...1000, .none), "the first bump; it doubles while the same layer repeats"),
            ]), "instead of a step, inputs of neurons that missed spikes grow"),
        OptionDefinition("input_noise", .number(0, in: 0...1000, .none), "standard deviation of input times while training, in tau_syn"),
        OptionDefinition("weight_limit", .number(0, in: 0...1e9, .none), "largest magnitude of a weight, in units of the rule; 0: any"),
        OptionDefinition(
            "in_loop",
            .group([
                OptionDefinition("epochs", .integer(0, in: 0...1_000_000), "how often every training sample is shown; 0: as `epochs`"),
                OptionDefinition("rate", .number(0, in: 0...1000, .none), "learning rate; 0: the optimizer's"),
            ]), "what is different when a trained network is fitted to a chip (`train --target`)"),
    ]

    public static func needs(of network: Network) -> RuleNeeds {
        RuleNeeds(
            timing: .afterRun, perSynapse: [.init("gradient"), .init("first moment"), .init("second moment")],
            perNeuron: [.init("spike time"), .init("adjoint")],
            broadcasts: [.init("error", .eachNeuron, width: network.readout.map { network.populations[$0.population].size } ?? 1)],
            transposesWeights: true)
    }

    public static func makeTrainer(_ request: TrainingRequest) throws(DiagnosticsError) -> any Trainer { try TTFSTrainer(request) }
}
