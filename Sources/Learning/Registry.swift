public import Diagnostics
public import Networks

/// Every learning rule, in the order in which `spikewright rules` lists them.
public let allRules: [any LearningRule.Type] = [
    BPTT.self, EProp.self, DeepRewiring.self, Backprop.self, GaitProp.self, TargetProp.self, DirectFeedbackAlignment.self, TTFS.self,
    CLAPP.self,
    CLAPPSynchronous.self, STDP.self, RewardSTDP.self,
]

/// The rule that a network chooses.
public func learningRule(of network: Network) throws(DiagnosticsError) -> any LearningRule.Type {
    guard let learning = network.learning else {
        throw DiagnosticsError(
            Diagnostic(
                "learning-no-rule", "the network '\(network.name)' chooses no learning rule",
                help: "add a section `learning: {rule: \(allRules[0].name)}` to the model"))
    }
    for rule in allRules where rule.name == learning.rule { return rule }
    let names = allRules.map { $0.name }
    let near = nearestName(to: learning.rule, among: names)
    throw DiagnosticsError(
        Diagnostic(
            "learning-unknown-rule", "there is no learning rule '\(learning.rule)'", at: learning.place,
            label: near.map { "did you mean '\($0)'?" }, help: "the rules are \(names.joined(separator: ", "))"))
}
