/// A stage that breaks one of its invariants: a bug in Spikewright, not a fault of the user.
public struct VerificationFailure: Error, Hashable, Sendable {
    public var stage: String
    /// The pass that made the stage, when known.
    public var pass: String?
    /// All violations, each with names and numbers.
    public var violations: [String]

    public init(stage: String, pass: String? = nil, violations: [String]) {
        self.stage = stage
        self.pass = pass
        self.violations = violations
    }
}
