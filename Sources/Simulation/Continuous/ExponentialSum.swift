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
    struct Term {
        var constant: Double
        var slope: Double
        /// Not negative.
        var rate: Double
    }

    private(set) var terms: [Term] = []

    /// Adds a term; terms of the same rate become one.
    mutating func add(_ constant: Double, slope: Double = 0, rate: Double) {
        guard constant != 0 || slope != 0 else { return }
        if let index = terms.firstIndex(where: { $0.rate == rate }) {
            terms[index].constant += constant
            terms[index].slope += slope
        } else {
            terms.append(Term(constant: constant, slope: slope, rate: rate))
        }
    }

    func value(_ h: Double) -> Double {
        var sum = 0.0
        for term in terms { sum += (term.constant + term.slope * h) * (term.rate == 0 ? 1 : exp(-term.rate * h)) }
        return sum
    }

    /// Where the sum changes its sign in 0..<end, ascending.
    func signChanges(before end: Double) -> [Double] {
        guard let first = terms.first else { return [] }
        if terms.count == 1 {
            guard first.slope != 0 else { return [] }
            let zero = -first.constant / first.slope
            return zero > 0 && zero < end ? [zero] : []
        }
        // The slowest term is made the polynomial: all exponents stay negative.
        let base = terms.map(\.rate).min() ?? 0
        var scaled = ExponentialSum()
        var derivative = ExponentialSum()
        for term in terms {
            let rate = term.rate - base
            scaled.terms.append(Term(constant: term.constant, slope: term.slope, rate: rate))
            derivative.add(term.slope - rate * term.constant, slope: -rate * term.slope, rate: rate)
        }
        var zeros: [Double] = []
        var (left, leftValue) = (0.0, scaled.value(0))
        for right in derivative.signChanges(before: end) + [end] {
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
