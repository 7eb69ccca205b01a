import Networks
import Numerics

/// e-prop with traces of a few bits: what a chip with a tag of 8 bits at each synapse could keep.
///
/// Everything that is kept per synapse or per presynaptic neuron is a whole number of `bits` bits; sums inside a step are exact, and each
/// number is rounded at random when it is stored, so that its mean is right (stochastic rounding). Traces move only in steps in which the
/// neuron's pseudo-derivative is not 0; what decays in between is caught up with in one multiplication by decay^elapsed, and what the
/// learning signal would have gained from a decaying trace is gathered in one number per neuron:
///
///     S_j  ← Σ L_j · kappa^(steps since the last event)        per neuron
///     at an event of j:   grad_ji += S_j · ē_ji
///                         e = psi_j (x_i - beta_j ε_ji),  grad_ji += r_j e
///                         ε_ji ← round(psi_j x_i + (rho_j - psi_j beta_j) rho_j^elapsed ε_ji)
///                         ē_ji ← round(kappa^elapsed · ē_ji + e)
///
/// Eligibility traces start when a question is near: what is older than the time in which they decay to their last bit does not count.
/// Ranges follow from the largest pseudo-derivative P and the input gain G: presynaptic traces x in 0...8 G, adaptation traces ε in
/// 0...128 P G, eligibility traces ē in ±16 P G, pseudo-derivatives in 0...P. Gradients are sums of 32 bits and more.
final class RoundedTraces {
    struct Format: Hashable, Sendable { var bits: Int }

    private let format: Format
    private let inputs: Int
    /// Presynaptic rows, padded.
    private let rows: Int
    /// [rows], whole numbers.
    private let presynaptic: Slab<Float>
    /// [neurons × rows], whole numbers.
    private let adaptation: Slab<Float>
    private let eligibility: Slab<Float>
    private let gradient: Slab<Float>
    /// Steps since the last event, and what the learning signal gained since; [neurons].
    private let elapsed: Slab<Float>
    private let waiting: Slab<Float>
    private let neurons: Int

    init(_ format: Format, neurons: Int, inputs: Int, width: Int) {
        self.format = format
        self.inputs = inputs
        rows = (inputs + neurons + laneCount - 1) / laneCount * laneCount
        presynaptic = Slab(rows)
        adaptation = Slab(neurons * rows)
        eligibility = Slab(neurons * rows)
        gradient = Slab(neurons * rows)
        elapsed = Slab(neurons)
        waiting = Slab(neurons)
        self.neurons = neurons
    }

    /// Adds the trial's gradient to `target`; `key` decides all rounding.
    func run<Real: LaneScalar>(
        _ record: TrialRecord<Real>, _ given: [(first: Int, events: Stimulus.Events)], _ shared: TrialRunner<Real>.Shared,
        rates: Slab<Real>, key: Int, to target: RecurrentMatrices<Real>
    ) {
        let cell = shared.cell
        let neurons = cell.neurons
        var random = begin(key)
        let (elapsed, waiting) = (elapsed.pointer, waiting.pointer)
        let (betas, rhos, rateTerms) = (cell.beta.pointer, cell.rho.pointer, rates.pointer)
        let levels = Float(1 << format.bits) - 1
        let half = Float(1 << (format.bits - 1)) - 1
        let gain = Float(cell.gain.pointer[0])
        let alpha = Float(cell.alpha.pointer[0])
        let kappa = Float(cell.kappa.pointer[0])
        let readoutGain = Float(cell.readoutGain.pointer[0])
        var steepest: Float = 0
        for n in 0..<neurons { steepest = max(steepest, Float(shared.surrogate.damp) / Float(cell.threshold.pointer[n])) }
        // One unit of each kind of trace.
        let preUnit = 8 * gain / levels
        let adaptationUnit = 128 * steepest * gain / levels
        let eligibilityUnit = 16 * steepest * gain / half
        let slopeUnit = steepest / levels
        let arrival = (gain / preUnit).rounded()
        var signals = [Float](repeating: 0, count: neurons)
        let opening = firstQuestion(record) - shared.plan.delays.output - memory(of: kappa)
        for step in 0..<record.steps {
            decayPresynaptic(alpha, levels, &random)
            for (first, events) in given {
                let sent = step - shared.plan.delays.input
                guard sent >= 0, sent < events.steps else { continue }
                for e in Int(events.offsets[sent])..<Int(events.offsets[sent + 1]) {
                    let value = events.values.isEmpty ? arrival : (Float(events.values[e]) * gain / preUnit).rounded()
                    let row = first + Int(events.neurons[e])
                    presynaptic.pointer[row] = min(levels, presynaptic.pointer[row] + value)
                }
            }
            for e in record.spikes(step - shared.plan.delays.recurrent) {
                let row = inputs + Int(record.neurons[e])
                presynaptic.pointer[row] = min(levels, presynaptic.pointer[row] + arrival)
            }
            let seen = step + shared.plan.delays.output
            let asks = readSignals(record, shared.feedback, seen, &signals)
            let slopes = record.slope.pointer + step * cell.width
            for n in 0..<neurons {
                elapsed[n] += 1
                if slopes[n] > 0 {
                    // Rounded to nearest; what rounds to 0 acts as the least step.
                    let slope = max((Float(slopes[n]) / slopeUnit).rounded(), 1) * slopeUnit
                    let (beta, rho) = (Float(betas[n]), Float(rhos[n]))
                    let catchUp = Coefficients(
                        slope: slope * preUnit, adapted: slope * beta * adaptationUnit,
                        decay: power(rho, Int32(elapsed[n]) - 1), keep: rho - slope * beta,
                        gained: slope * preUnit / adaptationUnit, kappa: power(kappa, Int32(elapsed[n])), waiting: waiting[n],
                        rate: Float(rateTerms[n]), perUnit: 1 / eligibilityUnit, unit: eligibilityUnit * readoutGain)
                    let isAdaptive = beta != 0
                    if step >= opening {
                        event(n, catchUp, isAdaptive: isAdaptive, levels, half, &random)
                    } else {
                        earlyEvent(n, catchUp, isAdaptive: isAdaptive, levels, &random)
                    }
                    elapsed[n] = 0
                    waiting[n] = asks ? signals[n] : 0
                } else if asks {
                    waiting[n] += signals[n] * power(kappa, Int32(elapsed[n]))
                }
            }
        }
        finish(record, eligibilityUnit * readoutGain, target)
        addOutput(record, shared, target)
    }

