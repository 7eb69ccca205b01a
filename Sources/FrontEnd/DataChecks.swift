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
    if task.encoder == .spikes {
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
    case .poisson, .regular, .latency, .spikeTime:
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
    case .direct, .spikes: break
    }
    try collector.throwIfErrors()
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
