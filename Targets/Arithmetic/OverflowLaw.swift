import Chips
import Numerics

/// What becomes of a state variable that leaves its bits. One type for each `IntegerCurrentArithmetic.Overflow`, so that the
/// compartment loop is compiled for each.
protocol OverflowLaw {
    static func apply(_ value: Int32, _ bounds: StateBounds) -> Int32
}

/// The range of a state variable.
struct StateBounds {
    /// Bits beside the sign.
    var bits: Int
    /// For saturation; the chip may hold other ends than those of the bits (Loihi: negVmLimit, posVmLimit).
    var minimum: Int32
    var maximum: Int32

    init(bits: Int, range: ClosedRange<Int32>) {
        self.bits = bits
        minimum = range.lowerBound
        maximum = range.upperBound
    }

    /// The bounds of current and membrane.
    @inline(__always)
    static func of(_ law: CompartmentLaw) -> (current: StateBounds, membrane: StateBounds) {
        let limit = Int32(truncatingIfNeeded: (1 << law.stateBits) - 1)
        return (StateBounds(bits: law.stateBits, range: -limit...limit), StateBounds(bits: law.stateBits, range: law.membraneRange))
    }
}

/// Two's complement (nengo-loihi: `overflow_signed`).
enum Wrapping: OverflowLaw {
    @inline(__always)
    static func apply(_ value: Int32, _ bounds: StateBounds) -> Int32 { value.wrapped(toBits: bounds.bits + 1) }
}

/// One correction by 2^(bits + 1); -2^bits becomes +2^bits, and what is further out stays out (Lava: `proc/lif/models.py`).
enum WrappingOnce: OverflowLaw {
    @inline(__always)
    static func apply(_ value: Int32, _ bounds: StateBounds) -> Int32 {
        let limit = (1 as Int32) &<< Int32(truncatingIfNeeded: bounds.bits)
        let down: Int32 = value > limit ? limit &<< 1 : 0
        let up: Int32 = value <= -limit ? limit &<< 1 : 0
        return value &- down &+ up
    }
}

enum Saturating: OverflowLaw {
    @inline(__always)
    static func apply(_ value: Int32, _ bounds: StateBounds) -> Int32 { min(max(value, bounds.minimum), bounds.maximum) }
}
