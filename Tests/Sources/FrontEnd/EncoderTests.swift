import FrontEnd
import Networks
import Numerics
import Testing

@Suite struct EncoderTests {
    static let encoders: [Encoder] = [
        .poisson(maximum: 400), .regular(maximum: 250), .latency(first: 1, last: 9, threshold: 0.1), .direct(gain: 2),
    ]

    /// The steps in which neuron `n` has an event.
    func steps(_ events: Stimulus.Events, _ n: Int32) -> [Int] {
        (0..<events.steps).filter { events.neurons[Int(events.offsets[$0])..<Int(events.offsets[$0 + 1])].contains(n) }
    }

    func encodeOnce(_ sample: [Float], _ encoder: Encoder, steps: Int, sampleIndex: Int = 0, seed: UInt64 = 1) -> Stimulus.Events {
        encode(sample, encoder, steps: steps, population: "in", size: sample.count, sampleIndex: sampleIndex, seed: seed, timestep: 1)
    }

    @Test func `regular rates follow floor(1/2 + r t)`() {
        // r = 0.25, 0.5, 1, 0 spikes in each step: phase passes whole numbers at t = 1, 5, 9 …; 0, 2, 4 …; always; never.
        let events = encodeOnce([0.25, 0.5, 1, 0], .regular(maximum: 1000), steps: 10)
        #expect(steps(events, 0) == [1, 5, 9])
        #expect(steps(events, 1) == [0, 2, 4, 6, 8])
        #expect(steps(events, 2) == Array(0..<10))
        #expect(steps(events, 3) == [])
        #expect(events.values.isEmpty)
    }

    @Test func `latencies fall linearly from last to first`() {
        let events = encodeOnce([1, 0.55, 0.1, 0.101, 3], .latency(first: 2, last: 20, threshold: 0.1), steps: 30)
        #expect(steps(events, 0) == [2])
        #expect(steps(events, 1) == [11])
        #expect(steps(events, 2) == [])
        #expect(steps(events, 3) == [20])
        #expect(steps(events, 4) == [2])
    }

    @Test func `direct values are sent at every step`() {
        let events = encodeOnce([0.5, 0, -0.25], .direct(gain: 2), steps: 3)
        #expect(events == Stimulus.Events(offsets: [0, 2, 4, 6], neurons: [0, 2, 0, 2, 0, 2], values: [1, -0.5, 1, -0.5, 1, -0.5]))
        #expect(encodeOnce([0.5], .direct(gain: 2), steps: 0) == Stimulus.Events(offsets: [0], neurons: []))
    }

    @Test func `given spikes are sent as they are, and silence behind them`() {
        var encoder = SampleEncoder(.spikes, size: 2, steps: 4, timestep: 1, population: "in", seed: 0)
        let sample: [Float] = [0, 1, 1, 1, 0, 0]
        #expect(encoder.encode(sample.span, identity: 0) == Stimulus.Events(offsets: [0, 1, 3, 3, 3], neurons: [1, 0, 1]))
    }

    @Test func `Poisson spikes have the rate that is asked for`() {
        let sample = (0..<200).map { Float($0 % 4) / 4 }
        var counts = [0, 0, 0, 0]
        for index in 0..<50 {
            let events = encodeOnce(sample, .poisson(maximum: 500), steps: 40, sampleIndex: index)
            for neuron in events.neurons { counts[Int(neuron) % 4] += 1 }
        }
        // 50 neurons × 50 samples × 40 steps = 100,000 draws each with p = 0, 1/8, 1/4, 3/8: five standard deviations are below 800.
        for (count, expected) in zip(counts, [0, 12_500, 25_000, 37_500]) { #expect(abs(count - expected) < 800, "\(counts)") }
        #expect(counts[0] == 0)
        #expect(steps(encodeOnce([1, 0.5], .poisson(maximum: 1000), steps: 9), 0) == Array(0..<9))
    }

    @Test func `Poisson draws are the documented words of Philox`() {
        let events = encodeOnce([0.3, 0.6], .poisson(maximum: 1000), steps: 70, sampleIndex: 12, seed: 99)
        let random = Philox(seed: 99, purpose: "encode/in").split(12)
        for (neuron, x) in [(0, Double(Float(0.3))), (1, Double(Float(0.6)))] {
            let expected = (0..<70).filter { t in
                UInt64(random.block(UInt64(neuron) << 32 | UInt64(t / 4))[t % 4]) < UInt64(x * 0x1p32)
            }
            #expect(steps(events, Int32(neuron)) == expected)
        }
    }

    @Test(arguments: encoders)
    func `a longer run begins with the same events`(_ encoder: Encoder) {
        let sample = (0..<31).map { Float($0) / 30 }
        let (short, long) = (encodeOnce(sample, encoder, steps: 10), encodeOnce(sample, encoder, steps: 37))
        #expect(Array(long.offsets.prefix(11)) == short.offsets)
        #expect(Array(long.neurons.prefix(short.neurons.count)) == short.neurons)
    }

    @Test(arguments: encoders)
    func `numbers and events agree, and neurons ascend`(_ encoder: Encoder) {
        let table = (0..<5 * 7).map { UInt8($0 * 7 % 256) }
        let samples = DataSamples(table: .bytes(table), sampleSize: 7, scale: 255, rows: [4, 0, 2], labels: [0, 1, 2])
        var sampleEncoder = SampleEncoder(encoder, size: 7, steps: 11, timestep: 1, population: "in", seed: 3)
        var dense: [Float] = []
        sampleEncoder.encodeDense(samples, [2, 0], presentation: 5, into: &dense)
        var expected = [Float](repeating: 0, count: 11 * 2 * 7)
        for (position, index) in [2, 0].enumerated() {
            var events = Stimulus.Events(offsets: [], neurons: [])
            sampleEncoder.encode(samples, index, presentation: 5, into: &events)
            for step in 0..<11 {
                let range = Int(events.offsets[step])..<Int(events.offsets[step + 1])
                #expect(Array(events.neurons[range]) == events.neurons[range].sorted())
                for place in range {
                    expected[(step * 2 + position) * 7 + Int(events.neurons[place])] = events.values.isEmpty ? 1 : events.values[place]
                }
            }
        }
        #expect(dense == expected)
    }

    @Test func `samples and presentations differ, the same ones agree`() {
        let sample = [Float](repeating: 0.5, count: 64)
        var encoder = SampleEncoder(.poisson(maximum: 500), size: 64, steps: 20, timestep: 1, population: "in", seed: 3)
        let first = encoder.encode(sample.span, identity: 0)
        #expect(encoder.encode(sample.span, identity: 0) == first)
        #expect(encoder.encode(sample.span, identity: 1) != first)
        #expect(encoder.encode(sample.span, identity: 0, presentation: 1) != first)
        var other = SampleEncoder(.poisson(maximum: 500), size: 64, steps: 20, timestep: 1, population: "other", seed: 3)
        #expect(other.encode(sample.span, identity: 0) != first)
    }
}
