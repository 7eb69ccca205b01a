/// A dense layer of neurons that spike at most once: weights, gradients, and the loops over them.
///
/// Neurons go in blocks of eight, so that a block's weights ([input][8], in a row) stay in the nearest cache while a chunk of samples
/// passes by.
struct SpikeTimeLayer<Real: SpikeTimeScalar>: Sendable {
    typealias Lanes = SIMD8<Real>
    static var width: Int { 8 }

    let inputs: Int
    let neurons: Int
    let form: SpikeTimeForm
    /// g · threshold; weights are in units of C and τ_s = 1.
    let c: Double

    var blocks: Int { (neurons + Self.width - 1) / Self.width }
    /// Neurons with those that fill the last block.
    var padded: Int { blocks * Self.width }
    /// Numbers of a weight table.
    var size: Int { inputs * padded }

    /// Where the weight from `input` to `neuron` stands in a table.
    func place(_ input: Int, _ neuron: Int) -> Int {
        (neuron / Self.width * inputs + input) * Self.width + neuron % Self.width
    }

    /// What a layer did in one sample; [padded] each.
    struct Answers {
        /// In τ_s; infinity: silent.
        var times: UnsafeMutablePointer<Double>
        /// Inputs of the causal set.
        var ranks: UnsafeMutablePointer<Int32>
        /// See `Crossing`, relative to the first input.
        var p: UnsafeMutablePointer<Real>
        var q: UnsafeMutablePointer<Real>
        var r: UnsafeMutablePointer<Real>
        var s: UnsafeMutablePointer<Real>

        func record(_ crossing: Crossing, at neuron: Int, start: Double, rank: Int) {
            times[neuron] = start + crossing.time
            ranks[neuron] = Int32(rank)
            p[neuron] = Real(crossing.p)
            q[neuron] = Real(crossing.q)
            r[neuron] = Real(crossing.r)
            s[neuron] = Real(crossing.s)
        }
    }

    // MARK: Forward

    /// Where the neurons of `block` spike; times behind `horizon` count as none.
    func run(
        _ block: Int, _ inputs: SortedInputs<Real>, weights: UnsafePointer<Real>, horizon: Double, into answers: Answers
    ) {
        if form == .equal {
            scan(block, inputs, weights, horizon, answers, isEqual: true)
        } else {
            scan(block, inputs, weights, horizon, answers, isEqual: false)
        }
    }

    @inline(__always)
    private func scan(
        _ block: Int, _ inputs: SortedInputs<Real>, _ weights: UnsafePointer<Real>, _ horizon: Double, _ answers: Answers,
        isEqual: Bool
    ) {
        let first = block * Self.width
        let table = UnsafeRawPointer(weights + block * self.inputs * Self.width)
        let c = Real(self.c)
        var (a, b) = (Lanes.zero, Lanes.zero)
        var open = Real.Mask(repeating: false)
        for lane in 0..<Self.width {
            open[lane] = first + lane < neurons
            answers.times[first + lane] = .infinity
            answers.ranks[first + lane] = 0
        }
        let count = inputs.count
        for k in 0..<count {
            let w = table.loadUnaligned(fromByteOffset: Int(inputs.inputs[k].number) * MemoryLayout<Lanes>.size, as: Lanes.self)
            let (t, u, v) = (inputs.t[k], inputs.u[k], inputs.v[k])
            a += w * u
            b += w * v
            let isLast = k + 1 == count
            if !isLast, inputs.inputs[k + 1].time == inputs.inputs[k].time { continue }
            // Either the membrane is above the threshold when the next input comes, or it passed a peak before that.
            var candidates: Real.Mask
            if isEqual {
                candidates = Real.both(Real.above(a, Lanes(repeating: c * u)), Real.above(a + b, a * t))
                if !isLast {
                    let (t1, u1) = (inputs.t[k + 1], inputs.u[k + 1])
                    candidates = Real.both(candidates, Real.above(a * t1, a + b))
                    candidates = Real.either(candidates, Real.atLeast(a * t1 - b, Lanes(repeating: c * u1)))
                }
            } else {
                let peak = a + a
                candidates = Real.both(Real.above(peak, b * v), Real.above(b * b, peak * (c + c)))
                candidates = Real.both(candidates, Real.above(b, .zero))
                if !isLast {
                    let (u1, v1) = (inputs.u[k + 1], inputs.v[k + 1])
                    candidates = Real.both(candidates, Real.above(b * v1, peak))
                    candidates = Real.either(candidates, Real.atLeast(b * v1 - a, Lanes(repeating: c * u1)))
                }
            }
            candidates = Real.both(candidates, open)
            guard Real.hasAny(candidates) else { continue }
            let (begin, end) = (inputs.time(k), isLast ? .infinity : inputs.time(k + 1))
            for lane in 0..<Self.width where candidates[lane] {
                guard var crossing = form.crossing(Double(a[lane]), Double(b[lane]), self.c) else { continue }
                // Rounding may have moved it over the border of the interval that it was found in.
                crossing.time = min(max(crossing.time, begin), end)
                open[lane] = false
                if crossing.time + inputs.start <= horizon {
                    answers.record(crossing, at: first + lane, start: inputs.start, rank: k + 1)
                }
            }
            if !Real.hasAny(open) { return }
        }
    }

