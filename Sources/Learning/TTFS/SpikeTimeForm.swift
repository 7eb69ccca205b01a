import Numerics

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The two ratios of time constants for which the time of a spike has a closed form (Göltz et al. 2021, Nature Machine Intelligence 3:823).
///
/// With times in τ_s, C dV/dt = -g V + Σ wᵢ e^-(t - tᵢ), C = 1 and g = τ_s/τ_m, the membrane behind the inputs i of the causal set is
///
///     τ_m = τ_s:     V = e^-t (A t - B)                    A = Σ wᵢ e^tᵢ,   B = Σ wᵢ tᵢ e^tᵢ
///     τ_m = 2 τ_s:   V = 2 (B e^-(t/2) - A e^-t)           A = Σ wᵢ e^tᵢ,   B = Σ wᵢ e^(tᵢ/2)
///
/// so that in both every input is two numbers u = e^tᵢ and v, and a neuron is two sums A = Σ w u and B = Σ w v.
package enum SpikeTimeForm: String, Hashable, Sendable {
    case equal
    case double

    /// τ_s/τ_m.
    package var leak: Double { self == .equal ? 1 : 0.5 }

    /// v of an input at `time`; u is its exponential.
    @inline(__always)
    func second(_ time: Double, _ u: Double) -> Double { self == .equal ? time * u : exp(0.5 * time) }
}

/// Where a membrane crosses its threshold, and how that moves with its inputs.
///
///     ∂T/∂wᵢ = p uᵢ - q vᵢ          ∂T/∂tᵢ = wᵢ (r uᵢ - s vᵢ)
package struct Crossing: Hashable, Sendable, BitwiseCopyable {
    package var time: Double
    package var p: Double
    package var q: Double
    package var r: Double
    package var s: Double
}

extension SpikeTimeForm {
    /// The first time at which the membrane of the sums `a` and `b` reaches the threshold from below; nil when it never does.
    /// - Parameter c: g · (threshold - leak potential).
    package func crossing(_ a: Double, _ b: Double, _ c: Double) -> Crossing? {
        guard a > 0 else { return nil }
        switch self {
        case .equal:
            let w = lambertW0(-(c / a) * exp(b / a))
            guard w > -1 else { return nil }
            return derivatives(time: b / a - w, a, denominator: 1 + w)
        case .double:
            let square = b * b - 4 * a * c
            guard b > 0, square > 0 else { return nil }
            let root = square.squareRoot()
            return derivatives(time: 2 * log(2 * a / (b + root)), a, c, root: root)
        }
    }

    /// The derivatives at a spike that was seen at `time` on a machine whose constants are not known to the last digit.
    ///
    /// The sums are those of the inputs before that time. Where the ideal membrane would hardly have reached the threshold, its slope
    /// there is taken as a tenth of the steepest, so that no gradient explodes.
    package func observed(_ a: Double, _ b: Double, _ c: Double, time: Double) -> Crossing? {
        guard a > 0 else { return nil }
        switch self {
        case .equal:
            let w = lambertW0(-(c / a) * exp(b / a))
            return derivatives(time: time, a, denominator: w.isNaN ? Self.leastSlope : max(1 + w, Self.leastSlope))
        case .double:
            guard b > 0 else { return nil }
            let root = max(b * b - 4 * a * c, Self.leastSlope * Self.leastSlope * b * b).squareRoot()
            return derivatives(time: time, a, c, root: root)
        }
    }

    private static var leastSlope: Double { 0.1 }

    private func derivatives(time: Double, _ a: Double, denominator: Double) -> Crossing {
        let f = 1 / (a * denominator)
        return Crossing(time: time, p: -f * time, q: -f, r: -f * (time - 1), s: -f)
    }

    private func derivatives(time: Double, _ a: Double, _ c: Double, root: Double) -> Crossing {
        let p = 2 * (1 + c * exp(0.5 * time) / root) / a
        return Crossing(time: time, p: p, q: 2 / root, r: p, s: 1 / root)
    }
}
