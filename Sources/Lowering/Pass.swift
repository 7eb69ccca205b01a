public import Diagnostics

/// A step of the lowering: a value whose stored properties are its options, and a function from one stage to the next.
public protocol Pass: Sendable {
    associatedtype Input: Sendable
    associatedtype Output: Sendable

    /// In kebab case, as the command line and the golden files name it.
    static var name: String { get }
    /// One line for `spikewright passes`.
    static var summary: String { get }

    /// Faults of the user (a network that does not fit, a dynamics that the chip lacks) are thrown, all that are found at once.
    func run(_ input: Input) throws(DiagnosticsError) -> Output
}
