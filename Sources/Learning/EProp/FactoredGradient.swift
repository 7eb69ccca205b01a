package import Networks

/// e-prop's gradient of one trial, by going back over its record once: cost per step follows neurons and spikes, not synapses.
///
/// The traces of e-prop obey a linear recurrence whose coefficients belong to the postsynaptic neuron alone, so the sum
/// Σ_t L_j,t · ē_ji,t can be taken from the end: with the learning signal filtered against time,
///
///     ê_k ← g_k · err_k + kappa_k · ê_k                      (the filter of ē, moved to the error)
///     w_j = Σ_k B_jk ê_k + r_j                               (r_j: firing-rate term, a constant of the trial)
///     q_j = psi_j (w_j + λ_j)                                (λ_j = dE/d a_j of the next step, through a_j alone)
///     λ_j ← rho_j λ_j - beta_j q_j
///     V_j ← q_j + alpha_j V_j
///     dE/dW_ji += gain_j · V_j  for every spike of i that arrives in this step
///
/// These are the same sums as those of the traces, in another order (Bellec et al. 2020, eq. 1 and methods; derivation in
/// `Documentation/Rules/eprop.md`). `exact` adds to w_j what spikes do through recurrent weights and the reset: backpropagation
/// through time, with the same numbers.
package struct FactoredGradient<Real: LaneScalar> {
    /// Whose influence on the loss a neuron's learning signal contains.
    package enum Signal: Sendable {
        /// The readout's, through the feedback matrix: e-prop.
        case feedback
        /// All spikes that follow too; and, where asked, the reset: backpropagation through time.
        case exact(differentiatesReset: Bool)
    }

    let cell: RecurrentCell<Real>
    let weights: RecurrentMatrices<Real>
    let delays: RecurrentDelays
    let signal: Signal
    /// B, [outputs × width].
    let feedback: Slab<Real>
    private let state: Slab<Real>
    /// gain · V of the last steps, for spikes that arrive later; [recurrent delay × width]
    private let ring: Slab<Real>

    package init(
        _ cell: RecurrentCell<Real>, _ weights: RecurrentMatrices<Real>, delays: RecurrentDelays, feedback: Slab<Real>, signal: Signal
    ) {
        self.cell = cell
        self.weights = weights
        self.delays = delays
        self.feedback = feedback
        self.signal = signal
        state = Slab(4 * cell.width + cell.outputs)
        ring = Slab(delays.recurrent * cell.width)
    }

    /// Adds the trial's gradient to `gradient`.
    /// - Parameters:
    ///   - rates: the constant part of each neuron's learning signal, [width].
    ///   - trueSignal: receives dE/dz without the neuron's own adaptation, [steps × width]; nil: not asked for.
    package func add(
        _ record: TrialRecord<Real>, _ inputs: [(first: Int, events: Stimulus.Events)], rates: Slab<Real>,
        to gradient: RecurrentMatrices<Real>, signals: Slab<Real>? = nil
    ) {
        let width = cell.width
        let outputs = cell.outputs
        state.clear()
        ring.clear()
        let lambda = state.pointer
        let reached = lambda + width
        let current = reached + width
        let w = current + width
        let filtered = w + width
        let (alpha, gain, rho, beta) = (cell.alpha.pointer, cell.gain.pointer, cell.rho.pointer, cell.beta.pointer)
        let (kappa, readoutGain, error) = (cell.kappa.pointer, cell.readoutGain.pointer, record.error.pointer)
        let (rateTerms, feedback, slopes) = (rates.pointer, feedback.pointer, record.slope.pointer)
        var step = record.steps - 1
        while step >= 0 {
            // A spike of this step reaches the readout `delays.output` steps later.
            let seen = step + delays.output
            if seen < record.steps {
                for k in 0..<outputs {
                    let sum = readoutGain[k] * error[seen * outputs + k] + kappa[k] * filtered[k]
                    filtered[k] = flushed(sum)
                }
            }
            w.update(from: rateTerms, count: width)
            for k in 0..<outputs where filtered[k] != 0 { addRow(feedback + k * width, times: filtered[k], to: w, width: width) }
            let slope = slopes + step * width
            if case .exact(let differentiatesReset) = signal {
                addInfluence(step, record.steps, differentiatesReset, reached, w, where: signals == nil ? slope : nil)
            }
            if let signals { (signals.pointer + step * width).update(from: w, count: width) }
            var n = 0
            while n < width {
                let later = load(lambda, n)
                let q = load(slope, n) * (load(w, n) + later)
                store(load(rho, n) * later - load(beta, n) * q, lambda, n)
                let v = q + load(alpha, n) * load(reached, n)
                store(v, reached, n)
                store(load(gain, n) * v, current, n)
                n &+= laneCount
            }
            (ring.pointer + step % delays.recurrent * width).update(from: current, count: width)
            for (first, events) in inputs {
                let sent = step - delays.input
                guard sent >= 0, sent < events.steps else { continue }
                for e in Int(events.offsets[sent])..<Int(events.offsets[sent + 1]) {
                    let row = gradient.input.pointer + (first + Int(events.neurons[e])) * width
                    if events.values.isEmpty {
                        addRow(current, to: row, width: width)
                    } else {
                        addRow(current, times: Real(events.values[e]), to: row, width: width)
                    }
                }
            }
            for e in record.spikes(step - delays.recurrent) {
                addRow(current, to: gradient.recurrent.pointer + Int(record.neurons[e]) * width, width: width)
            }
            for e in record.spikes(step) {
                let row = gradient.output.pointer + Int(record.neurons[e]) * outputs
                for k in 0..<outputs { row[k] += filtered[k] }
            }
            step -= 1
        }
    }

    /// Adds to w what the spikes of `step` do `delays.recurrent` steps later, and to the own membrane in the next step.
    /// - Parameter slope: where it is 0, w does not count and its sum over all neurons is left out; nil: every w is wanted.
    private func addInfluence(
        _ step: Int, _ steps: Int, _ differentiatesReset: Bool, _ reached: UnsafeMutablePointer<Real>, _ w: UnsafeMutablePointer<Real>,
        where slope: UnsafeMutablePointer<Real>?
    ) {
        let width = cell.width
        if step + delays.recurrent < steps {
            // The ring's slot of step + delay is the slot of this step, not yet overwritten.
            let later = ring.pointer + step % delays.recurrent * width
            for i in 0..<cell.neurons {
                if let slope, slope[i] == 0 { continue }
                let row = weights.recurrent.pointer + i * width
                var sum = SIMD8<Real>(repeating: 0)
                var n = 0
                while n < width {
                    sum += load(row, n) * load(later, n)
                    n &+= laneCount
                }
                w[i] += sum.sum()
            }
        }
        guard differentiatesReset else { return }
        // `reached` still holds dE/dv of the next step.
        if cell.reset == .subtractNext { for n in 0..<cell.neurons { w[n] -= cell.threshold.pointer[n] * reached[n] } }
        if cell.reset == .subtract { for n in 0..<cell.neurons { w[n] -= cell.threshold.pointer[n] * cell.alpha.pointer[n] * reached[n] } }
    }
}

/// 0 for what is too small to matter and, as a denormal number, would cost a hundred times the time of a sum.
@inline(__always)
private func flushed<Real: LaneScalar>(_ value: Real) -> Real { value.magnitude < Real(1e-30) ? 0 : value }
