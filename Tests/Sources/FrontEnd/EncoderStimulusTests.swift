import FrontEnd
import Networks
import Numerics
import Testing

@Suite struct EncoderStimulusTests {
    static func network(_ cell: Cell, size: Int, timestep: Double = 1) -> Network {
        Network(name: "test", timestep: timestep, seed: 5, populations: [Population("source", shape: [size], cell: cell)])
    }

    @Test func `given times become steps, and a step has one spike at most`() {
        let network = Self.network(.spikeSourceArray(times: [[0, 0.3, 0.62, 0.58], [9.9, 1.0, -1], []]), size: 3, timestep: 0.1)
        let stimulus = Stimulus(for: network, sample: nil, sampleIndex: 0, steps: 12)
        #expect(stimulus.populations.count == 1)
        let events = stimulus.populations[0].events
        #expect(events.offsets == [0, 1, 1, 1, 2, 2, 2, 3, 3, 3, 3, 4, 4])
        #expect(events.neurons == [0, 0, 0, 1])
    }

    @Test func `Poisson sources keep their rates and their time`() {
        let network = Self.network(
            .spikeSourcePoisson(rate: .perNeuron([0, 100, 2000]), start: 100, duration: 5000), size: 3)
        let events = Stimulus(for: network, sample: nil, sampleIndex: 0, steps: 6000).populations[0].events
        let counts = (0..<3).map { n in events.neurons.count { $0 == n } }
        #expect(counts[0] == 0)
        // 5,000 draws with p = 0.1: five standard deviations are 106.
        #expect(abs(counts[1] - 500) < 107)
        #expect(counts[2] == 5000)
        #expect(events.offsets[100] == 0)
        #expect(events.offsets[5100] == events.offsets[6000])
    }

    @Test func `start and end of a Poisson source are exact in steps of a tenth`() {
        let network = Self.network(
            .spikeSourcePoisson(rate: .uniform(10_000), start: 0.3, duration: 0.4), size: 1, timestep: 0.1)
        let events = Stimulus(for: network, sample: nil, sampleIndex: 0, steps: 10).populations[0].events
        #expect(events.offsets == [0, 0, 0, 0, 1, 2, 3, 4, 4, 4, 4])
    }

    @Test func `the task's input follows the sample, other inputs are silent`() {
        var network = Self.network(.input, size: 2)
        network.populations.append(Population("other", shape: [4], cell: .input))
        network.populations.append(Population("neurons", shape: [4], cell: .neuron(NeuronModel(.leaky))))
        network.task = Task(data: .named("digits8x8"), encoder: .regular(maximum: 1000), input: ID(0), split: .given, steps: 3)
        let stimulus = Stimulus(for: network, sample: [1, 0], sampleIndex: 0, steps: 3)
        #expect(stimulus == Stimulus([("source", Stimulus.Events(offsets: [0, 1, 2, 3], neurons: [0, 0, 0]))]))
        #expect(Stimulus(for: network, sample: nil, sampleIndex: 0, steps: 3).populations.isEmpty)
    }

    @Test func `an encoder that is kept gives what a fresh one gives`() {
        let network = Self.network(.spikeSourcePoisson(rate: .drawn(.uniform(low: 0, high: 500)), start: 0, duration: 1e9), size: 20)
        var kept = StimulusEncoder(network, steps: 50)
        for index in 0..<3 { #expect(kept.stimulus(identity: index) == Stimulus(for: network, sample: nil, sampleIndex: index, steps: 50)) }
        #expect(kept.stimulus(identity: 0) != kept.stimulus(identity: 1))
    }
}
