import Diagnostics

/// Makes a tree of events and keeps it within the limits.
///
/// Iterative, so that no input decides how deep the stack grows.
struct TreeBuilder {
    let text: SourceText
    let limits: Limits
    private var faults = DiagnosticCollector()
    private var frames: [Frame] = []
    private var root: Node?
    private var anchors: [String: Anchored] = [:]
    private var anchorNames: [String] = []
    private var nodeCount = 0
    private var aliasedCount = 0

    /// A subtree with what it costs to repeat it.
    struct Subtree {
        var node: Node
        var count: Int
        var height: Int
    }

    private enum Anchored {
        case open(SourceRange)
        case closed(Subtree)
    }

    init(text: SourceText, limits: Limits) {
        self.text = text
        self.limits = limits
    }

    /// The tree, when all events are in.
    func finish() throws(DiagnosticsError) -> Node {
        try faults.throwIfErrors()
        guard let root else { preconditionFailure("bug in the YAML reader: a document without a node") }
        return root
    }

    /// What was gathered so far, followed by the fault that ended the reading.
    func joined(with error: DiagnosticsError) -> DiagnosticsError { DiagnosticsError(faults.diagnostics + error.diagnostics) }

    mutating func add(_ event: Event) throws(DiagnosticsError) {
        let place = text.range(event.start, event.end)
        switch event.kind {
        case .scalar(let content, let style):
            try count(place)
            guard content.utf8.count <= limits.scalarSize else {
                throw stop(
                    Diagnostic(
                        "yaml-value-too-large", "this value has \(content.utf8.count) bytes, more than \(limits.scalarSize)", at: place,
                        help: "keep large data in a file of its own and name that file here"))
            }
            let node = resolve(Scalar(content, style: style), tag: event.tag, at: place)
            if let frame = frames.last, frame.expectsKey {
                try beginEntry(key: content, style: style, anchor: event.anchor, at: place)
            } else {
                try close(Subtree(node: node, count: 1, height: 0), anchor: event.anchor)
            }
        case .alias(let name): try addAlias(name, at: place)
        case .sequenceStart(let isFlow):
            try open(Frame(kind: .sequence, isFlow: isFlow, anchor: event.anchor, place: place), tag: event.tag)
        case .mappingStart(let isFlow):
            try open(Frame(kind: .mapping, isFlow: isFlow, anchor: event.anchor, place: place), tag: event.tag)
        case .sequenceEnd, .mappingEnd:
            guard let frame = frames.popLast() else { preconditionFailure("bug in the YAML reader: an end without a beginning") }
            try close(frame.finished(endingAt: place.end, &faults), anchor: frame.anchor)
        case .documentStart, .documentEnd, .streamStart, .streamEnd: break
        }
        if faults.diagnostics.count >= 100 { throw DiagnosticsError(faults.diagnostics) }
    }

    private func stop(_ diagnostic: Diagnostic) -> DiagnosticsError { joined(with: DiagnosticsError(diagnostic)) }

    private mutating func count(_ place: SourceRange) throws(DiagnosticsError) {
        nodeCount += 1
        guard nodeCount <= limits.nodeCount else {
            throw stop(
                Diagnostic(
                    "yaml-too-many-values", "the file has more than \(limits.nodeCount) keys and values", at: place,
                    help: "keep large tables in an HDF5 or .npy file and name that file here"))
        }
    }

    private mutating func open(_ frame: Frame, tag: String?) throws(DiagnosticsError) {
        try count(frame.place)
        guard frames.count < limits.depth else { throw stop(tooDeep(frame.place)) }
        if let parent = frames.last, parent.expectsKey { throw stop(complexKey(frame.place)) }
        checkCollectionTag(tag, of: frame)
        if let anchor = frame.anchor { define(anchor, .open(frame.place)) }
        frames.append(frame)
    }

    private mutating func close(_ subtree: Subtree, anchor: String?) throws(DiagnosticsError) {
        if let anchor { define(anchor, .closed(subtree)) }
        if frames.isEmpty {
            root = subtree.node
        } else {
            frames[frames.count - 1].append(subtree, &faults)
        }
    }

    private mutating func beginEntry(key: String, style: Scalar.Style, anchor: String?, at place: SourceRange) throws(DiagnosticsError) {
        if key.isEmpty, style == .plain {
            faults.report(
                Diagnostic("yaml-empty-key", "a key is missing before this ':'", at: place, help: "write the key, or remove the line"))
        }
        if let anchor { define(anchor, .closed(Subtree(node: Node(.scalar(Scalar(key, style: style)), at: place), count: 1, height: 0))) }
        frames[frames.count - 1].begin(key, isMerge: style == .plain && key == "<<", at: place, &faults)
    }

