public import Diagnostics
public import Networks

/// Target propagation (Le Cun 1986; Bengio 2014, arXiv 1407.7906) with exact inverses, plain or incremental, as Ahmad et al. 2020 state it.
///
/// Equations, options and needs: `Documentation/Rules/target-prop.md`.
public enum TargetProp: LearningRule {
    public static let name = "target-prop"
    public static let summary = "targets through inverse weights, at full distance or by increments; what gait-prop improves on"
    public static let options = RateOptions.definitions(
        rate: 1e-3, orthogonality: 1000, initialization: "orthogonal",
        own: [
            OptionDefinition(
                "form",
                .choice(
                    "plain",
                    [
                        .init("plain", "the inverse of the whole target"),
                        .init(
                            "incremental", "a target near the activity",
                            [OptionDefinition("gamma", .number(1e-3, in: 1e-9...1, .none), "how near: a fraction of the distance")]),
                    ]), "how far targets lie from activities"),
            OptionDefinition(
                "differences", .flag(false),
                "whether targets differ from what the inverse makes of the activity, so that its rounding cancels"
            ),
        ])

    public static func needs(of network: Network) -> RuleNeeds {
        RuleNeeds(
            timing: .afterRun, perSynapse: [.init("inverse weight"), .init("first moment"), .init("second moment")],
            perNeuron: [.init("activity"), .init("target")])
    }

    public static func makeTrainer(_ request: TrainingRequest) throws(DiagnosticsError) -> any Trainer {
        try RateTrainer(
            request,
            RateRule(name: name, options: options, needsInverse: true) { values, learner, _, _, _ in
                let isPlain = values.choice("form") == "plain"
                let propagation = TargetPropagation(
                    isPlain ? .plain : .incremental, gamma: isPlain ? 1 : values.number("form.incremental.gamma"), format: learner.format,
                    takesDifferences: values.flag("differences"))
                return (.targets(propagation), [])
            })
    }
}
