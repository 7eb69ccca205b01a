public import Networks

/// Samples of a data set, one or a batch at once.
extension SampleEncoder {
    /// The events of sample `index` of a data set, in the arrays of an earlier one.
    public mutating func encode(_ samples: DataSamples, _ index: Int, presentation: Int = 0, into events: inout Stimulus.Events) {
        let row = samples.values(index)
        encode(row.span, identity: samples.identity(of: index), presentation: presentation, into: &events)
    }

    /// Writes the activity of a batch as numbers, `target: [steps × indices.count × size]`, row-major.
    ///
    /// The same numbers as those that `encode` gives as events: 1 for a spike, or the event's value.
    ///
    /// - Parameters:
    ///   - presentation: see `encode`; a training loop passes the epoch.
    ///   - target: is made as long as it must be, and overwritten.
    public mutating func encodeDense(_ samples: DataSamples, _ indices: [Int], presentation: Int = 0, into target: inout [Float]) {
        let stride = indices.count * size
        if target.count != steps * stride { target = [Float](repeating: 0, count: steps * stride) }
        var row = [Float](repeating: 0, count: samples.sampleSize)
        var activity = target.mutableSpan
        for (position, index) in indices.enumerated() {
            var rowSpan = row.mutableSpan
            samples.copy(index, into: &rowSpan)
            encodeDense(
                row.span, identity: samples.identity(of: index), presentation: presentation, into: &activity, offset: position * size,
                stride: stride)
        }
    }
}
