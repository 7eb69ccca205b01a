package import Networks

/// The synapses of a projection, source by source, each with the index of the weight that it uses.
package struct CompressedRows: Sendable {
    /// [sources + 1].
    package var offsets: [Int32]
    package var targets: [Int32]
    package var delays: [Int32]
    /// Index among the projection's weights; synapses of a convolution share weights.
    package var parameters: [Int32]
    /// The weights at the start.
    package var initial: [Double]
    package var maximumDelay: Int

    package init(_ rows: SynapseRows) {
        offsets = [0]
        targets = []
        delays = []
        parameters = []
        // Weights that no rule may change (of a pooling) are listed one by one.
        initial = [Double](repeating: 0, count: rows.parameterCount > 0 ? rows.parameterCount : rows.synapseCount)
        var row = SynapseRow()
        for source in 0..<rows.sourceCount {
            rows.read(source, into: &row)
            for k in 0..<row.count {
                let parameter = rows.parameterCount > 0 ? row.parameters[k] : Int32(parameters.count)
                initial[Int(parameter)] = Double(row.weights[k])
                targets.append(row.targets[k])
                delays.append(row.delays[k])
                parameters.append(parameter)
            }
            offsets.append(Int32(targets.count))
        }
        maximumDelay = Int(delays.max() ?? 1)
    }
}
