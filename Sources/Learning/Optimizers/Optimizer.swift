/// How a gradient becomes a step.
package enum Optimizer: Hashable, Sendable {
    /// m ← β₁m + (1-β₁)g, s ← β₂s + (1-β₂)g², w ← w - rate · m̂ / (√ŝ + ε), bias-corrected (Kingma and Ba 2015, algorithm 1).
    case adam(beta1: Double, beta2: Double, epsilon: Double)
    /// m ← momentum · m + g, w ← w - rate · m (Sutskever et al. 2013, with the rate outside).
    case sgd(momentum: Double)
}

/// An optimiser's memory, and its step over a flat vector of parameters.
package struct OptimizerState: Sendable {
    package let optimizer: Optimizer
    /// Steps taken.
    package var count = 0
    /// First moments, or momentum; [parameters].
    package var first: [Float]
    /// Second moments; empty for SGD.
    package var second: [Float]

    package init(_ optimizer: Optimizer, parameterCount: Int) {
        self.optimizer = optimizer
        first = [Float](repeating: 0, count: parameterCount)
        second = if case .adam = optimizer { first } else { [] }
    }

    /// Moves `parameters` in `range`, as step number `count`.
    /// - Parameters:
    ///   - decay: L2 strength: decay · w is added to the gradient.
    ///   - scale: the gradient is multiplied by it first (clipping).
    package mutating func move(
        _ parameters: inout [Float], _ range: Range<Int>, _ gradient: UnsafePointer<Float>, rate: Double, decay: Double, scale: Double
    ) {
        let (scale, decay) = (Float(scale), Float(decay))
        switch optimizer {
        case .adam(let beta1, let beta2, let epsilon):
            let (b1, b2, epsilon) = (Float(beta1), Float(beta2), Float(epsilon))
            let (rest1, rest2) = (Float(1 - beta1), Float(1 - beta2))
            let step = Float(rate / (1 - power(beta1, count)))
            let correction = Float(1 / (1 - power(beta2, count)))
            parameters.withUnsafeMutableBufferPointer { parameters in
                first.withUnsafeMutableBufferPointer { first in
                    second.withUnsafeMutableBufferPointer { second in
                        for i in range {
                            let g = gradient[i] * scale + decay * parameters[i]
                            first[i] = b1 * first[i] + rest1 * g
                            second[i] = b2 * second[i] + rest2 * g * g
                            parameters[i] -= step * first[i] / ((second[i] * correction).squareRoot() + epsilon)
                        }
                    }
                }
            }
        case .sgd(let momentum):
            let (momentum, rate) = (Float(momentum), Float(rate))
            for i in range {
                first[i] = momentum * first[i] + gradient[i] * scale + decay * parameters[i]
                parameters[i] -= rate * first[i]
            }
        }
    }

    /// By repeated squaring: the same bits everywhere, unlike the C library's `pow`.
    private func power(_ base: Double, _ exponent: Int) -> Double {
        var (result, base, exponent) = (1.0, base, exponent)
        while exponent > 0 {
            if exponent & 1 == 1 { result *= base }
            base *= base
            exponent >>= 1
        }
        return result
    }
}
