public import Diagnostics
public import Networks
public import Numerics

/// Runs a network of `time: continuous` as its differential equations say; the reference side of a verification of such a network.
///
/// Spike times are exact to rounding; recordings count them on the network's time step (`Recording.spikes`) and hold them in ms beside
/// (`Recording.times`). Membrane potentials are kept at the end of each step.
public final class ContinuousEngine: Engine {
    public let inputs: [String]
    public let populations: [String]
    private let network: Network
    private let core: ContinuousCore
    /// Rest of each population's neurons, for recordings.
    private let timestep: Double

    /// - Parameter rows: replace those of the network, by projection; nil keeps them.
    public init(_ network: Network, rows: ((ID<Projection>) -> (any RowSource)?)? = nil) throws(DiagnosticsError) {
        self.network = network
        timestep = network.timestep
        inputs = network.populations.filter(\.cell.isSource).map(\.name)
        populations = network.populations.map(\.name)
        core = ContinuousCore(try ContinuousNetwork(network, rows: rows))
    }

    public func reset() {}

    public func run(_ stimulus: Stimulus, steps: Int, record request: RecordingRequest) throws(DiagnosticsError) -> Recording {
        var given = network.populations.map { _ in [TimedSpike]() }
        for (name, events) in stimulus.populations {
            guard let id = network.population(named: name), network.populations[id].cell.isSource else {
                throw DiagnosticsError(
                    Diagnostic(
                        "simulation-unknown-input", "the network has no input population '\(name)'",
                        help: "the inputs are \(inputs.joined(separator: ", "))"))
            }
            given[id.index] = events.timed(timestep: timestep)
        }
        let recorded = Set(network.populations.ids.filter { request.membranes.contains(network.populations[$0].name) }.map(\.index))
        let spikes = core.run(given, until: Double(steps) * timestep, membranes: recorded, step: timestep)
        var recording = Recording(steps: steps)
        for id in network.populations.ids {
            let name = network.populations[id].name
            if request.spikes.contains(name) { recording.set(spikes[id.index], of: name, timestep: timestep) }
            if let membranes = core.membranes[id.index] { recording.membranes[name] = membranes }
        }
        return recording
    }
}

extension Stimulus.Events {
    /// The events with their times in ms, by time, then neuron.
    public func timed(timestep: Double) -> [TimedSpike] {
        var result: [TimedSpike] = []
        result.reserveCapacity(neurons.count)
        for step in 0..<max(steps, 0) {
            for index in Int(offsets[step])..<Int(offsets[step + 1]) {
                result.append(TimedSpike(time: times.isEmpty ? Double(step) * timestep : times[index], neuron: neurons[index]))
            }
        }
        result.sort { $0.time != $1.time ? $0.time < $1.time : $0.neuron < $1.neuron }
        return result
    }
}

extension Recording {
    /// Keeps spikes of continuous time: by step, then neuron, as all recordings, with the times beside.
    public mutating func set(_ spikes: [TimedSpike], of population: String, timestep: Double) {
        var counted = spikes.map { (Spike(step: Int32(min($0.time / timestep, Double(max(steps - 1, 0)))), neuron: $0.neuron), $0.time) }
        counted.sort { ($0.0.step, $0.0.neuron, $0.1) < ($1.0.step, $1.0.neuron, $1.1) }
        self.spikes[population] = counted.map(\.0)
        times[population] = counted.map(\.1)
    }
}
