import Networks

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// What a population with conductances needs beside the coefficients of all neurons. Trivial: it owns nothing.
struct ConductanceCoefficients<Real: EngineScalar>: BitwiseCopyable {
    let isExact: Bool
    /// λ: what the leak alone contributes to a step's exponent.
    let leak: Coefficient<Real>
    /// J: the constant current over the capacitance, times the step.
    let current: Coefficient<Real>
    let reversal: (Coefficient<Real>, Coefficient<Real>)

    init(_ dynamics: Dynamics, in arena: Arena) {
        isExact = dynamics.conductanceIntegration == .exact
        let leaks = dynamics.membraneDecay.map { dynamics.conductanceIntegration == .exact ? -log($0) : 1 - $0 }
        leak = Coefficient(leaks, in: arena)
        // A membrane that does not leak within a step takes the drive as it is.
        let drives = zip(dynamics.drive, zip(leaks, dynamics.membraneDecay)).map { $1.1 < 1 ? $0 * $1.0 / (1 - $1.1) : $0 }
        current = Coefficient(drives, in: arena)
        reversal = (Coefficient(dynamics.reversal[0], in: arena), Coefficient(dynamics.reversal[1], in: arena))
    }
}

/// One step of neurons with conductances, as `Dynamics` states it; spikes go to `list`.
///
/// Neuron by neuron, for each has an exponential of its own in each step.
/// - Returns: the length of the list.
@inline(never)
func updateConductances<Real: EngineScalar>(
    _ model: NeuronCoefficients<Real>, _ conductance: ConductanceCoefficients<Real>, _ state: NeuronState<Real>, _ range: Range<Int>,
    _ list: UnsafeMutablePointer<Int32>
) -> Int {
    let traits = model.traits
    var count = 0
    for n in range {
        let excitatory = stepConductance(
            state.current.0, state.arriving.0, model.currentDecay.0, model.currentGain.0, traits.arrivalsFirst, n)
        let inhibitory = stepConductance(
            state.current.1, state.arriving.1, model.currentDecay.1, model.currentGain.1, traits.arrivalsFirst, n)
        var kept = state.membrane[n]
        let subtracted = model.reset == .subtractNext && state.lastSpikes[n] > 0 ? model.threshold[n] : 0
        kept -= subtracted
        let isHeld = state.held[n] > 0
        if isHeld { state.held[n] -= 1 }
        if isHeld, !model.isBlocked {
            // Conductances go on while the membrane is held.
            state.membrane[n] = kept
            state.lastSpikes[n] = 0
            continue
        }
        let before = kept + subtracted
        let pull = conductance.current[n] + excitatory * conductance.reversal.0[n] + inhibitory * conductance.reversal.1[n]
        let exponent = conductance.leak[n] + excitatory + inhibitory
        var membrane: Real
        if conductance.isExact {
            let decay = Real(exp(-Double(exponent)))
            // (1 - e^(-P)) / P, which cancels near 0.
            let mean = exponent < 1e-4 ? 1 - exponent / 2 : Real(-expm1(-Double(exponent)) / Double(exponent))
            membrane = decay * before + mean * pull
        } else {
            membrane = before + pull - exponent * before
        }
        membrane -= subtracted
        // The limit is the least potential that spikes.
        let spiked = !isHeld && membrane >= model.limit[n]
        if spiked {
            switch model.reset {
            case .toValue: membrane = model.resetValue[n]
            case .subtract: membrane -= model.threshold[n]
            case .subtractNext: break
            }
            state.held[n] = model.refractorySteps[n]
            list[count] = Int32(truncatingIfNeeded: n)
            count &+= 1
        }
        state.lastSpikes[n] = spiked ? 1 : 0
        state.membrane[n] = membrane
    }
    return count
}

/// The integral of a conductance over the step, by the capacitance; the conductance moves on.
@inline(__always)
private func stepConductance<Real: EngineScalar>(
    _ conductances: UnsafeMutablePointer<Real>, _ arrivals: UnsafeMutablePointer<Real>, _ decay: Coefficient<Real>,
    _ gain: Coefficient<Real>, _ arrivalsFirst: Bool, _ n: Int
) -> Real {
    let before = conductances[n]
    let after = decay[n] * before + arrivals[n]
    arrivals[n] = 0
    conductances[n] = after
    return gain[n] * (arrivalsFirst ? after : before)
}

extension Coefficient {
    @inline(__always)
    subscript(neuron: Int) -> Real { pointer[neuron & mask] }
}
