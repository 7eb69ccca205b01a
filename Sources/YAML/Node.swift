public import Diagnostics

/// A YAML tree in which every part knows its place in the file.
///
/// Two nodes are equal when they say the same: places and styles do not count, the order of mapping entries does.
public struct Node: Hashable, Sendable {
    public enum Content: Hashable, Sendable {
        case null
        case scalar(Scalar)
        case sequence([Node])
        case mapping([Entry])
    }

    /// A key with its value; the key has its own place.
    public struct Entry: Hashable, Sendable {
        public var key: String
        public var keyPlace: SourceRange?
        public var value: Node

        public init(_ key: String, at keyPlace: SourceRange? = nil, _ value: Node) {
            self.key = key
            self.keyPlace = keyPlace
            self.value = value
        }

        public static func == (left: Entry, right: Entry) -> Bool { left.key == right.key && left.value == right.value }

        public func hash(into hasher: inout Hasher) {
            hasher.combine(key)
            hasher.combine(value)
        }
    }

    public var content: Content
    /// Where it stands in the file; nil for a node that was built rather than read. A node reached through an alias
    /// has the place of its definition.
    public var place: SourceRange?

    public init(_ content: Content, at place: SourceRange? = nil) {
        self.content = content
        self.place = place
    }

    public static func == (left: Node, right: Node) -> Bool { left.content == right.content }

    public func hash(into hasher: inout Hasher) { hasher.combine(content) }
}

extension Node {
    public var isNull: Bool { content == .null }

    public var scalar: Scalar? {
        if case .scalar(let scalar) = content { scalar } else { nil }
    }

    public var sequence: [Node]? {
        if case .sequence(let nodes) = content { nodes } else { nil }
    }

    public var mapping: [Entry]? {
        if case .mapping(let entries) = content { entries } else { nil }
    }

    /// The value of a key, or nil when there is none or this is no mapping.
    public subscript(key: String) -> Node? {
        mapping?.first { $0.key == key }?.value
    }

    /// What it is, for messages: `a mapping`, `3.5`, `'abc'`.
    public var summary: String {
        switch content {
        case .null: "null"
        case .scalar(let scalar): scalar.summary
        case .sequence: "a list"
        case .mapping: "a mapping"
        }
    }
}

extension Node: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral, ExpressibleByBooleanLiteral,
    ExpressibleByNilLiteral, ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
    public init(_ text: String) { self.init(.scalar(Scalar(text, style: .doubleQuoted))) }

    public init(_ value: Int) { self.init(.scalar(Scalar(String(value), style: .plain))) }

    /// The shortest text that reads back as the same number.
    public init(_ value: Double) { self.init(.scalar(Scalar(CoreSchema.text(of: value), style: .plain))) }

    public init(_ value: Bool) { self.init(.scalar(Scalar(value ? "true" : "false", style: .plain))) }

    public init(_ nodes: [Node]) { self.init(.sequence(nodes)) }

    /// A mapping in the given order.
    public init(_ entries: KeyValuePairs<String, Node>) { self.init(.mapping(entries.map { Entry($0.key, $0.value) })) }

    public init(stringLiteral value: String) { self.init(value) }
    public init(integerLiteral value: Int) { self.init(value) }
    public init(floatLiteral value: Double) { self.init(value) }
    public init(booleanLiteral value: Bool) { self.init(value) }
    public init(nilLiteral: ()) { self.init(.null) }
    public init(arrayLiteral elements: Node...) { self.init(elements) }
    public init(dictionaryLiteral elements: (String, Node)...) { self.init(.mapping(elements.map { Entry($0.0, $0.1) })) }
}
