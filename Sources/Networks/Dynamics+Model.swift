public import Numerics

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

extension Dynamics {
    /// The coefficients of `model` for `count` neurons.
    /// - Parameters:
    ///   - timestep: in ms.
    ///   - random: the stream of the population, for drawn parameters.
    public init(_ model: NeuronModel, count: Int, timestep: Double, random: Philox) {
        func values(_ name: ParameterName) -> [Double] {
            model[name].values(count: count, random: Philox(seed: random.bits(0), purpose: name.rawValue))
        }
        func decay(_ tau: Double) -> Double {
            guard tau > 0 else { return 0 }
            return model.integration == .exact ? exp(-timestep / tau) : max(0, 1 - timestep / tau)
        }
        let zeros = [Double](repeating: 0, count: count)
        let ones = [Double](repeating: 1, count: count)
        let pair = [zeros, zeros]
        let isPyNN = model.kind.definition(of: .cm) != nil
        let rest = model.kind.definition(of: .vRest) != nil ? values(.vRest) : zeros
        let tauM = model.kind.definition(of: .tauM) != nil ? values(.tauM) : []
        let membraneDecay: [Double] =
            switch model.kind {
            case .integrateAndFire: ones
            case .rate: zeros
            default: tauM.map(decay)
            }

        synapse = model.kind == .currentAlpha ? .alpha : .delta
        order = model.order
        reset = model.reset
        comparison = model.comparison
        refractory = model.refractory
        resetAmount = model.resetAmount
        spikes = model.spikes
        isRate = model.kind == .rate
        self.membraneDecay = membraneDecay
        self.rest = rest
        currentDecay = pair
        currentGain = model.inputScaling == .oneMinusDecay ? [membraneDecay.map { 1 - $0 }, membraneDecay.map { 1 - $0 }] : [ones, ones]
        (alphaJump, alphaFeed, alphaGain) = (pair, pair, pair)
        reversal = pair
        conductanceIntegration = model.integration
        drive = model.kind.definition(of: .bias) != nil ? values(.bias) : zeros
        threshold = model.spikes ? zip(values(.vThresh), rest).map { $0 - $1 } : zeros
        resetValue = model.spikes ? zip(values(.vReset), rest).map { $0 - $1 } : zeros
        // A start that is not given is rest: nothing would settle otherwise.
        initialMembrane = model.values[.vInit] == nil ? zeros : zip(values(.vInit), rest).map { $0 - $1 }
        refractorySteps =
            model.kind.definition(of: .tauRefrac) != nil ? values(.tauRefrac).map { Int(($0 / timestep).rounded()) } : zeros.map { _ in 0 }
        adaptationDecay = model.kind == .adaptive ? values(.tauAdapt).map(decay) : zeros
        // A scaled adaptation is a scaled beta: only their product acts.
        beta =
            switch (model.kind, model.adaptationScaling) {
            case (.adaptive, .none): values(.beta)
            case (.adaptive, .oneMinusDecay): zip(values(.beta), adaptationDecay).map { $0 * (1 - $1) }
            default: zeros
            }
        negativeSlope = model.kind == .rate ? values(.negativeSlope) : zeros

        if model.kind.definition(of: .tauSyn) != nil {
            let decays = values(.tauSyn).map(decay)
            if decays.contains(where: { $0 > 0 }) { synapse = .exponential }
            currentDecay = [decays, decays]
        }
        if isPyNN {
            integrateCurrents(of: model, tauM: tauM, cm: values(.cm), offset: values(.iOffset), timestep: timestep, values: values)
        }
    }

    /// Currents through a capacitance: the propagators of the linear cascade current → membrane.
    private mutating func integrateCurrents(
        of model: NeuronModel, tauM: [Double], cm: [Double], offset: [Double], timestep h: Double, values: (ParameterName) -> [Double]
    ) {
        let exact = model.integration == .exact
        for n in tauM.indices {
            drive[n] = exact ? offset[n] * tauM[n] / cm[n] * (1 - membraneDecay[n]) : offset[n] * h / cm[n]
        }
        guard model.kind != .currentDelta else { return }
        if model.kind == .conductanceExponential {
            integrateConductances(exact: exact, cm: cm, timestep: h, values: values)
            return
        }
        if model.kind == .currentExponential { synapse = .exponential }
        for (receptor, name) in [ParameterName.tauSynE, .tauSynI].enumerated() {
            let tauS = values(name)
            for n in tauM.indices {
                let decay = exact ? exp(-h / tauS[n]) : max(0, 1 - h / tauS[n])
                currentDecay[receptor][n] = decay
                currentGain[receptor][n] =
                    exact ? convolved(tauM[n], tauS[n], h) / cm[n] : h / cm[n]
                guard synapse == .alpha else { continue }
                // i(t) = x₀ (t/τ) e^(1-t/τ) for a jump of x by e/τ: di/dt = x - i/τ, dx/dt = -x/τ.
                alphaJump[receptor][n] = M_E / tauS[n]
                alphaFeed[receptor][n] = exact ? h * decay : h
                alphaGain[receptor][n] = exact ? convolvedTwice(tauM[n], tauS[n], h) / cm[n] : 0
            }
        }
    }
}

extension Dynamics {
    /// Conductances by their mean over a step; the membrane itself is solved step by step.
    private mutating func integrateConductances(exact: Bool, cm: [Double], timestep h: Double, values: (ParameterName) -> [Double]) {
        synapse = .conductance
        for (receptor, (time, potential)) in [(ParameterName.tauSynE, ParameterName.eRevE), (.tauSynI, .eRevI)].enumerated() {
            let tauS = values(time)
            reversal[receptor] = zip(values(potential), rest).map { $0 - $1 }
            for n in cm.indices {
                currentDecay[receptor][n] = exact ? exp(-h / tauS[n]) : max(0, 1 - h / tauS[n])
                currentGain[receptor][n] = (exact ? -expm1(-h / tauS[n]) * tauS[n] : h) / cm[n]
            }
        }
    }
}

/// ∫₀ʰ e^(-(h-s)/τm) e^(-s/τs) ds, in ms; its limit where the time constants meet.
private func convolved(_ tauM: Double, _ tauS: Double, _ h: Double) -> Double {
    let difference = 1 / tauM - 1 / tauS
    // e^(-h/τm) (e^(h·difference) - 1) / difference, stable for small differences through expm1.
    return abs(difference) * h < 1e-12 ? h * exp(-h / tauM) : exp(-h / tauM) * expm1(h * difference) / difference
}

/// ∫₀ʰ e^(-(h-s)/τm) s e^(-s/τs) ds, in ms².
private func convolvedTwice(_ tauM: Double, _ tauS: Double, _ h: Double) -> Double {
    let x = (1 / tauM - 1 / tauS) * h
    let series: Double
    if abs(x) < 1 {
        // (e^x (x - 1) + 1) / x² = Σ x^k / (k! (k + 2)); the closed form cancels here.
        var term = 1.0
        var sum = 0.0
        for k in 0..<20 {
            sum += term / Double(k + 2)
            term *= x / Double(k + 1)
        }
        series = sum
    } else {
        series = (exp(x) * (x - 1) + 1) / (x * x)
    }
    return exp(-h / tauM) * h * h * series
}

extension Network {
    /// The coefficients of a population of neurons; nil for sources.
    public func dynamics(of id: ID<Population>) -> Dynamics? {
        guard let model = populations[id].cell.neuron else { return nil }
        return Dynamics(
            model, count: populations[id].size, timestep: timestep,
            random: Philox(seed: seed, purpose: "population/\(populations[id].name)"))
    }
}
