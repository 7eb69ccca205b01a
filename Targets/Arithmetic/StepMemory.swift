import Chips
import Numerics

/// The arrays of a step as memory, each `count` long, and the loop that moves compartments on one at a time, under any law.
struct StepMemory {
    let count: Int
    let currentFactor: UnsafePointer<Int32>
    let membraneFactor: UnsafePointer<Int32>
    let threshold: UnsafePointer<Int32>
    let bias: UnsafePointer<Int32>
    let heldSteps: UnsafePointer<Int32>
    let subtracts: UnsafePointer<Int32>
    let current: UnsafeMutablePointer<Int32>
    let membrane: UnsafeMutablePointer<Int32>
    let held: UnsafeMutablePointer<Int32>
    let arrivals: UnsafePointer<Int32>
    let spikes: UnsafeMutablePointer<Int32>

    /// - Parameters:
    ///   - registers: the columns of `CompartmentRegisters`.
    ///   - state: those of `CompartmentState`.
    init(
        _ count: Int, registers: UnsafePointer<Int32>, state: UnsafeMutablePointer<Int32>, arrivals: UnsafePointer<Int32>,
        spikes: UnsafeMutablePointer<Int32>
    ) {
        self.count = count
        currentFactor = registers
        membraneFactor = registers + count
        threshold = registers + 2 * count
        bias = registers + 3 * count
        heldSteps = registers + 4 * count
        subtracts = registers + 5 * count
        current = state
        membrane = state + count
        held = state + 2 * count
        self.arrivals = arrivals
        self.spikes = spikes
    }

    /// All compartments, in the loop that was compiled for the law.
    func step(_ law: CompartmentLaw, _ noise: some NoiseSource) -> StepCount {
        switch law.currentOverflow {
        case .wrap: step(law, noise, Wrapping.self)
        case .wrapOnce: step(law, noise, WrappingOnce.self)
        case .saturate: step(law, noise, Saturating.self)
        }
    }

    private func step(_ law: CompartmentLaw, _ noise: some NoiseSource, _ current: (some OverflowLaw).Type) -> StepCount {
        var result = StepCount()
        switch law.membraneOverflow {
        case .wrap: step(0..<count, law, noise, current, Wrapping.self, &result)
        case .wrapOnce: step(0..<count, law, noise, current, WrappingOnce.self, &result)
        case .saturate: step(0..<count, law, noise, current, Saturating.self, &result)
        }
        return result
    }

    @inline(__always)
    func step<Noise: NoiseSource, Current: OverflowLaw, Membrane: OverflowLaw>(
        _ compartments: Range<Int>, _ law: CompartmentLaw, _ noise: Noise, _: Current.Type, _: Membrane.Type, _ result: inout StepCount
    ) {
        let (currentBounds, membraneBounds) = StateBounds.of(law)
        let decayBits = law.decayBits
        let driveBits = law.driveWraps ? law.stateBits + 1 : 32
        for i in compartments {
            let decayed = (Int64(current[i]) &* Int64(currentFactor[i])).shiftedTowardZero(by: decayBits)
            let arriving = CompartmentState.accumulated(arrivals[i], law: law, noise: noise.current(i))
            let sum = Int32(truncatingIfNeeded: decayed) &+ arriving
            let nextCurrent = Current.apply(sum, currentBounds)
            current[i] = nextCurrent

            let plainDrive = nextCurrent &+ bias[i] &+ noise.membrane(i)
            let drive = plainDrive.wrapped(toBits: driveBits)
            let leaked = (Int64(membrane[i]) &* Int64(membraneFactor[i])).shiftedTowardZero(by: decayBits)
            let plain = Int32(truncatingIfNeeded: leaked) &+ drive
            let isFree = held[i] == 0
            let next = isFree ? Membrane.apply(plain, membraneBounds) : membrane[i]
            let fires = isFree && next > threshold[i]
            membrane[i] = fires ? (next &- threshold[i]) & subtracts[i] : next
            held[i] = fires ? heldSteps[i] : held[i] &- (isFree ? 0 : 1)

            spikes[result.spikes] = Int32(truncatingIfNeeded: i)
            result.spikes &+= fires ? 1 : 0
            result.currentOverflows &+= nextCurrent != sum ? 1 : 0
            result.membraneOverflows &+= isFree && (next != plain || drive != plainDrive) ? 1 : 0
            result.activeUpdates &+= nextCurrent | next != 0 ? 1 : 0
        }
    }
}
