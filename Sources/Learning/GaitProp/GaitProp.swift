public import Diagnostics
public import Networks

/// GAIT-prop (Ahmad, van Gerven and Ambrogioni 2020, arXiv 2006.06438): targets by the inverse weights, equal to backpropagation where
/// the weights are orthogonal.
///
/// Equations, options and needs: `Documentation/Rules/gait-prop.md`.
public enum GaitProp: LearningRule {
    public static let name = "gait-prop"
    public static let summary = "targets instead of errors, through inverse weights: backpropagation's update without its way back"
    public static let options = RateOptions.definitions(
        rate: 1e-3, orthogonality: 0.1, initialization: "orthogonal",
        own: [
            OptionDefinition(
                "gamma", .number(1e-3, in: 1e-9...1, .none), "how far a target lies from the activity, in each layer; 0.001 is published"),
            OptionDefinition(
                "check_gamma", .flag(true), "whether a gamma that drowns in the numbers is replaced by the one that was measured as best"),
            OptionDefinition(
                "differences", .flag(true),
                "whether targets differ from what the inverse makes of the activity, so that its rounding cancels"),
        ])

    public static func needs(of network: Network) -> RuleNeeds {
        RuleNeeds(
            timing: .afterRun, perSynapse: [.init("inverse weight", bits: 16), .init("first moment"), .init("second moment")],
            perNeuron: [.init("activity", bits: 16), .init("target", bits: 16)])
    }

    public static func makeTrainer(_ request: TrainingRequest) throws(DiagnosticsError) -> any Trainer {
        let place = request.network.learning?.place
        return try RateTrainer(
            request,
            RateRule(name: name, options: options, needsInverse: true) { values, learner, _, input, labels in
                var propagation = TargetPropagation(
                    .gait, gamma: values.number("gamma"), format: learner.format, takesDifferences: values.flag("differences"))
                let choice = GammaChoice(learner, propagation, asked: propagation.gamma, input: input, labels: labels)
                guard let asked = choice.row(propagation.gamma), let best = choice.best, asked.least < GammaChoice.workable,
                    best.gamma != asked.gamma
                else { return (.targets(propagation), []) }
                let replaces = values.flag("check_gamma")
                if replaces { propagation.gamma = best.gamma }
                return (.targets(propagation), [drowned(asked, best, learner, replaces: replaces, at: place)])
            })
    }

    private static func drowned(
        _ asked: GammaChoice.Row, _ best: GammaChoice.Row, _ learner: RateLearner, replaces: Bool, at place: SourceRange?
    ) -> Diagnostic {
        func text(_ cosines: [Double]) -> String { cosines.map { "\(($0 * 1000).rounded() / 1000)" }.joined(separator: ", ") }
        return Diagnostic(
            "learning-gamma-drowns",
            "gamma \(asked.gamma) drowns in \(learner.format.text): over \(learner.stack.layers.count) layers the updates have the cosines "
                + "\(text(asked.cosines)) to backpropagation's"
                + (replaces ? "; gamma \(best.gamma) was taken, with the cosines \(text(best.cosines))" : ""),
            at: place,
            help: replaces
                ? "write `gamma: \(best.gamma)`, or `check_gamma: false` to keep yours"
                : "write `gamma: \(best.gamma)`, which has the cosines \(text(best.cosines))", severity: .warning)
    }
}
