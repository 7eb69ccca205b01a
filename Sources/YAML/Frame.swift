import Diagnostics

/// A list or mapping whose end has not been read.
struct Frame {
    enum Kind {
        case sequence, mapping
    }

    let kind: Kind
    let isFlow: Bool
    let anchor: String?
    /// Its beginning.
    let place: SourceRange
    private var items: [Node] = []
    private var entries: [Node.Entry] = []
    private var key: (text: String, place: SourceRange, isMerge: Bool)?
    private var keyPlaces: [String: SourceRange] = [:]
    private var merged: [Node.Entry] = []
    private var count = 1
    private var height = 0
    private var lastEnd: SourceRange.Position?

    init(kind: Kind, isFlow: Bool, anchor: String?, place: SourceRange) {
        self.kind = kind
        self.isFlow = isFlow
        self.anchor = anchor
        self.place = place
    }

    /// Whether the next scalar is a key.
    var expectsKey: Bool { kind == .mapping && key == nil }

    mutating func begin(_ text: String, isMerge: Bool, at place: SourceRange, _ faults: inout DiagnosticCollector) {
        if let first = keyPlaces[text] {
            faults.report(
                Diagnostic(
                    "yaml-duplicate-key", "the key '\(text.shortened)' stands twice in one mapping", at: place,
                    notes: [Diagnostic.Note("first here", at: first)], help: "keep one of the two"))
        } else {
            keyPlaces[text] = place
        }
        key = (text, place, isMerge)
        count += 1
        lastEnd = place.end
    }

    mutating func append(_ subtree: TreeBuilder.Subtree, _ faults: inout DiagnosticCollector) {
        count += subtree.count
        height = max(height, subtree.height)
        // An alias points elsewhere; a value after a key ends behind the key.
        if let end = subtree.node.place?.end, end > lastEnd ?? place.start { lastEnd = end }
        guard kind == .mapping, let key else {
            items.append(subtree.node)
            return
        }
        self.key = nil
        if key.isMerge {
            merge(subtree.node, at: key.place, &faults)
        } else {
            entries.append(Node.Entry(key.text, at: key.place, subtree.node))
        }
    }

    /// Takes over the entries of a mapping, or of several: the earlier ones win.
    private mutating func merge(_ node: Node, at place: SourceRange, _ faults: inout DiagnosticCollector) {
        for part in node.sequence ?? [node] {
            guard let mapping = part.mapping else {
                faults.report(
                    Diagnostic(
                        "yaml-merge", "'<<' takes a mapping or a list of mappings, not \(part.summary)", at: place,
                        help: "write '<<: *name' where '&name' marks a mapping, or quote the key"))
                continue
            }
            merged += mapping
        }
    }

    func finished(endingAt end: SourceRange.Position, _ faults: inout DiagnosticCollector) -> TreeBuilder.Subtree {
        let range = SourceRange(file: place.file, start: place.start, end: isFlow ? end : lastEnd ?? place.end)
        let content: Node.Content
        switch kind {
        case .sequence: content = .sequence(items)
        case .mapping:
            var all = entries
            var known = Set(keyPlaces.keys)
            for entry in merged where known.insert(entry.key).inserted { all.append(entry) }
            content = .mapping(all)
        }
        return TreeBuilder.Subtree(node: Node(content, at: range), count: count, height: height + 1)
    }
}
