/// Targets instead of errors: each layer is told what it should have sent, through the inverse of the layer above.
///
/// Ahmad, van Gerven and Ambrogioni 2020, *GAIT-prop* (arXiv 2006.06438), with y_l = f(W_l y_{l-1} + b_l), D_l = f'(a_l):
///
///     t_L = y_L - dE/dy_L
///     t_{l-1} = W_l⁻¹ ( f⁻¹( (1 - ε_l) y_l + ε_l t_l ) - b_l ),   ε_l = γ D_l² (GAIT), γ (incremental), 1 (plain)
///     dE/dW_l ≈ γ^-(L-l) ((y_l - t_l) D_l) y_{l-1}ᵀ               (plain: without the factor)
///
/// GAIT equals backpropagation where W is orthogonal and no unit's target has the other sign.
package struct TargetPropagation: Hashable, Sendable {
    package enum Form: String, Hashable, Sendable { case gait, incremental, plain }

    package var form: Form
    package var gamma: Double
    package var format: RateFormat
    /// Whether the change of a target is taken against what the inverse makes of the activity itself, so that the inverse's rounding
    /// cancels (difference target propagation; Lee et al. 2015, arXiv 1412.7525).
    package var takesDifferences: Bool

    package init(_ form: Form, gamma: Double = 1, format: RateFormat = .float64, takesDifferences: Bool = false) {
        self.form = form
        self.gamma = gamma
        self.format = format
        self.takesDifferences = takesDifferences
    }

    /// The inverses of all layers but the first, which needs none; nil when one is singular.
    package func inverses(_ stack: RateLayers) -> [[Double]]? {
        var inverses: [[Double]] = [[]]
        for layer in stack.layers.dropFirst() {
            guard var inverse = Matrices.inverse(layer.weights, size: layer.inputs) else { return nil }
            format.round(&inverse)
            inverses.append(inverse)
        }
        return inverses
    }

    /// t of each layer, [samples × outputs].
    /// - Parameter error: dE/dy of the last layer, [samples × outputs]; 0 at auxiliary units.
    package func targets(_ stack: RateLayers, _ activity: RateActivity, error: [Double], inverses: [[Double]]) -> [[Double]] {
        var targets = activity.outputs
        let last = stack.layers.count - 1
        for i in error.indices { targets[last][i] -= error[i] }
        format.round(&targets[last])
        for l in stride(from: last, to: 0, by: -1) {
            let layer = stack.layers[l]
            let below = stack.layers[l - 1]
            let y = activity.outputs[l]
            var wanted = inverted(layer, y, targets[l], inverses[l], samples: activity.samples)
            if takesDifferences {
                let same = inverted(layer, y, y, inverses[l], samples: activity.samples)
                for s in 0..<activity.samples {
                    for n in 0..<layer.inputs {
                        wanted[s * layer.inputs + n] += activity.outputs[l - 1][s * below.outputs + n] - same[s * layer.inputs + n]
                    }
                }
            }
            format.round(&wanted)
            // Auxiliary units want what they have.
            for s in 0..<activity.samples {
                for n in 0..<layer.inputs { targets[l - 1][s * below.outputs + n] = wanted[s * layer.inputs + n] }
            }
        }
        return targets
    }

    /// W⁻¹ (f⁻¹(mixture of y and t) - b), [samples × inputs].
    private func inverted(_ layer: RateLayer, _ y: [Double], _ t: [Double], _ inverse: [Double], samples: Int) -> [Double] {
        var input = [Double](repeating: 0, count: y.count)
        for s in 0..<samples {
            for n in 0..<layer.outputs {
                let i = s * layer.outputs + n
                let slope = layer.function.slope(at: y[i])
                let share =
                    switch form {
                    case .gait: gamma * slope * slope
                    case .incremental: gamma
                    case .plain: 1.0
                    }
                input[i] = layer.function.inverse((1 - share) * y[i] + share * t[i]) - layer.biases[n]
            }
        }
        var result = [Double](repeating: 0, count: samples * layer.inputs)
        Matrices.addProduct(
            m: samples, n: layer.inputs, k: layer.outputs, input, width: layer.outputs, transposed: inverse, width: layer.outputs,
            to: &result)
        return result
    }

    /// The update that the targets ask for, as a gradient.
    package func gradient(_ stack: RateLayers, _ activity: RateActivity, targets: [[Double]]) -> RateGradient {
        var gradient = RateGradient(weights: [], biases: [])
        var factors = [1.0]
        for _ in stack.layers.dropFirst() { factors.append(factors[factors.count - 1] / (form == .plain ? 1 : gamma)) }
        for (l, layer) in stack.layers.enumerated() {
            let y = activity.outputs[l]
            let factor = factors[stack.layers.count - 1 - l]
            var delta = [Double](repeating: 0, count: y.count)
            for i in y.indices { delta[i] = factor * (y[i] - targets[l][i]) * layer.function.slope(at: y[i]) }
            let (weights, biases) = stack.outerSum(activity, l, delta)
            gradient.weights.append(weights)
            gradient.biases.append(biases)
        }
        return gradient
    }
}
