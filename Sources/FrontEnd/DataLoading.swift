public import Diagnostics
public import Networks
import Numerics

/// The samples that a task names, divided as it says.
///
/// - Parameters:
///   - seed: the network's, for a split that is drawn.
///   - timestep: in ms, for data that are trials in time.
///   - searchPath: where files are looked for.
/// - Throws: `data-…` and `storage-…` faults; nothing is downloaded.
public func loadData(
    _ source: DataSource, split: Split, seed: UInt64, timestep: Double = 1, searchPath: DataSearch
) throws(DiagnosticsError) -> DataSet {
    switch source {
    case .named(let name):
        guard let set = NamedDataSet.all.first(where: { $0.name == name }) else { throw unknownSet(name) }
        let (train, test) = try set.load(searchPath)
        return try divide(train, test, name: name, classes: set.classes, split: split, seed: seed)
    case .files(let files):
        let (train, test) = try files.load(searchPath, timestep: timestep)
        return try divide(train, test, name: files.samples, classes: nil, split: split, seed: seed)
    case .generated(.yinYang(let train, let test, let yinYangSeed)):
        let parts = try yinYang(train: train, test: test, seed: yinYangSeed)
        return try divide(parts.train, parts.test, name: "yin_yang", classes: YinYang.classes, split: split, seed: seed)
    case .generated(.trials(let generator)):
        let parts = try generator.parts(timestep: timestep)
        return try divide(
            parts.train, parts.test, name: generator.kind.rawValue, classes: generator.classes, split: split, seed: seed)
    }
}

/// The samples of a network's task, checked against the network: sizes, classes and the range that its encoder takes.
///
/// - Returns: nil when the network has no task.
public func loadData(of network: Network, searchPath: DataSearch) throws(DiagnosticsError) -> DataSet? {
    guard let task = network.task else { return nil }
    var data = try loadData(task.data, split: task.split, seed: network.seed, timestep: network.timestep, searchPath: searchPath)
    if let transform = task.transform { data = try data.transformed(transform, at: task.place) }
    try check(data, for: network, task)
    return data
}

/// The samples of one part before they are divided: all rows in the order of the file.
struct DataPart {
    var table: DataSamples.Table
    /// Of one sample.
    var shape: [Int]
    var scale: Double
    var labels: [Int32]
    var targets = SampleTargets.labels

    var count: Int { labels.count }

    func samples(_ rows: [Int32], firstIdentity: Int = 0) -> DataSamples {
        DataSamples(
            table: table, sampleSize: shape.reduce(1, *), scale: scale, rows: rows, labels: rows.map { labels[Int($0)] },
            firstIdentity: firstIdentity, targets: targets)
    }
}

/// Makes the two parts of a data set.
private func divide(
    _ train: DataPart, _ test: DataPart?, name: String, classes: [String]?, split: Split, seed: UInt64
) throws(DiagnosticsError) -> DataSet {
    let all = Array(0..<Int32(train.count))
    let most = max(train.labels.max() ?? 0, test?.labels.max() ?? 0)
    let classes = classes ?? (0...most).map(String.init)
    func dataSet(_ trainRows: [Int32], _ testSamples: DataSamples) -> DataSet {
        DataSet(name: name, train: train.samples(trainRows), test: testSamples, sampleShape: train.shape, classes: classes)
    }
    switch split {
    case .given:
        guard let test else {
            throw DiagnosticsError(
                Diagnostic(
                    "data-no-test-part", "the data '\(name)' has no test part of its own",
                    help: "hold out a part of it: 'split: {test: 0.2}'"))
        }
        guard test.shape == train.shape else {
            throw DiagnosticsError(
                Diagnostic(
                    "data-test-shape", "the test samples of '\(name)' have the shape \(test.shape), the training samples \(train.shape)",
                    help: "give both parts the same shape"))
        }
        return dataSet(all, test.samples(Array(0..<Int32(test.count)), firstIdentity: train.count))
    case .fraction(let fraction):
        let held = try heldOut(fraction, of: train.count, name: name)
        let order = Philox(seed: seed, purpose: DataSet.splitPurpose).permutation(train.count)
        let testRows = Set(order.prefix(held).map { Int32($0) })
        return dataSet(all.filter { !testRows.contains($0) }, train.samples(all.filter { testRows.contains($0) }))
    case .tail(let fraction):
        let held = try heldOut(fraction, of: train.count, name: name)
        return dataSet(Array(all.dropLast(held)), train.samples(Array(all.suffix(held))))
    }
}

extension DataSet {
    /// What the random numbers of a split are for: the test part of `n` samples is the first `round(fraction · n)` entries of
    /// `Philox(seed, "data/split").permutation(n)`, and both parts keep the order of the file.
    public static let splitPurpose = "data/split"
}

/// The number of test samples; both parts must have one.
private func heldOut(_ fraction: Double, of count: Int, name: String) throws(DiagnosticsError) -> Int {
    let held = fraction > 0 && fraction < 1 ? Int((fraction * Double(count)).rounded()) : 0
    guard held >= 1, held < count else {
        let cure =
            count >= 2 ? "choose a fraction from \(shortest(1 / Double(count))) to \(shortest(1 - 1 / Double(count)))" : "give more samples"
        throw DiagnosticsError(
            Diagnostic(
                "data-split-empty",
                "holding out \(shortest(fraction)) of the \(count) samples of '\(name)' leaves \(held < 1 ? "the test" : "the training") part empty",
                help: cure))
    }
    return held
}

private func unknownSet(_ name: String) -> DiagnosticsError {
    let known = NamedDataSet.all.map(\.name)
    let near = nearestName(to: name, among: known)
    return DiagnosticsError(
        Diagnostic(
            "data-unknown-set", "there is no data set '\(name)'", label: near.map { "did you mean '\($0)'?" },
            help: "the known data sets are \(known.joined(separator: ", ")); for your own files write "
                + "'data: {idx: {samples: …, labels: …}}'"))
}
