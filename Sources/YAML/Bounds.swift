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
        let wanted = description(unit: unit.map { " \($0)" } ?? "")
        throw DiagnosticsError(
            Diagnostic(
                "yaml-out-of-bounds", "\(name) must be \(wanted), is \(node.scalar?.text.shortened ?? "")", at: node.place,
                help: "write a number that is \(wanted)"))
    }

    private func description(unit: String) -> String {
        if let atLeast, let atMost, above == nil, below == nil { return "from \(Self.text(atLeast)) to \(Self.text(atMost))\(unit)" }
        let limits: [(String, Value?)] = [("above", above), ("at least", atLeast), ("below", below), ("at most", atMost)]
        return limits.compactMap { word, limit in limit.map { "\(word) \(Self.text($0))\(unit)" } }.joined(separator: " and ")
    }

    /// Whole doubles without their `.0`.
    private static func text(_ value: Value) -> String {
        let text = "\(value)"
        return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
    }
}
