public import Diagnostics
public import Networks
import Numerics

/// Deep rewiring: training under which a network has exactly as many connections as it may have, at every step (Bellec, Kappel, Maass
/// and Legenstein 2018, arXiv 1711.05136).
///
/// Equations, options and needs: `Documentation/Rules/deep-rewiring.md`.
public enum DeepRewiring: LearningRule {
    public static let name = "deep-rewiring"
    public static let summary = "sparse training with a fixed number of connections that move; rate and spiking networks"

    public static let options: [OptionDefinition] = [
        OptionDefinition("epochs", .integer(10, in: 0...1_000_000), "how often every training sample is shown"),
        OptionDefinition("batch", .integer(20, in: 1...1_000_000), "samples whose gradients are averaged for one step"),
        OptionDefinition(
            "connections",
            .choice(
                "given",
                [
                    .init("given", "each projection keeps the number that its connector gives it"),
                    .init(
                        "fraction", "this part of all pairs, in each projection",
                        [OptionDefinition("of", .number(0.01, in: 0...1, .none), "connections that are active, of those possible")]),
                    .init(
                        "count", "this many in the whole network",
                        [OptionDefinition("total", .integer(10_000, in: 1...1_000_000_000), "active connections")]),
                ]), "how many connections are active"),
        OptionDefinition(
            "scope",
            .choice(
                "projection",
                [
                    .init("projection", "the number of active connections of each projection is fixed"),
                    .init("network", "that of the whole network is; connections move between projections"),
                ]), "where the number of connections is kept"),
        OptionDefinition(
            "form",
            .choice(
                "hard",
                [
                    .init("hard", "for each connection that dies another one is activated"),
                    .init(
                        "soft",
                        "dormant connections walk at random above a lower bound, and wake when they reach 0; the number is kept on average",
                        [
                            OptionDefinition(
                                "lowest", .number(-0.01, in: -1e9...0, .none),
                                "lower bound of theta: -(1 - p) T / (p · shrinkage) for a part p")
                        ]),
                ]), "what dormant connections do"),
        OptionDefinition("rate", .number(0.8, in: 0...1000, .none), "learning rate"),
        Schedule.option(default: "cosine", every: 1, factor: 0.8),
        OptionDefinition("shrinkage", .number(6e-5, in: 0...1000, .none), "strength of the L1 term that draws theta to 0"),
        OptionDefinition(
            "noise",
            .choice(
                "scaled",
                [
                    .init(
                        "scaled", "rate · amount · ν in each step",
                        [OptionDefinition("amount", .number(1e-5, in: 0...1000, .none), "standard deviation over the learning rate")]),
                    .init(
                        "temperature", "√(2 · rate · value) · ν in each step",
                        [OptionDefinition("value", .number(0, in: 0...1000, .none), "temperature T of the paper")]),
                ]), "the random walk of theta"),
        OptionDefinition(
            "excitatory", .number(0.5, in: 0...1, .none), "part of the connections above 0, where no weight rule says their sign"),
        OptionDefinition("biases", .flag(false), "whether biases are trained too, one for each neuron"),
        OptionDefinition("bias_rate", .number(0.1, in: 0...1000, .none), "learning rate of biases, over that of connections"),
        Surrogate.option(default: "triangle"),
    ]

    /// Beside weights and states: the place of each connection and random numbers for it. Three words for each active connection are all
    /// that the SpiNNaker 2 prototype held of the connections (Liu et al. 2018, Frontiers in Neuroscience 12:840).
    public static func needs(of network: Network) -> RuleNeeds {
        RuleNeeds(
            timing: .afterRun, perSynapse: [.init("theta"), .init("place", bits: 31, isSigned: false), .init("gradient")],
            perNeuron: [.init("activity", isSigned: false), .init("adjoint")],
            broadcasts: [
                .init("error", .eachNeuron, width: network.readout.map { network.populations[$0.population].size } ?? 1),
                .init("noise", .eachSynapse),
            ], transposesWeights: true)
    }

    public static func makeTrainer(_ request: TrainingRequest) throws(DiagnosticsError) -> any Trainer {
        let values = try OptionValues(request.network.learning ?? LearningSpecification(rule: name), definitions: options)
        let plan = try RewiringPlan(request, RewiringOptions(values), values.description)
        return plan.isStatic ? RateRewiringTrainer(plan, request) : SpikingRewiringTrainer(plan, request)
    }
}
