/// How a number becomes an integer, or an integer loses its low bits.
public enum Rounding: String, Hashable, Sendable, CaseIterable {
    /// Toward minus infinity; on integers the arithmetic right shift.
    case floor
    /// Toward zero: the sign is kept and the magnitude cut.
    case towardZero = "toward_zero"
    /// To the nearest; a half goes to the even neighbour (IEEE 754, numpy).
    case nearestEven = "nearest_even"
    /// To the nearest; a half goes away from zero (C's `round`).
    case nearestAway = "nearest_away"
    /// Up with the probability of the fraction: `floor(x) + (random < fraction)`; the caller supplies the random number.
    case stochastic
}

extension BinaryFloatingPoint {
    /// The integral value that `rounding` chooses.
    ///
    /// - Parameter random: in [0, 1); only `.stochastic` looks at it.
    @inlinable
    public func rounded(_ rounding: Rounding, random: Self = 0) -> Self {
        switch rounding {
        case .floor: return self.rounded(.down)
        case .towardZero: return self.rounded(FloatingPointRoundingRule.towardZero)
        case .nearestEven: return self.rounded(.toNearestOrEven)
        case .nearestAway: return self.rounded(.toNearestOrAwayFromZero)
        case .stochastic:
            let below = self.rounded(.down)
            return random < self - below ? below + 1 : below
        }
    }
}

extension FixedWidthInteger where Self: SignedInteger {
    /// `sign(x) · (|x| >> count)`: the right shift of the chips' decays, exact for every value including the least.
    ///
    /// - Parameter count: 0 or more; from the width on, the result is 0.
    @inlinable @inline(__always)
    public func shiftedTowardZero(by count: Int) -> Self {
        if count >= Self.bitWidth { return 0 }
        let fill = (1 as Self) &<< Self(truncatingIfNeeded: count) &- 1
        let signs = self &>> Self(truncatingIfNeeded: Self.bitWidth - 1)
        // In the widest shift `fill` is the largest value, so the sum of a negative number and it cannot overflow.
        return (self &+ (signs & fill)) &>> Self(truncatingIfNeeded: count)
    }

    /// The arithmetic shift: left for positive counts, right (toward minus infinity) for negative ones; bits beyond the width are lost.
    @inlinable @inline(__always)
    public func shifted(by count: Int) -> Self { count >= 0 ? self << count : self >> -count }

    /// `x / 2^count`, rounded as told.
    ///
    /// - Parameters:
    ///   - count: 0 or more, less than the width.
    ///   - random: only `.stochastic` looks at it, and only at its upper `count` bits, against the bits shifted out.
    @inlinable
    public func shiftedRight(by count: Int, rounding: Rounding, random: UInt64 = 0) -> Self {
        precondition(count >= 0 && count < Self.bitWidth, "bug: shift by \(count) in \(Self.bitWidth) bits")
        if count == 0 { return self }
        let below = self &>> Self(truncatingIfNeeded: count)
        let rest = self &- (below &<< Self(truncatingIfNeeded: count))  // 0 ..< 2^count
        let half = (1 as Self) &<< Self(truncatingIfNeeded: count - 1)
        let up: Bool
        switch rounding {
        case .floor: up = false
        case .towardZero: up = self < 0 && rest != 0
        case .nearestEven: up = rest > half || (rest == half && below & 1 == 1)
        case .nearestAway: up = rest > half || (rest == half && self >= 0)
        case .stochastic: up = random >> UInt64(64 - count) < UInt64(truncatingIfNeeded: rest)
        }
        return up ? below &+ 1 : below
    }

    /// The value modulo `2^bits`, in two's complement: -2^(bits-1) ..< 2^(bits-1).
    ///
    /// - Parameter bits: 1 up to the width.
    @inlinable @inline(__always)
    public func wrapped(toBits bits: Int) -> Self {
        let spare = Self(truncatingIfNeeded: Self.bitWidth - bits)
        return (self &<< spare) &>> spare
    }

    /// The nearest value of `bits` bits in two's complement: -2^(bits-1) ... 2^(bits-1) - 1.
    ///
    /// - Parameter bits: 1 up to the width.
    @inlinable @inline(__always)
    public func saturated(toBits bits: Int) -> Self {
        let least = Self.min &>> Self(truncatingIfNeeded: Self.bitWidth - bits)
        return Swift.min(Swift.max(self, least), ~least)
    }

    /// The nearest value in 0 ... 2^bits - 1.
    ///
    /// - Parameter bits: 0 up to the width less one.
    @inlinable @inline(__always)
    public func saturated(toUnsignedBits bits: Int) -> Self {
        let largest = (1 as Self) &<< Self(truncatingIfNeeded: bits) &- 1
        return Swift.min(Swift.max(self, 0), largest)
    }

    /// The nearest value in `-limit ... limit`.
    @inlinable @inline(__always)
    public func saturated(toMagnitude limit: Self) -> Self { Swift.min(Swift.max(self, -limit), limit) }
}
