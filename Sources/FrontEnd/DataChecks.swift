import Diagnostics
import Networks
import Numerics

/// Whether the samples suit the network that is to read them. Gathers all faults.
///
/// - the task's input population has one neuron for each number of a sample; with `spikes`, a sample is [steps × neurons]
/// - the readout has one neuron for each class
/// - rates and latencies are told by numbers in 0...1
func check(_ data: DataSet, for network: Network, _ task: Task) throws(DiagnosticsError) {
    var collector = DiagnosticCollector()
    let input = network.populations[task.input]
    if let wanted = rows(task, input.size) {
        if data.sampleSize != wanted.rows * wanted.columns {
            collector.report(
                Diagnostic(
                    "data-shape",
                    "a sample of '\(data.name)' has the shape \(data.sampleShape); '\(task.encoder.name)' for '\(input.name)' asks for "
                        + "\(wanted.rows) × \(wanted.columns) numbers",
                    at: task.place, notes: input.place.map { [Diagnostic.Note("the population is described here", at: $0)] } ?? [],
                    help: "let the encoder's times and the size of '\(input.name)' fit the data"))
        }
    } else if task.encoder == .spikes {
        if data.sampleShape.count < 2 || data.sampleSize % max(input.size, 1) != 0
            || data.sampleSize / max(data.sampleShape[0], 1) != input.size
        {
            collector.report(
                Diagnostic(
                    "data-spikes-shape",
                    "a sample of '\(data.name)' has the shape \(data.sampleShape); as spikes for '\(input.name)' it must be steps × \(input.size)",
                    at: task.place, help: "store each sample as [steps, neurons], or change the size of '\(input.name)'"))
        }
    } else if data.sampleSize * task.encoder.copies != input.size {
        collector.report(
            Diagnostic(
                "data-shape",
                "a sample of '\(data.name)' has \(data.sampleSize) numbers \(data.sampleShape), '\(input.name)' has \(input.size) neurons",
                at: task.place, notes: input.place.map { [Diagnostic.Note("the population is described here", at: $0)] } ?? [],
                help: task.encoder.copies > 1
                    ? "write 'size: \(data.sampleSize * task.encoder.copies)' for '\(input.name)'"
                    : "write 'shape: [\(data.sampleShape.map(String.init).joined(separator: ", "))]' for '\(input.name)'"))
    }
    if let readout = network.readout, network.populations[readout.population].size < data.classes.count {
        let population = network.populations[readout.population]
        collector.report(
            Diagnostic(
                "data-classes",
                "'\(data.name)' has \(data.classes.count) classes, the readout '\(population.name)' only \(population.size) neurons",
                at: population.place ?? task.place, help: "write 'size: \(data.classes.count)' for '\(population.name)'"))
    }
    switch task.encoder {
    case .poisson, .regular, .latency, .schedule, .thresholdCrossing, .spikeTime:
        for part in [data.train, data.test] {
            guard let bounds = part.bounds, bounds.lowerBound < 0 || bounds.upperBound > 1 else { continue }
            collector.report(
                Diagnostic(
                    "data-range",
                    "the numbers of '\(data.name)' lie in \(shortest(bounds.lowerBound))...\(shortest(bounds.upperBound)), "
                        + "'\(task.encoder.name)' encodes 0...1",
                    at: task.place, help: "give the largest number as 'scale: \(shortest(bounds.upperBound * part.scale))' of the data"))
            break
        }
    case .direct, .spikes, .series: break
    }
    checkTargets(data, network, task, &collector)
    try collector.throwIfErrors()
}

/// The shape of a sample that an encoder asks for where it is not that of its population; nil otherwise.
private func rows(_ task: Task, _ size: Int) -> (rows: Int, columns: Int)? {
    switch task.encoder {
    case .series: (task.steps, size)
    case .schedule(let segments, _): (segments.count, size)
    case .thresholdCrossing(let levels, let length, let cue): size > 2 * levels ? ((task.steps - cue) / length, 1) : (0, 0)
    default: nil
    }
}

/// Targets in time lie within a presentation and fit the readout.
private func checkTargets(_ data: DataSet, _ network: Network, _ task: Task, _ collector: inout DiagnosticCollector) {
    for targets in [data.train.targets, data.test.targets] {
        switch targets {
        case .labels: continue
        case .windows(let windows):
            guard let last = windows.lazy.compactMap({ $0.last?.steps.upperBound }).max(), last > task.steps else { continue }
            collector.report(
                Diagnostic(
                    "data-targets-late", "'\(data.name)' asks for answers until step \(last), and a sample has \(task.steps)",
                    at: task.place, help: "lengthen the presentation, or shorten the parts of the trial"))
        case .series(_, let outputs, let steps):
            let size = network.readout.map { network.populations[$0.population].size } ?? outputs
            guard steps != task.steps || outputs != size else { continue }
            collector.report(
                Diagnostic(
                    "data-targets-shape",
                    "'\(data.name)' asks for \(outputs) numbers in each of \(steps) steps; the readout has \(size) neurons, a sample "
                        + "\(task.steps) steps",
                    at: task.place, help: "give the readout one neuron for each number, and let a sample last \(steps) steps"))
        }
        return
    }
}

extension Encoder {
    /// Inputs that carry the same number.
    fileprivate var copies: Int { if case .spikeTime(let code) = self { code.copies } else { 1 } }
}

extension DataSamples {
    /// The smallest and the largest number of the whole table, scaled.
    var bounds: ClosedRange<Double>? {
        func range<Number: BinaryFloatingPoint>(_ values: [Number]) -> ClosedRange<Double>? {
            guard let least = values.min(), let most = values.max() else { return nil }
            return order(Double(least) / scale, Double(most) / scale)
        }
        switch table {
        case .bytes(let values):
            guard let least = values.min(), let most = values.max() else { return nil }
            return order(Double(least) / scale, Double(most) / scale)
        case .floats(let values): return range(values)
        case .doubles(let values): return range(values)
        }
    }

    private func order(_ one: Double, _ other: Double) -> ClosedRange<Double> { min(one, other)...max(one, other) }
}
