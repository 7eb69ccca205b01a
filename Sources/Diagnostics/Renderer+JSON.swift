extension Renderer {
    /// A JSON array for machines, one object a line.
    ///
    /// Keys, always in this order and always present: `id`, `severity`, `message`, `file`, `line`, `column`, `endLine`, `endColumn`,
    /// `label`, `notes` (objects with `message` and the five keys of a place), `help`. What does not exist is null.
    public static func json(_ diagnostics: [Diagnostic]) -> String {
        let lines = diagnostics.map { diagnostic in
            let notes = diagnostic.notes.map { "{\"message\":\(quoted($0.message)),\(place($0.place))}" }
            return "{\"id\":\(quoted(diagnostic.id)),\"severity\":\(quoted(diagnostic.severity.rawValue)),"
                + "\"message\":\(quoted(diagnostic.message)),\(place(diagnostic.place)),\"label\":\(quoted(diagnostic.label)),"
                + "\"notes\":[\(notes.joined(separator: ","))],\"help\":\(quoted(diagnostic.help))}"
        }
        return lines.isEmpty ? "[]\n" : "[\n" + lines.joined(separator: ",\n") + "\n]\n"
    }

    private static func place(_ place: SourceRange?) -> String {
        func number(_ value: Int?) -> String { value.map(String.init) ?? "null" }
        return "\"file\":\(quoted(place?.file)),\"line\":\(number(place?.start.line)),\"column\":\(number(place?.start.column)),"
            + "\"endLine\":\(number(place?.end.line)),\"endColumn\":\(number(place?.end.column))"
    }

    /// A JSON string (RFC 8259, §7), or null.
    private static func quoted(_ text: String?) -> String {
        guard let text else { return "null" }
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\t": result += "\\t"
            case "\r": result += "\\r"
            case _ where scalar.value < 0x20 || scalar.value == 0x7F:
                let digits = String(scalar.value, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }
}
