import Chips

/// The overflow laws on four values at once; those that keep a state within its bits, so that decays need no wider product.
protocol VectorOverflowLaw: OverflowLaw {
    static func apply(_ value: SIMD4<Int32>, _ bounds: StateBounds) -> SIMD4<Int32>
}

extension Wrapping: VectorOverflowLaw {
    @inline(__always)
    static func apply(_ value: SIMD4<Int32>, _ bounds: StateBounds) -> SIMD4<Int32> {
        let spare = SIMD4<Int32>(repeating: Int32(truncatingIfNeeded: 31 &- bounds.bits))
        return (value &<< spare) &>> spare
    }
}

extension Saturating: VectorOverflowLaw {
    @inline(__always)
    static func apply(_ value: SIMD4<Int32>, _ bounds: StateBounds) -> SIMD4<Int32> {
        let least = SIMD4<Int32>(repeating: bounds.minimum)
        let most = SIMD4<Int32>(repeating: bounds.maximum)
        let raised = value.replacing(with: least, where: value .< least)
        return raised.replacing(with: most, where: raised .> most)
    }
}

/// Constants of a step, on four compartments at once.
struct VectorLaw {
    // Scalars, spread where they are used: the compiler then knows that all lanes shift alike.
    private let decayBits: Int32
    private let inputShift: Int32
    private let accumulatorSpare: Int32
    private let driveSpare: Int32

    /// Whether four at once compute what one at a time does: states and factors must fit 16 bits when cut in two.
    static func suits(_ law: CompartmentLaw) -> Bool {
        law.currentOverflow != .wrapOnce && law.membraneOverflow != .wrapOnce && law.decayBits <= 12 && law.stateBits <= law.decayBits + 14
            && law.membraneRange.lowerBound >= -(1 << Int32(law.stateBits)) && law.membraneRange.upperBound < 1 << Int32(law.stateBits)
    }

    init(_ law: CompartmentLaw) {
        decayBits = Int32(truncatingIfNeeded: law.decayBits)
        inputShift = Int32(truncatingIfNeeded: law.inputShift)
        accumulatorSpare = Int32(truncatingIfNeeded: law.accumulatorBits.map { 31 - $0 } ?? 0)
        driveSpare = Int32(truncatingIfNeeded: law.driveWraps ? 31 - law.stateBits : 0)
    }

    /// tz(state · factor, decayBits) without a wider product: magnitude = high · 2^decayBits + low, so the quotient is
    /// high · factor + (low · factor >> decayBits). Both products are of 15-bit numbers.
    @inline(__always)
    func decayed(_ state: SIMD4<Int32>, _ factor: SIMD4<Int32>) -> SIMD4<Int32> {
        let bits = SIMD4(repeating: decayBits)
        let sign = state &>> SIMD4(repeating: 31)
        let magnitude = (state ^ sign) &- sign
        let high = (magnitude &>> bits) & SIMD4(repeating: 0x7FFF)
        let low = magnitude & SIMD4(repeating: ((1 &<< decayBits) &- 1) & 0x7FFF)
        let small = factor & SIMD4(repeating: 0x7FFF)
        let quotient = high &* small &+ ((low &* small) &>> bits)
        return (quotient ^ sign) &- sign
    }

    @inline(__always)
    func accumulated(_ arrivals: SIMD4<Int32>) -> SIMD4<Int32> {
        let spare = SIMD4(repeating: accumulatorSpare)
        return ((arrivals &<< SIMD4(repeating: inputShift)) &<< spare) &>> spare
    }

    @inline(__always)
    func wrappedDrive(_ drive: SIMD4<Int32>) -> SIMD4<Int32> {
        let spare = SIMD4(repeating: driveSpare)
        return (drive &<< spare) &>> spare
    }
}

