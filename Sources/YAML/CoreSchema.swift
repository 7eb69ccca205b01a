/// What a plain scalar means by the core schema of YAML 1.2.2, §10.3.2: `yes` and `0777` are not special, unlike in YAML 1.1.
enum CoreSchema {
    enum Kind: Hashable {
        case null, boolean, integer, real, string
    }

    static func kind(of text: String) -> Kind {
        switch text {
        case "", "~", "null", "Null", "NULL": return .null
        case "true", "True", "TRUE", "false", "False", "FALSE": return .boolean
        case ".nan", ".NaN", ".NAN": return .real
        default: break
        }
        if isInteger(text) { return .integer }
        return isReal(text) ? .real : .string
    }

    /// `[-+]?[0-9]+ | 0o[0-7]+ | 0x[0-9a-fA-F]+`
    private static func isInteger(_ text: String) -> Bool {
        if text.hasPrefix("0o") { return text.utf8.count > 2 && text.utf8.dropFirst(2).allSatisfy { (0x30...0x37).contains($0) } }
        if text.hasPrefix("0x") { return text.utf8.count > 2 && text.utf8.dropFirst(2).allSatisfy { isDigit($0) || isHexLetter($0) } }
        let digits = withoutSign(text.utf8[...])
        return !digits.isEmpty && digits.allSatisfy(isDigit)
    }

    /// `[-+]?(\.[0-9]+ | [0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)? | [-+]?\.(inf|Inf|INF)`
    private static func isReal(_ text: String) -> Bool {
        var rest = withoutSign(text.utf8[...])
        if rest.elementsEqual(".inf".utf8) || rest.elementsEqual(".Inf".utf8) || rest.elementsEqual(".INF".utf8) { return true }
        let whole = rest.prefix(while: isDigit)
        rest = rest[whole.endIndex...]
        if rest.first == UInt8(ascii: ".") {
            let fraction = rest.dropFirst().prefix(while: isDigit)
            if whole.isEmpty && fraction.isEmpty { return false }
            rest = rest[fraction.endIndex...]
        } else if whole.isEmpty {
            return false
        }
        if rest.isEmpty { return true }
        guard rest.first == UInt8(ascii: "e") || rest.first == UInt8(ascii: "E") else { return false }
        let exponent = withoutSign(rest.dropFirst())
        return !exponent.isEmpty && exponent.allSatisfy(isDigit)
    }

    /// The integer, or nil when it does not fit in 64 bits; `text` is of kind `integer`.
    static func integer(_ text: String) -> Int? {
        if text.hasPrefix("0o") { return Int(text.dropFirst(2), radix: 8) }
        if text.hasPrefix("0x") { return Int(text.dropFirst(2), radix: 16) }
        return Int(text)
    }

    /// The nearest double of a text of kind `integer` or `real`; infinite when it is too large.
    static func real(_ text: String) -> Double {
        if text.hasPrefix("0o") || text.hasPrefix("0x") {
            let radix = text.hasPrefix("0o") ? 8.0 : 16.0
            return text.dropFirst(2).reduce(0.0) { $0 * radix + Double($1.hexDigitValue ?? 0) }
        }
        switch text.drop(while: { $0 == "-" || $0 == "+" }).lowercased() {
        case ".nan": return .nan
        case ".inf": return text.hasPrefix("-") ? -.infinity : .infinity
        default: return Double(text) ?? .nan
        }
    }

    /// Whether a text of kind `integer` or `real` has a digit other than zero before its exponent.
    static func isZero(_ text: String) -> Bool {
        !text.prefix { $0 != "e" && $0 != "E" }.contains { ("1"..."9").contains($0) }
    }

    /// The shortest text that reads back as the same double.
    static func text(of value: Double) -> String {
        if value.isNaN { return ".nan" }
        if value.isInfinite { return value < 0 ? "-.inf" : ".inf" }
        return value.description
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }

    private static func isHexLetter(_ byte: UInt8) -> Bool { (0x41...0x46).contains(byte) || (0x61...0x66).contains(byte) }

    private static func withoutSign(_ text: Substring.UTF8View) -> Substring.UTF8View {
        text.first == UInt8(ascii: "-") || text.first == UInt8(ascii: "+") ? text.dropFirst() : text
    }
}
