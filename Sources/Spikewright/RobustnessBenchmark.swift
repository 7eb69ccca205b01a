public import Diagnostics
import Drawing
import FrontEnd
import Networks
import Numerics
import Simulation
public import Storage

/// How much a network in continuous time loses to what physical neurons do to it, when it was not trained for it: weight bits, jitter,
/// spread of thresholds, time constants and synaptic strengths, lost events.
///
/// Motive: the answer says whether a network needs a calibrated chip, or training in the loop, before any chip is at hand.
public struct RobustnessBenchmark: Sendable {
    public var samples: Int?
    /// Draws of each disturbance, from 1.
    public var draws = 3
    public var threads = 1
    public var dataFolders: [String] = []

    public init() {}

    /// What is done to the network.
    enum Disturbance: String, CaseIterable, Sendable {
        case weightBits = "weight_bits"
        case jitter, threshold
        case timeConstants = "time_constants"
        case gain
        case eventLoss = "event_loss"

        /// With those of the recorded runs.
        var values: [Double] {
            switch self {
            case .weightBits: [7, 6, 5, 4, 3, 2]
            case .jitter: [0.01, 0.02, 0.05, 0.1, 0.2]
            case .threshold, .timeConstants, .gain: [0.02, 0.05, 0.1, 0.2]
            case .eventLoss: [0.001, 0.01, 0.05]
            }
        }

        var meaning: String {
            switch self {
            case .weightBits: "sign and n bits, one scale for each population"
            case .jitter: "standard deviation of event times, in tau_syn"
            case .threshold: "fixed relative spread of thresholds above rest"
            case .timeConstants: "fixed relative spread of tau_m and tau_syn"
            case .gain: "fixed relative spread of synaptic strength, neuron by neuron"
            case .eventLoss: "chance that an event is lost"
            }
        }

        /// Undisturbed.
        static let recordedIdeal = 0.96

        /// The published yin-yang network 5-120-3 (fastAndDeep v1.0.0, tau_m = tau_s), inference only, on an ideal simulation: recorded
        /// by an independent program, mean of 4 draws, beside these values; 96.0 % undisturbed.
        var recorded: [Double] {
            switch self {
            case .weightBits: [0.963, 0.958, 0.918, 0.854, 0.781, 0.574]
            case .jitter: [0.948, 0.922, 0.818, 0.699, 0.571]
            case .threshold: [0.948, 0.907, 0.832, 0.716]
            case .timeConstants: [0.959, 0.950, 0.925, 0.871]
            case .gain: [0.945, 0.917, 0.866, 0.788]
            case .eventLoss: [0.955, 0.924, 0.816]
            }
        }
    }

    struct Point: Sendable {
        var disturbance: Disturbance
        var value: Double
        var accuracies: [Double]
    }

    /// - Returns: figures, and charts by the ending of their file name.
    public func run(_ model: Model) throws(DiagnosticsError) -> (json: JSONValue, charts: [(name: String, svg: String)]) {
        let network = model.network
        guard network.time == .continuous, let readout = network.readout, let data = try model.data(in: dataFolders) else {
            throw DiagnosticsError(
                Diagnostic(
                    "bench-continuous", "'\(network.name)' is no network in continuous time with a task and a readout",
                    help: "choose one such as yin-yang"))
        }
        let base = try ContinuousNetwork(network)
        let count = min(samples ?? .max, data.test.count)
        let ideal = accuracy(base, network, readout, data.test.prefix(count), disturbance: nil)
        var jobs: [(Disturbance, Double, Int)] = []
        for disturbance in Disturbance.allCases {
            for value in disturbance.values {
                for draw in 0..<(disturbance == .weightBits ? 1 : draws) { jobs.append((disturbance, value, draw)) }
            }
        }
        let results = parallelMap(jobs, threads: threads) { job in
            let (disturbed, noise) = Self.disturbed(base, job.0, job.1, seed: UInt64(job.2 + 1), timeConstant: Self.timeConstant(base))
            return accuracy(disturbed, network, readout, data.test.prefix(count), disturbance: noise)
        }
        var points: [Point] = []
        for (job, result) in zip(jobs, results) {
            if job.2 > 0 {
                points[points.count - 1].accuracies.append(result)
            } else {
                points.append(Point(disturbance: job.0, value: job.1, accuracies: [result]))
            }
        }
        return (json(network.name, ideal, count, points), charts(network.name, ideal, points))
    }

    private func accuracy(
        _ continuous: ContinuousNetwork, _ network: Network, _ readout: Readout, _ samples: DataSamples, disturbance: ContinuousDisturbance?
    ) -> Double {
        let core = ContinuousCore(continuous, disturbance: disturbance)
        let steps = network.task?.steps ?? network.steps
        let population = network.populations[readout.population]
        var encoder = StimulusEncoder(network, steps: steps)
        var correct = 0
        for index in 0..<samples.count {
            var given = network.populations.map { _ in [TimedSpike]() }
            for (name, events) in encoder.stimulus(samples, index).populations {
                if let id = network.population(named: name) { given[id.index] = events.timed(timestep: network.timestep) }
            }
            let spikes = core.run(given, until: Double(steps) * network.timestep, run: samples.identity(of: index))
            var recording = Recording(steps: steps)
            recording.set(spikes[readout.population.index], of: population.name, timestep: network.timestep)
            let answer = Decoding(readout, named: population.name, size: population.size, from: recording)
            if answer.label == Int(samples.labels[index]) { correct += 1 }
        }
        return Double(correct) / Double(max(samples.count, 1))
    }

