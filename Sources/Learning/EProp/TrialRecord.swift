/// What one trial leaves for learning: spikes as lists, pseudo-derivatives and readouts.
package final class TrialRecord<Real: LaneScalar>: @unchecked Sendable {
    package let steps: Int
    package let width: Int
    package let outputs: Int
    /// dz/dv, [steps × width].
    package let slope: Slab<Real>
    /// Readout, [steps × outputs].
    package let readout: Slab<Real>
    /// dE/dy, [steps × outputs].
    package let error: Slab<Real>
    /// Spikes of step t: `neurons[starts[t]..<starts[t + 1]]`, ascending.
    let starts: UnsafeMutablePointer<Int32>
    package let neurons: UnsafeMutablePointer<Int32>
    /// Spikes of each neuron, [width].
    package let counts: UnsafeMutablePointer<Int32>
    package private(set) var spikeCount = 0
    /// Membrane potential and adaptation of each step, [steps × width], where asked for.
    package let membrane: Slab<Real>?
    package let adaptation: Slab<Real>?

    package init(_ cell: RecurrentCell<Real>, steps: Int, keepsStates: Bool = false) {
        self.steps = steps
        width = cell.width
        outputs = cell.outputs
        slope = Slab(steps * cell.width)
        readout = Slab(steps * cell.outputs)
        error = Slab(steps * cell.outputs)
        starts = .allocate(capacity: steps + 1)
        starts.initialize(repeating: 0, count: steps + 1)
        counts = .allocate(capacity: cell.width)
        counts.initialize(repeating: 0, count: cell.width)
        // Room for every neuron in every step; pages that no spike reaches are never touched.
        neurons = .allocate(capacity: max(1, steps * cell.neurons))
        membrane = keepsStates ? Slab(steps * cell.width) : nil
        adaptation = keepsStates ? Slab(steps * cell.width) : nil
    }

    deinit {
        starts.deallocate()
        neurons.deallocate()
        counts.deallocate()
    }

    package func begin() {
        spikeCount = 0
        counts.update(repeating: 0, count: width)
    }

    func end(_ count: Int) { spikeCount = count }

    /// Notes a spike of the step that is under way, in ascending order of neurons; for machines that run step by step.
    package func note(_ neuron: Int) {
        neurons[spikeCount] = Int32(truncatingIfNeeded: neuron)
        counts[neuron] &+= 1
        spikeCount &+= 1
    }

    /// Ends step `step` of a record that is filled by `note`.
    package func close(_ step: Int) { starts[step &+ 1] = Int32(truncatingIfNeeded: spikeCount) }

    /// The places of step `step` in `neurons`; empty before the start.
    @inline(__always)
    package func spikes(_ step: Int) -> Range<Int> {
        step < 0 ? 0..<0 : Int(starts[step])..<Int(starts[step &+ 1])
    }
}
