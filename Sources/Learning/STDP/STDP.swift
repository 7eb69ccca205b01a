public import Diagnostics
public import Networks

/// Spike-timing-dependent plasticity of pairs of spikes.
///
/// Equations, options and needs: `Documentation/Rules/stdp.md`.
public enum STDP: LearningRule {
    public static let name = "stdp"
    public static let summary = "pairs of spikes move weights by their order and distance: additive or multiplicative, all pairs or nearest"
    public static let options = STDPOptions.definitions(own: [
        OptionDefinition(
            "bound",
            .choice(
                "additive",
                [
                    .init("additive", "steps of one size, cut at the bounds"),
                    .init("multiplicative", "steps in proportion to the distance from the bound"),
                ]), "how weights approach their bounds")
    ])

    public static let runsOnHardware = true

    public static func needs(of network: Network) -> RuleNeeds {
        RuleNeeds(
            timing: .onSpikes,
            perNeuron: [.init("presynaptic trace", bits: 7, isSigned: false), .init("postsynaptic trace", bits: 7, isSigned: false)])
    }

    public static func makeTrainer(_ request: TrainingRequest) throws(DiagnosticsError) -> any Trainer {
        try STDPTrainer(request, rule: name, options: options) { _ in nil }
    }
}

/// Reward-modulated STDP: pairs mark a synapse, a reward moves it.
///
/// Equations, options and needs: `Documentation/Rules/r-stdp.md`.
public enum RewardSTDP: LearningRule {
    public static let name = "r-stdp"
    public static let summary = "pairs of spikes mark synapses, and the reward of an answer moves those that are marked"
    public static let options = STDPOptions.definitions(own: [
        OptionDefinition("tau_e", .number(100, in: 0.001...1e9, .milliseconds), "time constant of the eligibility"),
        OptionDefinition("rate", .number(0.1, in: 0...1e6, .none), "what reward times eligibility is multiplied by"),
        OptionDefinition("reward_correct", .number(1, in: -1e6...1e6, .none), "reward of a right answer, given at the end of a sample"),
        OptionDefinition("reward_wrong", .number(-1, in: -1e6...1e6, .none), "reward of a wrong answer"),
        OptionDefinition(
            "baseline", .number(0, in: 0...0.999999, .none),
            "memory of the running mean reward that is taken from the reward; 0: nothing is taken"),
    ])

    public static let runsOnHardware = true

    public static func needs(of network: Network) -> RuleNeeds {
        RuleNeeds(
            timing: .onSpikes, perSynapse: [.init("eligibility", bits: 8)],
            perNeuron: [.init("presynaptic trace", bits: 7, isSigned: false), .init("postsynaptic trace", bits: 7, isSigned: false)],
            broadcasts: [.init("reward", .everywhere)])
    }

    public static func makeTrainer(_ request: TrainingRequest) throws(DiagnosticsError) -> any Trainer {
        try STDPTrainer(request, rule: name, options: options, reward: reward)
    }

    static func reward(_ values: OptionValues) -> STDPTrainer.Reward? {
        STDPTrainer.Reward(
            tau: values.number("tau_e"), rate: values.number("rate"), correct: values.number("reward_correct"),
            wrong: values.number("reward_wrong"), memory: values.number("baseline"))
    }
}
