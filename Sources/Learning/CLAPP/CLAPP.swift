public import Diagnostics
public import Networks

/// Contrastive, local and predictive plasticity (Illing et al. 2021): each layer learns to predict itself, without labels.
///
/// Equations, options and needs: `Documentation/Rules/clapp.md`.
public enum CLAPP: LearningRule {
    public static let name = "clapp"
    public static let summary = "each layer learns to predict its next activity, without labels; then a linear probe reads it"
    public static let options = CLAPPOptions.definitions(own: [])

    public static func needs(of network: Network) -> RuleNeeds { CLAPPOptions.needs(of: network) }

    public static func makeTrainer(_ request: TrainingRequest) throws(DiagnosticsError) -> any Trainer {
        try CLAPPTrainer(request, rule: name, options: options, isSymmetric: false)
    }
}

/// CLAPP-s: fixation and saccades in every step (Illing et al. 2021, §3).
///
/// Equations, options and needs: `Documentation/Rules/clapp-s.md`.
public enum CLAPPSynchronous: LearningRule {
    public static let name = "clapp-s"
    public static let summary = "clapp with the right and wrong futures in every step"
    public static let options = CLAPPOptions.definitions(own: [
        OptionDefinition(
            "negatives", .integer(16, in: 1...1000), "wrong futures for each right one, from any place of other samples; averaged")
    ])

    public static func needs(of network: Network) -> RuleNeeds { CLAPPOptions.needs(of: network) }

    public static func makeTrainer(_ request: TrainingRequest) throws(DiagnosticsError) -> any Trainer {
        try CLAPPTrainer(request, rule: name, options: options, isSymmetric: true)
    }
}

/// What both forms share.
enum CLAPPOptions {
    static func definitions(own: [OptionDefinition]) -> [OptionDefinition] {
        [
            OptionDefinition("epochs", .integer(10, in: 0...1_000_000), "how often every training sample is shown to the layers"),
            OptionDefinition("batch", .integer(32, in: 2...1_000_000), "samples whose updates are averaged; saccades go to others of them"),
            OptionDefinition("rate", .number(2e-4, in: 0...1000, .none), "learning rate of the layers, by Adam"),
            OptionDefinition(
                "way_back",
                .choice(
                    "separate",
                    [
                        .init("separate", "weights of their own predict backwards: local"),
                        .init("transposed", "the prediction's weights, transposed"),
                    ]), "how the past learns from the present"),
            OptionDefinition("distance", .integer(1, in: 1...1000), "rows of places between past and present, in convolutional layers"),
            OptionDefinition(
                "shift", .integer(2, in: 0...1000), "places by which the two views of a sample differ, in networks with dense layers"),
        ] + own + [
            OptionDefinition(
                "probe",
                .group([
                    OptionDefinition(
                        "epochs", .integer(10, in: 0...1_000_000), "how often every sample is shown to the readout, at the end"),
                    OptionDefinition("rate", .number(1e-3, in: 0...1000, .none), "learning rate of the readout, by Adam"),
                    OptionDefinition(
                        "labels", .integer(0, in: 0...1_000_000_000),
                        "how many training samples have a label that the readout may see; 0: all"),
                    OptionDefinition("layers", .flag(false), "whether every layer, learnt and not, is probed too"),
                ]), "the readout, a softmax regression on the last layer")
        ]
    }

    static func needs(of network: Network) -> RuleNeeds {
        RuleNeeds(
            timing: .everyStep, perSynapse: [.init("first moment"), .init("second moment")],
            perNeuron: [.init("held activity"), .init("prediction"), .init("retrodiction")],
            broadcasts: [.init("fixation or saccade", .everywhere), .init("gate", .everywhere)])
    }
}
