import Chips
import FrontEnd
import Lowering
import Networks
import Numerics
import Passes
import Simulation
import Spikewright
import Support
import Targets
import Testing

/// Vogels and Abbott's network of 4,000 neurons on SpiNNaker: as irregular and as little correlated as the reference, within the spread of
/// five reference seeds. Its activity is chaotic, so that single spikes need not agree.
@Suite struct VogelsAbbottTests {
    @Test func `the lowered network fires as the reference does`() throws {
        let model = try Model(at: testsFolder + "/../Models/vogels-abbott.yaml")
        let steps = 1000
        var references: [Figures] = []
        for seed in 0..<5 {
            var network = model.network
            network.seed = UInt64(seed)
            var engine = try ReferenceEngine<Double>(network, threads: 1)
            references.append(try Self.figures(&engine, network, steps: steps))
        }
        try withTemporaryDirectory { directory in
            var network = model.network
            network.seed = 0
            let graph = try Pipeline(to: try chip(named: "spin5")).run(network)
            _ = try family(of: graph.placed.coreGraph.quantized.chip).write(graph, to: "\(directory)/out", threads: 1)
            var emulator = try bootArtifact("\(directory)/out")
            let lowered = try Self.figures(&emulator, network, steps: steps)
            print("Vogels-Abbott on spin5: \(lowered); reference, five seeds: \(references)")
            let measured: [(name: String, figure: KeyPath<Figures, Double>)] = [
                ("rate", \.rate), ("CV", \.irregularity), ("correlation", \.correlation),
            ]
            for (name, figure) in measured {
                let values = references.map { $0[keyPath: figure] }
                let middle = values.reduce(0, +) / Double(values.count)
                let spread = (values.reduce(0) { $0 + ($1 - middle) * ($1 - middle) } / Double(values.count - 1)).squareRoot()
                // Three standard deviations: a sixth seed would lie outside once in hundreds of runs.
                let distance = abs(lowered[keyPath: figure] - middle)
                #expect(distance <= 3 * spread, "\(name) \(lowered[keyPath: figure]), references \(values)")
            }
        }
    }

    @Test func `two threads give the same spikes`() throws {
        let model = try Model(at: testsFolder + "/../Models/vogels-abbott.yaml")
        try withTemporaryDirectory { directory in
            let graph = try Pipeline(to: try chip(named: "spin5")).run(model.network)
            _ = try family(of: graph.placed.coreGraph.quantized.chip).write(graph, to: "\(directory)/out", threads: 1)
            let stimulus = Stimulus(for: model.network, sample: nil, sampleIndex: 0, steps: 500)
            let runs = try [1, 2].map { threads in
                var emulator = try bootArtifact("\(directory)/out", threads: threads)
                let recording = try emulator.run(
                    stimulus, steps: 500, record: RecordingRequest(spikes: ["excitatory", "inhibitory"], membranes: ["inhibitory"]))
                return (recording, emulator.statistics)
            }
            #expect(runs[0].0.spikes.values.joined().count > 1000)
            #expect(runs[0].0.spikes == runs[1].0.spikes)
            #expect(runs[0].0.membranes == runs[1].0.membranes)
            #expect(runs[0].1 == runs[1].1)
        }
    }

    struct Figures {
        /// In Hz.
        var rate: Double
        /// Coefficient of variation of the intervals.
        var irregularity: Double
        /// Mean over pairs of the correlation of spike counts in bins of 5 ms.
        var correlation: Double
    }

    private static func figures(_ engine: inout some Engine, _ network: Network, steps: Int) throws -> Figures {
        let stimulus = Stimulus(for: network, sample: nil, sampleIndex: 0, steps: steps)
        let recording = try engine.run(stimulus, steps: steps, record: RecordingRequest(spikes: ["excitatory"]))
        // The first 200 ms are the start.
        let spikes = (recording.spikes["excitatory"] ?? []).filter { $0.step >= 200 }
            .map { Recording.Spike(step: $0.step - 200, neuron: $0.neuron) }
        let statistics = SpikeStatistics(spikes, size: 3200, steps: steps - 200, timestep: network.timestep)
        return Figures(
            rate: statistics.rate, irregularity: statistics.irregularity, correlation: correlation(spikes, steps: steps - 200))
    }

    /// Of the first 200 neurons that fire.
    private static func correlation(_ spikes: [Recording.Spike], steps: Int) -> Double {
        let width = 5
        var counts: [Int32: [Double]] = [:]
        for spike in spikes { counts[spike.neuron, default: [Double](repeating: 0, count: steps / width)][Int(spike.step) / width] += 1 }
        let chosen = counts.keys.sorted().prefix(200).compactMap { counts[$0] }.map { train -> [Double] in
            let mean = train.reduce(0, +) / Double(train.count)
            let size = train.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }.squareRoot()
            return train.map { ($0 - mean) / size }
        }
        var sum = 0.0
        for first in chosen.indices {
            for second in 0..<first { sum += zip(chosen[first], chosen[second]).reduce(0) { $0 + $1.0 * $1.1 } }
        }
        return sum / Double(chosen.count * (chosen.count - 1) / 2)
    }
}
