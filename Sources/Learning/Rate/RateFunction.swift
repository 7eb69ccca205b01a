#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// What a rate unit makes of its summed input a.
package enum RateFunction: Hashable, Sendable {
    /// a above 0, else slope · a; a slope of 0 is the plain rectifier.
    case leakyRectifier(slope: Double)
    case hyperbolicTangent
    case identity

    @inline(__always)
    package func value(_ a: Double) -> Double {
        switch self {
        case .leakyRectifier(let slope): a > 0 ? a : slope * a
        case .hyperbolicTangent: tanh(a)
        case .identity: a
        }
    }

    /// The derivative, by the value y = f(a), whose sign is that of a.
    @inline(__always)
    package func slope(at y: Double) -> Double {
        switch self {
        case .leakyRectifier(let slope): y > 0 ? 1 : slope
        case .hyperbolicTangent: 1 - y * y
        case .identity: 1
        }
    }

    /// The input that gives y; only where `isInvertible`.
    @inline(__always)
    package func inverse(_ y: Double) -> Double {
        switch self {
        case .leakyRectifier(let slope): y > 0 ? y : y / slope
        case .hyperbolicTangent: atanh(y)
        case .identity: y
        }
    }

    package var isInvertible: Bool {
        if case .leakyRectifier(let slope) = self { slope > 0 } else { true }
    }
}
