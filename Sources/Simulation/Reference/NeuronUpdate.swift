import Networks

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
    let zero = Lanes<Real>(repeating: 0)
    let one = Lanes<Real>(repeating: 1)
    let infinity = Lanes<Real>(repeating: .infinity)
    var count = 0
    var k = range.lowerBound
    while k < range.upperBound {
        // Synaptic current, before or after the membrane potential.
        let before = load(state.membrane, k)
        var membrane = before * model.membraneDecay.lanes(k)
        membrane += stepCurrent(
            model, state.current.0, state.rising.0, state.arriving.0, model.currentDecay.0, model.currentGain.0, model.alphaJump.0,
            model.alphaFeed.0, model.alphaGain.0, k)
        if !model.isMerged {
            membrane += stepCurrent(
                model, state.current.1, state.rising.1, state.arriving.1, model.currentDecay.1, model.currentGain.1, model.alphaJump.1,
                model.alphaFeed.1, model.alphaGain.1, k)
        }
        membrane += model.drive.lanes(k)
        if model.isRate {
            store(membrane, state.membrane, k)
            for lane in 0..<Lanes<Real>.scalarCount where membrane[lane] > 0 {
                list[count] = Int32(truncatingIfNeeded: k &+ lane)
                values[count] = membrane[lane]
                count &+= 1
            }
            k &+= Lanes<Real>.scalarCount
            continue
        }

        let base = model.threshold.lanes(k)
        var threshold = base
        var kept = before
        if model.needsLastSpikes {
            let last = load(state.lastSpikes, k)
            if model.reset == .subtractNext {
                // The reset of the step before is due also while the neuron is held. Padding has no finite threshold.
                let subtracted = Real.select(base, zero, Real.above(last, zero))
                membrane -= subtracted
                kept -= subtracted
            }
            if model.isAdaptive {
                let adaptation = load(state.adaptation, k) * model.adaptationDecay.lanes(k) + last
                store(adaptation, state.adaptation, k)
                threshold += model.beta.lanes(k) * adaptation
            }
        }
        var limit = threshold
        if model.isHeld {
            let held = load(state.held, k)
            let isHeld = Real.above(held, zero)
            membrane = Real.select(kept, membrane, isHeld)
            limit = Real.select(infinity, threshold, isHeld)
            store(Real.select(held - one, zero, isHeld), state.held, k)
        }
        guard model.spikes else {
            store(membrane, state.membrane, k)
            k &+= Lanes<Real>.scalarCount
            continue
        }

        let spiked = model.atOrAbove ? Real.atOrAbove(membrane, limit) : Real.above(membrane, limit)
        if model.needsLastSpikes { store(Real.select(one, zero, spiked), state.lastSpikes, k) }
        if Real.isAny(spiked) {
            switch model.reset {
            case .toValue: membrane = Real.select(model.resetValue.lanes(k), membrane, spiked)
            case .subtract: membrane = Real.select(membrane - threshold, membrane, spiked)
            case .subtractNext: break
            }
            if model.isHeld {
                store(Real.select(model.refractorySteps.lanes(k), load(state.held, k), spiked), state.held, k)
            }
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
private func stepCurrent<Real: EngineScalar>(
    _ model: NeuronCoefficients<Real>, _ currents: UnsafeMutablePointer<Real>, _ risings: UnsafeMutablePointer<Real>,
    _ arrivals: UnsafeMutablePointer<Real>, _ decay: Coefficient<Real>, _ gain: Coefficient<Real>, _ jump: Coefficient<Real>,
    _ feed: Coefficient<Real>, _ alphaGain: Coefficient<Real>, _ k: Int
) -> Lanes<Real> {
    let arriving = load(arrivals, k)
    store(Lanes<Real>(repeating: 0), arrivals, k)
    guard model.hasCurrent else { return gain.lanes(k) * arriving }
    let before = load(currents, k)
    let decayLanes = decay.lanes(k)
    if model.synapse == .alpha {
        let risingBefore = load(risings, k)
        let after = decayLanes * before + feed.lanes(k) * risingBefore
        let risingAfter = decayLanes * risingBefore + jump.lanes(k) * arriving
        store(after, currents, k)
        store(risingAfter, risings, k)
        return model.arrivalsFirst
            ? gain.lanes(k) * after + alphaGain.lanes(k) * risingAfter
            : gain.lanes(k) * before + alphaGain.lanes(k) * risingBefore
    }
    let after = decayLanes * before + arriving
    store(after, currents, k)
    return gain.lanes(k) * (model.arrivalsFirst ? after : before)
}
