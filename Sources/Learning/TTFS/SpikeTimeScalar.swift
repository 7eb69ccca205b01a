/// What the loops over spike times compute in.
///
/// The comparisons are here because those of generic vectors go lane by lane; of `SIMD8<Float>` they are one instruction.
protocol SpikeTimeScalar: TrainingScalar {
    typealias Lanes = SIMD8<Self>
    typealias Mask = SIMDMask<SIMD8<Self>.MaskStorage>

    static func above(_ left: Lanes, _ right: Lanes) -> Mask
    static func atLeast(_ left: Lanes, _ right: Lanes) -> Mask
    static func both(_ left: Mask, _ right: Mask) -> Mask
    static func either(_ left: Mask, _ right: Mask) -> Mask
    static func hasAny(_ mask: Mask) -> Bool
    /// 0 in lanes of the mask.
    static func zeroing(_ values: Lanes, where mask: Mask) -> Lanes
    static func magnitudes(_ values: Lanes) -> Lanes
}

extension Float: SpikeTimeScalar {
    @inline(__always) static func above(_ left: SIMD8<Float>, _ right: SIMD8<Float>) -> Mask { left .> right }
    @inline(__always) static func atLeast(_ left: SIMD8<Float>, _ right: SIMD8<Float>) -> Mask { left .>= right }
    @inline(__always) static func both(_ left: Mask, _ right: Mask) -> Mask { left .& right }
    @inline(__always) static func either(_ left: Mask, _ right: Mask) -> Mask { left .| right }
    @inline(__always) static func hasAny(_ mask: Mask) -> Bool {
        let bits = unsafeBitCast(mask, to: SIMD4<UInt64>.self)
        return bits.x | bits.y | bits.z | bits.w != 0
    }
    @inline(__always) static func zeroing(_ values: SIMD8<Float>, where mask: Mask) -> SIMD8<Float> {
        unsafeBitCast(unsafeBitCast(values, to: SIMD8<UInt32>.self) & ~unsafeBitCast(mask, to: SIMD8<UInt32>.self), to: SIMD8<Float>.self)
    }
    @inline(__always) static func magnitudes(_ values: SIMD8<Float>) -> SIMD8<Float> {
        unsafeBitCast(unsafeBitCast(values, to: SIMD8<UInt32>.self) & SIMD8(repeating: 0x7fff_ffff), to: SIMD8<Float>.self)
    }
}

extension Double: SpikeTimeScalar {
    @inline(__always) static func above(_ left: SIMD8<Double>, _ right: SIMD8<Double>) -> Mask { left .> right }
    @inline(__always) static func atLeast(_ left: SIMD8<Double>, _ right: SIMD8<Double>) -> Mask { left .>= right }
    @inline(__always) static func both(_ left: Mask, _ right: Mask) -> Mask { left .& right }
    @inline(__always) static func either(_ left: Mask, _ right: Mask) -> Mask { left .| right }
    @inline(__always) static func hasAny(_ mask: Mask) -> Bool {
        let bits = unsafeBitCast(mask, to: SIMD8<UInt64>.self)
        let half = bits.lowHalf | bits.highHalf
        return half.x | half.y | half.z | half.w != 0
    }
    @inline(__always) static func zeroing(_ values: SIMD8<Double>, where mask: Mask) -> SIMD8<Double> {
        unsafeBitCast(unsafeBitCast(values, to: SIMD8<UInt64>.self) & ~unsafeBitCast(mask, to: SIMD8<UInt64>.self), to: SIMD8<Double>.self)
    }
    @inline(__always) static func magnitudes(_ values: SIMD8<Double>) -> SIMD8<Double> {
        unsafeBitCast(
            unsafeBitCast(values, to: SIMD8<UInt64>.self) & SIMD8(repeating: 0x7fff_ffff_ffff_ffff), to: SIMD8<Double>.self)
    }
}