    private mutating func addAlias(_ name: String, at place: SourceRange) throws(DiagnosticsError) {
        try count(place)
        if let frame = frames.last, frame.expectsKey { throw stop(complexKey(place)) }
        // A faulty alias stands for something that fits wherever an alias may stand.
        var subtree = Subtree(node: Node(.mapping([]), at: place), count: 1, height: 1)
        switch anchors[name] {
        case nil: faults.report(unknownAlias(name, at: place))
        case .open(let start):
            faults.report(
                Diagnostic(
                    "yaml-recursive-alias", "'*\(name)' stands inside of what it repeats", at: place,
                    notes: [Diagnostic.Note("which begins here", at: start)], help: "write out the part that is meant"))
        case .closed(let known): subtree = known
        }
        aliasedCount += subtree.count
        guard aliasedCount <= limits.aliasExpansion else {
            throw stop(
                Diagnostic(
                    "yaml-alias-expansion",
                    "aliases repeat \(aliasedCount) keys and values up to here, more than \(limits.aliasExpansion)", at: place,
                    label: "stands for \(subtree.count) of them", help: "do not repeat aliases within aliases"))
        }
        guard frames.count + subtree.height <= limits.depth else { throw stop(tooDeep(place)) }
        try close(subtree, anchor: nil)
    }

    private mutating func define(_ anchor: String, _ subtree: Anchored) {
        if anchors.updateValue(subtree, forKey: anchor) == nil { anchorNames.append(anchor) }
    }

    private func tooDeep(_ place: SourceRange) -> Diagnostic {
        Diagnostic(
            "yaml-too-deep", "more than \(limits.depth) lists and mappings within one another", at: place,
            help: "no description needs that many: look for brackets that are not closed")
    }

    private func complexKey(_ place: SourceRange) -> Diagnostic {
        Diagnostic(
            "yaml-key-not-text", "a key must be a text", at: place,
            help: "write a name; if this was meant as a value, put 'key: ' before it")
    }

    private func unknownAlias(_ name: String, at place: SourceRange) -> Diagnostic {
        let near = nearestName(to: name, among: anchorNames.suffix(1000))
        return Diagnostic(
            "yaml-unknown-alias", "nothing above is marked '&\(name)'", at: place, label: near.map { "did you mean '*\($0)'?" },
            help: "mark a value with '&\(name)' before repeating it, or quote a text that begins with '*'")
    }
}

extension TreeBuilder {
    private static let tagPrefix = "tag:yaml.org,2002:"

    /// The node of a scalar by its tag, or by its text when it has none.
    private mutating func resolve(_ scalar: Scalar, tag: String?, at place: SourceRange) -> Node {
        let kind = CoreSchema.kind(of: scalar.text)
        let plain = Node(kind == .null ? .null : .scalar(Scalar(scalar.text, style: .plain)), at: place)
        let matches: Bool
        switch tag {
        case nil: return scalar.style == .plain ? plain : Node(.scalar(scalar), at: place)
        case "!", Self.tagPrefix + "str":
            return Node(.scalar(Scalar(scalar.text, style: scalar.style == .plain ? .doubleQuoted : scalar.style)), at: place)
        case Self.tagPrefix + "null": matches = kind == .null
        case Self.tagPrefix + "bool": matches = kind == .boolean
        case Self.tagPrefix + "int": matches = kind == .integer
        case Self.tagPrefix + "float": matches = kind == .integer || kind == .real
        case Self.tagPrefix + "seq", Self.tagPrefix + "map": matches = false
        case .some(let unknown):
            report(unknownTag: unknown, at: place)
            return Node(.scalar(scalar), at: place)
        }
        if !matches { report(tag: tag, doesNotFit: scalar.summary, at: place) }
        return plain
    }

    private mutating func checkCollectionTag(_ tag: String?, of frame: Frame) {
        guard let tag, tag != "!" else { return }
        let own = Self.tagPrefix + (frame.kind == .sequence ? "seq" : "map")
        if tag == own { return }
        if ["str", "int", "float", "bool", "null", "seq", "map"].contains(where: { Self.tagPrefix + $0 == tag }) {
            report(tag: tag, doesNotFit: frame.kind == .sequence ? "a list" : "a mapping", at: frame.place)
        } else {
            report(unknownTag: tag, at: frame.place)
        }
    }

    private static func shown(_ tag: String) -> String {
        tag.hasPrefix(tagPrefix) ? "!!" + tag.dropFirst(tagPrefix.count) : tag
    }

    private mutating func report(unknownTag tag: String, at place: SourceRange) {
        faults.report(Diagnostic("yaml-unknown-tag", "unknown tag '\(Self.shown(tag).shortened)'", at: place, help: Diagnostic.tagHelp))
    }

    private mutating func report(tag: String?, doesNotFit value: String, at place: SourceRange) {
        faults.report(
            Diagnostic(
                "yaml-tag-mismatch", "\(value) cannot be '\(Self.shown(tag ?? ""))'", at: place, help: "remove the tag, or change the value"
            ))
    }
}
