package import Networks

/// Runs one trial of a recurrent network forward and records what learning needs.
package struct RecurrentForward<Real: LaneScalar> {
    let cell: RecurrentCell<Real>
    let weights: RecurrentMatrices<Real>
    let delays: RecurrentDelays
    let surrogate: EPropSurrogate
    private let state: Slab<Real>

    package init(_ cell: RecurrentCell<Real>, _ weights: RecurrentMatrices<Real>, delays: RecurrentDelays, surrogate: EPropSurrogate) {
        self.cell = cell
        self.weights = weights
        self.delays = delays
        self.surrogate = surrogate
        state = Slab(6 * cell.width + cell.outputs)
    }

    /// - Parameters:
    ///   - inputs: one list for each source population, with the number of its first neuron.
    ///   - spike: called with (step, neuron) for every spike.
    package func run(_ inputs: [(first: Int, events: Stimulus.Events)], into record: TrialRecord<Real>) {
        let width = cell.width
        state.clear()
        let v = state.pointer
        let a = v + width
        let z = a + width
        let blocked = z + width
        let arriving = blocked + width
        let y = arriving + 2 * width
        v.update(from: cell.initialMembrane.pointer, count: width)
        record.begin()
        var spikes = 0
        for step in 0..<record.steps {
            arriving.update(repeating: 0, count: width)
            for (first, events) in inputs {
                let sent = step - delays.input
                guard sent >= 0, sent < events.steps else { continue }
                for e in Int(events.offsets[sent])..<Int(events.offsets[sent + 1]) {
                    let row = weights.input.pointer + (first + Int(events.neurons[e])) * width
                    if events.values.isEmpty {
                        addRow(row, to: arriving, width: width)
                    } else {
                        addRow(row, times: Real(events.values[e]), to: arriving, width: width)
                    }
                }
            }
            for e in record.spikes(step - delays.recurrent) {
                addRow(weights.recurrent.pointer + Int(record.neurons[e]) * width, to: arriving, width: width)
            }
            advance(v, a, z, blocked, arriving, record.slope.pointer + step * width, step, record, &spikes)
            record.starts[step + 1] = Int32(truncatingIfNeeded: spikes)
            for k in 0..<cell.outputs { y[k] = cell.kappa.pointer[k] * y[k] + cell.readoutDrive.pointer[k] }
            for e in record.spikes(step - delays.output) {
                let row = weights.output.pointer + Int(record.neurons[e]) * cell.outputs
                for k in 0..<cell.outputs { y[k] += cell.readoutGain.pointer[k] * row[k] }
            }
            (record.readout.pointer + step * cell.outputs).update(from: y, count: cell.outputs)
        }
        record.end(spikes)
    }

    @inline(__always)
    private func advance(
        _ membrane: UnsafeMutablePointer<Real>, _ adaptation: UnsafeMutablePointer<Real>, _ spikes: UnsafeMutablePointer<Real>,
        _ countdown: UnsafeMutablePointer<Real>, _ arriving: UnsafeMutablePointer<Real>, _ slope: UnsafeMutablePointer<Real>, _ step: Int,
        _ record: TrialRecord<Real>, _ count: inout Int
    ) {
        let zero = SIMD8<Real>(repeating: 0)
        let one = SIMD8<Real>(repeating: 1)
        let half = SIMD8<Real>(repeating: 0.5)
        let damp = SIMD8<Real>(repeating: Real(surrogate.damp))
        let (neurons, counts) = (record.neurons, record.counts)
        let (membranes, adaptations) = (record.membrane?.pointer, record.adaptation?.pointer)
        let cell = cell
        let (alphas, gains, drives, thresholds) = (cell.alpha.pointer, cell.gain.pointer, cell.drive.pointer, cell.threshold.pointer)
        let (betas, rhos, refractory, inverses) = (
            cell.beta.pointer, cell.rho.pointer, cell.refractory.pointer, cell.inverseThreshold.pointer
        )
        let (isHeld, reset, resetsByAdapted, atOrAbove) = (cell.isHeld, cell.reset, cell.resetsByAdapted, cell.atOrAbove)
        let isScaledByAdapted = surrogate.isScaledByAdapted
        var n = 0
        while n < cell.width {
            let last = load(spikes, n)
            let base = load(thresholds, n)
            let beta = load(betas, n)
            let left = load(countdown, n)
            let free = one - Real.above(left, half)
            var a = load(adaptation, n)
            let before = load(membrane, n)
            var v = load(alphas, n) * before + load(gains, n) * load(arriving, n) + load(drives, n)
            if isHeld { v = free * v + (one - free) * before }
            if reset == .subtractNext { v -= last * (resetsByAdapted ? base + beta * a : base) }
            a = load(rhos, n) * a + last
            let adapted = base + beta * a
            let distance = v - adapted
            let crosses = atOrAbove ? Real.atOrAbove(distance, zero) : Real.above(distance, zero)
            let z = crosses * free
            let inverse = isScaledByAdapted ? one / adapted : load(inverses, n)
            let height = one - Real.magnitude(distance) * inverse
            store(free * damp * inverse * (height * Real.above(height, zero)), slope, n)
            store((left - one) * (one - free) * (one - z) + z * load(refractory, n), countdown, n)
            if let membranes { store(v, membranes, step * cell.width + n) }
            if let adaptations { store(a, adaptations, step * cell.width + n) }
            switch reset {
            case .subtractNext: break
            case .subtract: v -= z * (resetsByAdapted ? adapted : base)
            case .toValue: v += z * (load(cell.resetValue.pointer, n) - v)
            }
            store(v, membrane, n)
            store(a, adaptation, n)
            store(z, spikes, n)
            if Real.isAny(z) {
                for lane in 0..<laneCount where z[lane] != 0 {
                    neurons[count] = Int32(truncatingIfNeeded: n &+ lane)
                    counts[n &+ lane] &+= 1
                    count &+= 1
                }
            }
            n &+= laneCount
        }
    }
}

/// The triangle of Bellec et al.: damp / scale · max(0, 1 - |v - A| / scale).
package struct EPropSurrogate: Hashable, Sendable {
    package var damp: Double
    /// Whether `scale` is the adapted threshold A (LSNN) or the base threshold (golden files, NEST).
    package var isScaledByAdapted: Bool

    package init(damp: Double, isScaledByAdapted: Bool = false) {
        self.damp = damp
        self.isScaledByAdapted = isScaledByAdapted
    }
}
