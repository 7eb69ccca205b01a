/// The tables of `Documentation/Network.md`, made from the code; a test holds the page against them.
package enum NetworkDocumentation {
    /// The generated parts by the names of their marks.
    package static var sections: [(name: String, text: String)] {
        let tables: [KeyTable] = [.network, .setup, .population, .projection, .task, .transform, .readout, .learning, .fidelity, .file]
        let groups: [(String, [KeyTable])] = [
            ("cells", KeyTable.cells), ("connectors", KeyTable.connectors), ("distributions", KeyTable.distributions),
            ("data", KeyTable.dataSources), ("encoders", KeyTable.encoders),
        ]
        return tables.map { ($0.name, rows($0)) }
            + groups.map { name, tables in
                (
                    name,
                    tables.map { "#### `\($0.name)`\n\n\($0.summary)\n" + ($0.keys.isEmpty ? "" : "\n" + rows($0)) }.joined(separator: "\n")
                )
            }
    }

    /// The page with every part between `<!-- begin name -->` and `<!-- end name -->` made anew.
    package static func filled(_ page: String) -> String {
        var page = page
        for (name, text) in sections {
            let (begin, end) = ("<!-- begin \(name) -->\n", "<!-- end \(name) -->")
            let parts = page.components(begin)
            guard parts.count == 2 else { continue }
            let rest = parts[1].components(end)
            guard rest.count == 2 else { continue }
            page = parts[0] + begin + text + end + rest[1]
        }
        return page
    }

    private static func rows(_ table: KeyTable) -> String {
        var lines = ["| key | value | default | meaning | example |", "|---|---|---|---|---|"]
        for key in table.keys {
            let standard = key.standard.map { $0.isEmpty ? "—" : $0 } ?? "required"
            lines.append("| `\(key.name)` | \(key.kind.words) | \(standard) | \(key.summary) | `\(key.example)` |")
        }
        return lines.joined(separator: "\n") + "\n"
    }
}

extension String {
    /// The parts between the occurrences of a mark.
    fileprivate func components(_ mark: String) -> [String] {
        split(separator: mark, omittingEmptySubsequences: false).map(String.init)
    }
}