    private struct Coefficients {
        let slope: Float
        let adapted: Float
        let decay: Float
        let keep: Float
        let gained: Float
        let kappa: Float
        let waiting: Float
        let rate: Float
        let perUnit: Float
        let unit: Float
    }

    private func begin(_ key: Int) -> SIMD8<UInt32> {
        for slab in [presynaptic, adaptation, eligibility, gradient, elapsed, waiting] { slab.clear() }
        var random = SIMD8<UInt32>(repeating: 1)
        let stream = Philox(seed: UInt64(bitPattern: Int64(key)), purpose: "eprop/rounding")
        for lane in 0..<laneCount { random[lane] = UInt32(truncatingIfNeeded: stream.bits(lane)) | 1 }
        return random
    }

    /// 8 numbers, even in -1/2 ..< 1/2 (xorshift; Marsaglia 2003).
    @inline(__always)
    private func dither(_ random: inout SIMD8<UInt32>) -> SIMD8<Float> {
        random ^= random &<< 13
        random ^= random &>> 17
        random ^= random &<< 5
        let bits = random &>> 9 | SIMD8<UInt32>(repeating: 0x3f80_0000)
        return unsafeBitCast(bits, to: SIMD8<Float>.self) - SIMD8<Float>(repeating: 1.5)
    }

    /// The nearest whole number, for magnitudes below 2^22: adding this leaves no room for a fraction.
    @inline(__always)
    private func whole(_ value: SIMD8<Float>) -> SIMD8<Float> {
        let magic = SIMD8<Float>(repeating: 12_582_912)
        return (value + magic) - magic
    }

    @inline(__always)
    private func clamp(_ value: SIMD8<Float>, _ low: Float, _ high: Float) -> SIMD8<Float> {
        let (low, high) = (SIMD8<Float>(repeating: low), SIMD8<Float>(repeating: high))
        let raised = value.replacing(with: low, where: value .< low)
        return raised.replacing(with: high, where: raised .> high)
    }

    private func decayPresynaptic(_ alpha: Float, _ levels: Float, _ random: inout SIMD8<UInt32>) {
        var i = 0
        while i < rows {
            store(clamp(whole(load(presynaptic.pointer, i) * alpha + dither(&random)), 0, levels), presynaptic.pointer, i)
            i &+= laneCount
        }
    }

    private func readSignals<Real: LaneScalar>(
        _ record: TrialRecord<Real>, _ feedback: Slab<Real>, _ seen: Int, _ signals: inout [Float]
    ) -> Bool {
        guard seen < record.steps else { return false }
        var asks = false
        for k in 0..<record.outputs {
            let error = record.error.pointer[seen * record.outputs + k]
            guard error != 0 else { continue }
            let row = feedback.pointer + k * record.width
            if asks {
                for n in signals.indices { signals[n] += Float(error * row[n]) }
            } else {
                for n in signals.indices { signals[n] = Float(error * row[n]) }
            }
            asks = true
        }
        return asks
    }

