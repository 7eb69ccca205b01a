#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The principal branch W₀ of Lambert's function: w with w · e^w = z and w ≥ -1.
///
/// - Parameter z: at least -1/e; below, there is no real solution.
/// - Returns: to the precision that z itself allows (near -1/e, W hangs on the square root of z + 1/e); NaN below -1/e.
public func lambertW0(_ z: Double) -> Double {
    // e in two parts: e · z + 1 cancels near the branch point.
    let (high, low) = (2.718281828459045, 1.4456468917292502e-16)
    let distance = high.productRounded(z, plus: 1) + low * z
    guard distance >= 0 else { return distance > -4e-16 ? -1 : .nan }
    if z == .infinity { return .infinity }
    let p = (2 * distance).squareRoot()
    if p < 0.01 { return branchSeries(p) }
    var w: Double
    if p < 1 {
        w = branchSeries(p)
    } else {
        let l = log1p(z)
        w = l * (1 - log1p(l) / (2 + l))
    }
    // Halley's iteration (Corless et al. 1996, eq. 5.9): cubic, so three steps from two digits.
    for _ in 0..<5 {
        let e = exp(w)
        let f = w * e - z
        let step = f / (e * (w + 1) - (w + 2) * f / (2 * w + 2))
        w -= step
        if abs(step) <= 2e-16 * abs(w) { break }
    }
    return w
}

/// W₀ around its branch point, p = √(2 (e z + 1)) (Corless et al. 1996, eq. 4.22).
private func branchSeries(_ p: Double) -> Double {
    let coefficients = [-1, 1, -1.0 / 3, 11.0 / 72, -43.0 / 540, 769.0 / 17280, -221.0 / 8505, 680863.0 / 43_545_600]
    return coefficients.reversed().reduce(0) { $0 * p + $1 }
}

extension Double {
    /// self · factor + summand, rounded once.
    fileprivate func productRounded(_ factor: Double, plus summand: Double) -> Double { summand.addingProduct(self, factor) }
}
