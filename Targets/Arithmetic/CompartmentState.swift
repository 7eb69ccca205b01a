import Chips
import Numerics

/// The state of a core's compartments, and the step that moves it: the integer current-based neuron of `IntegerCurrentArithmetic`.
package struct CompartmentState: Hashable, Sendable {
    package var current: [Int32]
    package var membrane: [Int32]
    /// Steps that the membrane is still held.
    package var held: [Int32]
    /// How often a current left its bits, and how often a membrane or a drive was cut or wrapped.
    package var currentOverflows = 0
    package var membraneOverflows = 0
    /// Updates of compartments whose current or membrane was not zero.
    package var activeUpdates = 0

    package init(count: Int) {
        current = [Int32](repeating: 0, count: count)
        membrane = current
        held = current
    }

    package var count: Int { current.count }

    /// Currents and membranes to zero, nobody held.
    package mutating func clear() {
        for index in current.indices {
            current[index] = 0
            membrane[index] = 0
            held[index] = 0
        }
    }

    /// One step of all compartments.
    ///
    ///     q ← wrap(arrivals << shift)
    ///     u ← overflow(tz(u · currentFactor, decayBits) + q)
    ///     v ← overflow(tz(v · membraneFactor, decayBits) + wrap(u + bias)), unless held
    ///     spike when v > threshold: v ← 0 or v - threshold, and held for `heldSteps`
    ///
    /// - Parameters:
    ///   - arrivals: summed effective weights, before the shift; one entry per compartment.
    ///   - spikes: receives the compartments that spike, ascending; at least `count` long.
    ///   - noise: added to q or to the drive; nil: none.
    /// - Returns: how many spiked.
    package mutating func step(
        _ registers: CompartmentRegisters, law: CompartmentLaw, arrivals: UnsafePointer<Int32>,
        spikes: UnsafeMutableBufferPointer<Int32>, noise: CompartmentNoise? = nil
    ) -> Int {
        precondition(
            registers.count == count && spikes.count >= count, "bug: a core's registers, state and spike list differ in length")
        if let noise {
            precondition(noise.values.count == count, "bug: one noise value is needed for each compartment")
            return step(registers, law, arrivals, spikes, GivenNoise(noise))
        }
        return step(registers, law, arrivals, spikes, Noiseless())
    }

    /// Chooses the loop that was compiled for the law.
    private mutating func step(
        _ registers: CompartmentRegisters, _ law: CompartmentLaw, _ arrivals: UnsafePointer<Int32>,
        _ spikes: UnsafeMutableBufferPointer<Int32>, _ noise: some NoiseSource
    ) -> Int {
        switch law.currentOverflow {
        case .wrap: step(registers, law, arrivals, spikes, noise, Wrapping.self)
        case .wrapOnce: step(registers, law, arrivals, spikes, noise, WrappingOnce.self)
        case .saturate: step(registers, law, arrivals, spikes, noise, Saturating.self)
        }
    }

    private mutating func step(
        _ registers: CompartmentRegisters, _ law: CompartmentLaw, _ arrivals: UnsafePointer<Int32>,
        _ spikes: UnsafeMutableBufferPointer<Int32>, _ noise: some NoiseSource, _ current: (some OverflowLaw).Type
    ) -> Int {
        switch law.membraneOverflow {
        case .wrap: step(registers, law, arrivals, spikes, noise, current, Wrapping.self)
        case .wrapOnce: step(registers, law, arrivals, spikes, noise, current, WrappingOnce.self)
        case .saturate: step(registers, law, arrivals, spikes, noise, current, Saturating.self)
        }
    }

    /// The shifted input in the accumulator's bits.
    @inline(__always)
    package static func accumulated(_ arrivals: Int32, law: CompartmentLaw, noise: Int32 = 0) -> Int32 {
        let sum = arrivals &<< Int32(truncatingIfNeeded: law.inputShift) &+ noise
        guard let bits = law.accumulatorBits else { return sum }
        return sum.wrapped(toBits: bits + 1)
    }

    private mutating func step<Noise: NoiseSource, Current: OverflowLaw, Membrane: OverflowLaw>(
        _ registers: CompartmentRegisters, _ law: CompartmentLaw, _ arrivals: UnsafePointer<Int32>,
        _ spikes: UnsafeMutableBufferPointer<Int32>, _ noise: Noise, _ currentLaw: Current.Type, _ membraneLaw: Membrane.Type
    ) -> Int {
        let result = Self.step(
            registers, law, arrivals, spikes, noise, currentLaw, membraneLaw, current: &current, membrane: &membrane, held: &held)
        currentOverflows += result.currentOverflows
        membraneOverflows += result.membraneOverflows
        activeUpdates += result.activeUpdates
        return result.spikes
    }

    private static func step<Noise: NoiseSource, Current: OverflowLaw, Membrane: OverflowLaw>(
        _ registers: CompartmentRegisters, _ law: CompartmentLaw, _ arrivals: UnsafePointer<Int32>,
        _ spikes: UnsafeMutableBufferPointer<Int32>, _ noise: Noise, _: Current.Type, _: Membrane.Type, current: inout [Int32],
        membrane: inout [Int32], held: inout [Int32]
    ) -> (spikes: Int, currentOverflows: Int, membraneOverflows: Int, activeUpdates: Int) {
        let limit = Int32(truncatingIfNeeded: (1 << law.stateBits) - 1)
        let currentBounds = StateBounds(bits: law.stateBits, range: -limit...limit)
        let membraneBounds = StateBounds(bits: law.stateBits, range: law.membraneRange)
        let decayBits = law.decayBits
        let driveBits = law.driveWraps ? law.stateBits + 1 : 32

        let currentFactor = registers.currentFactor.span
        let membraneFactor = registers.membraneFactor.span
        let threshold = registers.threshold.span
        let bias = registers.bias.span
        let heldSteps = registers.heldSteps.span
        let subtracts = registers.subtracts.span
        var u = current.mutableSpan
        var v = membrane.mutableSpan
        var rest = held.mutableSpan
        var spikeCount = 0
        var currentOverflows = 0
        var membraneOverflows = 0
        var activeUpdates = 0

        // All spans have `registers.count` entries: checked where the step is entered.
        for i in 0..<registers.count {
            let decayed = (Int64(u[unchecked: i]) &* Int64(currentFactor[unchecked: i])).shiftedTowardZero(by: decayBits)
            let sum = Int32(truncatingIfNeeded: decayed) &+ accumulated(arrivals[i], law: law, noise: noise.current(i))
            let nextCurrent = Current.apply(sum, currentBounds)
            u[unchecked: i] = nextCurrent

            let plainDrive = nextCurrent &+ bias[unchecked: i] &+ noise.membrane(i)
            let drive = plainDrive.wrapped(toBits: driveBits)
            let leaked = (Int64(v[unchecked: i]) &* Int64(membraneFactor[unchecked: i])).shiftedTowardZero(by: decayBits)
            let plain = Int32(truncatingIfNeeded: leaked) &+ drive
            let isFree = rest[unchecked: i] == 0
            let next = isFree ? Membrane.apply(plain, membraneBounds) : v[unchecked: i]
            let above = isFree && next > threshold[unchecked: i]
            v[unchecked: i] = above ? (next &- threshold[unchecked: i]) & subtracts[unchecked: i] : next
            rest[unchecked: i] = above ? heldSteps[unchecked: i] : rest[unchecked: i] &- (isFree ? 0 : 1)

            activeUpdates &+= nextCurrent | next != 0 ? 1 : 0
            spikes[spikeCount] = Int32(truncatingIfNeeded: i)
            spikeCount &+= above ? 1 : 0
            currentOverflows &+= nextCurrent != sum ? 1 : 0
            membraneOverflows &+= isFree && (next != plain || drive != plainDrive) ? 1 : 0
        }
        return (spikeCount, currentOverflows, membraneOverflows, activeUpdates)
    }
}
