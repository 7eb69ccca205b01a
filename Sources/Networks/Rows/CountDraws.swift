import Numerics

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Draws of how many: exact inversion outward from the mode, in time proportional to the standard deviation.
enum CountDraws {
    /// Successes among `trials` of probability `p`; `uniform` in [0, 1).
    static func binomial(_ trials: Int, _ p: Double, _ uniform: Double) -> Int {
        if trials <= 0 || p <= 0 { return 0 }
        if p >= 1 { return trials }
        let mode = min(trials, Int(Double(trials + 1) * p))
        let odds = p / (1 - p)
        let atMode = exp(logChoose(trials, mode) + Double(mode) * log(p) + Double(trials - mode) * log1p(-p))
        return outward(
            from: mode, in: 0...trials, atMode, uniform,
            up: { Double(trials - $0) / Double($0 + 1) * odds })
    }

    /// Marked ones among `draws` without replacement from `size`, of which `marked` are marked.
    static func hypergeometric(draws: Int, marked: Int, of size: Int, _ uniform: Double) -> Int {
        let (low, high) = (max(0, draws + marked - size), min(draws, marked))
        if low >= high { return low }
        let mode = min(high, max(low, Int(Double(draws + 1) * Double(marked + 1) / Double(size + 2))))
        let atMode = exp(logChoose(marked, mode) + logChoose(size - marked, draws - mode) - logChoose(size, draws))
        return outward(
            from: mode, in: low...high, atMode, uniform,
            up: {
                Double(marked - $0) * Double(draws - $0) / (Double($0 + 1) * Double(size - marked - draws + $0 + 1))
            })
    }

    /// The value at which the probabilities, summed alternately above and below the mode, pass `uniform`.
    /// - Parameter up: P(k + 1) / P(k).
    @inline(__always)
    private static func outward(
        from mode: Int, in range: ClosedRange<Int>, _ atMode: Double, _ uniform: Double, up: (Int) -> Double
    ) -> Int {
        var rest = uniform - atMode
        if rest < 0 { return mode }
        var (above, below) = (mode, mode)
        var (probabilityAbove, probabilityBelow) = (atMode, atMode)
        while above < range.upperBound || below > range.lowerBound {
            if above < range.upperBound {
                probabilityAbove *= up(above)
                above += 1
                rest -= probabilityAbove
                if rest < 0 { return above }
            }
            if below > range.lowerBound {
                below -= 1
                probabilityBelow /= up(below)
                rest -= probabilityBelow
                if rest < 0 { return below }
            }
            // Rounding may leave a rest of 1e-13 that no probability covers.
            if probabilityAbove + probabilityBelow < 1e-18 { return mode }
        }
        return mode
    }

    private static func logChoose(_ n: Int, _ k: Int) -> Double { logFactorial(n) - logFactorial(k) - logFactorial(n - k) }

    /// ln n!, to 1e-14 (Stirling's series above 15, the product below).
    private static func logFactorial(_ n: Int) -> Double {
        if n < 16 {
            var product = 1.0
            for factor in 1..<max(n + 1, 2) { product *= Double(factor) }
            return log(product)
        }
        let x = Double(n)
        let square = 1 / (x * x)
        return (x + 0.5) * log(x) - x + 0.918938533204672742 + (1 / 12.0 - (1 / 360.0 - square / 1260.0) * square) / x
    }
}

/// The numbers of one stream in a row, 32 bits at a time.
struct PhiloxSequence {
    private let random: Philox
    private var counter: UInt64 = 0
    private var words = SIMD4<UInt32>()
    private var used = 4

    init(_ random: Philox) { self.random = random }

    /// Uniform in 0..<bound, without bias (Lemire 2019, doi 10.1145/3230636).
    mutating func next(below bound: UInt32) -> UInt32 {
        var product = UInt64(nextWord()) &* UInt64(bound)
        if UInt32(truncatingIfNeeded: product) < bound {
            let least = (0 &- bound) % bound
            while UInt32(truncatingIfNeeded: product) < least { product = UInt64(nextWord()) &* UInt64(bound) }
        }
        return UInt32(truncatingIfNeeded: product >> 32)
    }

    private mutating func nextWord() -> UInt32 {
        if used == 4 {
            words = random.block(counter)
            counter += 1
            used = 0
        }
        defer { used += 1 }
        return words[used]
    }
}
