/// Neurons that one vector operation updates.
typealias Lanes<Real: SIMDScalar> = SIMD8<Real>
/// Every array of neurons is padded to a multiple of this, and threads own multiples of it: a cache line of single precision.
let laneBlock = 16

/// A number type of the reference engine: `Double` for checks, `Float` for speed.
///
/// Comparisons of vectors become machine instructions only where the type is concrete, so each conformance states them itself.
public protocol EngineScalar: BinaryFloatingPoint, SIMDScalar, Codable, Sendable {
    /// Lanes in which `left > right`.
    static func above(_ left: SIMD8<Self>, _ right: SIMD8<Self>) -> SIMDMask<SIMD8<SIMDMaskScalar>>
    /// Lanes in which `left >= right`.
    static func atOrAbove(_ left: SIMD8<Self>, _ right: SIMD8<Self>) -> SIMDMask<SIMD8<SIMDMaskScalar>>
    /// `chosen` where the mask is set, `other` elsewhere.
    static func select(_ chosen: SIMD8<Self>, _ other: SIMD8<Self>, _ mask: SIMDMask<SIMD8<SIMDMaskScalar>>) -> SIMD8<Self>
    static func isAny(_ mask: SIMDMask<SIMD8<SIMDMaskScalar>>) -> Bool
    /// Writes `values` in this type.
    static func convert(_ values: UnsafeBufferPointer<Float>, to pointer: UnsafeMutablePointer<Self>)
    /// Runs part of a network over some steps: the one call behind which everything is compiled for this type.
    static func _run(_ core: ReferenceCore<Self>, worker: Int, of team: WorkerTeam, from first: Int, to last: Int)
}

extension Float: EngineScalar {
    @inline(__always)
    public static func above(_ left: SIMD8<Float>, _ right: SIMD8<Float>) -> SIMDMask<SIMD8<Int32>> { left .> right }
    @inline(__always)
    public static func atOrAbove(_ left: SIMD8<Float>, _ right: SIMD8<Float>) -> SIMDMask<SIMD8<Int32>> { left .>= right }
    @inline(__always)
    public static func select(_ chosen: SIMD8<Float>, _ other: SIMD8<Float>, _ mask: SIMDMask<SIMD8<Int32>>) -> SIMD8<Float> {
        other.replacing(with: chosen, where: mask)
    }
    @inline(__always)
    public static func isAny(_ mask: SIMDMask<SIMD8<Int32>>) -> Bool {
        let words = unsafeBitCast(mask, to: SIMD4<UInt64>.self)
        let pair = words.lowHalf | words.highHalf
        return pair.x | pair.y != 0
    }
    public static func convert(_ values: UnsafeBufferPointer<Float>, to pointer: UnsafeMutablePointer<Float>) {
        if let first = values.baseAddress { pointer.update(from: first, count: values.count) }
    }
    public static func _run(_ core: ReferenceCore<Float>, worker: Int, of team: WorkerTeam, from first: Int, to last: Int) {
        core.loop(worker: worker, of: team, from: first, to: last)
    }
}

extension Double: EngineScalar {
    @inline(__always)
    public static func above(_ left: SIMD8<Double>, _ right: SIMD8<Double>) -> SIMDMask<SIMD8<Int64>> { left .> right }
    @inline(__always)
    public static func atOrAbove(_ left: SIMD8<Double>, _ right: SIMD8<Double>) -> SIMDMask<SIMD8<Int64>> { left .>= right }
    @inline(__always)
    public static func select(_ chosen: SIMD8<Double>, _ other: SIMD8<Double>, _ mask: SIMDMask<SIMD8<Int64>>) -> SIMD8<Double> {
        other.replacing(with: chosen, where: mask)
    }
    @inline(__always)
    public static func isAny(_ mask: SIMDMask<SIMD8<Int64>>) -> Bool {
        let words = unsafeBitCast(mask, to: SIMD8<UInt64>.self)
        let half = words.lowHalf | words.highHalf
        let pair = half.lowHalf | half.highHalf
        return pair.x | pair.y != 0
    }
    public static func convert(_ values: UnsafeBufferPointer<Float>, to pointer: UnsafeMutablePointer<Double>) {
        for k in 0..<values.count { pointer[k] = Double(values[k]) }
    }
    public static func _run(_ core: ReferenceCore<Double>, worker: Int, of team: WorkerTeam, from first: Int, to last: Int) {
        core.loop(worker: worker, of: team, from: first, to: last)
    }
}

@inline(__always)
func load<Real: SIMDScalar>(_ pointer: UnsafePointer<Real>, _ index: Int) -> Lanes<Real> {
    UnsafeRawPointer(pointer + index).loadUnaligned(as: Lanes<Real>.self)
}

@inline(__always)
func load<Real: SIMDScalar>(_ pointer: UnsafeMutablePointer<Real>, _ index: Int) -> Lanes<Real> {
    UnsafeRawPointer(pointer + index).loadUnaligned(as: Lanes<Real>.self)
}

@inline(__always)
func store<Real: SIMDScalar>(_ lanes: Lanes<Real>, _ pointer: UnsafeMutablePointer<Real>, _ index: Int) {
    UnsafeMutableRawPointer(pointer + index).storeBytes(of: lanes, as: Lanes<Real>.self)
}
