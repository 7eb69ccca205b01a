public import Diagnostics
public import Networks

/// Backpropagation in rate networks (Rumelhart, Hinton and Williams 1986): what the other rules on rate networks are held against.
///
/// Equations, options and needs: `Documentation/Rules/backprop.md`.
public enum Backprop: LearningRule {
    public static let name = "backprop"
    public static let summary = "backpropagation in rate networks, off the chip; the measure of the rules beside it"
    public static let options = RateOptions.definitions(rate: 1e-3, orthogonality: 0, initialization: "orthogonal", own: [])

    public static func needs(of network: Network) -> RuleNeeds {
        RuleNeeds(
            timing: .afterRun, perSynapse: [.init("gradient"), .init("first moment"), .init("second moment")],
            perNeuron: [.init("activity"), .init("error")], transposesWeights: true)
    }

    public static func makeTrainer(_ request: TrainingRequest) throws(DiagnosticsError) -> any Trainer {
        try RateTrainer(
            request, RateRule(name: name, options: options, needsInverse: false) { _, _, _, _, _ in (.backpropagation, []) })
    }
}
