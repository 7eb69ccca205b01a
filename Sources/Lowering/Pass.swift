public import Diagnostics

/// A step of the lowering: a value whose stored properties are its options, and a function from one stage to the next.
public protocol Pass: Sendable {
    associatedtype Input: Sendable
    associatedtype Output: Sendable

    /// In kebab case, as the command line and the golden files name it.
    static var name: String { get }
    /// One line for `spikewright passes`.
    static var summary: String { get }
    /// The stored properties that a user may set.
    static var options: [PassOption] { get }

    /// Faults of the user (a network that does not fit, a dynamics that the chip lacks) are thrown, all that are found at once.
    func run(_ input: Input) throws(DiagnosticsError) -> Output
}

extension Pass {
    public static var options: [PassOption] { [] }
}

/// What `spikewright passes` tells of an option of a pass.
public struct PassOption: Hashable, Sendable {
    /// In kebab case: `share-cores`.
    public var name: String
    /// One line, with the default.
    public var summary: String

    public init(_ name: String, _ summary: String) {
        self.name = name
        self.summary = summary
    }
}
