/// The synapses of one source neuron, targets ascending; reused from row to row.
public struct SynapseRow: Sendable {
    public var targets: [Int32] = []
    /// In the user's unit.
    public var weights: [Float] = []
    /// In time steps, at least 1.
    public var delays: [Int32] = []
    /// Index of each weight among the projection's free parameters (a kernel's entries are shared by many synapses).
    public var parameters: [Int32] = []

    public init() {}

    @inlinable public var count: Int { targets.count }
}
