/// Arithmetic of the SpiNNaker library's `accum` type: s16.15 in 32-bit two's complement.
///
/// Nothing saturates: results wrap. Products are taken in 64 bits and rounded towards minus infinity (sPyNNaker 7.4.1's released
/// binaries truncate; references: C code of sPyNNaker @849f345d, `neuron_impl_standard.h`).
public enum Accum {
    /// Bits behind the point.
    public static let fraction = 15
    public static let one: Int32 = 1 << 15

    /// The nearest s16.15 number, ties to even, wrapped to 32 bits as the host's `numpy` cast does.
    public static func nearest(_ value: Double) -> Int32 {
        let scaled = (value * 32768).rounded(.toNearestOrEven)
        // Beyond 63 bits there is nothing to wrap.
        return abs(scaled) < 0x1p62 ? Int32(truncatingIfNeeded: Int64(scaled)) : 0
    }

    @inlinable @inline(__always)
    public static func value(_ bits: Int32) -> Double { Double(bits) / 32768 }

    @inlinable @inline(__always)
    public static func product(_ left: Int32, _ right: Int32) -> Int32 {
        Int32(truncatingIfNeeded: (Int64(left) &* Int64(right)) >> 15)
    }

    /// `value` times a u0.32 factor.
    @inlinable @inline(__always)
    public static func decayed(_ value: Int32, _ factor: UInt32) -> Int32 {
        Int32(truncatingIfNeeded: (Int64(value) &* Int64(factor)) >> 32)
    }

    /// The quotient in s16.15, truncated; 64 bits, as the host and the library keep it before it is cut.
    /// - Parameter divisor: not 0.
    public static func quotient(_ dividend: Int32, _ divisor: Int32) -> Int64 { (Int64(dividend) << 15) / Int64(divisor) }
}
