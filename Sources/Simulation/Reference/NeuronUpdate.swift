import Networks

/// What a model's step consists of. The common ones are types whose answers are constants, so that their loop holds no decision.
protocol StepShape: BitwiseCopyable {
    /// Whether a synaptic current outlives a step.
    var hasCurrent: Bool { get }
    var isAlpha: Bool { get }
    var arrivalsFirst: Bool { get }
    /// Whether both receptors are one, because their coefficients are equal.
    var isMerged: Bool { get }
    /// Whether the spikes of the step before enter.
    var needsLastSpikes: Bool { get }
    var isHeld: Bool { get }
}

/// Any step: decides as it goes.
struct StepTraits: StepShape {
    var hasCurrent: Bool
    var isAlpha: Bool
    var arrivalsFirst: Bool
    var isMerged: Bool
    var needsLastSpikes: Bool
    var isHeld: Bool
}

/// Weights act at once.
private struct DeltaStep: StepShape {
    var hasCurrent: Bool { false }
    var isAlpha: Bool { false }
    var arrivalsFirst: Bool { true }
    var isMerged: Bool { true }
    var needsLastSpikes: Bool { false }
    var isHeld: Bool { false }
}

/// Weights act at once; a refractory time.
private struct HeldDeltaStep: StepShape {
    var hasCurrent: Bool { false }
    var isAlpha: Bool { false }
    var arrivalsFirst: Bool { true }
    var isMerged: Bool { true }
    var needsLastSpikes: Bool { false }
    var isHeld: Bool { true }
}

/// Weights act at once; the last spikes enter.
private struct AdaptiveStep: StepShape {
    var hasCurrent: Bool { false }
    var isAlpha: Bool { false }
    var arrivalsFirst: Bool { true }
    var isMerged: Bool { true }
    var needsLastSpikes: Bool { true }
    var isHeld: Bool { false }
}

/// One current, arrivals first.
private struct CurrentStep: StepShape {
    var hasCurrent: Bool { true }
    var isAlpha: Bool { false }
    var arrivalsFirst: Bool { true }
    var isMerged: Bool { true }
    var needsLastSpikes: Bool { false }
    var isHeld: Bool { false }
}

/// One current, membrane first; a refractory time.
private struct HeldCurrentStep: StepShape {
    var hasCurrent: Bool { true }
    var isAlpha: Bool { false }
    var arrivalsFirst: Bool { false }
    var isMerged: Bool { true }
    var needsLastSpikes: Bool { false }
    var isHeld: Bool { true }
}

/// Two currents, membrane first; a refractory time.
private struct HeldCurrentsStep: StepShape {
    var hasCurrent: Bool { true }
    var isAlpha: Bool { false }
    var arrivalsFirst: Bool { false }
    var isMerged: Bool { false }
    var needsLastSpikes: Bool { false }
    var isHeld: Bool { true }
}

/// One step of the neurons `range` (whole blocks) of a population, as `Dynamics` states it; spikes go to `list`.
///
/// - Parameters:
///   - list: room for every neuron of the range, ascending.
///   - values: what rate units send; only they write it.
/// - Returns: the length of the list.
@inline(__always)
func updateNeurons<Real: EngineScalar>(
    _ model: NeuronCoefficients<Real>, _ state: NeuronState<Real>, _ range: Range<Int>, list: UnsafeMutablePointer<Int32>,
    values: UnsafeMutablePointer<Real>
) -> Int {
    let traits = model.traits
    if model.isRate { return updateRates(model, state, range, list, values) }
    if let conductance = model.conductance { return updateConductances(model, conductance, state, range, list) }
    switch (traits.isAlpha, traits.needsLastSpikes, traits.hasCurrent, traits.arrivalsFirst, traits.isMerged, traits.isHeld) {
    case (false, false, false, _, true, false): return updateSpiking(model, DeltaStep(), state, range, list)
    case (false, false, false, _, true, true): return updateSpiking(model, HeldDeltaStep(), state, range, list)
    case (false, true, false, _, true, false): return updateSpiking(model, AdaptiveStep(), state, range, list)
    case (false, false, true, true, true, false): return updateSpiking(model, CurrentStep(), state, range, list)
    case (false, false, true, false, true, true): return updateSpiking(model, HeldCurrentStep(), state, range, list)
    case (false, false, true, false, false, true): return updateSpiking(model, HeldCurrentsStep(), state, range, list)
    default: return updateSpiking(model, traits, state, range, list)
    }
}

