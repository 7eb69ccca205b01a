public import Diagnostics
import Fidelity
import Foundation
import FrontEnd
import Lowering
import Networks
import Numerics
public import Simulation
import Storage
import Targets

/// What a simulation runs.
public struct SimulationOptions: Sendable {
    /// Instead of the length that the network says.
    public var steps: Int?
    /// The test sample that the input populations show; a network without a task has none.
    public var sample = 0
    /// A csv file of events (population, step, neuron, and a value where events carry one) instead of a sample.
    public var stimulus: String?
    /// Populations whose membrane potential is recorded, beside all spikes.
    public var membranes: [String] = []
    public var threads = 1
    public var dataFolders: [String] = []

    public init() {}
}

/// What a simulation showed.
public struct SimulationResult: Sendable {
    public var name: String
    public var recording: Recording
    /// Names and sizes of the populations, in order.
    public var populations: [(name: String, size: Int)]
    /// What the readout says of the sample that was shown, and the sample's class; nil where nothing was shown, or the readout needs a membrane
    /// that was not recorded.
    public var answer: (given: Int, expected: Int)?
    /// Of an artifact: what the emulated chip did.
    public var statistics: EmulatorStatistics?
    public var seconds: Double
}

/// Runs the unlowered network.
public func simulate(_ model: Model, options: SimulationOptions = SimulationOptions()) throws(DiagnosticsError) -> SimulationResult {
    let network = model.network
    var engine = try referenceEngine(of: network, threads: options.threads)
    let steps = options.steps ?? network.task?.steps ?? network.steps
    var (shown, label) = (Stimulus(), Int?.none)
    if let file = options.stimulus {
        shown = try Stimulus(csv: file, steps: steps)
    } else {
        (shown, label) = try sampleStimulus(model, steps: steps, options)
    }
    var result = try run(&engine, named: network.name, sizes: network.populations.map { ($0.name, $0.size) }, shown, steps: steps, options)
    result.readAnswer(of: network, expected: label)
    return result
}

/// Runs an artifact in its emulator.
/// - Parameter model: gives the sample that is shown; nil: the inputs are silent unless `options.stimulus` is given.
public func simulate(
    artifact: String, showing model: Model? = nil, options: SimulationOptions = SimulationOptions()
) throws(DiagnosticsError) -> SimulationResult {
    let summary = try placement(in: artifact)
    var emulator = try bootArtifact(artifact, threads: options.threads)
    let steps = options.steps ?? model?.network.task?.steps ?? model?.network.steps ?? 1000
    var (shown, label) = (Stimulus(), Int?.none)
    if let file = options.stimulus {
        shown = try Stimulus(csv: file, steps: steps)
    } else if let model {
        (shown, label) = try sampleStimulus(model, steps: steps, options)
    }
    var result = try run(&emulator, named: summary.network, sizes: summary.populationSizes, shown, steps: steps, options)
    if let model { result.readAnswer(of: model.network, expected: label) }
    result.statistics = emulator.statistics
    return result
}

extension SimulationResult {
    fileprivate mutating func readAnswer(of network: Network, expected: Int?) {
        guard let expected, let readout = network.readout else { return }
        let population = network.populations[readout.population]
        let needed = RecordingRequest(for: readout, named: population.name)
        guard needed.spikes.isSubset(of: recording.spikes.keys), needed.membranes.isSubset(of: recording.membranes.keys) else { return }
        let given = Decoding(readout, named: population.name, size: population.size, from: recording).label
        answer = (given, expected)
    }
}

/// The events of a sample, and its class.
func sampleStimulus(
    _ model: Model, steps: Int, _ options: SimulationOptions
) throws(DiagnosticsError) -> (Stimulus, label: Int?) {
    guard let samples = try model.data(in: options.dataFolders)?.test else {
        return (Stimulus(for: model.network, sample: nil, sampleIndex: 0, steps: steps), nil)
    }
    guard (0..<samples.count).contains(options.sample) else {
        throw DiagnosticsError(
            Diagnostic(
                "simulate-sample", "there is no test sample \(options.sample); '\(model.network.name)' has \(samples.count)",
                help: "choose one of 0 to \(samples.count - 1)"))
    }
    var values = [Float](repeating: 0, count: samples.sampleSize)
    var span = values.mutableSpan
    samples.copy(options.sample, into: &span)
    let stimulus = Stimulus(for: model.network, sample: values, sampleIndex: samples.identity(of: options.sample), steps: steps)
    guard case .labels = samples.targets else { return (stimulus, nil) }
    return (stimulus, Int(samples.labels[options.sample]))
}

private func run(
    _ engine: inout some Engine, named name: String, sizes: [(name: String, size: Int)], _ stimulus: Stimulus, steps: Int,
    _ options: SimulationOptions
) throws(DiagnosticsError) -> SimulationResult {
    let known = engine.populations
    for population in options.membranes where !known.contains(population) {
        let near = nearestName(to: population, among: known)
        throw DiagnosticsError(
            Diagnostic(
                "simulate-population", "there is no population '\(population)' to record", label: near.map { "did you mean '\($0)'?" },
                help: "the populations are \(known.joined(separator: ", "))"))
    }
    let request = RecordingRequest(spikes: Set(known), membranes: Set(options.membranes))
    let started = ContinuousClock.now
    let recording = try engine.run(stimulus, steps: steps, record: request)
    return SimulationResult(
        name: name, recording: recording, populations: sizes.filter { known.contains($0.name) }, answer: nil, statistics: nil,
        seconds: (ContinuousClock.now - started) / .seconds(1))
}

extension PlacementSummary {
    /// Names and sizes of the populations on the chip, by name.
    fileprivate var populationSizes: [(name: String, size: Int)] {
        var sizes: [String: Int] = [:]
        for part in cores.flatMap(\.parts) { sizes[part.population, default: 0] += part.neurons.count }
        return sizes.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }
}
