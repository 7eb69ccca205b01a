public import Networks
import Numerics

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// What a network's source populations send, prepared once and made for one sample after the other.
///
/// The task's input population follows the sample. Source populations of their own kind:
///
///     spike_source_array     a spike in step round(time / dt) for every given time; several times in one step are one spike
///     spike_source_poisson   a spike when a 32-bit word w(n, t) < floor(2^32 · min(rate · dt / 1000, 1)), while start ≤ t · dt <
///                            start + duration; words from `Philox(seed, "source/<population>")`, split by the sample's identity
public struct StimulusEncoder: Sendable {
    private enum Source: Sendable {
        case task(SampleEncoder)
        case fixed(Stimulus.Events)
        case poisson(rates: [Double], active: Range<Int>, Philox)
    }

    /// Steps of a run.
    public let steps: Int
    private var sources: [(name: String, size: Int, source: Source)] = []
    private let timestep: Double

    public init(_ network: Network, steps: Int) {
        self.steps = steps
        timestep = network.timestep
        for id in network.populations.ids {
            let population = network.populations[id]
            switch population.cell {
            case .neuron: continue
            case .input:
                // Without a task, an input population is silent unless a stimulus file drives it.
                guard let task = network.task, task.input == id else { continue }
                let encoder = SampleEncoder(
                    task.encoder, size: population.size, steps: steps, timestep: timestep, population: population.name, seed: network.seed)
                sources.append((population.name, population.size, .task(encoder)))
            case .spikeSourceArray(let times):
                var events = Self.events(times, steps: steps, timestep: timestep)
                if network.time == .continuous { events = Self.timed(times, steps: steps, timestep: timestep) }
                sources.append((population.name, population.size, .fixed(events)))
            case .spikeSourcePoisson(let rate, let start, let duration):
                let drawn = Philox(seed: network.seed, purpose: "population/\(population.name)")
                let rates = rate.values(count: population.size, random: Philox(seed: drawn.bits(0), purpose: "rate"))
                let active = Self.step(of: start, timestep, steps)..<Self.step(of: start + duration, timestep, steps)
                let random = Philox(seed: network.seed, purpose: "source/\(population.name)")
                sources.append((population.name, population.size, .poisson(rates: rates, active: active, random)))
            }
        }
    }

    /// The events of all sources for one sample.
    ///
    /// - Parameters:
    ///   - sample: the task's numbers, in 0...1; empty when there is no task: its input population is silent then.
    ///   - identity: see `DataSamples.identity`.
    ///   - presentation: see `SampleEncoder.encode`.
    public mutating func stimulus(_ sample: [Float] = [], identity: Int = 0, presentation: Int = 0) -> Stimulus {
        var populations: [(name: String, events: Stimulus.Events)] = []
        for index in sources.indices {
            let events: Stimulus.Events
            switch sources[index].source {
            case .fixed(let given): events = given
            case .task(var encoder):
                guard !sample.isEmpty else { continue }
                events = encoder.encode(sample.span, identity: identity, presentation: presentation)
                sources[index].source = .task(encoder)
            case .poisson(let rates, let active, let random):
                let stream = presentation == 0 ? random.split(identity) : random.split(identity).split(presentation)
                events = poissonEvents(rates, active: active, stream)
            }
            populations.append((sources[index].name, events))
        }
        return Stimulus(populations)
    }

    /// The events of all sources for sample `index` of a data set.
    public mutating func stimulus(_ samples: DataSamples, _ index: Int, presentation: Int = 0) -> Stimulus {
        stimulus(samples.values(index), identity: samples.identity(of: index), presentation: presentation)
    }

    private func poissonEvents(_ rates: [Double], active: Range<Int>, _ random: Philox) -> Stimulus.Events {
        var spikes: [(neuron: Int32, step: Int32)] = []
        for neuron in rates.indices {
            SpikeChance(rates[neuron] * timestep / 1000).forEachSpike(of: neuron, in: active, random) { step in
                spikes.append((Int32(neuron), Int32(step)))
            }
        }
        return Stimulus.Events(spikes: spikes, steps: steps)
    }

    private static func events(_ times: [[Double]], steps: Int, timestep: Double) -> Stimulus.Events {
        var spikes: [(neuron: Int32, step: Int32)] = []
        for (neuron, times) in times.enumerated() {
            var last: Double = -1
            for time in times.sorted() {
                let step = (time / timestep).rounded()
                if step >= 0, step < Double(steps), step != last { spikes.append((Int32(neuron), Int32(step))) }
                last = step
            }
        }
        return Stimulus.Events(spikes: spikes, steps: steps)
    }

    /// Every given spike, with its time.
    private static func timed(_ times: [[Double]], steps: Int, timestep: Double) -> Stimulus.Events {
        var spikes: [(step: Int32, neuron: Int32, time: Double)] = []
        for (neuron, times) in times.enumerated() {
            for time in times {
                let step = (time / timestep).rounded()
                if step >= 0, step < Double(steps) { spikes.append((Int32(step), Int32(neuron), time)) }
            }
        }
        spikes.sort { ($0.step, $0.neuron, $0.time) < ($1.step, $1.neuron, $1.time) }
        var offsets = [Int32](repeating: 0, count: steps + 1)
        for spike in spikes { offsets[Int(spike.step) + 1] += 1 }
        for step in 0..<steps { offsets[step + 1] += offsets[step] }
        return Stimulus.Events(offsets: offsets, neurons: spikes.map(\.neuron), times: spikes.map(\.time))
    }

    /// The first step at or after a time, within the run; half a millionth of a step is forgiven, for times such as 0.3 in steps of 0.1.
    private static func step(of time: Double, _ timestep: Double, _ steps: Int) -> Int {
        Int(min(max(ceil(time / timestep - 5e-7), 0), Double(steps)))
    }
}

extension Stimulus {
    /// The events of all sources of a network for one sample; for many samples, keep a `StimulusEncoder`.
    ///
    /// - Parameters:
    ///   - sample: the task's numbers in 0...1, or nil.
    ///   - sampleIndex: the sample's identity in its data set.
    public init(for network: Network, sample: [Float]?, sampleIndex: Int, steps: Int) {
        var encoder = StimulusEncoder(network, steps: steps)
        self = encoder.stimulus(sample ?? [], identity: sampleIndex)
    }
}

extension Stimulus.Events {
    /// Events of the value 1 from spikes in any order of steps; those of one step must be ascending by neuron. Linear.
    init(spikes: [(neuron: Int32, step: Int32)], steps: Int) {
        var offsets = [Int32](repeating: 0, count: steps + 1)
        for spike in spikes { offsets[Int(spike.step) + 1] += 1 }
        for step in 0..<steps { offsets[step + 1] += offsets[step] }
        var places = offsets
        var neurons = [Int32](repeating: 0, count: spikes.count)
        for (neuron, step) in spikes {
            neurons[Int(places[Int(step)])] = neuron
            places[Int(step)] += 1
        }
        self.init(offsets: offsets, neurons: neurons)
    }
}
