/// How scalars are written so that they read back as the same.
enum ScalarText {
    static func value(_ scalar: Scalar) -> String {
        if !scalar.isString { return scalar.text.isEmpty ? "null" : scalar.text }
        return isPlain(scalar.text) ? scalar.text : quoted(scalar.text)
    }

    /// Keys are always text; a number needs no quotes as one.
    static func key(_ key: String) -> String {
        let isNumber = CoreSchema.kind(of: key) == .integer || CoreSchema.kind(of: key) == .real
        return isNumber || isPlain(key) ? key : quoted(key)
    }

    /// Whether a text may stand without quotes, also in brackets, and other readers (YAML 1.1) take it for text as well.
    private static func isPlain(_ text: String) -> Bool {
        guard text.utf8.count <= 80, CoreSchema.kind(of: text) == .string, !otherWords.contains(text.lowercased()) else { return false }
        let scalars = Array(text.unicodeScalars)
        guard let first = scalars.first, scalars.last != " " else { return false }
        switch first {
        case "-", "+", ".": guard scalars.count > 1, isLetterOrDigit(scalars[1]) || first == "." && scalars[1] == "/" else { return false }
        case "_", "/": break
        default: guard isLetterOrDigit(first) else { return false }
        }
        return scalars.allSatisfy { isLetterOrDigit($0) || " _-+./%()".unicodeScalars.contains($0) }
    }

    private static func isLetterOrDigit(_ scalar: Unicode.Scalar) -> Bool {
        scalar.isASCII ? scalar.properties.isAlphabetic || ("0"..."9").contains(scalar) : scalar.properties.isAlphabetic
    }

    /// Truth values of YAML 1.1, which `kind(of:)` takes for text.
    private static let otherWords: Set<String> = ["y", "n", "yes", "no", "on", "off"]

    /// A double-quoted text; everything that a line or a terminal would not show as it is becomes an escape.
    static func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar.value {
            case 0x22: result += "\\\""
            case 0x5C: result += "\\\\"
            case 0x0A: result += "\\n"
            case 0x0D: result += "\\r"
            case 0x09: result += "\\t"
            case 0..<0x20, 0x7F...0x9F: result += "\\x" + hexadecimal(scalar.value, 2)
            case 0x2028, 0x2029, 0x200E, 0x200F, 0x202A...0x202E, 0x2066...0x2069, 0xFEFF, 0xFFFE, 0xFFFF:
                result += "\\u" + hexadecimal(scalar.value, 4)
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }

    private static func hexadecimal(_ value: UInt32, _ digits: Int) -> String {
        let text = String(value, radix: 16, uppercase: true)
        return String(repeating: "0", count: max(0, digits - text.count)) + text
    }
}
