/// The sizes at which reading stops with a diagnostic, so that no file can exhaust time or memory.
public struct Limits: Hashable, Sendable {
    /// Bytes of one file.
    public var fileSize = 64 << 20
    /// Collections within one another, those reached through aliases included.
    public var depth = 64
    /// Keys and values of one file.
    public var nodeCount = 1_000_000
    /// Keys and values that aliases may add in all.
    public var aliasExpansion = 100_000
    /// Bytes of one value.
    public var scalarSize = 1 << 20

    public init() {}
}
