/// The synapses of one source neuron, targets ascending; reused from row to row.
public struct SynapseRow: Hashable, Sendable {
    /// With multapses a target stands here more than once.
    public var targets: [Int32] = []
    /// In the user's unit.
    public var weights: [Float] = []
    /// In time steps, at least 1.
    public var delays: [Int32] = []
    /// Index of each weight among the projection's free parameters (a kernel's entries are shared by many synapses); -1 where the
    /// weight is not free (pooling) or the index does not fit 32 bits.
    public var parameters: [Int32] = []

    public init() {}

    @inlinable public var count: Int { targets.count }

    @inlinable
    public mutating func removeAll() {
        targets.removeAll(keepingCapacity: true)
        weights.removeAll(keepingCapacity: true)
        delays.removeAll(keepingCapacity: true)
        parameters.removeAll(keepingCapacity: true)
    }

    @inlinable
    public mutating func reserve(_ count: Int) {
        targets.reserveCapacity(count)
        weights.reserveCapacity(count)
        delays.reserveCapacity(count)
        parameters.reserveCapacity(count)
    }
}

/// Anything that can give the synapses of a projection, source by source: the rule itself, or what a lowering made of it.
public protocol RowSource: Sendable {
    var sourceCount: Int { get }
    var targetCount: Int { get }
    /// No delay is longer, in steps; smaller bounds save memory.
    var maximumDelay: Int { get }

    /// Replaces `row` with the synapses of `source`, targets ascending.
    func read(_ source: Int, into row: inout SynapseRow)

    /// Only the synapses to `targets`: the slice of the whole row.
    func read(_ source: Int, targets: Range<Int>, into row: inout SynapseRow)
}

extension RowSource {
    public func read(_ source: Int, targets: Range<Int>, into row: inout SynapseRow) {
        read(source, into: &row)
        let slice = sortedSlice(row.targets, 0..<row.count, targets)
        if slice.count == row.count { return }
        row.targets = Array(row.targets[slice])
        row.weights = Array(row.weights[slice])
        row.delays = Array(row.delays[slice])
        if !row.parameters.isEmpty { row.parameters = Array(row.parameters[slice]) }
    }
}
