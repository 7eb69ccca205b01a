public import Networks
import Numerics

/// Turns samples into the activity of an input population; keeps its buffers from sample to sample.
///
/// With x the number of a neuron (values outside 0...1 count as the nearest bound, but for `direct`), dt the time step in ms, t the
/// step, from 0:
///
///     poisson   a spike when a 32-bit word w(n, t) < floor(2^32 · min(x · maximum · dt / 1000, 1))
///     rate      a spike when floor(1/2 + r · (t + 1)) > floor(1/2 + r · t) with r = min(x · maximum · dt / 1000, 1)
///     latency   one spike at t = first + round((last - first) · (1 - x) / (1 - threshold)) when x > threshold (as floats), else none
///     spike_time  one spike at t = round(time / dt), at the time that `SpikeTimeCode` states; the events carry the time itself
///     direct    the value x · gain at every step, nothing where it is 0
///     spikes    a spike where the sample [steps × neurons] is not 0; steps behind its end are silent
///     series    the value x · gain of the sample [steps × neurons] in its step, nothing where it is 0
///     schedule  in segment s of the sample [segments × neurons] as poisson with the numbers of row s, t counted from the start
///     threshold_crossing   number i of the sample acts in step i · steps: neuron 2k when threshold k is passed upwards since number
///               i - 1 (number -1 is 0), 2k + 1 when downwards; threshold k is k / (levels - 1); the last neuron spikes at every step
///               of the cue behind the last number
///
/// Words w come from `Philox(seed, "encode/<population>")`, split by the sample's identity (and once more by the presentation, above 0):
/// the spikes of a sample are a function of these alone. Complexity: linear in neurons and spikes, for random encoders in neurons × steps
/// where x is above 0.
public struct SampleEncoder: Sendable {
    public let encoder: Encoder
    /// Neurons of the population.
    public let size: Int
    /// Steps of a presentation.
    public let steps: Int
    /// Length of a step, in ms.
    public let timestep: Double

    private let random: Philox
    /// Spikes of one sample, by neuron, then step.
    private var spikes: [(neuron: Int32, step: Int32)] = []
    private var places: [Int32] = []
    private var values: [Float] = []

    /// - Parameters:
    ///   - size: neurons of the population.
    ///   - timestep: in ms.
    ///   - population: its name, which keys the random numbers.
    public init(_ encoder: Encoder, size: Int, steps: Int, timestep: Double, population: String, seed: UInt64) {
        self.encoder = encoder
        self.size = size
        self.steps = steps
        self.timestep = timestep
        random = Philox(seed: seed, purpose: "encode/\(population)")
    }

    /// Numbers that one sample has.
    public var sampleSize: Int {
        switch encoder {
        case .spikes, .series: size * steps
        case .schedule(let segments, _): size * segments.count
        case .thresholdCrossing(_, let length, let cue): (steps - cue) / length
        case .spikeTime(let code): size / code.copies
        default: size
        }
    }

    /// The events of one sample.
    ///
    /// - Parameters:
    ///   - sample: `sampleSize` numbers; for `spikes` any multiple of `size`.
    ///   - identity: see `DataSamples.identity`.
    ///   - presentation: counts how often the sample was shown, for fresh random numbers in every epoch.
    public mutating func encode(_ sample: Span<Float>, identity: Int, presentation: Int = 0) -> Stimulus.Events {
        var events = Stimulus.Events(offsets: [], neurons: [])
        encode(sample, identity: identity, presentation: presentation, into: &events)
        return events
    }

    /// The events of one sample, in the arrays of an earlier one.
    public mutating func encode(_ sample: Span<Float>, identity: Int, presentation: Int = 0, into events: inout Stimulus.Events) {
        events.offsets.removeAll(keepingCapacity: true)
        events.neurons.removeAll(keepingCapacity: true)
        events.values.removeAll(keepingCapacity: true)
        events.times.removeAll(keepingCapacity: true)
        switch encoder {
        case .direct(let gain): encodeValues(sample, gain: Float(gain), into: &events)
        case .spikes: encodeGiven(sample, into: &events)
        case .series(let gain): encodeSeries(sample, gain: Float(gain), into: &events)
        case .spikeTime(let code): encodeTimes(sample, code, into: &events)
        case .poisson, .regular, .latency, .schedule, .thresholdCrossing:
            collectSpikes(sample, identity: identity, presentation: presentation)
            sortSpikes(into: &events)
        }
    }

