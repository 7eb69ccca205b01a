/// Collects what a verifier finds.
struct InvariantCheck {
    let stage: String
    let pass: String
    private var violations: [String] = []

    init(stage: String, pass: String) {
        self.stage = stage
        self.pass = pass
    }

    mutating func require(_ holds: Bool, _ message: @autoclosure () -> String) {
        if !holds { violations.append(message()) }
    }

    mutating func violated(_ message: String) { violations.append(message) }

    func finish() throws(VerificationFailure) {
        if !violations.isEmpty { throw VerificationFailure(stage: stage, pass: pass, violations: violations) }
    }
}
