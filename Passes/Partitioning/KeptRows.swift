import Networks

/// The targets of all rows of an irregular projection: drawing a row costs many times as much as reading it again.
struct KeptRows {
    /// [sources + 1].
    private(set) var offsets: [Int] = [0]
    private(set) var targets: [Int32] = []

    /// Synapses that are kept at most, over all projections (64 MiB), so that memory does not grow with the network.
    static let mostSynapses = 1 << 24

    init(_ rows: SynapseRows) {
        var row = SynapseRow()
        offsets.reserveCapacity(rows.sourceCount + 1)
        targets.reserveCapacity(rows.synapseCount)
        for source in 0..<rows.sourceCount {
            rows.readTargets(source, targets: 0..<rows.targetCount, into: &row)
            targets += row.targets
            offsets.append(targets.count)
        }
    }

    /// By projection; nil: to be produced each time.
    static func choose(_ rows: [SynapseRows]) -> [KeptRows?] {
        var left = mostSynapses
        return rows.map { rows in
            guard rows.structure == .irregular, rows.synapseCount <= left else { return nil }
            left -= rows.synapseCount
            return KeptRows(rows)
        }
    }
}