    /// The activity of one sample as numbers: row t of the presentation is written to `target[t · stride + offset ..< … + size]`.
    ///
    /// - Parameter target: those numbers are overwritten, all others kept.
    public mutating func encodeDense(
        _ sample: Span<Float>, identity: Int, presentation: Int = 0, into target: inout MutableSpan<Float>, offset: Int, stride: Int
    ) {
        for step in 0..<steps {
            let start = step * stride + offset
            for neuron in 0..<size { target[start + neuron] = 0 }
        }
        switch encoder {
        case .direct(let gain):
            let gain = Float(gain)
            for step in 0..<steps {
                let start = step * stride + offset
                for neuron in 0..<size { target[start + neuron] = sample[neuron] * gain }
            }
        case .spikes:
            for step in 0..<min(steps, sample.count / max(size, 1)) {
                for neuron in 0..<size where sample[step * size + neuron] != 0 { target[step * stride + offset + neuron] = 1 }
            }
        case .series(let gain):
            for step in 0..<min(steps, sample.count / max(size, 1)) {
                for neuron in 0..<size { target[step * stride + offset + neuron] = sample[step * size + neuron] * Float(gain) }
            }
        case .poisson, .regular, .latency, .schedule, .thresholdCrossing, .spikeTime:
            collectSpikes(sample, identity: identity, presentation: presentation)
            for (neuron, step) in spikes { target[Int(step) * stride + offset + Int(neuron)] = 1 }
        }
    }

    // MARK: One encoder each

    private mutating func collectSpikes(_ sample: Span<Float>, identity: Int, presentation: Int) {
        precondition(sample.count == sampleSize, "bug: a sample of \(sample.count) numbers for \(size) neurons")
        spikes.removeAll(keepingCapacity: true)
        switch encoder {
        case .poisson(let maximum):
            let stream = presentation == 0 ? random.split(identity) : random.split(identity).split(presentation)
            let perStep = maximum * timestep / 1000
            for neuron in 0..<size {
                SpikeChance(Double(sample[neuron]) * perStep).forEachSpike(of: neuron, in: 0..<steps, stream) { step in
                    spikes.append((Int32(neuron), Int32(step)))
                }
            }
        case .regular(let maximum):
            let perStep = maximum * timestep / 1000
            for neuron in 0..<size where sample[neuron] > 0 {
                let rate = min(Double(min(sample[neuron], 1)) * perStep, 1)
                var count = 0
                for step in 0..<steps {
                    let next = Int(0.5 + rate * Double(step + 1))
                    if next > count { spikes.append((Int32(neuron), Int32(step))) }
                    count = next
                }
            }
        case .latency(let first, let last, let threshold):
            let span = Double(last - first)
            for neuron in 0..<size where sample[neuron] > Float(threshold) {
                let x = Double(min(sample[neuron], 1))
                let step = first + Int((span * (1 - x) / (1 - threshold)).rounded())
                if step >= 0, step < steps { spikes.append((Int32(neuron), Int32(step))) }
            }
        case .schedule(let segments, let maximum):
            let stream = presentation == 0 ? random.split(identity) : random.split(identity).split(presentation)
            let perStep = maximum * timestep / 1000
            for neuron in 0..<size {
                var start = 0
                for (segment, length) in segments.enumerated() {
                    SpikeChance(Double(sample[segment * size + neuron]) * perStep).forEachSpike(
                        of: neuron, in: start..<min(start + length, steps), stream
                    ) { step in spikes.append((Int32(neuron), Int32(step))) }
                    start += length
                }
            }
        case .thresholdCrossing(let levels, let length, let cue): collectCrossings(sample, levels: levels, length: length, cue: cue)
        case .spikeTime(let code):
            for neuron in 0..<size {
                guard let time = code.time(sample[neuron % max(sample.count, 1)]) else { continue }
                let step = (time / timestep).rounded()
                if step >= 0, step < Double(steps) { spikes.append((Int32(neuron), Int32(step))) }
            }
        case .direct, .spikes, .series: break
        }
    }

