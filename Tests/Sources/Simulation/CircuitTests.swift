import Diagnostics
import Networks
import Simulation
import Storage
import Testing

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The self-sustained network of current-based neurons against long runs of NEST 3.10 and Brian2 2.11 (10 s after 0.5 s, five seeds).
@Suite struct CircuitTests {
    @Test func theNetworkOfVogelsAndAbbottKeepsFiring() throws {
        let engine = try ReferenceEngine<Float>(EngineBenchmark.cuba.network())
        #expect(abs(Double(engine.synapseCount) - 320_000) < 5 * 320_000.0.squareRoot())
        _ = try engine.run(Stimulus(), steps: 500, record: RecordingRequest())
        let spikes = try engine.run(Stimulus(), steps: 500, record: RecordingRequest(spikes: ["E", "I"])).spikes
        for (name, size) in [("E", 3200), ("I", 800)] {
            let statistics = SpikeStatistics(spikes[name]!, size: size, steps: 500, timestep: 0.1)
            #expect(statistics.rate > 3 && statistics.rate < 9, "\(name) fires at \(statistics.rate) Hz")
        }
    }

    /// Bands: rate within 5 %, irregularity within 0.02, synchrony within 15 % of what both simulators agree on.
    @Test(.enabled(if: getenv("SPIKEWRIGHT_FULL") != nil, "minutes of simulation: Scripts/test --full"))
    func theNetworkOfVogelsAndAbbottFiresAsInNESTAndBrian() throws {
        var (rate, irregularity, synchrony, inhibitorySynchrony) = (0.0, 0.0, 0.0, 0.0)
        for seed in 1...5 {
            let engine = try ReferenceEngine<Float>(EngineBenchmark.cuba.network(seed: UInt64(seed)))
            _ = try engine.run(Stimulus(), steps: 5000, record: RecordingRequest())
            let spikes = try engine.run(Stimulus(), steps: 100_000, record: RecordingRequest(spikes: ["E", "I"])).spikes
            let excitatory = SpikeStatistics(spikes["E"]!, size: 3200, steps: 100_000, timestep: 0.1)
            let inhibitory = SpikeStatistics(spikes["I"]!, size: 800, steps: 100_000, timestep: 0.1)
            rate += (0.8 * excitatory.rate + 0.2 * inhibitory.rate) / 5
            irregularity += excitatory.irregularity / 5
            synchrony += excitatory.synchrony / 5
            inhibitorySynchrony += inhibitory.synchrony / 5
        }
        #expect(rate > 5.53 * 0.95 && rate < 5.59 * 1.05, "\(rate) Hz")
        #expect(abs(irregularity - 0.726) < 0.022, "CV \(irregularity)")
        #expect(synchrony > 1.95 * 0.85 && synchrony < 2.04 * 1.15, "synchrony of E \(synchrony)")
        #expect(inhibitorySynchrony > 1.50 * 0.85 && inhibitorySynchrony < 1.52 * 1.15, "synchrony of I \(inhibitorySynchrony)")
    }

    @Test func benchmarksPrintWhatTheyRan() throws {
        let result = try EngineBenchmark.perceptron.run(Float.self, samples: 1)
        #expect(result["neurons"]?.int == 1034)
        #expect(result["synapses"]?.int == 668_672)
        // About 3 % of the neurons spike in a step (torch and spikingjelly, same weights' law: 0.033 and 0.026).
        let rates = try #require(result["rate_per_step"]?.doubles)
        #expect(rates.count == 3 && rates[0] > 0.025 && rates[0] < 0.045 && rates[1] > 0.018 && rates[1] < 0.036, "\(rates)")
    }

    @Test func statisticsAreThoseOfKnownTrains() {
        // Two neurons of three: intervals 10, 10, 10 (CV 0) and 5, 15, 5, 15 (CV 0.5).
        let times: [(Int32, Int32)] = [(0, 0), (10, 0), (20, 0), (30, 0), (1, 1), (6, 1), (21, 1), (26, 1), (41, 1)]
        let spikes = times.sorted { $0 < $1 }.map { Recording.Spike(step: $0.0, neuron: $0.1) }
        let statistics = SpikeStatistics(spikes, size: 3, steps: 90, timestep: 1)
        #expect(abs(statistics.rate - 9.0 / 3 / 0.09) < 1e-12)
        #expect(abs(statistics.irregularity - 0.25) < 1e-12)
        // Bins of 3 steps: counts 2 in the first, 1 in each of seven, of thirty.
        #expect(abs(statistics.synchrony - (11.0 / 30 - 0.09) / 0.3) < 1e-12)
    }
}
