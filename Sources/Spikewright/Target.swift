public import Chips
public import Diagnostics
import Targets

/// A chip by name, or by the path of its description.
public struct Target: Hashable, Sendable, ExpressibleByStringLiteral {
    /// As the command line has it: `loihi2`, or `boards/mine.yaml`.
    public var name: String

    public init(_ name: String) { self.name = name }
    public init(stringLiteral name: String) { self.init(name) }

    public static let loihi1: Target = "loihi1"
    public static let loihi2: Target = "loihi2"

    /// The description.
    public func chip() throws(DiagnosticsError) -> Chip { try target(name) }
}
