import Chips
import Diagnostics
import YAML

/// Where the numbers of a description come from: every number needs a citation (law 7 of the design).
///
/// A citation names the path of a number or of a mapping above it; the longest path that covers a number is the one that counts.
/// Numbers of `faults` are exempt: they tell of one specimen, not of the chip.
enum ChipSources {
    /// Reads `sources`, and reports numbers of `numbers` that have none.
    static func read(
        _ node: Node?, of tree: Node, numbersOf numbers: Node, _ collector: inout DiagnosticCollector
    ) -> [Chip.Citation] {
        var citations: [Chip.Citation] = []
        if let node, !node.isNull {
            var reader = MappingReader(node, of: "'sources' of the chip")
            let paths = allPaths(tree, path: "")
            let known = Set(paths)
            for entry in node.mapping ?? [] {
                guard let text = reader.required(entry.key, .text) else { continue }
                if text.allSatisfy(\.isWhitespace) {
                    reader.report(
                        Diagnostic(
                            "chip-empty-source", "the source of '\(entry.key)' is empty", at: entry.value.place,
                            help: "write where the number can be looked up: a paper with its section, a file of a public program"))
                }
                if !known.contains(entry.key) {
                    let near = nearestName(to: entry.key, among: paths)
                    reader.report(
                        Diagnostic(
                            "chip-unknown-source", "'sources' tells of '\(entry.key)', which is not in the description", at: entry.keyPlace,
                            label: near.map { "did you mean '\($0)'?" },
                            help: "write a path of keys, such as 'formats.weight.bits' or 'formats'"))
                }
                citations.append(Chip.Citation(path: entry.key, text: text))
            }
            reader.finish(into: &collector)
        }
        for fault in uncited(numbers, path: "", at: numbers.place, citations.map(\.path)).faults { collector.report(fault) }
        return citations
    }

    /// The citations of a file and of its base, so that each number keeps its own: those of the file are spread over its own numbers,
    /// because a longer path of the base, or a number of the base under a shorter path of the file, would be told wrongly otherwise.
    static func combine(base: [Chip.Citation], own: [Chip.Citation], tree: Node, numbersOf numbers: Node) -> [Chip.Citation] {
        let ownNumbers = numberPaths(numbers, path: "")
        var spread = ownNumbers.compactMap { path in longest(own, covering: path).map { Chip.Citation(path: path, text: $0.text) } }
        // What is said of a choice that is no number stays as it is.
        spread += own.filter { citation in !ownNumbers.contains { ChipPath.isCovered($0, by: citation.path) } }
        let replaced = Set(spread.map(\.path))
        let known = Set(allPaths(tree, path: ""))
        return base.filter { known.contains($0.path) && !replaced.contains($0.path) } + spread
    }

    private static func longest(_ citations: [Chip.Citation], covering path: String) -> Chip.Citation? {
        citations.filter { ChipPath.isCovered(path, by: $0.path) }.max { $0.path.utf8.count < $1.path.utf8.count }
    }

    /// The numbers under `path` that no citation covers: one fault for each, or one for a mapping without any citation.
    private static func uncited(_ node: Node, path: String, at place: SourceRange?, _ cited: [String]) -> (
        numbers: Int, uncited: Int, faults: [Diagnostic]
    ) {
        if isExempt(path) { return (0, 0, []) }
        let isCited = cited.contains(path)
        guard let entries = node.mapping else {
            guard holdsNumber(node) else { return (0, 0, []) }
            return isCited ? (1, 0, []) : (1, 1, [missing(path, 1, at: place)])
        }
        var (numbers, uncited) = (0, 0)
        var faults: [Diagnostic] = []
        for entry in entries {
            let part = self.uncited(entry.value, path: ChipPath.join(path, entry.key), at: entry.keyPlace ?? entry.value.place, cited)
            numbers += part.numbers
            uncited += part.uncited
            faults += part.faults
        }
        if isCited { return (numbers, 0, []) }
        if uncited > 1, uncited == numbers, !path.isEmpty { faults = [missing(path, numbers, at: place)] }
        return (numbers, uncited, faults)
    }

    private static func missing(_ path: String, _ count: Int, at place: SourceRange?) -> Diagnostic {
        Diagnostic(
            "chip-missing-source", count == 1 ? "the number '\(path)' has no source" : "the \(count) numbers of '\(path)' have no source",
            at: place, help: "say under 'sources' where it was published: '\(path): \"…\"'")
    }

    private static func isExempt(_ path: String) -> Bool {
        switch path {
        case "spikewright", "chip", "title", "family", "faults": true
        default: path.hasPrefix("resources.") && path.hasSuffix(".unit")
        }
    }

    private static func numberPaths(_ node: Node, path: String) -> [String] {
        if isExempt(path) { return [] }
        guard let entries = node.mapping else { return holdsNumber(node) ? [path] : [] }
        return entries.flatMap { numberPaths($0.value, path: ChipPath.join(path, $0.key)) }
    }

    private static func allPaths(_ node: Node, path: String) -> [String] {
        (path.isEmpty ? [] : [path]) + (node.mapping ?? []).flatMap { allPaths($0.value, path: ChipPath.join(path, $0.key)) }
    }

    /// A number, with or without a unit, or a list with one in it.
    private static func holdsNumber(_ node: Node) -> Bool {
        if let items = node.sequence { return items.contains(where: holdsNumber) }
        return node.scalar != nil && (try? Quantity(node)) != nil
    }
}
