/// A single value as it is written, and the way it is written.
public struct Scalar: Hashable, Sendable {
    public enum Style: Hashable, Sendable {
        case plain, singleQuoted, doubleQuoted, literal, folded
    }

    public var text: String
    public var style: Style

    public init(_ text: String, style: Style) {
        self.text = text
        self.style = style
    }

    /// Whether it is text, rather than a number or a truth value: quoted, or plain and nothing else.
    public var isString: Bool { style != .plain || CoreSchema.kind(of: text) == .string }

    /// How it is called in a message: numbers as they are, text in quotes, both shortened.
    var summary: String { isString ? "'\(text.shortened)'" : text.shortened }

    public static func == (left: Scalar, right: Scalar) -> Bool { left.text == right.text && left.isString == right.isString }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(text)
        hasher.combine(isString)
    }
}

extension String {
    /// As much of it as a message can bear.
    var shortened: String {
        let limit = 60
        let view = unicodeScalars
        guard let end = view.index(startIndex, offsetBy: limit, limitedBy: endIndex), end < endIndex else { return self }
        return String(view[..<end]) + "…"
    }
}
