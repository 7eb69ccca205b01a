#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The pseudo-derivative that stands for that of the spike function.
///
/// With y = (v - A) / θ, A the (adapted) threshold and θ the base threshold, both relative to rest, and scale 1/θ in front:
///
/// - triangle: damp · max(0, 1 - |y|)                      (Bellec et al. 2018; damp 0.3)
/// - fast sigmoid: 1 / (1 + slope · |y|)²                   (Zenke and Ganguli 2018; slope 25 in snnTorch)
/// - arctan: slope/2 / (1 + (π/2 · slope · y)²)             (Fang et al. 2021; slope 2)
package enum Surrogate: Hashable, Sendable {
    case triangle(damp: Double)
    case fastSigmoid(slope: Double)
    case arctan(slope: Double)

    /// derivatives[n] = dz/dv at the distances y[n] = (v - A)/θ, written over them.
    @inline(__always)
    func differentiate<Real: TrainingScalar>(
        _ values: UnsafeMutablePointer<Real>, inverseScale: UnsafePointer<Real>, count: Int
    ) {
        switch self {
        case .triangle(let damp):
            let damp = Real(damp)
            for n in 0..<count {
                let height = 1 - abs(values[n])
                values[n] = (height > 0 ? height : 0) * damp * inverseScale[n]
            }
        case .fastSigmoid(let slope):
            let slope = Real(slope)
            for n in 0..<count {
                let width = 1 + slope * abs(values[n])
                values[n] = inverseScale[n] / (width * width)
            }
        case .arctan(let slope):
            let half = Real(slope / 2)
            let factor = Real(Double.pi / 2 * slope)
            for n in 0..<count {
                let scaled = factor * values[n]
                values[n] = inverseScale[n] * half / (1 + scaled * scaled)
            }
        }
    }

    /// The smooth function whose derivative by y is the surrogate without its 1/θ: what stands for a spike in gradient checks.
    func primitive(_ y: Double) -> Double {
        switch self {
        case .triangle(let damp):
            if y <= -1 { return 0 }
            if y >= 1 { return damp }
            return damp * (y < 0 ? (1 + y) * (1 + y) / 2 : 1 - (1 - y) * (1 - y) / 2)
        case .fastSigmoid(let slope): return 1 / slope + y / (1 + slope * abs(y))
        case .arctan(let slope): return 0.5 + atan(Double.pi / 2 * slope * y) / Double.pi
        }
    }
}
