/// Moves the numbers of a stack of layers, in double precision.
package struct RateOptimizer: Hashable, Sendable {
    package enum Kind: Hashable, Sendable {
        case adam(beta1: Double, beta2: Double, epsilon: Double, correctsBias: Bool)
        case sgd(momentum: Double)
    }

    package var kind: Kind
    package var rate: Double
    /// First moments or momentum; then second moments. Weights and biases of each layer in turn.
    package var first: [[Double]]
    package var second: [[Double]]
    /// Powers of the betas: 1 - power corrects the moments.
    package private(set) var power1 = 1.0
    package private(set) var power2 = 1.0
    package private(set) var steps = 0

    package init(_ kind: Kind, rate: Double, sizes: [Int]) {
        self.kind = kind
        self.rate = rate
        first = sizes.map { [Double](repeating: 0, count: $0) }
        second = if case .adam = kind { first } else { [] }
    }

    /// Starts a step that moves each of the arrays once.
    package mutating func begin() {
        steps += 1
        guard case .adam(let beta1, let beta2, _, _) = kind else { return }
        power1 *= beta1
        power2 *= beta2
    }

    /// Takes up where `steps` steps ended.
    package mutating func resume(at steps: Int) {
        self.steps = 0
        (power1, power2) = (1, 1)
        for _ in 0..<steps { begin() }
    }

    /// Moves array number `index` against its gradient.
    package mutating func move(_ values: inout [Double], _ index: Int, _ gradient: [Double]) {
        switch kind {
        case .adam(let beta1, let beta2, let epsilon, let correctsBias):
            let scale1 = correctsBias ? rate / (1 - power1) : rate
            let scale2 = correctsBias ? 1 / (1 - power2) : 1
            values.withUnsafeMutableBufferPointer { values in
                first[index].withUnsafeMutableBufferPointer { first in
                    second[index].withUnsafeMutableBufferPointer { second in
                        for i in values.indices {
                            let g = gradient[i]
                            first[i] = beta1 * first[i] + (1 - beta1) * g
                            second[i] = beta2 * second[i] + (1 - beta2) * g * g
                            values[i] -= scale1 * first[i] / ((second[i] * scale2).squareRoot() + epsilon)
                        }
                    }
                }
            }
        case .sgd(let momentum):
            for i in values.indices {
                first[index][i] = momentum * first[index][i] + gradient[i]
                values[i] -= rate * first[index][i]
            }
        }
    }
}
