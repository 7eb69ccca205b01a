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
    /// Where numbers are asked for: the summed square error of each sample.
    var squares: [Double] = []
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
    var hasAnswers: Bool { samples != nil && network.readout != nil && !asksForNumbers }
    /// Whether a readout's membrane is to follow numbers in time.
    var asksForNumbers: Bool { samples?.targets.isSeries ?? false }

    /// Whether the task says what is right, so that a loss can be told.
    var isJudged: Bool { hasAnswers || asksForNumbers }

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
                if let samples, let membranes = recording.membranes[readout.population.name] {
                    result.squares.append(samples.squareError(of: membranes, sample: sample, skip: readout.rule.skip))
                }
            }
            if keepsSpikes { result.spikes.append(recorded.map { recording.spikes[$0] ?? [] }) }
            done.advance()
        }
        return result
    }

    // MARK: Scores

    /// `explained_variance`: 1 less the square error over the variance of what is asked for.
    var metric: String { hasAnswers ? "accuracy" : asksForNumbers ? "explained_variance" : "spike_count_correlation" }

    func explainedVariance(_ squares: [Double]) -> Double {
        guard let samples, !squares.isEmpty else { return 0 }
        let variance = samples.targetSquares(samples: squares.count, skip: network.readout?.skip ?? 0)
        return variance > 0 ? 1 - squares.reduce(0, +) / variance : 0
    }

    /// What is measured of a form of the network, from its answers or from its square errors.
    func quality(_ answers: [Int], _ squares: [Double]) -> Double {
        asksForNumbers ? explainedVariance(squares) : accuracy(answers)
    }

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

extension DataSamples {
    /// The numbers that are asked for of a sample, each with its place in [steps × outputs].
    private func asked(_ sample: Int, skip: Int) -> [(place: Int, value: Double)] {
        guard case .series(_, let outputs, _) = targets, let series = series(sample) else { return [] }
        return series.enumerated().dropFirst(skip * outputs).filter { !$0.element.isNaN }.map { ($0.offset, Double($0.element)) }
    }

    /// - Parameter membranes: [steps × outputs].
    func squareError(of membranes: [Double], sample: Int, skip: Int) -> Double {
        asked(sample, skip: skip).reduce(0) { sum, item in
            guard item.place < membranes.count else { return sum }
            let error = membranes[item.place] - item.value
            return sum + error * error
        }
    }

    /// Squared distances of the numbers asked for, over the first samples, from their mean.
    func targetSquares(samples: Int, skip: Int) -> Double {
        let values = (0..<samples).flatMap { asked($0, skip: skip).map(\.value) }
        let mean = values.reduce(0, +) / Double(max(values.count, 1))
        return values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    }
}
