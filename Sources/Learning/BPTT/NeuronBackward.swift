import Networks

/// One step of a population of one sample on the way back: dE/d output in, dE/d arrivals out.
///
/// The exact adjoint of `NeuronForward`, with the surrogate in place of the spike function's derivative. Whether a neuron is held is not
/// differentiated; what its membrane carries through held steps is. Without `differentiatesReset` the spike in the reset is a constant.
struct NeuronBackward<Real: TrainingScalar> {
    let coefficients: NeuronCoefficients<Real>
    let surrogate: Surrogate
    let differentiatesReset: Bool

    func start(_ state: PopulationState<Real>) {
        state.clearStates()
        state.driveGradient.clear()
    }

    func step(_ state: PopulationState<Real>, _ step: Int, _ sample: Int) {
        if let membrane = state.membraneGradient {
            let row = state.row(step, sample)
            let v = state.v.pointer + sample * state.size
            for n in 0..<state.size { v[n] += membrane.pointer[row + n] }
        }
        if coefficients.isPlain {
            plainStep(state, step, sample)
        } else {
            generalStep(state, step, sample)
        }
    }

    private func plainStep(_ state: PopulationState<Real>, _ step: Int, _ sample: Int) {
        let count = state.size
        let row = state.row(step, sample)
        let gradient = state.gradient.pointer + row
        let potential = state.arrivals[0].pointer + row
        let output = state.output.pointer + row
        // dE/dv of this step, after the reset.
        let v = state.v.pointer + sample * count
        let decay = coefficients.membraneDecay.pointer
        let gain = coefficients.currentGain[0].pointer
        let driveGradient = state.driveGradient.pointer
        let before = state.scratch.pointer
        if coefficients.spikes {
            let psi = state.scratch.pointer + count
            let threshold = coefficients.threshold.pointer
            let inverse = coefficients.inverseScale.pointer
            for n in 0..<count { psi[n] = (potential[n] - threshold[n]) * inverse[n] }
            surrogate.differentiate(psi, inverseScale: inverse, count: count)
            if coefficients.reset == .toValue {
                let resetValue = coefficients.resetValue.pointer
                if differentiatesReset { for n in 0..<count { gradient[n] += v[n] * (resetValue[n] - potential[n]) } }
                for n in 0..<count { before[n] = psi[n] * gradient[n] + (1 - output[n]) * v[n] }
            } else {
                if differentiatesReset { for n in 0..<count { gradient[n] -= v[n] * threshold[n] } }
                for n in 0..<count { before[n] = psi[n] * gradient[n] + v[n] }
            }
        } else if coefficients.isRate {
            let slope = coefficients.negativeSlope.pointer
            for n in 0..<count { before[n] = v[n] + (potential[n] > 0 ? gradient[n] : slope[n] * gradient[n]) }
        } else {
            for n in 0..<count { before[n] = v[n] }
        }
        for n in 0..<count {
            gradient[n] = gain[n] * before[n]
            driveGradient[n] += before[n]
            v[n] = decay[n] * before[n]
        }
    }