    /// By neuron, then step.
    private mutating func collectCrossings(_ sample: Span<Float>, levels: Int, length: Int, cue: Int) {
        for level in 0..<levels {
            let threshold = levels > 1 ? Float(level) / Float(levels - 1) : 0.5
            for isRise in [true, false] {
                let neuron = 2 * level + (isRise ? 0 : 1)
                guard neuron < size else { continue }
                var last: Float = 0
                for index in 0..<sample.count {
                    let crosses = isRise ? last < threshold && sample[index] >= threshold : last >= threshold && sample[index] < threshold
                    if crosses, index * length < steps { spikes.append((Int32(neuron), Int32(index * length))) }
                    last = sample[index]
                }
            }
        }
        let end = sample.count * length
        for step in end..<max(end, min(end + cue, steps)) { spikes.append((Int32(size - 1), Int32(step))) }
    }

    /// As `sortSpikes`, with the times beside.
    private mutating func encodeTimes(_ sample: Span<Float>, _ code: SpikeTimeCode, into events: inout Stimulus.Events) {
        collectSpikes(sample, identity: 0, presentation: 0)
        sortSpikes(into: &events)
        for neuron in events.neurons { events.times.append(code.time(sample[Int(neuron) % max(sample.count, 1)]) ?? 0) }
    }

    /// Counts the spikes of each step, then puts each in its place; neurons stay ascending.
    private mutating func sortSpikes(into events: inout Stimulus.Events) {
        events.offsets.append(contentsOf: repeatElement(0, count: steps + 1))
        for spike in spikes { events.offsets[Int(spike.step) + 1] += 1 }
        for step in 0..<steps { events.offsets[step + 1] += events.offsets[step] }
        places.removeAll(keepingCapacity: true)
        places.append(contentsOf: events.offsets)
        events.neurons.append(contentsOf: repeatElement(0, count: spikes.count))
        for (neuron, step) in spikes {
            events.neurons[Int(places[Int(step)])] = neuron
            places[Int(step)] += 1
        }
    }

    private func encodeValues(_ sample: Span<Float>, gain: Float, into events: inout Stimulus.Events) {
        precondition(sample.count == size, "bug: a sample of \(sample.count) numbers for \(size) neurons")
        events.offsets.append(0)
        for neuron in 0..<size where sample[neuron] * gain != 0 {
            events.neurons.append(Int32(neuron))
            events.values.append(sample[neuron] * gain)
        }
        let count = events.neurons.count
        for step in 0..<steps {
            // The first step is there already; the others repeat it.
            if step > 0 {
                for index in 0..<count {
                    events.neurons.append(events.neurons[index])
                    events.values.append(events.values[index])
                }
            }
            events.offsets.append(Int32(count * (step + 1)))
        }
        if steps == 0 {
            events.neurons.removeAll()
            events.values.removeAll()
        }
    }

    private func encodeSeries(_ sample: Span<Float>, gain: Float, into events: inout Stimulus.Events) {
        let given = size > 0 ? sample.count / size : 0
        events.offsets.append(0)
        for step in 0..<steps {
            if step < given {
                for neuron in 0..<size where sample[step * size + neuron] * gain != 0 {
                    events.neurons.append(Int32(neuron))
                    events.values.append(sample[step * size + neuron] * gain)
                }
            }
            events.offsets.append(Int32(events.neurons.count))
        }
    }

    private func encodeGiven(_ sample: Span<Float>, into events: inout Stimulus.Events) {
        let given = size > 0 ? sample.count / size : 0
        events.offsets.append(0)
        for step in 0..<steps {
            if step < given {
                for neuron in 0..<size where sample[step * size + neuron] != 0 { events.neurons.append(Int32(neuron)) }
            }
            events.offsets.append(Int32(events.neurons.count))
        }
    }
}

/// The activity of an input population for one sample; for many samples, keep a `SampleEncoder`.
///
/// - Parameters:
///   - sample: numbers in 0...1, one for each neuron (for `spikes` one for each step and neuron).
///   - timestep: in ms.
///   - population: the population's name.
///   - sampleIndex: the sample's identity in its data set.
public func encode(
    _ sample: [Float], _ encoder: Encoder, steps: Int, population: String, size: Int, sampleIndex: Int, seed: UInt64, timestep: Double
) -> Stimulus.Events {
    var sampleEncoder = SampleEncoder(encoder, size: size, steps: steps, timestep: timestep, population: population, seed: seed)
    return sampleEncoder.encode(sample.span, identity: sampleIndex)
}