extension StepMemory {
    /// All compartments, four at a time, under a law that suits it.
    func stepVectors(_ law: CompartmentLaw) -> StepCount {
        switch (law.currentOverflow, law.membraneOverflow) {
        case (.wrap, .saturate): stepVectors(law, Wrapping.self, Saturating.self)
        case (.wrap, _): stepVectors(law, Wrapping.self, Wrapping.self)
        case (_, .saturate): stepVectors(law, Saturating.self, Saturating.self)
        default: stepVectors(law, Saturating.self, Wrapping.self)
        }
    }

    private func stepVectors<Current: VectorOverflowLaw, Membrane: VectorOverflowLaw>(
        _ law: CompartmentLaw, _ current: Current.Type, _ membrane: Membrane.Type
    ) -> StepCount {
        let (currentBounds, membraneBounds) = StateBounds.of(law)
        let whole = count & ~3
        var result = stepVectors(whole, VectorLaw(law), currentBounds, membraneBounds, current, membrane)
        step(whole..<count, law, Noiseless(), current, membrane, &result)
        return result
    }

    /// The first compartments.
    /// - Parameter count: a multiple of 4.
    @inline(__always)
    private func stepVectors<Current: VectorOverflowLaw, Membrane: VectorOverflowLaw>(
        _ count: Int, _ law: VectorLaw, _ currentBounds: StateBounds, _ membraneBounds: StateBounds, _: Current.Type, _: Membrane.Type
    ) -> StepCount {
        let zero = SIMD4<Int32>.zero
        let one = SIMD4<Int32>(repeating: 1)
        var currentOverflows = zero
        var membraneOverflows = zero
        var active = zero
        var spikeCount = 0
        var i = 0
        while i < count {
            let sum = law.decayed(load(current, i), load(currentFactor, i)) &+ law.accumulated(load(arrivals, i))
            let nextCurrent = Current.apply(sum, currentBounds)
            store(nextCurrent, current, i)
            currentOverflows &+= one.replacing(with: zero, where: nextCurrent .== sum)

            let v = load(membrane, i)
            let plainDrive = nextCurrent &+ load(bias, i)
            let drive = law.wrappedDrive(plainDrive)
            let plain = law.decayed(v, load(membraneFactor, i)) &+ drive
            let limited = Membrane.apply(plain, membraneBounds)
            let rest = load(held, i)
            let isHeld = rest .!= zero
            let next = limited.replacing(with: v, where: isHeld)
            let limit = load(threshold, i)
            let fires = (next .> limit) .& .!isHeld
            store(next.replacing(with: (next &- limit) & load(subtracts, i), where: fires), membrane, i)
            let left = rest &- zero.replacing(with: one, where: isHeld)
            store(left.replacing(with: load(heldSteps, i), where: fires), held, i)

            let changed = ((limited .!= plain) .| (drive .!= plainDrive)) .& .!isHeld
            membraneOverflows &+= zero.replacing(with: one, where: changed)
            active &+= one.replacing(with: zero, where: (nextCurrent | next) .== zero)
            let marks = zero.replacing(with: one, where: fires)
            for lane in 0..<4 {
                spikes[spikeCount] = Int32(truncatingIfNeeded: i &+ lane)
                spikeCount &+= Int(marks[lane])
            }
            i &+= 4
        }
        return StepCount(
            spikes: spikeCount, currentOverflows: Int(currentOverflows.wrappedSum()),
            membraneOverflows: Int(membraneOverflows.wrappedSum()),
            activeUpdates: Int(active.wrappedSum()))
    }

    @inline(__always)
    private func load(_ values: UnsafePointer<Int32>, _ index: Int) -> SIMD4<Int32> {
        UnsafeRawPointer(values + index).loadUnaligned(as: SIMD4<Int32>.self)
    }

    @inline(__always)
    private func load(_ values: UnsafeMutablePointer<Int32>, _ index: Int) -> SIMD4<Int32> {
        UnsafeRawPointer(values + index).loadUnaligned(as: SIMD4<Int32>.self)
    }

    @inline(__always)
    private func store(_ value: SIMD4<Int32>, _ values: UnsafeMutablePointer<Int32>, _ index: Int) {
        UnsafeMutableRawPointer(values + index).storeBytes(of: value, as: SIMD4<Int32>.self)
    }
}
