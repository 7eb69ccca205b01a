public import Diagnostics
public import Networks
import Numerics

/// Direct feedback alignment (Nøkland 2016, arXiv 1609.01596), and feedback alignment (Lillicrap et al. 2016).
///
/// Equations, options and needs: `Documentation/Rules/dfa.md`.
public enum DirectFeedbackAlignment: LearningRule {
    public static let name = "dfa"
    public static let summary = "errors through fixed random weights, straight from the answers or layer by layer"
    public static let options = RateOptions.definitions(
        rate: 1e-3, orthogonality: 0, initialization: "model",
        own: [
            OptionDefinition("direct", .flag(true), "whether every layer sees the error of the answers; false: feedback alignment"),
            OptionDefinition(
                "feedback_scale", .number(1, in: 0...1e6, .none),
                "feedback weights are drawn from a normal distribution of this deviation over the root of their number at a unit"),
        ])

    public static func needs(of network: Network) -> RuleNeeds {
        let classes = network.readout.map { network.populations[$0.population].size } ?? 1
        return RuleNeeds(
            timing: .afterRun, perSynapse: [.init("first moment"), .init("second moment")],
            perNeuron: [.init("activity", bits: 8), .init("feedback weight", bits: 8, count: classes)],
            broadcasts: [.init("error", .eachNeuron, width: classes)])
    }

    public static func makeTrainer(_ request: TrainingRequest) throws(DiagnosticsError) -> any Trainer {
        try RateTrainer(
            request,
            RateRule(name: name, options: options, needsInverse: false) { values, learner, seed, _, _ in
                let isDirect = values.flag("direct")
                let scale = values.number("feedback_scale")
                let layers = learner.stack.layers
                let matrices = layers.indices.dropLast().map { l -> [Double] in
                    let width = isDirect ? layers[layers.count - 1].outputs : layers[l + 1].outputs
                    let random = Philox(seed: seed, purpose: "dfa/feedback").split(l)
                    let deviation = scale / Double(width).squareRoot()
                    return (0..<layers[l].passed * width).map { deviation * random.normal($0) }
                }
                return (.feedback(FeedbackMatrices(isDirect: isDirect, matrices: matrices)), [])
            })
    }
}