    private static func timeConstant(_ network: ContinuousNetwork) -> Double {
        network.populations.compactMap { $0.neurons?.channelTime.first?.first }.first ?? 1
    }

    private static func disturbed(
        _ base: ContinuousNetwork, _ kind: Disturbance, _ value: Double, seed: UInt64, timeConstant: Double
    ) -> (ContinuousNetwork, ContinuousDisturbance) {
        var (network, noise) = (base, ContinuousDisturbance(seed: seed))
        for p in network.populations.indices {
            guard var neurons = network.populations[p].neurons else { continue }
            func factor(_ what: String, _ n: Int) -> Double {
                max(0.1, 1 + value * Philox(seed: seed, purpose: "robustness/\(what)").split(p).normal(n))
            }
            let incoming = network.bundles.indices.filter { network.bundles[$0].post == p }
            switch kind {
            case .weightBits:
                let largest = incoming.reduce(0.0) { most, b in network.bundles[b].jumps.reduce(most) { max($0, abs($1)) } }
                let step = largest / Double((1 << Int(value)) - 1)
                guard step > 0 else { continue }
                for b in incoming { network.bundles[b].jumps = network.bundles[b].jumps.map { ($0 / step).rounded() * step } }
            case .jitter: noise.jitter = value * timeConstant
            case .eventLoss: noise.eventLoss = value
            case .threshold:
                for n in 0..<neurons.count {
                    neurons.threshold[n] = neurons.leak[n] + (neurons.threshold[n] - neurons.leak[n]) * factor("threshold", n)
                }
            case .timeConstants:
                for n in 0..<neurons.count {
                    neurons.membraneTime[n] *= factor("membrane", n)
                    for c in 0..<neurons.channels { neurons.channelTime[c][n] *= factor("synapse \(c)", n) }
                }
            case .gain:
                for b in incoming {
                    for s in network.bundles[b].jumps.indices {
                        network.bundles[b].jumps[s] *= factor("gain", Int(network.bundles[b].targets[s]))
                    }
                }
            }
            network.populations[p].neurons = neurons
        }
        return (network, noise)
    }

    // MARK: Results

    private func json(_ name: String, _ ideal: Double, _ count: Int, _ points: [Point]) -> JSONValue {
        let curves = Disturbance.allCases.map { disturbance -> JSONValue in
            let own = points.filter { $0.disturbance == disturbance }
            return .object(
                JSONObject([
                    ("disturbance", .string(disturbance.rawValue)), ("meaning", .string(disturbance.meaning)),
                    (
                        "points",
                        .array(
                            zip(own, disturbance.recorded).map { point, recorded in
                                .object(
                                    JSONObject([
                                        ("value", .number(point.value)), ("accuracy", .number(mean(point.accuracies))),
                                        ("deviation", .number(variance(point.accuracies).squareRoot())),
                                        ("recorded_yin_yang", .number(recorded)),
                                    ]))
                            })
                    ),
                ]))
        }
        return .object(
            JSONObject([
                ("instance", .string(name)), ("samples", .integer(count)), ("draws", .integer(draws)), ("ideal", .number(ideal)),
                ("recorded_yin_yang_ideal", .number(Disturbance.recordedIdeal)), ("curves", .array(curves)),
            ]))
    }

    private func charts(_ name: String, _ ideal: Double, _ points: [Point]) -> [(name: String, svg: String)] {
        func line(_ name: String, _ values: [Double], _ accuracies: [Double], from start: Double?, isCompanion: Bool = false) -> Chart.Line
        {
            let points = zip(values, accuracies).map { Chart.Point(x: start == nil ? $0 : 100 * $0, y: 100 * $1) }
            let first = start.map { [Chart.Point(x: 0, y: 100 * $0)] } ?? []
            return Chart.Line(name, (first + points).sorted { $0.x < $1.x }, isCompanion: isCompanion)
        }
        /// The network's own line, and that of the recorded one.
        func lines(_ disturbance: Disturbance, percent: Bool) -> [Chart.Line] {
            let accuracies = points.filter { $0.disturbance == disturbance }.map { mean($0.accuracies) }
            return [
                line(disturbance.rawValue, disturbance.values, accuracies, from: percent ? ideal : nil),
                line(
                    "", disturbance.values, disturbance.recorded, from: percent ? Disturbance.recordedIdeal : nil, isCompanion: true),
            ]
        }
        let spreads = Chart(
            "\(name), not trained for disturbance (dashed: published yin-yang network)", x: "strength, % (jitter: % of tau_syn)",
            y: "accuracy, %",
            lines: Disturbance.allCases.filter { $0 != .weightBits }.flatMap { lines($0, percent: true) })
        let bits = Chart(
            "\(name) by weight bits (dashed: published yin-yang network)", x: "bits beside the sign", y: "accuracy, %",
            lines: lines(.weightBits, percent: false), level: 100 * ideal)
        return [("spreads", spreads.svg), ("bits", bits.svg)]
    }
}
