package import Chips

/// The arithmetic of a core's compartments, decoded once: what is the same for all of them.
package struct CompartmentLaw: Hashable, Sendable {
    /// Left shift of the summed input.
    package var inputShift: Int
    /// Bits of a decay: one = 2^decayBits.
    package var decayBits: Int
    /// Bits of u and v beside the sign.
    package var stateBits: Int
    package var currentOverflow: IntegerCurrentArithmetic.Overflow
    package var membraneOverflow: IntegerCurrentArithmetic.Overflow
    /// Bits of the shifted input beside the sign; nil: 32-bit.
    package var accumulatorBits: Int?
    /// Whether u + bias is wrapped to the state's bits before it meets the membrane.
    package var driveWraps: Bool
    /// Where a saturating membrane ends.
    package var membraneRange: ClosedRange<Int32>

    package init(_ arithmetic: IntegerCurrentArithmetic, formats: NumberFormats, membraneRange: ClosedRange<Int32>? = nil) {
        inputShift = formats.weight.shift
        decayBits = formats.decay.bits
        stateBits = arithmetic.stateBits
        currentOverflow = arithmetic.currentOverflow
        membraneOverflow = arithmetic.membraneOverflow
        accumulatorBits = arithmetic.accumulatorBits
        driveWraps = arithmetic.driveWraps
        let limit = Int32((1 << arithmetic.stateBits) - 1)
        self.membraneRange = membraneRange ?? -limit...limit
    }
}

/// The registers of a core's compartments at full scale; every column has one entry per compartment.
package struct CompartmentRegisters: Hashable, Sendable {
    package let count: Int
    /// Columns, one after the other.
    var storage: [Int32]
    /// Of compartments with adaptive thresholds; nil: none has one.
    package var adaptation: AdaptationRegisters?
    /// Of rate units, set by `setGraded`; nil: there is none.
    package internal(set) var graded: GradedRegisters?
    /// Whether spikes carry values.
    package var sendsValues: Bool { graded != nil }

    package init(count: Int) {
        self.count = count
        storage = [Int32](repeating: 0, count: 6 * count)
    }

    /// one - (register + offset): what is left of the current in a step, of `one`. Not negative, but where a peer's model has it so.
    package var currentFactor: [Int32] {
        get { column(0) }
        set { setColumn(0, newValue) }
    }

    package var membraneFactor: [Int32] {
        get { column(1) }
        set { setColumn(1, newValue) }
    }

    /// Spike when v is above.
    package var threshold: [Int32] {
        get { column(2) }
        set { setColumn(2, newValue) }
    }

    /// Added to the membrane at every step.
    package var bias: [Int32] {
        get { column(3) }
        set { setColumn(3, newValue) }
    }

    /// Steps that the membrane is held after a spike.
    package var heldSteps: [Int32] {
        get { column(4) }
        set { setColumn(4, newValue) }
    }

    /// All bits set where a spike subtracts the threshold, 0 where it sets the membrane to zero.
    package var subtracts: [Int32] {
        get { column(5) }
        set { setColumn(5, newValue) }
    }

    private func column(_ number: Int) -> [Int32] { Array(storage[number * count..<(number + 1) * count]) }

    private mutating func setColumn(_ number: Int, _ values: [Int32]) {
        precondition(values.count == count, "bug: \(values.count) registers for \(count) compartments")
        storage.replaceSubrange(number * count..<(number + 1) * count, with: values)
    }

    /// A bias as the register pair says it: mantissa · 2^exponent; a negative exponent shifts right (floor).
    package static func bias(mantissa: Int, exponent: Int) -> Int32 {
        Int32(truncatingIfNeeded: exponent >= 0 ? mantissa << exponent : mantissa >> -exponent)
    }
}
