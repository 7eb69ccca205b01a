public import Diagnostics

/// A number with or without a unit, as written: `20 ms`, `-65 mV`, `1 %`, `0.5`.
public struct Quantity: Hashable, Sendable {
    public let value: Double
    /// The unit as written, or nil for a bare number.
    public let unit: String?
    public let place: SourceRange?
    /// The number as written, so that a change of unit rounds only once.
    private let number: String

    /// Reads `<number>[ ]<unit>`.
    public init(_ node: Node, _ name: String = "the value") throws(DiagnosticsError) {
        place = node.place
        if let scalar = node.scalar, scalar.isString {
            let text = scalar.text
            let split = Self.endOfNumber(text)
            let unit = text[split...].drop { $0 == " " }
            guard split > text.startIndex, !unit.isEmpty, unit.allSatisfy({ $0.isLetter || "%/·^-0123456789".contains($0) }),
                unit.first.map({ $0.isLetter || $0 == "%" }) == true
            else { throw node.wrongQuantity(name) }
            number = String(text[..<split])
            self.unit = String(unit)
            value = try Node(.scalar(Scalar(number, style: .plain)), at: node.place).asDouble(name)
        } else if let scalar = node.scalar, CoreSchema.kind(of: scalar.text) != .boolean {
            number = scalar.text
            unit = nil
            value = try node.asDouble(name)
        } else {
            throw node.wrongQuantity(name)
        }
    }

    /// The number in the unit that is asked for: a bare number is in it already, another unit of the same kind is converted
    /// (decimal prefixes, exactly rounded).
    public func value(in wanted: String, _ name: String = "the value") throws(DiagnosticsError) -> Double {
        guard let unit else { return value }
        guard let target = Unit(wanted) else { preconditionFailure("bug: '\(wanted)' is no unit of \(name)") }
        guard let own = Unit(unit), own.dimension == target.dimension else {
            throw DiagnosticsError(wrongUnit(unit, wanted, target.dimension, name))
        }
        let result = Self.scaled(number, by: own.exponent - target.exponent)
        guard result.isFinite, result != 0 || value == 0 else {
            throw Node(.scalar(Scalar("\(number) \(unit)", style: .plain)), at: place).outOfRange(
                name, "0 or between 5e-324 and 1.8e308 \(wanted) in size")
        }
        return result
    }

    private func wrongUnit(_ unit: String, _ wanted: String, _ dimension: Unit.Dimension, _ name: String) -> Diagnostic {
        let found = Unit(unit).map { "'\(unit)' is a unit of \($0.dimension.rawValue)" } ?? "'\(unit.shortened)' is no known unit"
        guard dimension != .ratio else {
            return Diagnostic(
                "yaml-unit", "\(name) takes no unit but '%': \(found)", at: place, help: "write a bare number, or one with '%'")
        }
        return Diagnostic(
            "yaml-unit", "\(name) must be in a unit of \(dimension.rawValue): \(found)", at: place,
            help: "write a bare number, in \(wanted), or one with a unit of \(dimension.rawValue), such as '1 \(wanted)'")
    }

    /// The number times a power of ten, rounded once.
    private static func scaled(_ number: String, by exponent: Int) -> Double {
        if exponent == 0 || number.hasPrefix("0x") || number.hasPrefix("0o") {
            return CoreSchema.real(number) * (exponent == 0 ? 1 : CoreSchema.real("1e\(exponent)"))
        }
        let parts = number.split(maxSplits: 1) { $0 == "e" || $0 == "E" }
        let own = parts.count == 2 ? Int(parts[1]) ?? 0 : 0
        return CoreSchema.real("\(parts.first ?? "0")e\(own + exponent)")
    }

    /// The end of the longest number at the beginning of a text, of the form `[-+]digits[.digits][e[-+]digits]`.
    private static func endOfNumber(_ text: String) -> String.Index {
        func digits(from index: String.Index) -> String.Index {
            text[index...].firstIndex { !("0"..."9").contains($0) } ?? text.endIndex
        }
        func sign(at index: String.Index) -> String.Index {
            index < text.endIndex && (text[index] == "-" || text[index] == "+") ? text.index(after: index) : index
        }
        let start = sign(at: text.startIndex)
        var end = digits(from: start)
        var hasDigits = end > start
        if end < text.endIndex, text[end] == "." {
            let fraction = text.index(after: end)
            let fractionEnd = digits(from: fraction)
            hasDigits = hasDigits || fractionEnd > fraction
            end = fractionEnd
        }
        guard hasDigits else { return text.startIndex }
        if end < text.endIndex, text[end] == "e" || text[end] == "E" {
            let exponent = sign(at: text.index(after: end))
            let exponentEnd = digits(from: exponent)
            if exponentEnd > exponent { end = exponentEnd }
        }
        return end
    }
}

extension Node {
    fileprivate func wrongQuantity(_ name: String) -> DiagnosticsError {
        wrongType(name, "a number with or without a unit", help: "write it as 20 or 20 ms")
    }
}
