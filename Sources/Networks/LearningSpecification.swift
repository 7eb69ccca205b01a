public import Diagnostics

/// The learning rule that a model chooses, with its options as the user wrote them.
///
/// The rule itself (module Learning) reads the options, so that a new rule needs no change here.
public struct LearningSpecification: Hashable, Sendable {
    /// The rule's name in the registry: `bptt`.
    public var rule: String
    public var options: OptionTree
    public var place: SourceRange?

    public init(rule: String, options: OptionTree = OptionTree(.map([])), place: SourceRange? = nil) {
        self.rule = rule
        self.options = options
        self.place = place
    }
}

/// A tree of options with their places: numbers carry their unit as written.
public struct OptionTree: Hashable, Sendable {
    public indirect enum Value: Hashable, Sendable {
        /// `unit` is empty for a bare number.
        case number(Double, unit: String)
        case text(String)
        case flag(Bool)
        case list([OptionTree])
        case map([Entry])
    }

    public struct Entry: Hashable, Sendable {
        public var key: String
        public var place: SourceRange?
        public var value: OptionTree

        public init(_ key: String, at place: SourceRange? = nil, _ value: OptionTree) {
            self.key = key
            self.place = place
            self.value = value
        }
    }

    public var value: Value
    public var place: SourceRange?

    public init(_ value: Value, at place: SourceRange? = nil) {
        self.value = value
        self.place = place
    }
}
