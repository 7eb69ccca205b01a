/// What a user must know of a fault: a stable id, the place, the numbers, and a cure.
///
/// A message starts in lower case and carries the names and numbers of the case at hand; `help` says what could be done
/// about it and can be followed as it stands. Every id has a paragraph in `Documentation/Diagnostics.md`.
public struct Diagnostic: Hashable, Sendable {
    public enum Severity: String, Hashable, Sendable, Comparable {
        case warning, error

        public static func < (left: Severity, right: Severity) -> Bool { left == .warning && right == .error }
    }

    /// A second place that explains the first.
    public struct Note: Hashable, Sendable {
        public var message: String
        public var place: SourceRange?

        public init(_ message: String, at place: SourceRange? = nil) {
            self.message = message
            self.place = place
        }
    }

    /// Stable, in kebab case, with the area first: `yaml-duplicate-key`, `network-unknown-cell`, `fit-synapse-memory`.
    public var id: String
    public var severity: Severity
    public var message: String
    public var place: SourceRange?
    /// What is written behind the carets: short, about the marked text.
    public var label: String?
    public var notes: [Note]
    public var help: String?

    public init(
        _ id: String, _ message: String, at place: SourceRange? = nil, label: String? = nil, notes: [Note] = [], help: String? = nil,
        severity: Severity = .error
    ) {
        self.id = id
        self.severity = severity
        self.message = message
        self.place = place
        self.label = label
        self.notes = notes
        self.help = help
    }
}

/// One or more faults that ended a piece of work.
public struct DiagnosticsError: Error, Hashable, Sendable {
    public var diagnostics: [Diagnostic]

    /// Whether the answer is "no" (a network that does not fit, exit code 1) rather than bad input (exit code 2).
    public var isRefusal: Bool

    public init(_ diagnostics: [Diagnostic], isRefusal: Bool = false) {
        self.diagnostics = diagnostics
        self.isRefusal = isRefusal
    }

    public init(_ diagnostic: Diagnostic, isRefusal: Bool = false) {
        self.init([diagnostic], isRefusal: isRefusal)
    }
}

/// Gathers several faults before stopping, so that a user mends them in one go.
public struct DiagnosticCollector: Sendable {
    public private(set) var diagnostics: [Diagnostic] = []

    public init() {}

    public var hasErrors: Bool { diagnostics.contains { $0.severity == .error } }

    public mutating func report(_ diagnostic: Diagnostic) { diagnostics.append(diagnostic) }

    public mutating func report(_ error: DiagnosticsError) { diagnostics += error.diagnostics }

    /// Throws what was gathered when at least one error is among it.
    public func throwIfErrors() throws(DiagnosticsError) {
        if hasErrors { throw DiagnosticsError(diagnostics) }
    }
}
