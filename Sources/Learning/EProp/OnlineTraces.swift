package import Networks

/// e-prop as it would run beside the network: two traces for each synapse, moved on in every step, nothing of earlier steps kept.
///
///     ε̄_i ← alpha · ε̄_i + gain · z_i                       (shared by all synapses of i onto neurons of equal alpha)
///     e_ji = psi_j (ε̄_ji - beta_j εa_ji)
///     εa_ji ← psi_j ε̄_ji + (rho_j - psi_j beta_j) εa_ji
///     ē_ji ← kappa · ē_ji + g · e_ji
///     dE/dW_ji += L_j · ē_ji + r_j · e_ji
///
/// The readout's filter must be one for all outputs. The firing-rate term needs the trial's rate, so it is taken with the sum of e_ji at
/// the trial's end.
package final class OnlineTraces<Real: LaneScalar> {
    private let cell: RecurrentCell<Real>
    private let delays: RecurrentDelays
    private let inputs: Int
    /// All [presynaptic × width]: inputs first, then neurons.
    private let membrane: Slab<Real>
    private let adaptation: Slab<Real>
    private let eligibility: Slab<Real>
    private let sums: Slab<Real>
    private let gradient: Slab<Real>
    private let state: Slab<Real>

    package init(_ cell: RecurrentCell<Real>, inputs: Int, delays: RecurrentDelays) {
        self.cell = cell
        self.delays = delays
        self.inputs = inputs
        let rows = (inputs + cell.neurons) * cell.width
        membrane = Slab(rows)
        adaptation = Slab(rows)
        eligibility = Slab(rows)
        sums = Slab(rows)
        gradient = Slab(rows)
        state = Slab(cell.width + cell.neurons)
    }

    /// Adds the trial's gradient to `target`.
    ///
    /// The record stands for what a chip would have at hand in the step: spikes, pseudo-derivatives and errors of that step.
    package func run(
        _ record: TrialRecord<Real>, _ given: [(first: Int, events: Stimulus.Events)], feedback: Slab<Real>, rates: Slab<Real>,
        to target: RecurrentMatrices<Real>
    ) {
        let width = cell.width
        let outputs = cell.outputs
        for slab in [membrane, adaptation, eligibility, sums, gradient, state] { slab.clear() }
        let signal = state.pointer
        let filtered = signal + width
        let kappa = cell.kappa.pointer[0]
        let readoutGain = cell.readoutGain.pointer[0]
        // With a delay to the readout, traces of a step meet the error that its spikes cause, `delays.output` steps later.
        for step in 0..<record.steps {
            for row in 0..<inputs + cell.neurons { decay(row) }
            for (first, events) in given {
                let sent = step - delays.input
                guard sent >= 0, sent < events.steps else { continue }
                for e in Int(events.offsets[sent])..<Int(events.offsets[sent + 1]) {
                    arrive(first + Int(events.neurons[e]), events.values.isEmpty ? 1 : Real(events.values[e]))
                }
            }
            for e in record.spikes(step - delays.recurrent) { arrive(inputs + Int(record.neurons[e]), 1) }
            let seen = step + delays.output
            signal.update(repeating: 0, count: width)
            if seen < record.steps {
                for k in 0..<outputs {
                    let error = record.error.pointer[seen * outputs + k]
                    if error != 0 { addRow(feedback.pointer + k * width, times: error, to: signal, width: width) }
                }
            }
            for row in 0..<inputs + cell.neurons {
                move(row, record.slope.pointer + step * width, signal, kappa, readoutGain)
            }
            for n in 0..<cell.neurons { filtered[n] *= kappa }
            for e in record.spikes(step) { filtered[Int(record.neurons[e])] += readoutGain }
            guard seen < record.steps else { continue }
            for k in 0..<outputs {
                let error = record.error.pointer[seen * outputs + k]
                guard error != 0 else { continue }
                for n in 0..<cell.neurons { target.output.pointer[n * outputs + k] += error * filtered[n] }
            }
        }
        for row in 0..<inputs + cell.neurons {
            let destination = row < inputs ? target.input.pointer + row * width : target.recurrent.pointer + (row - inputs) * width
            var n = 0
            while n < width {
                let rateTerm = load(rates.pointer, n) * load(sums.pointer, row * width + n)
                store(load(destination, n) + load(gradient.pointer, row * width + n) + rateTerm, destination, n)
                n &+= laneCount
            }
        }
    }

    @inline(__always)
    private func decay(_ row: Int) {
        let trace = membrane.pointer + row * cell.width
        var n = 0
        while n < cell.width {
            store(load(cell.alpha.pointer, n) * load(trace, n), trace, n)
            n &+= laneCount
        }
    }

    @inline(__always)
    private func arrive(_ row: Int, _ value: Real) {
        addRow(cell.gain.pointer, times: value, to: membrane.pointer + row * cell.width, width: cell.width)
    }

    @inline(__always)
    private func move(
        _ row: Int, _ slopes: UnsafeMutablePointer<Real>, _ signal: UnsafeMutablePointer<Real>, _ kappa: Real, _ readoutGain: Real
    ) {
        let first = row * cell.width
        var n = 0
        while n < cell.width {
            let i = first &+ n
            let slope = load(slopes, n)
            let pre = load(membrane.pointer, i)
            let beta = load(cell.beta.pointer, n)
            let before = load(adaptation.pointer, i)
            let e = slope * (pre - beta * before)
            store(slope * pre + (load(cell.rho.pointer, n) - slope * beta) * before, adaptation.pointer, i)
            let filtered = kappa * load(eligibility.pointer, i) + readoutGain * e
            store(filtered, eligibility.pointer, i)
            store(load(sums.pointer, i) + e, sums.pointer, i)
            store(load(gradient.pointer, i) + load(signal, n) * filtered, gradient.pointer, i)
            n &+= laneCount
        }
    }
}
