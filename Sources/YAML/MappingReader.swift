public import Diagnostics

/// Reads a mapping key by key, gathers every fault, and at the end refuses the keys that nobody asked for.
///
///     var reader = MappingReader(node, of: "population 'digit'")
///     let size = reader.required("size", .integer(atLeast: 1))
///     let seed = reader.value("seed", .integer, default: 0)
///     let tau = reader.optional("tau_m", .quantity(in: "ms", above: 0))
///     reader.finish(into: &collector)
///     guard let size else { return nil }
///
/// `required` answers nil only when a fault was reported. An empty value (`setup:`) is an empty mapping.
public struct MappingReader: Sendable {
    /// What is read, as a message calls it: `population 'digit'`.
    public let owner: String
    /// The faults so far; faults found by other means may be added.
    public var collector = DiagnosticCollector()
    public let place: SourceRange?

    /// What its keys are called: `cell parameter`.
    private let keyNoun: String
    private let entries: [Node.Entry]
    private let isMapping: Bool
    private var known: [String] = []
    private var index: [String: Int] = [:]

    public init(_ node: Node, of owner: String, keys keyNoun: String = "key") {
        self.owner = owner
        self.keyNoun = keyNoun
        place = node.place
        entries = node.mapping ?? []
        isMapping = node.mapping != nil || node.isNull
        for (position, entry) in entries.enumerated() where index[entry.key] == nil { index[entry.key] = position }
        if !isMapping {
            collector.report(node.wrongType(owner, "a mapping", help: "write 'key: value', each on a line of its own, or '{key: value}'"))
        }
    }

    /// The keys as written, in order.
    public var keys: [String] { entries.map(\.key) }

    /// The entry of a key, or nil when it is not there; the key counts as known.
    public mutating func entry(_ key: String) -> Node.Entry? {
        knows(key)
        return index[key].map { entries[$0] }
    }

    /// The value of a key, or nil when it is not there.
    public mutating func optional(_ key: String) -> Node? { entry(key)?.value }

    /// The value of a key; its absence is a fault.
    public mutating func required(_ key: String) -> Node? {
        if let node = optional(key) { return node }
        if isMapping {
            collector.report(
                Diagnostic("yaml-missing-key", "\(owner) has no '\(key)'", at: place, help: "add '\(key): …'"))
        }
        return nil
    }

    /// The value of a key, or nil when it is not there or a fault was reported.
    public mutating func optional<Value>(_ key: String, _ reading: Reading<Value>) -> Value? {
        optional(key).flatMap { read($0, as: key, reading) }
    }

    /// The value of a key, or nil when a fault was reported.
    public mutating func required<Value>(_ key: String, _ reading: Reading<Value>) -> Value? {
        required(key).flatMap { read($0, as: key, reading) }
    }

    /// The value of a key, or the default when it is not there (or when a fault was reported).
    public mutating func value<Value>(_ key: String, _ reading: Reading<Value>, default standard: Value) -> Value {
        optional(key, reading) ?? standard
    }

    /// Marks keys as known without reading them.
    public mutating func knows(_ keys: String...) {
        for key in keys where !known.contains(key) { known.append(key) }
    }

    /// Makes a value of a node, reporting what is wrong with it.
    public mutating func read<Value>(_ node: Node, as key: String, _ reading: Reading<Value>) -> Value? {
        do throws(DiagnosticsError) { return try reading.parse(node, "'\(key)' of \(owner)") } catch {
            collector.report(error)
            return nil
        }
    }

    /// Reports a fault in the words of the caller.
    public mutating func report(_ diagnostic: Diagnostic) { collector.report(diagnostic) }

    /// Reports the keys that nobody asked for, and hands over all faults in the order of the file.
    public mutating func finish(into collector: inout DiagnosticCollector) {
        reportUnknownKeys()
        for diagnostic in self.collector.diagnostics.sortedByPlace() { collector.report(diagnostic) }
        self.collector = DiagnosticCollector()
    }

    /// Reports the keys that nobody asked for, and throws when there was any fault.
    public mutating func finish() throws(DiagnosticsError) {
        reportUnknownKeys()
        if collector.hasErrors { throw DiagnosticsError(collector.diagnostics.sortedByPlace()) }
    }

    private mutating func reportUnknownKeys() {
        let unknown = entries.filter { !known.contains($0.key) }
        let free = known.filter { index[$0] == nil }
        let limit = 20
        for entry in unknown.prefix(limit) {
            let near = nearestName(to: entry.key, among: free) ?? nearestName(to: entry.key, among: known)
            collector.report(
                Diagnostic(
                    "yaml-unknown-key", "\(owner) has no \(keyNoun) '\(entry.key.shortened)'", at: entry.keyPlace ?? place,
                    label: near.map { "did you mean '\($0)'?" },
                    help: known.isEmpty
                        ? "remove it: there are no \(keyNoun)s here" : "the known \(keyNoun)s are \(known.joined(separator: ", "))"))
        }
        if unknown.count > limit {
            collector.report(
                Diagnostic(
                    "yaml-unknown-key", "\(owner) has \(unknown.count - limit) more unknown \(keyNoun)s",
                    at: unknown[limit].keyPlace ?? place,
                    help: "mend or remove them too"))
        }
    }
}
