public import Diagnostics

/// Reads one YAML document (YAML 1.2 core schema) from the bytes of a file.
///
/// - Parameters:
///   - file: the name of the file in messages.
///   - limits: sizes at which reading stops.
/// - Throws: every `yaml-…` fault of syntax; duplicated keys, tags and aliases are gathered before stopping.
/// - Complexity: linear in the bytes.
public func parseYAML(_ bytes: [UInt8], file: String, limits: Limits = Limits()) throws(DiagnosticsError) -> Node {
    let text = try SourceText(bytes, file: file, limits: limits)
    try refuseDirectives(text)
    let events = EventStream(text)
    var tree = TreeBuilder(text: text, limits: limits)
    while true {
        let event: Event
        do { event = try events.next() } catch { throw tree.joined(with: error) }
        switch event.kind {
        case .streamStart, .documentStart: continue
        case .streamEnd:
            throw DiagnosticsError(
                Diagnostic(
                    "yaml-empty", "the file is empty", at: text.range(0, 0),
                    help: "write at least one 'key: value'; lines that begin with '#' are comments"))
        case .documentEnd:
            try refuseMore(text, after: event.end)
            return try tree.finish()
        default: try tree.add(event)
        }
    }
}

/// Reads one YAML document from a text.
public func parseYAML(_ text: String, file: String, limits: Limits = Limits()) throws(DiagnosticsError) -> Node {
    try parseYAML(Array(text.utf8), file: file, limits: limits)
}

/// Allows `%YAML 1.1` and `%YAML 1.2` and no other directive: libyaml takes quadratic time for many of them.
private func refuseDirectives(_ text: SourceText) throws(DiagnosticsError) {
    var start = text.bytes.startIndex
    var character = 0
    var isFirst = true
    while start < text.bytes.endIndex {
        let line = text.bytes[start...].prefix { $0 != 0x0A && $0 != 0x0D }
        if line.first == UInt8(ascii: "%") {
            let known = ["%YAML 1.1", "%YAML 1.2"].contains(String(decoding: line, as: UTF8.self).trimmed())
            guard known, isFirst else { throw DiagnosticsError(.directive(at: text.range(character, character + 1))) }
            isFirst = false
        } else if let content = line.first(where: { $0 != 0x20 && $0 != 0x09 }), content != UInt8(ascii: "#") {
            return
        }
        start = line.endIndex + 1
        character += line.count { $0 & 0xC0 != 0x80 } + 1
    }
}

/// Refuses what follows the document, without asking libyaml.
private func refuseMore(_ text: SourceText, after character: Int) throws(DiagnosticsError) {
    var index = text.byteIndex(of: character)
    var character = character
    var isComment = false
    while index < text.bytes.endIndex {
        let byte = text.bytes[index]
        if byte == 0x0A || byte == 0x0D {
            isComment = false
        } else if byte == UInt8(ascii: "#") {
            isComment = true
        } else if !isComment, byte != 0x20, byte != 0x09, byte & 0xC0 != 0x80 {
            let rest = text.bytes[index...].prefix(3)
            if rest.elementsEqual("...".utf8) {
                index += 3
                character += 3
                continue
            }
            let isDocument = rest.elementsEqual("---".utf8)
            throw DiagnosticsError(
                isDocument
                    ? Diagnostic(
                        "yaml-several-documents", "a second document begins here", at: text.range(character, character + 3),
                        help: "put each document into a file of its own")
                    : Diagnostic(
                        "yaml-trailing-text", "the document has ended before this text", at: text.range(character, character + 1),
                        help: "indent it like the lines above if it belongs to them, or remove it"))
        }
        index += 1
        if index < text.bytes.endIndex, text.bytes[index] & 0xC0 != 0x80 { character += 1 }
    }
}

extension String {
    fileprivate func trimmed() -> String {
        var view = self[...]
        while let last = view.last, last.isWhitespace { view.removeLast() }
        return String(view)
    }
}
