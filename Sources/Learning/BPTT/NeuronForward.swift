import Networks

/// One step of a population of one sample: arrivals in, output out, as `Dynamics` states it.
struct NeuronForward<Real: TrainingScalar> {
    let coefficients: NeuronCoefficients<Real>
    /// Replaces the spike function by the surrogate's primitive (gradient checks); nil: real spikes.
    let smooth: Surrogate?

    func start(_ state: PopulationState<Real>) {
        state.clearStates()
        for sample in 0..<state.samples {
            (state.v.pointer + sample * state.size).update(from: coefficients.initialMembrane.pointer, count: state.size)
        }
    }

    func step(_ state: PopulationState<Real>, _ step: Int, _ sample: Int) {
        if coefficients.isPlain, smooth == nil {
            plainStep(state, step, sample)
        } else {
            generalStep(state, step, sample)
        }
        guard let membrane = state.membrane else { return }
        (membrane.pointer + state.row(step, sample)).update(from: state.v.pointer + sample * state.size, count: state.size)
    }

    /// v ← decay · v + gain · g + drive, spike, reset.
    private func plainStep(_ state: PopulationState<Real>, _ step: Int, _ sample: Int) {
        let count = state.size
        let potential = state.arrivals[0].pointer + state.row(step, sample)
        let output = state.output.pointer + state.row(step, sample)
        let v = state.v.pointer + sample * count
        let decay = coefficients.membraneDecay.pointer
        let gain = coefficients.currentGain[0].pointer
        let drive = coefficients.drive.pointer
        let threshold = coefficients.threshold.pointer
        for n in 0..<count { potential[n] = decay[n] * v[n] + gain[n] * potential[n] + drive[n] }
        guard coefficients.spikes else {
            if coefficients.isRate {
                let slope = coefficients.negativeSlope.pointer
                for n in 0..<count { output[n] = potential[n] > 0 ? potential[n] : slope[n] * potential[n] }
            }
            v.update(from: potential, count: count)
            return
        }
        if coefficients.atOrAbove {
            for n in 0..<count { output[n] = potential[n] >= threshold[n] ? 1 : 0 }
        } else {
            for n in 0..<count { output[n] = potential[n] > threshold[n] ? 1 : 0 }
        }
        if coefficients.reset == .toValue {
            let resetValue = coefficients.resetValue.pointer
            for n in 0..<count { v[n] = output[n] > 0 ? resetValue[n] : potential[n] }
        } else {
            for n in 0..<count { v[n] = potential[n] - output[n] * threshold[n] }
        }
    }

    /// Every feature, neuron by neuron.
    private func generalStep(_ state: PopulationState<Real>, _ step: Int, _ sample: Int) {
        let row = state.row(step, sample)
        let first = sample * state.size
        let c = coefficients
        for n in 0..<state.size {
            let s = first + n
            let isHeld = c.spikes && state.countdown.pointer[s] > 0
            var input = c.drive.pointer[n]
            for r in 0..<c.channels {
                let i = state.current[r].pointer + s
                let x = state.jump[r].pointer + s
                let arriving = state.arrivals[r].pointer[row + n]
                let decay = c.currentDecay[r].pointer[n]
                if !c.arrivalsFirst { input += c.currentGain[r].pointer[n] * i.pointee + c.alphaGain[r].pointer[n] * x.pointee }
                if c.isAlpha {
                    i.pointee = decay * i.pointee + c.alphaFeed[r].pointer[n] * x.pointee
                    x.pointee = decay * x.pointee + c.alphaJump[r].pointer[n] * arriving
                } else {
                    i.pointee = decay * i.pointee + arriving
                }
                if c.arrivalsFirst { input += c.currentGain[r].pointer[n] * i.pointee + c.alphaGain[r].pointer[n] * x.pointee }
            }
            let before = state.v.pointer[s]
            var v = isHeld && !c.isBlocked ? before : c.membraneDecay.pointer[n] * before + input
            // The reset of the step before is due also while the neuron is held.
            if c.reset == .subtractNext {
                var amount = c.threshold.pointer[n]
                if c.isAdaptive, c.subtractsAdapted { amount += c.beta.pointer[n] * state.adapted.pointer[s] }
                v -= amount * state.previous.pointer[s]
            }
            state.arrivals[0].pointer[row + n] = v
            var threshold = c.threshold.pointer[n]
            if c.isAdaptive {
                let a = c.adaptationDecay.pointer[n] * state.adapted.pointer[s] + state.previous.pointer[s]
                state.adapted.pointer[s] = a
                state.adaptation?.pointer[row + n] = a
                threshold += c.beta.pointer[n] * a
            }
            var z: Real = 0
            if c.spikes {
                if isHeld {
                    state.countdown.pointer[s] -= 1
                } else {
                    let crosses = c.atOrAbove ? v >= threshold : v > threshold
                    z = crosses ? 1 : 0
                    if let smooth { z = Real(smooth.primitive(Double((v - threshold) * c.inverseScale.pointer[n]))) }
                    if crosses { state.countdown.pointer[s] = Real(c.refractorySteps[n]) }
                }
                state.held?.pointer[row + n] = isHeld ? 1 : 0
                switch c.reset {
                case .toValue: v += z * (c.resetValue.pointer[n] - v)
                case .subtract: v -= z * (c.subtractsAdapted ? threshold : c.threshold.pointer[n])
                case .subtractNext: break
                }
            } else if c.isRate {
                z = v > 0 ? v : c.negativeSlope.pointer[n] * v
            }
            state.v.pointer[s] = v
            state.previous.pointer[s] = z
            state.output.pointer[row + n] = z
        }
    }
}
