import Chips
import Diagnostics
import YAML

/// A chip's tree with that of its base merged in, and where its numbers come from.
///
/// A mapping is merged with that of the base key by key, anything else replaces it; `null` removes a key. A kind with its options
/// (`topology: {mesh: …}`) is merged with the same kind and replaces another. Numbers that a file states must have their sources in
/// the same file: what the base says of its own numbers cannot vouch for them.
struct ChipLayer {
    /// Without `base` and `sources`.
    private(set) var tree: Node
    private(set) var citations: [Chip.Citation]
    /// What is wrong with `sources`. A user who has misspelt a key need not hear that it has no source.
    private(set) var citationFaults = DiagnosticCollector()

    /// Bases of bases; more are a mistake.
    private static let deepest = 8

    /// - Parameter above: the files and base names that led here, outermost first.
    init(_ bytes: [UInt8], file: String, library: ChipLibrary, above: [String]) throws(DiagnosticsError) {
        let own = try parseYAML(bytes, file: file)
        try Self.checkFormat(own)
        let ownTree = own.removing(["base", "sources"])
        var base: ChipLayer?
        if let node = own["base"] { base = try Self.base(node, library: library, above: above) }
        let merged = base.map { Self.merge($0.tree, with: ownTree, path: "") } ?? ownTree
        let ownCitations = ChipSources.read(own["sources"], of: merged, numbersOf: ownTree, &citationFaults)
        tree = merged
        citations =
            base.map { ChipSources.combine(base: $0.citations, own: ownCitations, tree: merged, numbersOf: ownTree) } ?? ownCitations
    }

    /// The file must say that it is a chip, in the format that this reader knows.
    private static func checkFormat(_ node: Node) throws(DiagnosticsError) {
        guard let entries = node.mapping else { return }
        if node["chip"] == nil, node["base"] == nil, let network = entries.first(where: { $0.key == "network" }) {
            throw DiagnosticsError(
                Diagnostic(
                    "chip-is-network", "this file describes a network, not a chip", at: network.keyPlace,
                    help: "name a chip file here, and the network as the model"))
        }
        guard let version = node["spikewright"] else {
            throw DiagnosticsError(
                Diagnostic(
                    "chip-format-missing", "the file does not say which format it has", at: entries.first?.keyPlace ?? node.place,
                    help: "begin it with 'spikewright: \(ChipReader.formatVersion)'"))
        }
        guard (try? version.asInteger()) == ChipReader.formatVersion else {
            throw DiagnosticsError(
                Diagnostic(
                    "chip-format-version",
                    "the format is \(version.summary), but this Spikewright reads format \(ChipReader.formatVersion)", at: version.place,
                    help: "write 'spikewright: \(ChipReader.formatVersion)', or use a newer Spikewright"))
        }
    }

    private static func base(_ node: Node, library: ChipLibrary, above: [String]) throws(DiagnosticsError) -> ChipLayer {
        let name = try node.asString("'base' of the chip")
        guard !above.contains(name), above.count < deepest else {
            throw DiagnosticsError(
                Diagnostic(
                    "chip-base-cycle", "the bases lead in a circle or too deep: \((above + [name]).joined(separator: " → "))",
                    at: node.place,
                    help: "name a chip that does not build on this one"))
        }
        guard let (text, file) = library.description(name) else {
            let near = nearestName(to: name, among: library.names)
            throw DiagnosticsError(
                Diagnostic(
                    "chip-unknown-base", "there is no chip '\(name)' to build on", at: node.place,
                    label: near.map { "did you mean '\($0)'?" },
                    help: library.names.isEmpty
                        ? "remove 'base' and describe the whole chip" : "the known chips are \(library.names.joined(separator: ", "))"))
        }
        let layer = try ChipLayer(Array(text.utf8), file: file, library: library, above: above + [name])
        try layer.citationFaults.throwIfErrors()
        return layer
    }

    private static func merge(_ base: Node, with own: Node, path: String) -> Node {
        guard let baseEntries = base.mapping, let ownEntries = own.mapping else { return own }
        if isKind(path), baseEntries.first?.key != ownEntries.first?.key { return own }
        var merged: [Node.Entry] = []
        for entry in baseEntries {
            guard let change = ownEntries.first(where: { $0.key == entry.key }) else {
                merged.append(entry)
                continue
            }
            if change.value.isNull { continue }
            let value = merge(entry.value, with: change.value, path: ChipPath.join(path, entry.key))
            merged.append(Node.Entry(entry.key, at: change.keyPlace, value))
        }
        let known = Set(baseEntries.map(\.key))
        merged += ownEntries.filter { !known.contains($0.key) }
        return Node(.mapping(merged), at: own.place)
    }

    /// Whether a mapping has one key, its kind.
    private static func isKind(_ path: String) -> Bool {
        path == "topology" || path == "arithmetic" || path.hasPrefix("resources.") && path.hasSuffix(".rule")
    }
}

/// Paths of keys in a description, as `sources` names them: `formats.weight.bits`.
enum ChipPath {
    static func join(_ path: String, _ key: String) -> String { path.isEmpty ? key : "\(path).\(key)" }

    /// Whether a path is another one or lies under it.
    static func isCovered(_ path: String, by prefix: String) -> Bool { path == prefix || path.hasPrefix("\(prefix).") }
}

extension Node {
    /// The mapping without some keys.
    fileprivate func removing(_ keys: Set<String>) -> Node {
        guard let mapping else { return self }
        return Node(.mapping(mapping.filter { !keys.contains($0.key) }), at: place)
    }
}
