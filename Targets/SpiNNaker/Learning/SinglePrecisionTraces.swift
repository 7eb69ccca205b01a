package import Learning
package import Networks

/// The words that the learning program keeps for each synapse, and what it does to them in every step (`OnlineTraces` has the equations).
///
/// Single precision, no fused operations, each synapse by itself, steps and trials in their order: it makes no difference which core
/// holds a neuron. The gradient of a batch is one word that all its trials add to. Where a neuron's pseudo-derivative and learning signal
/// are 0, its traces only decay. Traces follow the neurons by as many steps as the error takes to come back from the readout.
package final class SinglePrecisionTraces {
    /// Whose rate the firing-rate term compares with the target.
    package enum Rates: Hashable, Sendable {
        /// The trial's own: the sum of a synapse's e is kept until the trial ends, in a word of its own.
        case ofTrial
        /// That of the batch before: known from the first step on, no word.
        case ofBatchBefore
    }

    private let cell: RecurrentCell<Float>
    private let inputs: Int
    private let rows: Int
    private let delays: RecurrentDelays
    private let rates: Rates
    /// Lanes of eight neurons.
    private let groups: Int
    /// [group][row][8]: inputs first, then neurons. The other words live as long as a trial, and are not kept between.
    private let gradient: Slab<Float>
    /// Presynaptic traces of each kind of membrane, [kind][row][step].
    private let presynaptic: Slab<Float>
    private let kinds: [(alpha: Float, gain: Float)]
    /// By neuron, padded.
    private let kindOf: [Int]
    private let isAdaptive: [Bool]
    /// Learning signals, [step][width], and whether a step has one.
    private let signals: Slab<Float>
    private var hasSignal: [Bool]
    /// Of the eight neurons under way, [step][8]; and bits of each step: 1 with ψ, 2 with a signal.
    private let slopes: Slab<Float>
    private let groupSignals: Slab<Float>
    private var activity: [UInt8]
    /// [neurons], and their part of the gradient, [neurons × outputs].
    private let filtered: Slab<Float>
    private let outputGradient: Slab<Float>

    package init(_ cell: RecurrentCell<Float>, inputs: Int, steps: Int, delays: RecurrentDelays, rates: Rates) {
        self.cell = cell
        self.inputs = inputs
        self.delays = delays
        self.rates = rates
        rows = inputs + cell.neurons
        groups = cell.width / laneCount
        gradient = Slab(groups * rows * laneCount)
        slopes = Slab(steps * laneCount)
        groupSignals = Slab(steps * laneCount)
        activity = [UInt8](repeating: 0, count: steps)
        var kinds: [(alpha: Float, gain: Float)] = []
        var kindOf = [Int](repeating: 0, count: cell.width)
        for n in 0..<cell.neurons {
            let kind = (alpha: cell.alpha.pointer[n], gain: cell.gain.pointer[n])
            if let known = kinds.firstIndex(where: { $0 == kind }) {
                kindOf[n] = known
            } else {
                kindOf[n] = kinds.count
                kinds.append(kind)
            }
        }
        self.kinds = kinds
        self.kindOf = kindOf
        isAdaptive = (0..<groups).map { group in (0..<laneCount).contains { cell.beta.pointer[group * laneCount + $0] != 0 } }
        presynaptic = Slab(kinds.count * steps * rows)
        signals = Slab(steps * cell.width)
        hasSignal = [Bool](repeating: false, count: steps)
        filtered = Slab(cell.neurons)
        outputGradient = Slab(cell.neurons * cell.outputs)
    }

    /// A batch begins.
    package func clear() {
        gradient.clear()
        outputGradient.clear()
    }

    /// Adds a trial to the gradient.
    /// - Parameters:
    ///   - feedback: B, [outputs × width].
    ///   - rates: strength · (rate - target) / steps for each neuron, [width]; nil: no such term.
    package func run(
        _ record: TrialRecord<Float>, _ given: [(first: Int, events: Stimulus.Events)], feedback: Slab<Float>, rates: Slab<Float>?
    ) {
        filterPresynaptic(record, given)
        spread(record, feedback)
        for group in 0..<groups { move(group, record, rates) }
        addOutput(record)
    }

    /// pre ← alpha · pre, then + gain for every spike that arrives.
    private func filterPresynaptic(_ record: TrialRecord<Float>, _ given: [(first: Int, events: Stimulus.Events)]) {
        let steps = record.steps
        for (index, kind) in kinds.enumerated() {
            // First how many spikes arrive, then what they leave.
            let table = presynaptic.pointer + index * steps * rows
            table.update(repeating: 0, count: steps * rows)
            for (first, events) in given {
                for step in max(0, delays.input)..<max(steps, delays.input) where step - delays.input < events.steps {
                    let sent = step - delays.input
                    for e in Int(events.offsets[sent])..<Int(events.offsets[sent + 1]) {
                        table[(first + Int(events.neurons[e])) * steps + step] += 1
                    }
                }
            }
            for step in 0..<steps {
                for e in record.spikes(step - delays.recurrent) { table[(inputs + Int(record.neurons[e])) * steps + step] += 1 }
            }
            for row in 0..<rows {
                var trace: Float = 0
                let values = table + row * steps
                for step in 0..<steps {
                    var count = values[step]
                    trace = kind.alpha * trace
                    while count > 0 {
                        trace += kind.gain
                        count -= 1
                    }
                    values[step] = trace
                }
            }
        }
    }

    /// L_j = Σ_k B_jk · error_k, in the order of the readouts.
    private func spread(_ record: TrialRecord<Float>, _ feedback: Slab<Float>) {
        let width = cell.width
        for step in 0..<record.steps {
            let error = record.error.pointer + step * cell.outputs
            let signal = signals.pointer + step * width
            hasSignal[step] = (0..<cell.outputs).contains { error[$0] != 0 }
            guard hasSignal[step] else { continue }
            signal.update(repeating: 0, count: width)
            for k in 0..<cell.outputs where error[k] != 0 {
                let row = feedback.pointer + k * width
                for n in 0..<width { signal[n] += error[k] * row[n] }
            }
        }
    }

    /// All synapses of eight neurons through the trial, two rows at a time, so that what they hold stays in registers.
    private func move(_ group: Int, _ record: TrialRecord<Float>, _ rates: Slab<Float>?) {
        let (rows, steps, first) = (rows, record.steps, group * laneCount)
        let words = group * rows * laneCount
        let g = gradient.pointer + words
        let keepsSums = self.rates == .ofTrial && rates != nil
        let (kappa, gain) = (SIMD8(repeating: cell.kappa.pointer[0]), SIMD8(repeating: cell.readoutGain.pointer[0]))
        let (beta, rho) = (lanes(cell.beta.pointer, first), lanes(cell.rho.pointer, first))
        let rate = rates.map { lanes($0.pointer, first) } ?? .zero
        let addsRate = !keepsSums && rate != .zero
        let isAdaptive = isAdaptive[group]
        let kind = kindOf[first]
        let isMixed = kindOf[first..<first + laneCount].contains { $0 != kind }
        prepare(group, record)
        let (slopes, signals) = (slopes.pointer, groupSignals.pointer)
        let table = presynaptic.pointer + kind * steps * rows
        activity.withUnsafeBufferPointer { activity in
            var pair = 0
            while pair < rows {
                let (one, other) = (pair, min(pair &+ 1, rows &- 1))
                var (e0, e1, a0, a1) = (SIMD8<Float>.zero, SIMD8<Float>.zero, SIMD8<Float>.zero, SIMD8<Float>.zero)
                var (s0, s1) = (SIMD8<Float>.zero, SIMD8<Float>.zero)
                var (g0, g1) = (lanes(g, one &* laneCount), lanes(g, other &* laneCount))
                for step in 0..<steps {
                    let flags = activity[step]
                    if flags & 1 == 0 {
                        e0 = kappa * e0
                        e1 = kappa * e1
                        if isAdaptive {
                            a0 = rho * a0
                            a1 = rho * a1
                        }
                    } else {
                        let slope = lanes(slopes, step &* laneCount)
                        let p0 = isMixed ? mixed(first, step, one, steps) : SIMD8(repeating: table[one &* steps &+ step])
                        let p1 = isMixed ? mixed(first, step, other, steps) : SIMD8(repeating: table[other &* steps &+ step])
                        var (m0, m1) = (slope * p0, slope * p1)
                        if isAdaptive {
                            let keep = rho - slope * beta
                            let (b0, b1) = (a0, a1)
                            a0 = m0 + keep * b0
                            a1 = m1 + keep * b1
                            m0 = slope * (p0 - beta * b0)
                            m1 = slope * (p1 - beta * b1)
                        }
                        e0 = kappa * e0 + gain * m0
                        e1 = kappa * e1 + gain * m1
                        if addsRate {
                            g0 += rate * m0
                            g1 += rate * m1
                        }
                        if keepsSums {
                            s0 += m0
                            s1 += m1
                        }
                    }
                    if flags & 2 != 0 {
                        let signal = lanes(signals, step &* laneCount)
                        g0 += signal * e0
                        g1 += signal * e1
                    }
                }
                if keepsSums {
                    g0 += rate * s0
                    g1 += rate * s1
                }
                keep(g0, g, one &* laneCount)
                keep(g1, g, other &* laneCount)
                pair &+= 2
            }
        }
    }

    /// What eight neurons need of every step, side by side: ψ, learning signals, and whether there are any.
    private func prepare(_ group: Int, _ record: TrialRecord<Float>) {
        let (width, first) = (cell.width, group * laneCount)
        for step in 0..<record.steps {
            let slope = lanes(record.slope.pointer, step * width + first)
            keep(slope, slopes.pointer, step * laneCount)
            let seen = step + delays.output
            let signal = seen < record.steps && hasSignal[seen] ? lanes(signals.pointer, seen * width + first) : .zero
            keep(signal, groupSignals.pointer, step * laneCount)
            activity[step] = (slope == .zero ? 0 : 1) | (signal == .zero ? 0 : 2)
        }
    }

    /// Presynaptic traces of neurons whose membranes differ.
    private func mixed(_ first: Int, _ step: Int, _ row: Int, _ steps: Int) -> SIMD8<Float> {
        var pre = SIMD8<Float>.zero
        for lane in 0..<laneCount { pre[lane] = presynaptic.pointer[(kindOf[first + lane] * rows + row) * steps + step] }
        return pre
    }

    /// dE/dW_out: errors times the spikes that the readout has filtered.
    private func addOutput(_ record: TrialRecord<Float>) {
        filtered.clear()
        let z = filtered.pointer
        let (kappa, gain) = (cell.kappa.pointer[0], cell.readoutGain.pointer[0])
        for step in 0..<record.steps {
            for n in 0..<cell.neurons { z[n] *= kappa }
            for e in record.spikes(step) { z[Int(record.neurons[e])] += gain }
            let seen = step + delays.output
            guard seen < record.steps, hasSignal[seen] else { continue }
            for k in 0..<cell.outputs {
                let error = record.error.pointer[seen * cell.outputs + k]
                guard error != 0 else { continue }
                for n in 0..<cell.neurons { outputGradient.pointer[n * cell.outputs + k] += error * z[n] }
            }
        }
    }

    /// The sum of the batch so far.
    package func read(into target: RecurrentMatrices<Float>) {
        for row in 0..<rows {
            let destination =
                row < inputs ? target.input.pointer + row * cell.width : target.recurrent.pointer + (row - inputs) * cell.width
            for n in 0..<cell.width {
                destination[n] = gradient.pointer[((n / laneCount) * rows + row) * laneCount + n % laneCount]
            }
        }
        target.output.pointer.update(from: outputGradient.pointer, count: cell.neurons * cell.outputs)
    }
}

@inline(__always)
private func lanes(_ pointer: UnsafeMutablePointer<Float>, _ index: Int) -> SIMD8<Float> {
    UnsafeRawPointer(pointer + index).loadUnaligned(as: SIMD8<Float>.self)
}

@inline(__always)
private func keep(_ lanes: SIMD8<Float>, _ pointer: UnsafeMutablePointer<Float>, _ index: Int) {
    UnsafeMutableRawPointer(pointer + index).storeBytes(of: lanes, as: SIMD8<Float>.self)
}
