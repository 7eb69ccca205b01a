#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Σ (a + b h) e^-(r h): what a membrane between two events is, and what its derivatives are.
///
/// Its changes of sign are found without a guess. Multiplied by e^(r₁ h), one term becomes a polynomial, and the derivative of the
/// whole has one coefficient less; between two changes of sign of that derivative the sum is monotone and changes sign at most once
/// (Rolle's theorem, as in the proof of Descartes' rule for exponential sums).
struct ExponentialSum {
    /// Terms: a + b h, each with a rate of its own, not negative.
    private var constants = SIMD4<Double>.zero
    private var slopes = SIMD4<Double>.zero
    private var rates = SIMD4<Double>.zero
    private var count = 0

    /// Numbers in ascending order, in place: this runs for every interval that a neuron could spike in.
    struct Zeros {
        private var values = SIMD8<Double>.zero
        private(set) var count = 0

        subscript(_ index: Int) -> Double { values[index] }

        fileprivate mutating func append(_ value: Double) {
            values[count] = value
            count += 1
        }
    }

    /// Adds a term; terms of the same rate become one. There may be four rates.
    mutating func add(_ constant: Double, slope: Double = 0, rate: Double) {
        guard constant != 0 || slope != 0 else { return }
        for index in 0..<count where rates[index] == rate {
            constants[index] += constant
            slopes[index] += slope
            return
        }
        constants[count] = constant
        slopes[count] = slope
        rates[count] = rate
        count += 1
    }

    func value(_ h: Double) -> Double {
        var sum = 0.0
        for index in 0..<count {
            sum += (constants[index] + slopes[index] * h) * (rates[index] == 0 ? 1 : exp(-rates[index] * h))
        }
        return sum
    }

    /// Where the sum changes its sign in 0..<end, ascending.
    func signChanges(before end: Double) -> Zeros {
        var zeros = Zeros()
        if count == 0 { return zeros }
        if count == 1 {
            guard slopes[0] != 0 else { return zeros }
            let zero = -constants[0] / slopes[0]
            if zero > 0 && zero < end { zeros.append(zero) }
            return zeros
        }
        // The slowest term is made the polynomial: all exponents stay negative.
        var base = rates[0]
        for index in 1..<count { base = min(base, rates[index]) }
        var scaled = ExponentialSum()
        var derivative = ExponentialSum()
        for index in 0..<count {
            let rate = rates[index] - base
            scaled.add(constants[index], slope: slopes[index], rate: rate)
            derivative.add(slopes[index] - rate * constants[index], slope: -rate * slopes[index], rate: rate)
        }
        // Numbers beyond the floating-point range have no order, and no turns: 0 times them is no 0.
        guard (derivative.constants * 0 + derivative.slopes * 0).sum() == 0 else { return zeros }
        let turns = derivative.signChanges(before: end)
        var (left, leftValue) = (0.0, scaled.value(0))
        for index in 0...turns.count {
            let right = index < turns.count ? turns[index] : end
            let rightValue = scaled.value(right)
            if leftValue < 0 && rightValue > 0 || leftValue > 0 && rightValue < 0 {
                zeros.append(root(left, leftValue, right, rightValue) { scaled.value($0) })
            }
            if rightValue != 0 { (left, leftValue) = (right, rightValue) }
        }
        return zeros
    }
}

/// The zero of a function that is monotone between `left` and `right` and has different signs there, to the last digits
/// (regula falsi with halved ends, Dowell and Jarratt 1971, and a bisection whenever that is slow).
func root(_ left: Double, _ leftValue: Double, _ right: Double, _ rightValue: Double, _ function: (Double) -> Double) -> Double {
    var (a, fa, b, fb) = (left, leftValue, right, rightValue)
    var side = 0
    for iteration in 0..<200 {
        let width = b - a
        guard width > 2e-16 * max(abs(a), abs(b)) else { break }
        var middle = (a * fb - b * fa) / (fb - fa)
        if iteration % 8 == 7 || !(middle > a && middle < b) { middle = a + 0.5 * width }
        guard middle > a, middle < b else { break }
        let value = function(middle)
        if value == 0 { return middle }
        if (value > 0) == (fb > 0) {
            (b, fb) = (middle, value)
            if side == 1 { fa *= 0.5 }
            side = 1
        } else {
            (a, fa) = (middle, value)
            if side == -1 { fb *= 0.5 }
            side = -1
        }
    }
    return abs(fa) < abs(fb) ? a : b
}
