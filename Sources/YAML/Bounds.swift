import Diagnostics

/// What a number must be: `above 0 and at most 1`.
struct Bounds<Value: Comparable & Sendable>: Sendable {
    var above: Value?
    var atLeast: Value?
    var below: Value?
    var atMost: Value?

    func check(_ value: Value, _ node: Node, _ name: String, unit: String? = nil) throws(DiagnosticsError) {
        let isWithin =
            (above.map { value > $0 } ?? true) && (atLeast.map { value >= $0 } ?? true) && (below.map { value < $0 } ?? true)
            && (atMost.map { value <= $0 } ?? true)
        if isWithin { return }
        let limits: [(String, Value?)] = [("above", above), ("at least", atLeast), ("below", below), ("at most", atMost)]
        let suffix = unit.map { " \($0)" } ?? ""
        let wanted = limits.compactMap { word, limit in limit.map { "\(word) \(Self.text($0))\(suffix)" } }.joined(separator: " and ")
        throw DiagnosticsError(
            Diagnostic(
                "yaml-out-of-bounds", "\(name) must be \(wanted), is \(node.scalar?.text.shortened ?? "")", at: node.place,
                help: "change it to a number \(wanted)"))
    }

    /// Whole doubles without their `.0`.
    private static func text(_ value: Value) -> String {
        let text = "\(value)"
        return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
    }
}
