/// One product of a learning rule: dependency · Π factors · mantissa · 2^(storedExponent - 7).
///
/// Loihi's engine (Davies et al. 2018, IEEE Micro 38(1):82, §"Learning"; lava-nc/lava @b6822fbc, `magma/core/learning/`): a rule is a
/// sum of such products, for the weight (dw), the delay or second tag (dd) and the first tag (dt).
package struct LearningProduct: Hashable, Sendable {
    /// When the product counts.
    package enum Dependency: String, Hashable, Sendable {
        /// The source spiked in this epoch; traces are read at the time of its spike.
        case presynaptic = "x0"
        /// The target spiked in this epoch; traces are read at the time of its spike.
        case postsynaptic = "y0"
        /// Every 2^k epochs; traces are read at the end of the epoch.
        case epoch = "u"
    }

    package enum Variable: String, CaseIterable, Hashable, Sendable {
        case x1, x2, y1, y2, y3
        /// Weight, second tag (delay), first tag.
        case w, d, t
        case constant = "C"

        /// Bits to which a factor is cut, beside its sign, and by which a product is scaled.
        package var width: Int {
            switch self {
            case .x1, .x2, .y1, .y2, .y3: 7
            case .w, .d, .t: 9
            case .constant: 8
            }
        }
    }

    package struct Factor: Hashable, Sendable {
        package var variable: Variable
        /// Added to the variable.
        package var added: Int
        /// Whether only the sign counts: -1, 0 or 1.
        package var isSign: Bool

        package init(_ variable: Variable, adding added: Int = 0, isSign: Bool = false) {
            self.variable = variable
            self.added = added
            self.isSign = isSign
        }
    }

    package var dependency: Dependency
    /// -8...7.
    package var mantissa: Int
    /// The exponent plus 7: 0...15.
    package var storedExponent: Int
    package var factors: [Factor]

    package init(_ dependency: Dependency, mantissa: Int, storedExponent: Int, _ factors: [Factor]) {
        self.dependency = dependency
        self.mantissa = mantissa
        self.storedExponent = storedExponent
        self.factors = factors
    }

    /// The product whose scale is the nearest to `scale` that a mantissa of 4 bits and an exponent of -7...8 give.
    package init(_ dependency: Dependency, scale: Double, _ factors: [Factor]) {
        var best = (mantissa: 0, storedExponent: 0, distance: abs(scale))
        for exponent in 0...15 {
            let unit = exponent >= 7 ? Double(1 << (exponent - 7)) : 1 / Double(1 << (7 - exponent))
            let mantissa = max(-8, min(7, (scale / unit).rounded()))
            let distance = abs(mantissa * unit - scale)
            if distance < best.distance { best = (Int(mantissa), exponent, distance) }
        }
        self.init(dependency, mantissa: best.mantissa, storedExponent: best.storedExponent, factors)
    }

    /// mantissa · 2^(storedExponent - 7)
    package var scale: Double {
        Double(mantissa) * (storedExponent >= 7 ? Double(1 << (storedExponent - 7)) : 1 / Double(1 << (7 - storedExponent)))
    }

    /// How far the product is shifted right so that it fits the accumulator of 15 bits.
    package var shift: Int { max(0, factors.reduce(0) { $0 + $1.variable.width } + 4 - 15) }

    /// As rules are written: `2^-2*x1*y0`, decimation with it: `u1`.
    package func text(decimation: Int?) -> String {
        let dependency = dependency == .epoch ? "u\(decimation ?? 0)" : dependency.rawValue
        let exponent = storedExponent - 7
        let scale = exponent == 0 ? "\(mantissa)" : mantissa == 1 ? "2^\(exponent)" : "\(mantissa)*2^\(exponent)"
        let terms = factors.map { factor -> String in
            let sum =
                factor.variable == .constant
                ? "\(factor.added)"
                : factor.added == 0
                    ? factor.variable.rawValue : "\(factor.variable.rawValue)\(factor.added < 0 ? "-" : "+")\(abs(factor.added))"
            return factor.isSign ? "sgn(\(sum))" : factor.added != 0 && factor.variable != .constant ? "(\(sum))" : sum
        }
        return ([scale, dependency] + terms).joined(separator: "*")
    }
}
