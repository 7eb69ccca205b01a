/// Prints a tree as YAML that reads back as an equal tree: block style, with short lists and mappings in brackets on one line.
///
/// Doubles print as the shortest text that reads back as the same number. The same tree gives the same bytes.
public func printYAML(_ node: Node) -> String {
    var printer = Printer()
    printer.block(node, indent: 0)
    return printer.output
}

private struct Printer {
    private(set) var output = ""
    /// Columns that a line with brackets may take.
    private let width = 100

    /// Prints from where the line stands now, which is already indented, to the end of a line.
    mutating func block(_ node: Node, indent: Int) {
        switch node.content {
        case .mapping(let entries) where !entries.isEmpty:
            for (index, entry) in entries.enumerated() {
                if index > 0 { pad(indent) }
                self.entry(entry, indent: indent)
            }
        case .sequence(let nodes) where nodes.count > 1 && nodes.allSatisfy(\.isNumber): table(nodes, indent: indent)
        case .sequence(let nodes) where !nodes.isEmpty:
            for (index, node) in nodes.enumerated() {
                if index > 0 { pad(indent) }
                output += "- "
                value(node, indent: indent + 2)
            }
        default: output += inline(node) + "\n"
        }
    }

    /// Numbers in brackets, as many to a line as fit.
    private mutating func table(_ nodes: [Node], indent: Int) {
        output += "["
        var column = indent + 1
        for (index, node) in nodes.enumerated() {
            let text = inline(node) + (index + 1 < nodes.count ? "," : "]")
            if index > 0, column + 1 + text.utf8.count > width {
                output += "\n"
                pad(indent + 1)
                column = indent + 1
            } else if index > 0 {
                output += " "
                column += 1
            }
            output += text
            column += text.utf8.count
        }
        output += "\n"
    }

    private mutating func entry(_ entry: Node.Entry, indent: Int) {
        let key = ScalarText.key(entry.key)
        // Longer keys must be announced by '?' (YAML 1.2.2, §8.2.2: at most 1024 characters).
        guard key.unicodeScalars.count < 1000 else {
            output += "? " + key + "\n"
            pad(indent)
            output += ": "
            value(entry.value, indent: indent + 2)
            return
        }
        output += key + ":"
        if let text = short(entry.value, columns: width - indent - key.count - 2) {
            output += " " + text + "\n"
        } else {
            output += "\n"
            pad(indent + 2)
            block(entry.value, indent: indent + 2)
        }
    }

    /// Prints behind `- ` or `: `, on the same line.
    private mutating func value(_ node: Node, indent: Int) {
        if let text = short(node, columns: width - indent) {
            output += text + "\n"
        } else {
            block(node, indent: indent)
        }
    }

    private mutating func pad(_ indent: Int) { output += String(repeating: " ", count: indent) }

    /// The node on one line: any scalar, or a collection that fits and is not nested deeply.
    private func short(_ node: Node, columns: Int) -> String? {
        switch node.content {
        case .null, .scalar: return inline(node)
        case .sequence, .mapping:
            var budget = max(columns, 20)
            return flow(node, depth: 2, &budget)
        }
    }

    private func flow(_ node: Node, depth: Int, _ budget: inout Int) -> String? {
        var parts: [String] = []
        let isSequence: Bool
        switch node.content {
        case .null, .scalar:
            if let scalar = node.scalar, scalar.text.utf8.count > 4 * budget { return nil }
            let text = inline(node)
            budget -= text.count
            return budget >= 0 ? text : nil
        case .sequence(let nodes):
            isSequence = true
            for node in nodes {
                budget -= 2
                guard depth > 0 || node.isLeaf, let text = flow(node, depth: depth - 1, &budget) else { return nil }
                parts.append(text)
            }
        case .mapping(let entries):
            isSequence = false
            for entry in entries {
                let key = ScalarText.key(entry.key)
                budget -= key.count + 4
                guard budget >= 0, depth > 0 || entry.value.isLeaf, let text = flow(entry.value, depth: depth - 1, &budget) else {
                    return nil
                }
                parts.append("\(key): \(text)")
            }
        }
        guard budget >= 0 else { return nil }
        let text = parts.joined(separator: ", ")
        return isSequence ? "[\(text)]" : "{\(text)}"
    }

    private func inline(_ node: Node) -> String {
        switch node.content {
        case .null: "null"
        case .scalar(let scalar): ScalarText.value(scalar)
        case .sequence: "[]"
        case .mapping: "{}"
        }
    }
}

extension Node {
    fileprivate var isNumber: Bool { scalar.map { !$0.isString } ?? false }

    fileprivate var isLeaf: Bool {
        switch content {
        case .null, .scalar: true
        case .sequence(let nodes): nodes.isEmpty
        case .mapping(let entries): entries.isEmpty
        }
    }
}
