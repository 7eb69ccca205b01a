public import Diagnostics
import Numerics

extension JSONValue {
    /// The text: one line, or indented with short arrays of numbers kept on one line. Doubles have the fewest digits that read back.
    ///
    /// JSON knows no infinities and no NaN: they become `null`.
    public func text(pretty: Bool = true) -> String {
        var writer = JSONWriter(pretty: pretty)
        writer.write(self, indentation: 0)
        return writer.text
    }

    /// Writes the text with a final newline, in one step.
    public func write(to path: String, pretty: Bool = true) throws(DiagnosticsError) {
        try ByteFile.write(text(pretty: pretty) + "\n", to: path)
    }
}

private struct JSONWriter {
    let pretty: Bool
    var text = ""

    /// Arrays up to this length stay on one line when they hold no array and no object.
    static let longestLine = 32

    mutating func write(_ value: JSONValue, indentation: Int) {
        switch value {
        case .null: text += "null"
        case .bool(let value): text += value ? "true" : "false"
        case .integer(let value): text += String(value)
        case .number(let value): text += value.isFinite ? shortest(value) : "null"
        case .string(let value): writeString(value)
        case .array(let values):
            let onOneLine = !pretty || (values.count <= Self.longestLine && values.allSatisfy(\.isScalar))
            writeList("[", "]", count: values.count, onOneLine: onOneLine, indentation: indentation) { writer, index in
                writer.write(values[index], indentation: indentation + 1)
            }
        case .object(let object):
            writeList("{", "}", count: object.count, onOneLine: !pretty, indentation: indentation) { writer, index in
                writer.writeString(object.keys[index])
                writer.text += writer.pretty ? ": " : ":"
                writer.write(object.values[index], indentation: indentation + 1)
            }
        }
    }

    private mutating func writeList(
        _ open: String, _ close: String, count: Int, onOneLine: Bool, indentation: Int, element: (inout JSONWriter, Int) -> Void
    ) {
        text += open
        for index in 0..<count {
            if index > 0 { text += onOneLine && pretty ? ", " : "," }
            if !onOneLine { newLine(indentation + 1) }
            element(&self, index)
        }
        if !onOneLine, count > 0 { newLine(indentation) }
        text += close
    }

    private mutating func newLine(_ indentation: Int) {
        text += "\n"
        for _ in 0..<indentation { text += "  " }
    }

    private mutating func writeString(_ value: String) {
        text += "\""
        for scalar in value.unicodeScalars {
            switch scalar {
            case "\"": text += "\\\""
            case "\\": text += "\\\\"
            case "\n": text += "\\n"
            case "\r": text += "\\r"
            case "\t": text += "\\t"
            case _ where scalar.value < 0x20:
                let digits = String(scalar.value, radix: 16)
                text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: text.unicodeScalars.append(scalar)
            }
        }
        text += "\""
    }
}

extension JSONValue {
    fileprivate var isScalar: Bool {
        switch self {
        case .array, .object: false
        default: true
        }
    }
}
