public import Diagnostics
public import Networks

/// Anything that runs a network forward in time steps: the reference engine, or an emulator that booted from an artifact.
///
/// Populations are named, because an emulator knows them from the artifact alone.
public protocol Engine {
    /// Names of the populations whose activity is given from outside.
    var inputs: [String] { get }
    /// Names of the populations that can be recorded.
    var populations: [String] { get }

    /// Back to the state before the first step.
    mutating func reset()

    /// Runs on for `steps` steps. The stimulus is numbered from the first of these steps.
    mutating func run(_ stimulus: Stimulus, steps: Int, record request: RecordingRequest) throws(DiagnosticsError) -> Recording
}

/// What to keep of a run.
public struct RecordingRequest: Hashable, Sendable {
    /// Populations whose spikes are kept, with their times.
    public var spikes: Set<String>
    /// Populations whose membrane potential is kept at every step.
    public var membranes: Set<String>

    public init(spikes: Set<String> = [], membranes: Set<String> = []) {
        self.spikes = spikes
        self.membranes = membranes
    }
}

/// What was kept of a run; dictionaries are keyed by population name.
public struct Recording: Hashable, Sendable {
    public struct Spike: Hashable, Sendable, BitwiseCopyable {
        /// Step in which the neuron spiked, from 0 at the start of the run.
        public var step: Int32
        public var neuron: Int32

        @inlinable
        public init(step: Int32, neuron: Int32) {
            self.step = step
            self.neuron = neuron
        }
    }

    public var steps: Int
    /// Ascending by step, then neuron.
    public var spikes: [String: [Spike]]
    /// [steps × size], row-major, after the step's reset, in the model's unit (absolute, rest included).
    public var membranes: [String: [Double]]
    /// Of engines in continuous time: when each of the spikes was, in ms from the start, in the same order.
    public var times: [String: [Double]]

    public init(
        steps: Int, spikes: [String: [Spike]] = [:], membranes: [String: [Double]] = [:], times: [String: [Double]] = [:]
    ) {
        self.steps = steps
        self.spikes = spikes
        self.membranes = membranes
        self.times = times
    }
}
