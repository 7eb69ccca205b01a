import Networks

/// What one chunk of samples leaves of a population: everything that the way back needs.
///
/// Arrays over time are [steps × samples × neurons], row-major; a row is the population of one sample in one step.
final class PopulationState<Real: TrainingScalar> {
    let size: Int
    let samples: Int
    let steps: Int
    /// What arrives, by channel; the first becomes the membrane potential before the reset.
    let arrivals: [Slab<Real>]
    /// Spikes (0 or 1), rates, or given values.
    let output: Slab<Real>
    /// The rows of `output` as lists of neurons, for those who only add rows.
    var events: EventRows
    /// Membrane potential after the reset; of a readout only.
    let membrane: Slab<Real>?
    /// Adaptation of each step; of adaptive neurons only.
    let adaptation: Slab<Real>?
    /// 1 where the membrane was held; of neurons with refractory steps only.
    let held: Slab<Real>?

    /// dE/d output, then dE/d arrivals of the first channel.
    let gradient: Slab<Real>
    /// dE/d arrivals of the second channel.
    let secondGradient: Slab<Real>?
    /// dE/d membrane potential after the reset; of a readout only.
    let membraneGradient: Slab<Real>?
    /// [neurons].
    let driveGradient: Slab<Real>

    /// States that go from step to step, [samples × neurons]: forward, then backward.
    let v: Slab<Real>
    let current: [Slab<Real>]
    let jump: [Slab<Real>]
    let adapted: Slab<Real>
    let previous: Slab<Real>
    let countdown: Slab<Real>
    /// [2 × neurons]
    let scratch: Slab<Real>

    init(_ plan: TrainingPlan.PopulationPlan, samples: Int, steps: Int, isReadout: Bool) {
        size = plan.size
        self.samples = samples
        self.steps = steps
        let isNeuron = plan.dynamics != nil
        let all = steps * samples * size
        let row = samples * size
        let channels = plan.channels
        arrivals = isNeuron ? (0..<channels).map { _ in Slab(all) } : []
        output = Slab(all)
        events = EventRows(rows: steps * samples)
        membrane = isReadout ? Slab(all) : nil
        membraneGradient = isReadout ? Slab(all) : nil
        adaptation = plan.dynamics.map { $0.spikes && $0.isAdaptive } == true ? Slab(all) : nil
        held = plan.dynamics.map { $0.spikes && $0.refractorySteps.contains { $0 > 0 } } == true ? Slab(all) : nil
        gradient = Slab(isNeuron ? all : 0)
        secondGradient = channels == 2 ? Slab(all) : nil
        driveGradient = Slab(size)
        v = Slab(row)
        current = (0..<channels).map { _ in Slab(row) }
        jump = (0..<channels).map { _ in Slab(row) }
        adapted = Slab(row)
        previous = Slab(row)
        countdown = Slab(row)
        scratch = Slab(2 * size)
    }

    @inline(__always) func row(_ step: Int, _ sample: Int) -> Int { (step * samples + sample) * size }

    func clearStates() {
        for slab in [v, adapted, previous, countdown] + current + jump { slab.clear() }
    }
}

/// Lists of neurons, one list for each row (step and sample) of a population.
struct EventRows {
    var starts: [Int32]
    var counts: [Int32]
    var neurons: [Int32] = []

    init(rows: Int) {
        starts = [Int32](repeating: 0, count: rows)
        counts = starts
    }

    mutating func clear() {
        for row in counts.indices { counts[row] = 0 }
        neurons.removeAll(keepingCapacity: true)
    }

    /// Lists the neurons of `row` whose output is not 0.
    mutating func append<Real: TrainingScalar>(row: Int, _ output: UnsafePointer<Real>, count: Int) {
        starts[row] = Int32(neurons.count)
        for n in 0..<count where output[n] != 0 { neurons.append(Int32(n)) }
        counts[row] = Int32(neurons.count) - starts[row]
    }
}

/// The same events sorted by neuron: for each neuron the rows in which it spiked, ascending.
struct EventColumns {
    var starts: [Int32] = []
    var rows: [Int32] = []

    /// - Parameter shift: added to each row; rows that then lie at or beyond `limit` are left out.
    mutating func transpose(_ events: EventRows, neurons: Int, shift: Int, limit: Int) {
        let last = max(0, limit - shift)
        starts.removeAll(keepingCapacity: true)
        starts.append(contentsOf: repeatElement(0, count: neurons + 1))
        rows.removeAll(keepingCapacity: true)
        events.neurons.withUnsafeBufferPointer { list in
            starts.withUnsafeMutableBufferPointer { starts in
                for row in 0..<last {
                    let first = Int(events.starts[row])
                    for k in first..<first + Int(events.counts[row]) { starts[Int(list[k]) + 1] += 1 }
                }
                for n in 0..<neurons { starts[n + 1] += starts[n] }
            }
            rows.append(contentsOf: repeatElement(0, count: Int(starts[neurons])))
            rows.withUnsafeMutableBufferPointer { rows in
                starts.withUnsafeMutableBufferPointer { starts in
                    for row in 0..<last {
                        let first = Int(events.starts[row])
                        for k in first..<first + Int(events.counts[row]) {
                            let neuron = Int(list[k])
                            rows[Int(starts[neuron])] = Int32(row + shift)
                            starts[neuron] += 1
                        }
                    }
                }
            }
        }
        // Filling moved each start to the next one's place.
        for n in stride(from: neurons, to: 0, by: -1) { starts[n] = starts[n - 1] }
        starts[0] = 0
    }
}
