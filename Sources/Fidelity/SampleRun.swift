import Diagnostics
import FrontEnd
import Networks
import Numerics
import Simulation
import Synchronization

/// One form of a network over a range of samples.
struct SampleRun {
    /// The answer to each sample.
    var labels: [Int] = []
    /// [sample][population, as in `Trial.recorded`].
    var spikes: [[[Recording.Spike]]] = []
}

/// What is run on both forms: samples, their stimuli, and how the answer is read.
struct Trial: Sendable {
    let network: Network
    let steps: Int
    /// Names and sizes of the populations whose spikes are compared.
    let recorded: [String]
    let sizes: [Int]
    /// Nil for a network without a task, which is run once.
    private let samples: DataSamples?

    init(_ network: Network, data: DataSet?) {
        self.network = network
        samples = data?.test
        steps = network.task?.steps ?? network.steps
        let spiking = network.populations.filter { $0.cell.neuron?.spikes ?? false }
        recorded = spiking.map(\.name)
        sizes = spiking.map(\.size)
    }

    var count: Int { samples?.count ?? 1 }
    var hasAnswers: Bool { samples != nil && network.readout != nil }

    /// Contiguous samples for each thread.
    func ranges(_ count: Int, threads: Int) -> [Range<Int>] {
        let parts = max(1, min(threads, count))
        return (0..<parts).map { count * $0 / parts..<count * ($0 + 1) / parts }
    }

    /// Runs the samples one after the other, each from the state at the start.
    func run(
        _ range: Range<Int>, on engine: inout some Engine, keepsSpikes: Bool, done: ProgressCounter
    ) throws(DiagnosticsError) -> SampleRun {
        var request = RecordingRequest()
        let readout = network.readout.map { (rule: $0, population: network.populations[$0.population]) }
        if let readout { request = RecordingRequest(for: readout.rule, named: readout.population.name) }
        if keepsSpikes { request.spikes.formUnion(recorded) }
        var encoder = StimulusEncoder(network, steps: steps)
        var values = [Float](repeating: 0, count: samples?.sampleSize ?? 0)
        var result = SampleRun()
        for sample in range {
            var identity = 0
            if let samples {
                var span = values.mutableSpan
                samples.copy(sample, into: &span)
                identity = samples.identity(of: sample)
            }
            engine.reset()
            let recording = try engine.run(encoder.stimulus(values, identity: identity), steps: steps, record: request)
            if let readout {
                let answer = Decoding(readout.rule, named: readout.population.name, size: readout.population.size, from: recording)
                result.labels.append(answer.label)
            }
            if keepsSpikes { result.spikes.append(recorded.map { recording.spikes[$0] ?? [] }) }
            done.advance()
        }
        return result
    }

    // MARK: Scores

    var metric: String { hasAnswers ? "accuracy" : "spike_count_correlation" }

    /// Fraction of the samples that are answered rightly.
    func accuracy(_ answers: [Int]) -> Double {
        guard let samples, !answers.isEmpty else { return 0 }
        return Double(zip(answers, samples.labels).filter { $0 == Int($1) }.count) / Double(answers.count)
    }

    /// With answers: accuracies, and how often both forms answer alike. Without: the least correlation of spike counts over the
    /// populations, against 1.
    func score(expected: [Int], observed: [Int], populations: [PopulationFidelity]) -> (
        reference: Double, lowered: Double, agreement: Double
    ) {
        guard hasAnswers else {
            return (1, populations.map(\.countCorrelation).min() ?? 1, populations.map(\.identicalSamples).min() ?? 1)
        }
        let equal = zip(expected, observed).filter { $0 == $1 }.count
        return (accuracy(expected), accuracy(observed), Double(equal) / Double(max(expected.count, 1)))
    }

    /// Half-width of the 95 % confidence interval of a fraction.
    func confidence(_ fraction: Double, _ count: Int) -> Double {
        hasAnswers ? wilsonHalfWidth(successes: Int((fraction * Double(count)).rounded()), of: count) : 0
    }
}

/// Counts samples from several threads and reports the fraction that is done.
final class ProgressCounter: Sendable {
    private let total: Int
    private let report: (@Sendable (Double) -> Void)?
    private let count = Mutex(0)

    init(total: Int, report: (@Sendable (Double) -> Void)?) {
        self.total = max(total, 1)
        self.report = report
    }

    func advance() {
        guard let report else { return }
        count.withLock {
            $0 += 1
            report(Double($0) / Double(total))
        }
    }
}
