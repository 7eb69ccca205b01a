public import Diagnostics
public import Networks
import Numerics
public import Storage

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The reference engine's own benchmarks: networks that other simulators are measured with, and what a run of them took.
public enum EngineBenchmark: String, CaseIterable, Sendable {
    /// Self-sustained network with current-based synapses (Brette et al. 2007, doi 10.1007/s10827-007-0038-6, benchmark 2); 4,000 neurons.
    case cuba
    /// 784-512-512-10 spiking perceptron, 100 steps a sample, 5 % of the inputs active in each step.
    case perceptron

    /// The network, drawn with `seed`.
    public func network(seed: UInt64 = 1) -> Network {
        switch self {
        case .cuba: Self.cuba(neurons: 4000, seed: seed)
        case .perceptron: Self.perceptron([784, 512, 512, 10], amplitudes: [0.10, 0.12, 0.15], seed: seed)
        }
    }

    /// Builds and runs the network; times are CPU seconds of the whole process.
    /// - Parameter samples: runs of the perceptron over which its time is averaged.
    public func run<Real: EngineScalar>(_ type: Real.Type, seed: UInt64 = 1, threads: Int = 1, samples: Int = 50) throws(DiagnosticsError)
        -> JSONValue
    {
        let network = network(seed: seed)
        let start = processorTime()
        let engine = try ReferenceEngine<Real>(network, threads: threads)
        let built = processorTime()
        var result: JSONObject = [
            "instance": .string(rawValue), "precision": .string("\(Real.self)"), "threads": .integer(engine.threads),
            "neurons": .integer(network.populations.reduce(0) { $0 + ($1.cell.isSource ? 0 : $1.size) }),
            "synapses": .integer(engine.synapseCount), "build_seconds": .number(built - start),
        ]
        switch self {
        case .cuba:
            let (warmUp, steps) = (5000, 10_000)
            _ = try engine.run(Stimulus(), steps: warmUp, record: RecordingRequest())
            let begin = processorTime()
            let recording = try engine.run(Stimulus(), steps: steps, record: RecordingRequest(spikes: ["E", "I"]))
            let seconds = processorTime() - begin
            let spikes = recording.spikes.values.reduce(0) { $0 + $1.count }
            let biological = Double(steps) * network.timestep / 1000
            let statistics = SpikeStatistics(recording.spikes["E"] ?? [], size: 3200, steps: steps, timestep: network.timestep)
            result["spikes"] = .integer(spikes)
            result["rate_hz"] = .number(Double(spikes) / 4000 / biological)
            result["cv_isi"] = .number(statistics.irregularity)
            result["seconds_per_second"] = .number(seconds / biological)
            result["synaptic_events_per_second"] = .number(Double(spikes) * Double(engine.synapseCount) / 4000 / seconds)
        case .perceptron:
            let steps = 100
            let stimulus = Self.input(size: 784, steps: steps, probability: 0.05, seed: seed)
            let names: Set<String> = ["layer1", "layer2", "layer3"]
            let recording = try engine.run(stimulus, steps: steps, record: RecordingRequest(spikes: names))
            let begin = processorTime()
            for _ in 0..<samples {
                engine.reset()
                _ = try engine.run(stimulus, steps: steps, record: RecordingRequest(spikes: ["layer3"]))
            }
            result["seconds_per_sample"] = .number((processorTime() - begin) / Double(samples))
            result["rate_per_step"] = .array(
                names.sorted().map { name in
                    let size = network.populations.first { $0.name == name }?.size ?? 1
                    return .number(Double(recording.spikes[name]?.count ?? 0) / Double(steps * size))
                })
        }
        return .object(result)
    }

    /// Currents in nA through 0.2 nF: 1.62 mV of depolarisation for an excitatory spike, 9 mV for an inhibitory one.
    static func cuba(neurons: Int, seed: UInt64) -> Network {
        var model = NeuronModel(
            .currentExponential,
            [
                .tauM: .uniform(20), .tauSynE: .uniform(5), .tauSynI: .uniform(10), .tauRefrac: .uniform(5), .cm: .uniform(0.2),
                .vRest: .uniform(-49), .vThresh: .uniform(-50), .vReset: .uniform(-60), .vInit: .drawn(.uniform(low: -60, high: -50)),
            ])
        model.comparison = .above
        let excitatory = neurons * 4 / 5
        var projections: Table<Projection> = []
        for (pre, weight, receptor) in [(0, 0.0162, Receptor.excitatory), (1, -0.09, .inhibitory)] {
            for post in 0..<2 {
                projections.append(
                    Projection(
                        "\(pre)\(post)", from: ID(pre), to: ID(post), .fixedProbability(min(1, 80 / Double(neurons)), allowSelf: false),
                        weight: .constant(weight), receptor: receptor))
            }
        }
        return Network(
            name: "cuba", timestep: 0.1, seed: seed,
            populations: [
                Population("E", shape: [excitatory], cell: .neuron(model)),
                Population("I", shape: [neurons - excitatory], cell: .neuron(model)),
            ], projections: projections)
    }

    /// v ← 0.9 v + weights of this step; a spike above 1 subtracts 1.
    static func perceptron(_ sizes: [Int], amplitudes: [Double], seed: UInt64) -> Network {
        var model = NeuronModel(.leaky, [.tauM: .uniform(-1 / log(0.9))])
        model.reset = .subtract
        var populations: Table<Population> = [Population("input", shape: [sizes[0]], cell: .input)]
        var projections: Table<Projection> = []
        for layer in 1..<sizes.count {
            populations.append(Population("layer\(layer)", shape: [sizes[layer]], cell: .neuron(model), units: .normalized))
            let amplitude = amplitudes[layer - 1]
            projections.append(
                Projection(
                    "weights\(layer)", from: ID(layer - 1), to: ID(layer), .allToAll(allowSelf: true),
                    weight: .drawn(.uniform(low: -amplitude, high: amplitude))))
        }
        return Network(name: "perceptron", seed: seed, populations: populations, projections: projections)
    }

    private static func input(size: Int, steps: Int, probability: Double, seed: UInt64) -> Stimulus {
        let random = Philox(seed: seed, purpose: "benchmark input")
        var events = Stimulus.Events(offsets: [0], neurons: [])
        for step in 0..<steps {
            for neuron in 0..<size where random.uniform(step * size + neuron) < probability { events.neurons.append(Int32(neuron)) }
            events.offsets.append(Int32(events.neurons.count))
        }
        return Stimulus([("input", events)])
    }
}

/// CPU seconds of this process.
private func processorTime() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
}
