public import Diagnostics

extension Reading {
    /// One of several spellings; several may mean the same.
    public static func choice(_ spellings: KeyValuePairs<String, Value>) -> Reading where Value: Sendable {
        let known = spellings.map(\.key)
        let values = spellings.map(\.value)
        return Reading { node, name throws(DiagnosticsError) in
            let text = node.scalar?.text
            if let text, let index = known.firstIndex(of: text) { return values[index] }
            throw DiagnosticsError(.unknownChoice(node, name, known))
        }
    }

    /// One of the cases of an enumeration, by its raw value.
    public static func choice(of type: Value.Type) -> Reading where Value: CaseIterable & RawRepresentable<String> & Sendable {
        let values = Array(type.allCases)
        let known = values.map(\.rawValue)
        return Reading { node, name throws(DiagnosticsError) in
            if let text = node.scalar?.text, let index = known.firstIndex(of: text) { return values[index] }
            throw DiagnosticsError(.unknownChoice(node, name, known))
        }
    }
}

/// A name with options of its own: `lif`, or `{lif: {tau_m: 20 ms}}`.
public struct Variant: Hashable, Sendable {
    public let name: String
    public let place: SourceRange?
    /// The options: a mapping, null when there are none, or whatever else was written.
    public let options: Node
}

extension Reading where Value == Variant {
    /// One of the known names, alone or as the single key of a mapping that holds its options.
    public static func variant(among known: [String]) -> Reading {
        Reading { node, name throws(DiagnosticsError) in
            if let entries = node.mapping {
                guard entries.count == 1, let entry = entries.first else {
                    throw DiagnosticsError(
                        Diagnostic(
                            "yaml-variant", "\(name) must have one key, its kind, and has \(entries.count)", at: node.place,
                            help: "write '{kind: {option: value}}' with one of: \(known.joined(separator: ", "))"))
                }
                guard known.contains(entry.key) else {
                    throw DiagnosticsError(
                        .unknownChoice(Node(.scalar(Scalar(entry.key, style: .doubleQuoted)), at: entry.keyPlace), name, known))
                }
                return Variant(name: entry.key, place: entry.keyPlace, options: entry.value)
            }
            guard let text = node.scalar?.text, known.contains(text) else { throw DiagnosticsError(.unknownChoice(node, name, known)) }
            return Variant(name: text, place: node.place, options: Node(.null, at: node.place))
        }
    }
}

extension Diagnostic {
    fileprivate static func unknownChoice(_ node: Node, _ name: String, _ known: [String]) -> Diagnostic {
        let near = nearestName(to: node.scalar?.text ?? "", among: known)
        return Diagnostic(
            "yaml-unknown-choice", "\(name) cannot be \(node.summary)", at: node.place, label: near.map { "did you mean '\($0)'?" },
            help: "write one of: \(known.joined(separator: ", "))")
    }
}
