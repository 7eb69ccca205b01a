import Networks

/// The events that a run is given for one population, in the engine's own memory.
struct InputEvents<Real: EngineScalar>: BitwiseCopyable {
    var isGiven = false
    var isGraded = false
    var steps = 0
    var largestStep = 0
    var offsets = GrowingBuffer<Int32>()
    var neurons = GrowingBuffer<Int32>()
    var values = GrowingBuffer<Real>()

    mutating func clear() {
        (isGiven, isGraded, steps, largestStep) = (false, false, 0, 0)
    }

    mutating func take(_ events: Stimulus.Events) {
        isGiven = true
        isGraded = !events.values.isEmpty
        steps = events.steps
        largestStep = 0
        offsets.removeAll()
        neurons.removeAll()
        values.removeAll()
        offsets.extend(by: events.offsets.count)
        neurons.extend(by: events.neurons.count)
        values.extend(by: events.values.count)
        events.offsets.withUnsafeBufferPointer { copied in offsets.pointer.update(from: copied.baseAddress!, count: copied.count) }
        events.neurons.withUnsafeBufferPointer { copied in
            if let first = copied.baseAddress { neurons.pointer.update(from: first, count: copied.count) }
        }
        events.values.withUnsafeBufferPointer { Real.convert($0, to: values.pointer) }
        for step in 0..<steps { largestStep = max(largestStep, Int(events.offsets[step + 1] - events.offsets[step])) }
    }

    func release() {
        offsets.release()
        neurons.release()
        values.release()
    }
}

/// The spikes of one part of a population that a run records.
struct SpikeLog: BitwiseCopyable {
    var isOn = false
    var spikes = GrowingBuffer<Recording.Spike>(capacity: 16)

    @inline(__always)
    mutating func append(_ neurons: UnsafeMutablePointer<Int32>, _ count: Int, step: Int) {
        let start = spikes.count
        spikes.extend(by: count)
        for k in 0..<count {
            spikes.pointer[start &+ k] = Recording.Spike(step: Int32(truncatingIfNeeded: step), neuron: neurons[k])
        }
    }

    func release() { spikes.release() }
}

/// Where a run writes the membrane potentials of a population: [steps × size]; nil when it does not.
struct MembraneLog: BitwiseCopyable {
    var values: UnsafeMutablePointer<Double>?
    var rest: UnsafePointer<Double>?
}
