import Chips
import Numerics

/// What compartments of microcode have beyond the fixed ones: a threshold that rises with every spike, a reset that is subtracted in
/// the next step, and a refractory time that blocks spikes and lets the membrane go on. Every column has one entry per compartment.
package struct AdaptationRegisters: Hashable, Sendable {
    /// What is left of the rise in a step, of `one`.
    package var factor: [Int32]
    /// Added to the rise in the step after a spike.
    package var jump: [Int32]
    /// Subtracted from the membrane in the step after a spike, once it has leaked; 0: nothing.
    package var laterReset: [Int32]
    /// Whether that reset also subtracts the rise as it was at the spike.
    package var laterResetAddsRise: [Bool]
    /// Whether a reset at once by subtraction subtracts the rise, too.
    package var resetAddsRise: [Bool]
    /// Whether the reset waits for the next step, so that the membrane keeps its value at a spike.
    package var resetsLater: [Bool]
    /// Whether the held steps block spikes only.
    package var blocks: [Bool]

    package init(count: Int, one: Int32) {
        factor = [Int32](repeating: one, count: count)
        jump = [Int32](repeating: 0, count: count)
        laterReset = jump
        laterResetAddsRise = [Bool](repeating: false, count: count)
        resetAddsRise = laterResetAddsRise
        resetsLater = laterResetAddsRise
        blocks = laterResetAddsRise
    }
}

/// The state that goes with `AdaptationRegisters`.
package struct AdaptationState: Hashable, Sendable {
    /// How far the threshold has risen, in membrane units.
    package var rise: [Int32]
    /// Whether the compartment spiked in the step before.
    var spiked: [Bool]

    init(count: Int) {
        rise = [Int32](repeating: 0, count: count)
        spiked = [Bool](repeating: false, count: count)
    }
}

extension StepMemory {
    /// All compartments, one at a time, with adaptive thresholds:
    ///
    ///     u ← overflow(tz(u · currentFactor, decayBits) + q)
    ///     v ← overflow(tz(v · membraneFactor, decayBits) + u + bias - z · laterReset), unless held
    ///     b ← tz(b · factor, decayBits) + z · jump                    (z: spiked in the step before)
    ///     spike when v > threshold + b, unless held or blocked
    func step(_ law: CompartmentLaw, _ registers: AdaptationRegisters, _ state: inout AdaptationState) -> StepCount {
        switch law.currentOverflow {
        case .wrap: step(law, registers, &state, Wrapping.self)
        case .wrapOnce: step(law, registers, &state, WrappingOnce.self)
        case .saturate: step(law, registers, &state, Saturating.self)
        }
    }

    private func step(
        _ law: CompartmentLaw, _ registers: AdaptationRegisters, _ state: inout AdaptationState, _ current: (some OverflowLaw).Type
    ) -> StepCount {
        switch law.membraneOverflow {
        case .wrap: step(law, registers, &state, current, Wrapping.self)
        case .wrapOnce: step(law, registers, &state, current, WrappingOnce.self)
        case .saturate: step(law, registers, &state, current, Saturating.self)
        }
    }

    private func step<Current: OverflowLaw, Membrane: OverflowLaw>(
        _ law: CompartmentLaw, _ registers: AdaptationRegisters, _ state: inout AdaptationState, _: Current.Type, _: Membrane.Type
    ) -> StepCount {
        var result = StepCount()
        let bits = law.decayBits
        let (currentBounds, membraneBounds) = StateBounds.of(law)
        let driveBits = law.driveWraps ? law.stateBits + 1 : 32
        for i in 0..<count {
            let decayed = (Int64(current[i]) &* Int64(currentFactor[i])).shiftedTowardZero(by: bits)
            let sum = Int32(truncatingIfNeeded: decayed) &+ CompartmentState.accumulated(arrivals[i], law: law)
            let nextCurrent = Current.apply(sum, currentBounds)
            current[i] = nextCurrent

            let before = state.rise[i]
            let later = registers.laterReset[i] &+ (registers.laterResetAddsRise[i] ? before : 0)
            let drive = (nextCurrent &+ bias[i]).wrapped(toBits: driveBits)
            let leaked = (Int64(membrane[i]) &* Int64(membraneFactor[i])).shiftedTowardZero(by: bits)
            let plain = Int32(truncatingIfNeeded: leaked) &+ drive &- (state.spiked[i] && registers.resetsLater[i] ? later : 0)
            let isFree = held[i] == 0
            let moves = isFree || registers.blocks[i]
            let next = moves ? Membrane.apply(plain, membraneBounds) : membrane[i]
            let rise =
                Int32(truncatingIfNeeded: (Int64(before) &* Int64(registers.factor[i])).shiftedTowardZero(by: bits))
                &+ (state.spiked[i] ? registers.jump[i] : 0)
            state.rise[i] = rise
            let fires = isFree && next > threshold[i] &+ rise
            let lowered = next &- threshold[i] &- (registers.resetAddsRise[i] ? rise : 0)
            membrane[i] = fires && !registers.resetsLater[i] ? lowered & subtracts[i] : next
            held[i] = fires ? heldSteps[i] : held[i] &- (isFree ? 0 : 1)
            state.spiked[i] = fires

            spikes[result.spikes] = Int32(truncatingIfNeeded: i)
            result.spikes &+= fires ? 1 : 0
            result.currentOverflows &+= nextCurrent != sum ? 1 : 0
            result.membraneOverflows &+= moves && next != plain ? 1 : 0
            result.activeUpdates &+= nextCurrent | next | rise != 0 ? 1 : 0
        }
        return result
    }
}