    /// Takes the spike times of a machine instead: its causal sets, and the derivatives of the ideal neuron at them.
    func observe(
        _ block: Int, _ inputs: SortedInputs<Real>, weights: UnsafePointer<Real>, times: UnsafePointer<Double>, horizon: Double,
        into answers: Answers
    ) {
        let first = block * Self.width
        let table = weights + block * self.inputs * Self.width
        for lane in 0..<Self.width {
            let neuron = first + lane
            answers.times[neuron] = .infinity
            answers.ranks[neuron] = 0
            guard neuron < neurons, times[neuron] <= horizon else { continue }
            var (a, b, rank) = (0.0, 0.0, 0)
            while rank < inputs.count, inputs.inputs[rank].time < times[neuron] {
                let w = Double(table[Int(inputs.inputs[rank].number) * Self.width + lane])
                a += w * Double(inputs.u[rank])
                b += w * Double(inputs.v[rank])
                rank += 1
            }
            answers.times[neuron] = times[neuron]
            if let crossing = form.observed(a, b, c, time: times[neuron] - inputs.start) {
                answers.record(crossing, at: neuron, start: inputs.start, rank: rank)
                answers.times[neuron] = times[neuron]
            }
        }
    }

    // MARK: Backward

    /// Adds to `gradient` what one sample says, and to `inputErrors` (∂L/∂t of each input) when there are such.
    /// - Parameters:
    ///   - errors: ∂L/∂T; [padded].
    ///   - largest: a neuron whose ∂L/∂w is larger than this somewhere moves no weight in this sample; infinity: none.
    func learn(
        _ block: Int, _ inputs: SortedInputs<Real>, _ answers: Answers, errors: UnsafePointer<Real>, weights: UnsafePointer<Real>,
        gradient: UnsafeMutablePointer<Real>, inputErrors: UnsafeMutablePointer<Real>?, largest: Double
    ) {
        let first = block * Self.width
        let error = UnsafeRawPointer(errors + first).loadUnaligned(as: Lanes.self)
        var (ranks, causal) = (Lanes.zero, Int32(0))
        for lane in 0..<Self.width where error[lane] != 0 {
            ranks[lane] = Real(answers.ranks[first + lane])
            causal = max(causal, answers.ranks[first + lane])
        }
        guard causal > 0 else { return }
        // What a silent neuron left behind may be anything.
        let idle = Real.atLeast(.zero, ranks)
        func coefficients(_ values: UnsafeMutablePointer<Real>) -> Lanes {
            Real.zeroing(error * UnsafeRawPointer(values + first).loadUnaligned(as: Lanes.self), where: idle)
        }
        let offset = block * self.inputs * Self.width
        if let inputErrors {
            let (r, s) = (coefficients(answers.r), coefficients(answers.s))
            for k in 0..<Int(causal) {
                let number = Int(inputs.inputs[k].number)
                let w = UnsafeRawPointer(weights + offset).loadUnaligned(fromByteOffset: number * MemoryLayout<Lanes>.size, as: Lanes.self)
                inputErrors[number] += Real.zeroing(
                    w * (r * inputs.u[k] - s * inputs.v[k]), where: Real.atLeast(Lanes(repeating: Real(k)), ranks)
                ).sum()
            }
        }
        var (p, q) = (coefficients(answers.p), coefficients(answers.q))
        if largest < .infinity {
            var isTooLarge = Real.Mask(repeating: false)
            for k in 0..<Int(causal) {
                let step = Real.zeroing(p * inputs.u[k] - q * inputs.v[k], where: Real.atLeast(Lanes(repeating: Real(k)), ranks))
                isTooLarge = Real.either(isTooLarge, Real.above(Real.magnitudes(step), Lanes(repeating: Real(largest))))
            }
            p = Real.zeroing(p, where: isTooLarge)
            q = Real.zeroing(q, where: isTooLarge)
        }
        let table = UnsafeMutableRawPointer(gradient + offset)
        for k in 0..<Int(causal) {
            let place = Int(inputs.inputs[k].number) * MemoryLayout<Lanes>.size
            let step = Real.zeroing(p * inputs.u[k] - q * inputs.v[k], where: Real.atLeast(Lanes(repeating: Real(k)), ranks))
            table.storeBytes(of: table.loadUnaligned(fromByteOffset: place, as: Lanes.self) + step, toByteOffset: place, as: Lanes.self)
        }
    }
}
