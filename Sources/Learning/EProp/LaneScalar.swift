/// Numbers that e-prop computes with, eight neurons at a time: `Float` for speed, `Double` for checks.
///
/// Comparisons of vectors become machine instructions only where the type is concrete, so each conformance states them itself; their
/// answers are 1 and 0, so that everything else is arithmetic.
package protocol LaneScalar: TrainingScalar {
    /// 1 in lanes in which `left > right`, else 0.
    static func above(_ left: SIMD8<Self>, _ right: SIMD8<Self>) -> SIMD8<Self>
    /// 1 in lanes in which `left >= right`, else 0.
    static func atOrAbove(_ left: SIMD8<Self>, _ right: SIMD8<Self>) -> SIMD8<Self>
    /// Whether a lane is not 0; lanes hold nothing but 0 and 1.
    static func isAny(_ lanes: SIMD8<Self>) -> Bool
    static func magnitude(_ lanes: SIMD8<Self>) -> SIMD8<Self>
}

extension Float: LaneScalar {
    @inline(__always)
    package static func above(_ left: SIMD8<Float>, _ right: SIMD8<Float>) -> SIMD8<Float> {
        SIMD8<Float>(repeating: 0).replacing(with: SIMD8<Float>(repeating: 1), where: left .> right)
    }
    @inline(__always)
    package static func atOrAbove(_ left: SIMD8<Float>, _ right: SIMD8<Float>) -> SIMD8<Float> {
        SIMD8<Float>(repeating: 0).replacing(with: SIMD8<Float>(repeating: 1), where: left .>= right)
    }
    @inline(__always)
    package static func isAny(_ lanes: SIMD8<Float>) -> Bool {
        let words = unsafeBitCast(lanes, to: SIMD4<UInt64>.self)
        let pair = words.lowHalf | words.highHalf
        return pair.x | pair.y != 0
    }
    @inline(__always)
    package static func magnitude(_ lanes: SIMD8<Float>) -> SIMD8<Float> {
        unsafeBitCast(unsafeBitCast(lanes, to: SIMD8<UInt32>.self) & SIMD8<UInt32>(repeating: 0x7fff_ffff), to: SIMD8<Float>.self)
    }
}

extension Double: LaneScalar {
    @inline(__always)
    package static func above(_ left: SIMD8<Double>, _ right: SIMD8<Double>) -> SIMD8<Double> {
        SIMD8<Double>(repeating: 0).replacing(with: SIMD8<Double>(repeating: 1), where: left .> right)
    }
    @inline(__always)
    package static func atOrAbove(_ left: SIMD8<Double>, _ right: SIMD8<Double>) -> SIMD8<Double> {
        SIMD8<Double>(repeating: 0).replacing(with: SIMD8<Double>(repeating: 1), where: left .>= right)
    }
    @inline(__always)
    package static func isAny(_ lanes: SIMD8<Double>) -> Bool {
        let words = unsafeBitCast(lanes, to: SIMD8<UInt64>.self)
        let half = words.lowHalf | words.highHalf
        let pair = half.lowHalf | half.highHalf
        return pair.x | pair.y != 0
    }
    @inline(__always)
    package static func magnitude(_ lanes: SIMD8<Double>) -> SIMD8<Double> {
        unsafeBitCast(
            unsafeBitCast(lanes, to: SIMD8<UInt64>.self) & SIMD8<UInt64>(repeating: 0x7fff_ffff_ffff_ffff), to: SIMD8<Double>.self)
    }
}

/// Neurons that one vector operation updates; every row of neurons is padded to a multiple of it.
package let laneCount = 8

@inline(__always)
func load<Real: LaneScalar>(_ pointer: UnsafeMutablePointer<Real>, _ index: Int) -> SIMD8<Real> {
    UnsafeRawPointer(pointer + index).loadUnaligned(as: SIMD8<Real>.self)
}

@inline(__always)
func store<Real: LaneScalar>(_ lanes: SIMD8<Real>, _ pointer: UnsafeMutablePointer<Real>, _ index: Int) {
    UnsafeMutableRawPointer(pointer + index).storeBytes(of: lanes, as: SIMD8<Real>.self)
}

/// target[0..<width] += factor · row[0..<width]
@inline(__always)
func addRow<Real: LaneScalar>(_ row: UnsafeMutablePointer<Real>, times factor: Real, to target: UnsafeMutablePointer<Real>, width: Int) {
    var n = 0
    while n < width {
        store(load(target, n) + factor * load(row, n), target, n)
        n &+= laneCount
    }
}

/// target[0..<width] += row[0..<width]
@inline(__always)
func addRow<Real: LaneScalar>(_ row: UnsafeMutablePointer<Real>, to target: UnsafeMutablePointer<Real>, width: Int) {
    var n = 0
    while n < width {
        store(load(target, n) + load(row, n), target, n)
        n &+= laneCount
    }
}
