public import Diagnostics

/// The values of scalars; `name` is what a message calls the value: `'size' of population 'digit'`.
extension Node {
    /// A whole number of 64 bits. `3.0` is none.
    public func asInteger(_ name: String = "the value") throws(DiagnosticsError) -> Int {
        guard let scalar, !scalar.isString, CoreSchema.kind(of: scalar.text) == .integer else {
            throw wrongType(name, "a whole number", help: "write digits only, such as 42")
        }
        guard let value = CoreSchema.integer(scalar.text) else {
            throw outOfRange(name, "between \(Int.min) and \(Int.max)")
        }
        return value
    }

    /// A number; NaN and infinity only where they are allowed. A number that a double would round to infinity or to zero is refused.
    public func asDouble(_ name: String = "the value", allowsNonFinite: Bool = false) throws(DiagnosticsError) -> Double {
        guard let scalar, !scalar.isString, CoreSchema.kind(of: scalar.text) == .integer || CoreSchema.kind(of: scalar.text) == .real else {
            throw wrongType(name, "a number", help: "write it as 0.5 or 1e-3, without quotes")
        }
        let value = CoreSchema.real(scalar.text)
        if scalar.text.contains("n") || scalar.text.contains("N") {
            guard allowsNonFinite else {
                throw DiagnosticsError(
                    Diagnostic("yaml-not-finite", "\(name) must be finite, is \(scalar.summary)", at: place, help: "write a finite number"))
            }
            return value
        }
        guard value.isFinite, value != 0 || CoreSchema.isZero(scalar.text) else {
            throw outOfRange(name, "0 or between 5e-324 and 1.8e308 in size")
        }
        return value
    }

    /// `true` or `false`.
    public func asBool(_ name: String = "the value") throws(DiagnosticsError) -> Bool {
        guard let scalar, !scalar.isString, CoreSchema.kind(of: scalar.text) == .boolean else {
            throw wrongType(name, "true or false", help: "write 'true' or 'false', without quotes")
        }
        return scalar.text.lowercased() == "true"
    }

    /// A text: anything quoted, or plain text that is no number, truth value or null.
    public func asString(_ name: String = "the value") throws(DiagnosticsError) -> String {
        guard let scalar, scalar.isString else { throw wrongType(name, "a text", help: "put it in quotes if it is meant as text") }
        return scalar.text
    }

    /// The items of a list.
    public func asSequence(_ name: String = "the value") throws(DiagnosticsError) -> [Node] {
        guard let sequence else { throw wrongType(name, "a list", help: "write '[a, b]', or each item on a line that begins with '- '") }
        return sequence
    }

    func wrongType(_ name: String, _ wanted: String, help: String) -> DiagnosticsError {
        DiagnosticsError(Diagnostic("yaml-wrong-type", "\(name) must be \(wanted), is \(summary)", at: place, help: help))
    }

    func outOfRange(_ name: String, _ range: String) -> DiagnosticsError {
        DiagnosticsError(
            Diagnostic(
                "yaml-number-range", "\(name) must be \(range), is \(summary)", at: place, help: "write a number that fits in 64 bits"))
    }
}