    /// All synapses onto neuron `n` in a step in which its pseudo-derivative is not 0.
    @inline(__always)
    private func event(_ n: Int, _ c: Coefficients, isAdaptive: Bool, _ levels: Float, _ half: Float, _ random: inout SIMD8<UInt32>) {
        let epsilons = adaptation.pointer + n * rows
        let traces = eligibility.pointer + n * rows
        let sums = gradient.pointer + n * rows
        let waiting = c.waiting * c.unit
        var i = 0
        while i < rows {
            let x = load(presynaptic.pointer, i)
            var e = c.slope * x
            if isAdaptive {
                let before = c.decay * load(epsilons, i)
                e -= c.adapted * before
                store(clamp(whole(c.gained * x + c.keep * before + dither(&random)), 0, levels), epsilons, i)
            }
            let trace = load(traces, i)
            store(load(sums, i) + waiting * trace + c.rate * e, sums, i)
            store(clamp(whole(c.kappa * trace + c.perUnit * e + dither(&random)), -half, half), traces, i)
            i &+= laneCount
        }
    }

    /// As `event`, while eligibility traces have not started: adaptation traces and the firing-rate term.
    @inline(__always)
    private func earlyEvent(_ n: Int, _ c: Coefficients, isAdaptive: Bool, _ levels: Float, _ random: inout SIMD8<UInt32>) {
        let epsilons = adaptation.pointer + n * rows
        let sums = gradient.pointer + n * rows
        guard isAdaptive || c.rate != 0 else { return }
        var i = 0
        while i < rows {
            let x = load(presynaptic.pointer, i)
            var e = c.slope * x
            if isAdaptive {
                let before = c.decay * load(epsilons, i)
                e -= c.adapted * before
                store(clamp(whole(c.gained * x + c.keep * before + dither(&random)), 0, levels), epsilons, i)
            }
            store(load(sums, i) + c.rate * e, sums, i)
            i &+= laneCount
        }
    }

    /// The first step with an error; behind the last where there is none.
    private func firstQuestion<Real: LaneScalar>(_ record: TrialRecord<Real>) -> Int {
        for index in 0..<record.steps * record.outputs where record.error.pointer[index] != 0 { return index / record.outputs }
        return record.steps
    }

    /// Steps in which a trace decays from its largest value to its last bit.
    private func memory(of decay: Float) -> Int {
        var (left, steps) = (Float(1 << format.bits), 0)
        while left > 1, steps < 100_000 {
            left *= decay
            steps += 1
        }
        return steps
    }

    /// What the learning signal still owes the traces, and the sums into the gradient.
    private func finish<Real: LaneScalar>(_ record: TrialRecord<Real>, _ unit: Float, _ target: RecurrentMatrices<Real>) {
        for n in 0..<neurons {
            let waiting = waiting.pointer[n] * unit
            for row in 0..<inputs + neurons {
                let value = Real(gradient.pointer[n * rows + row] + waiting * eligibility.pointer[n * rows + row])
                if row < inputs {
                    target.input.pointer[row * target.width + n] += value
                } else {
                    target.recurrent.pointer[(row - inputs) * target.width + n] += value
                }
            }
        }
    }

    /// The readout's weights: error times the filtered spikes, kept per neuron.
    private func addOutput<Real: LaneScalar>(
        _ record: TrialRecord<Real>, _ shared: TrialRunner<Real>.Shared, _ target: RecurrentMatrices<Real>
    ) {
        var filtered = [Real](repeating: 0, count: shared.cell.neurons)
        for step in 0..<record.steps {
            for n in filtered.indices { filtered[n] *= shared.cell.kappa.pointer[0] }
            for e in record.spikes(step) { filtered[Int(record.neurons[e])] += shared.cell.readoutGain.pointer[0] }
            let seen = step + shared.plan.delays.output
            guard seen < record.steps else { continue }
            for k in 0..<record.outputs {
                let error = record.error.pointer[seen * record.outputs + k]
                guard error != 0 else { continue }
                for n in filtered.indices { target.output.pointer[n * record.outputs + k] += error * filtered[n] }
            }
        }
    }

    @inline(__always)
    private func power(_ base: Float, _ exponent: Int32) -> Float {
        var (result, base, exponent) = (Float(1), base, exponent)
        while exponent > 0 {
            if exponent & 1 == 1 { result *= base }
            base *= base
            exponent >>= 1
        }
        return result
    }
}
