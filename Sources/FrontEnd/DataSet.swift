/// Labelled samples, divided into those to train on and those to test with.
public struct DataSet: Hashable, Sendable {
    /// As the model names it: `digits8x8`, or the path of the samples.
    public var name: String
    public var train: DataSamples
    public var test: DataSamples
    /// Of one sample: [8, 8].
    public var sampleShape: [Int]
    /// What each label means, by label.
    public var classes: [String]

    public init(name: String, train: DataSamples, test: DataSamples, sampleShape: [Int], classes: [String]) {
        self.name = name
        self.train = train
        self.test = test
        self.sampleShape = sampleShape
        self.classes = classes
    }

    /// Numbers in one sample.
    public var sampleSize: Int { sampleShape.reduce(1, *) }
}

/// Some of the rows of a table of samples, with their labels.
///
/// The table keeps the type of its file (bytes stay bytes) and is shared by the two parts of a split; a number is divided by `scale`
/// when it is read, so that what a user of this type sees lies in 0...1.
public struct DataSamples: Hashable, Sendable {
    /// All rows of the table, row-major, as they are in the file.
    public enum Table: Hashable, Sendable {
        case bytes([UInt8])
        case floats([Float])
        case doubles([Double])

        public var count: Int {
            switch self {
            case .bytes(let values): values.count
            case .floats(let values): values.count
            case .doubles(let values): values.count
            }
        }
    }

    public var table: Table
    /// Numbers in one row.
    public var sampleSize: Int
    public var scale: Double
    /// The rows of the table that are meant, in this order.
    public var rows: [Int32]
    /// The class of each sample, in the order of `rows`.
    public var labels: [Int32]
    /// The `identity` of row 0; test samples from a file of their own are numbered behind the training samples.
    public var firstIdentity: Int
    /// What is asked of the readout, and when, by row of the table.
    public var targets: SampleTargets

    public init(
        table: Table, sampleSize: Int, scale: Double, rows: [Int32], labels: [Int32], firstIdentity: Int = 0,
        targets: SampleTargets = .labels
    ) {
        precondition(rows.count == labels.count, "bug: \(rows.count) samples with \(labels.count) labels")
        self.table = table
        self.sampleSize = sampleSize
        self.scale = scale
        self.rows = rows
        self.labels = labels
        self.firstIdentity = firstIdentity
        self.targets = targets
    }

    public var count: Int { rows.count }

    /// A number that no other sample of the data set has; random encoders are keyed by it, so that a sample's spikes do not depend on
    /// its place in a batch or split.
    public func identity(of index: Int) -> Int { firstIdentity + Int(rows[index]) }

    /// Writes sample `index`, scaled, to the start of `target`.
    public func copy(_ index: Int, into target: inout MutableSpan<Float>) {
        let start = Int(rows[index]) * sampleSize
        precondition(target.count >= sampleSize, "bug: a sample of \(sampleSize) numbers into \(target.count)")
        switch table {
        case .bytes(let values): values.span.divide(from: start, count: sampleSize, by: Float(scale), into: &target) { Float($0) }
        case .floats(let values): values.span.divide(from: start, count: sampleSize, by: Float(scale), into: &target) { $0 }
        case .doubles(let values):
            for i in 0..<sampleSize { target[i] = Float(values[start + i] / scale) }
        }
    }

    /// Sample `index`, scaled, in single precision.
    public func values(_ index: Int) -> [Float] {
        [Float](unsafeUninitializedCapacity: sampleSize) { buffer, filled in
            buffer.initialize(repeating: 0)
            var target = buffer.mutableSpan
            copy(index, into: &target)
            filled = sampleSize
        }
    }

    /// Sample `index`, scaled, in the precision of its table.
    public func doubles(_ index: Int) -> [Double] {
        let range = Int(rows[index]) * sampleSize..<(Int(rows[index]) + 1) * sampleSize
        return switch table {
        case .bytes(let values): values[range].map { Double($0) / scale }
        case .floats(let values): values[range].map { Double($0) / scale }
        case .doubles(let values): values[range].map { $0 / scale }
        }
    }

    /// The windows of sample `index` in which a class is asked for; without windows of its own, its label from step `skip` on.
    public func windows(_ index: Int, skip: Int, steps: Int) -> [SampleTargets.Window] {
        if case .windows(let windows) = targets { return windows[Int(rows[index])] }
        return [SampleTargets.Window(steps: min(skip, steps)..<steps, label: labels[index])]
    }

    /// What each readout neuron should say in each step of sample `index`, [steps × outputs], not-a-number where nothing is asked; nil when
    /// classes are asked for.
    public func series(_ index: Int) -> ArraySlice<Float>? {
        guard case .series(let values, let outputs, let steps) = targets else { return nil }
        let start = Int(rows[index]) * outputs * steps
        return values[start..<start + outputs * steps]
    }

    /// The first `count` samples, for a quick look.
    public func prefix(_ count: Int) -> DataSamples {
        var part = self
        part.rows = Array(rows.prefix(count))
        part.labels = Array(labels.prefix(count))
        return part
    }
}

extension Span where Element: BitwiseCopyable {
    /// Divided rather than multiplied by the inverse, so that every number is the nearest float to the quotient.
    @inline(__always)
    fileprivate func divide(
        from start: Int, count: Int, by scale: Float, into target: inout MutableSpan<Float>, _ convert: (Element) -> Float
    ) {
        for i in 0..<count { target[i] = convert(self[start + i]) / scale }
    }
}