    private func generalStep(_ state: PopulationState<Real>, _ step: Int, _ sample: Int) {
        let row = state.row(step, sample)
        let first = sample * state.size
        let c = coefficients
        let psi = state.scratch.pointer
        for n in 0..<state.size {
            var threshold = c.threshold.pointer[n]
            if let a = state.adaptation { threshold += c.beta.pointer[n] * a.pointer[row + n] }
            psi[n] = (state.arrivals[0].pointer[row + n] - threshold) * c.inverseScale.pointer[n]
        }
        surrogate.differentiate(psi, inverseScale: c.inverseScale.pointer, count: state.size)
        for n in 0..<state.size {
            let s = first + n
            let potential = state.arrivals[0].pointer[row + n]
            let z = state.output.pointer[row + n]
            let isHeld = state.held.map { $0.pointer[row + n] > 0 } ?? false
            // dE/dv after the reset; `previous` carries what this step's output does in the next step's subtraction.
            let v = state.v.pointer[s]
            var before = v
            // dE/da of the next step, by this step's output and adaptation.
            let adapted = state.adapted.pointer[s]
            var adaptedThreshold = c.threshold.pointer[n]
            if c.isAdaptive, let a = state.adaptation { adaptedThreshold += c.beta.pointer[n] * a.pointer[row + n] }
            if c.spikes, !isHeld {
                var output = state.gradient.pointer[row + n] + adapted
                switch c.reset {
                case .toValue:
                    if differentiatesReset { output += v * (c.resetValue.pointer[n] - potential) }
                    before = (1 - z) * v
                case .subtract:
                    if differentiatesReset { output -= v * (c.subtractsAdapted ? adaptedThreshold : c.threshold.pointer[n]) }
                case .subtractNext:
                    if differentiatesReset { output += state.previous.pointer[s] }
                }
                let slope = psi[n] * output
                before += slope
                if c.isAdaptive {
                    var ofThreshold = -slope
                    if c.subtractsAdapted, c.reset == .subtract { ofThreshold -= z * v }
                    // `previous` is the amount that was subtracted times dE/dv of the next step.
                    if c.subtractsAdapted, c.reset == .subtractNext { ofThreshold += z * state.previous.pointer[s] / adaptedThreshold }
                    state.adapted.pointer[s] = c.adaptationDecay.pointer[n] * adapted + c.beta.pointer[n] * ofThreshold
                }
            } else if c.isAdaptive {
                state.adapted.pointer[s] = c.adaptationDecay.pointer[n] * adapted
            }
            if c.isRate { before += (potential > 0 ? 1 : c.negativeSlope.pointer[n]) * state.gradient.pointer[row + n] }
            let keepsMembrane = isHeld && !c.isBlocked
            let toInput: Real = keepsMembrane ? 0 : before
            state.driveGradient.pointer[n] += toInput
            state.previous.pointer[s] = c.reset == .subtractNext ? -subtractedNext(state, step, sample, n) * before : 0
            state.v.pointer[s] = keepsMembrane ? before : c.membraneDecay.pointer[n] * before
            for r in 0..<c.channels {
                let arriving = passCurrents(state, s, n, r, toInput)
                (r == 0 ? state.gradient : state.secondGradient ?? state.gradient).pointer[row + n] = arriving
            }
        }
    }

    /// What a spike of the step before takes from the membrane in this step.
    @inline(__always)
    private func subtractedNext(_ state: PopulationState<Real>, _ step: Int, _ sample: Int, _ n: Int) -> Real {
        let base = coefficients.threshold.pointer[n]
        guard coefficients.isAdaptive, coefficients.subtractsAdapted, step > 0, let a = state.adaptation else { return base }
        return base + coefficients.beta.pointer[n] * a.pointer[state.row(step - 1, sample) + n]
    }

    /// The synaptic current and its alpha variable, one step back.
    ///
    /// `current` and `jump` hold dE/d of both after the step, by what comes later.
    /// - Returns: dE/d arrivals.
    @inline(__always)
    private func passCurrents(_ state: PopulationState<Real>, _ s: Int, _ n: Int, _ r: Int, _ toInput: Real) -> Real {
        let c = coefficients
        let decay = c.currentDecay[r].pointer[n]
        let feed = c.alphaFeed[r].pointer[n]
        let byCurrent = c.currentGain[r].pointer[n] * toInput
        let byJump = c.alphaGain[r].pointer[n] * toInput
        var i = state.current[r].pointer[s]
        var x = state.jump[r].pointer[s]
        if c.arrivalsFirst {
            i += byCurrent
            x += byJump
        }
        let arriving = c.isAlpha ? c.alphaJump[r].pointer[n] * x : i
        x = decay * x + feed * i
        i = decay * i
        if !c.arrivalsFirst {
            i += byCurrent
            x += byJump
        }
        state.current[r].pointer[s] = i
        state.jump[r].pointer[s] = x
        return arriving
    }
}