@inline(never)
private func updateSpiking<Real: EngineScalar, Shape: StepShape>(
    _ model: NeuronCoefficients<Real>, _ traits: Shape, _ state: NeuronState<Real>, _ range: Range<Int>,
    _ list: UnsafeMutablePointer<Int32>
) -> Int {
    let zero = Lanes<Real>(repeating: 0)
    let one = Lanes<Real>(repeating: 1)
    let infinity = Lanes<Real>(repeating: .infinity)
    var count = 0
    var k = range.lowerBound
    while k < range.upperBound {
        let before = load(state.membrane, k)
        var membrane = before * model.membraneDecay.lanes(k)
        membrane += stepCurrent(
            traits, state.current.0, state.rising.0, state.arriving.0, model.currentDecay.0, model.currentGain.0, model.alphaJump.0,
            model.alphaFeed.0, model.alphaGain.0, k)
        if !traits.isMerged {
            membrane += stepCurrent(
                traits, state.current.1, state.rising.1, state.arriving.1, model.currentDecay.1, model.currentGain.1, model.alphaJump.1,
                model.alphaFeed.1, model.alphaGain.1, k)
        }
        membrane += model.drive.lanes(k)

        let base = model.threshold.lanes(k)
        var threshold = base
        var kept = before
        if traits.needsLastSpikes {
            let last = load(state.lastSpikes, k)
            if model.reset == .subtractNext {
                // The reset of the step before is due also while the neuron is held. Thresholds out of reach are not subtracted.
                let amount =
                    model.subtractsAdapted && model.isAdaptive ? base + model.beta.lanes(k) * load(state.adaptation, k) : base
                let subtracted = Real.select(amount, zero, Real.above(last, zero))
                membrane -= subtracted
                kept -= subtracted
            }
            if model.isAdaptive {
                let adaptation = load(state.adaptation, k) * model.adaptationDecay.lanes(k) + last
                store(adaptation, state.adaptation, k)
                threshold += model.beta.lanes(k) * adaptation
            }
        }
        // Without adaptation both comparisons are one: above a limit is at or above the next number.
        var limit = traits.needsLastSpikes ? threshold : model.limit.lanes(k)
        if traits.isHeld {
            let held = load(state.held, k)
            let isHeld = Real.above(held, zero)
            if !model.isBlocked { membrane = Real.select(kept, membrane, isHeld) }
            limit = Real.select(infinity, limit, isHeld)
            store(Real.select(held - one, zero, isHeld), state.held, k)
        }

        let spiked =
            !traits.needsLastSpikes || model.atOrAbove ? Real.atOrAbove(membrane, limit) : Real.above(membrane, limit)
        if traits.needsLastSpikes { store(Real.select(one, zero, spiked), state.lastSpikes, k) }
        if Real.isAny(spiked) {
            switch model.reset {
            case .toValue: membrane = Real.select(model.resetValue.lanes(k), membrane, spiked)
            case .subtract: membrane = Real.select(membrane - (model.subtractsAdapted ? threshold : base), membrane, spiked)
            case .subtractNext: break
            }
            if traits.isHeld { store(Real.select(model.refractorySteps.lanes(k), load(state.held, k), spiked), state.held, k) }
            for lane in 0..<Lanes<Real>.scalarCount where spiked[lane] {
                list[count] = Int32(truncatingIfNeeded: k &+ lane)
                count &+= 1
            }
        }
        store(membrane, state.membrane, k)
        k &+= Lanes<Real>.scalarCount
    }
    return count
}

/// What one receptor adds to the membrane potential in this step; its current moves on.
@inline(__always)
private func stepCurrent<Real: EngineScalar, Shape: StepShape>(
    _ traits: Shape, _ currents: UnsafeMutablePointer<Real>, _ risings: UnsafeMutablePointer<Real>,
    _ arrivals: UnsafeMutablePointer<Real>, _ decay: Coefficient<Real>, _ gain: Coefficient<Real>, _ jump: Coefficient<Real>,
    _ feed: Coefficient<Real>, _ alphaGain: Coefficient<Real>, _ k: Int
) -> Lanes<Real> {
    let arriving = load(arrivals, k)
    store(Lanes<Real>(repeating: 0), arrivals, k)
    guard traits.hasCurrent else { return gain.lanes(k) * arriving }
    let before = load(currents, k)
    let decayLanes = decay.lanes(k)
    if traits.isAlpha {
        let risingBefore = load(risings, k)
        let after = decayLanes * before + feed.lanes(k) * risingBefore
        let risingAfter = decayLanes * risingBefore + jump.lanes(k) * arriving
        store(after, currents, k)
        store(risingAfter, risings, k)
        return traits.arrivalsFirst
            ? gain.lanes(k) * after + alphaGain.lanes(k) * risingAfter
            : gain.lanes(k) * before + alphaGain.lanes(k) * risingBefore
    }
    let after = decayLanes * before + arriving
    store(after, currents, k)
    return gain.lanes(k) * (traits.arrivalsFirst ? after : before)
}

/// Rate units keep nothing but what they were sent; they send their value, below zero times their slope there.
@inline(__always)
private func updateRates<Real: EngineScalar>(
    _ model: NeuronCoefficients<Real>, _ state: NeuronState<Real>, _ range: Range<Int>, _ list: UnsafeMutablePointer<Int32>,
    _ values: UnsafeMutablePointer<Real>
) -> Int {
    var count = 0
    var k = range.lowerBound
    while k < range.upperBound {
        var value = stepCurrent(
            model.traits, state.current.0, state.rising.0, state.arriving.0, model.currentDecay.0, model.currentGain.0, model.alphaJump.0,
            model.alphaFeed.0, model.alphaGain.0, k)
        if !model.traits.isMerged {
            value += stepCurrent(
                model.traits, state.current.1, state.rising.1, state.arriving.1, model.currentDecay.1, model.currentGain.1,
                model.alphaJump.1, model.alphaFeed.1, model.alphaGain.1, k)
        }
        value += model.drive.lanes(k)
        store(value, state.membrane, k)
        let sent = Real.select(value, value * model.negativeSlope.lanes(k), Real.above(value, Lanes<Real>(repeating: 0)))
        for lane in 0..<Lanes<Real>.scalarCount where sent[lane] != 0 {
            list[count] = Int32(truncatingIfNeeded: k &+ lane)
            values[count] = sent[lane]
            count &+= 1
        }
        k &+= Lanes<Real>.scalarCount
    }
    return count
}
