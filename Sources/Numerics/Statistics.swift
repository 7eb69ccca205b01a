/// The half width of the Wilson score interval of a proportion: how sure `successes` of `count` are.
///
/// The interval is centred at `(p + z²/2n) / (1 + z²/n)`, not at p (Wilson 1927, J. Am. Stat. Assoc. 22:209).
///
/// - Parameter z: quantile of the normal distribution; the default is that of a 95 % interval.
/// - Returns: a fraction; 0.5 when there is no sample.
@inlinable
public func wilsonHalfWidth(successes: Int, of count: Int, z: Double = 1.959963984540054) -> Double {
    guard count > 0 else { return 0.5 }
    let n = Double(count)
    let p = Double(successes) / n
    return z / (1 + z * z / n) * (p * (1 - p) / n + z * z / (4 * n * n)).squareRoot()
}

/// The arithmetic mean; 0 of nothing.
@inlinable
public func mean(_ values: some Collection<Double>) -> Double {
    values.isEmpty ? 0 : values.reduce(0, +) / Double(values.count)
}

/// The unbiased variance (divisor n - 1), in two passes; 0 of fewer than two values.
@inlinable
public func variance(_ values: some Collection<Double>) -> Double {
    guard values.count > 1 else { return 0 }
    let centre = mean(values)
    return values.reduce(0) { $0 + ($1 - centre) * ($1 - centre) } / Double(values.count - 1)
}

/// The fewest digits that read back as the same number, without `.0` behind a whole one: `0.1`, `3`, `1e-05`, `inf`, `nan`.
public func shortest(_ value: Double) -> String {
    let text = value.description
    return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
}

/// The fewest digits that read back as the same single-precision number.
public func shortest(_ value: Float) -> String {
    let text = value.description
    return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
}
