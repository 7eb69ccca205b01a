import Numerics

/// How the error of the answers becomes a gradient of every layer.
package enum CreditAssignment: Hashable, Sendable {
    case backpropagation
    case targets(TargetPropagation)
    case feedback(FeedbackMatrices)
}

/// Layers of rate units with an optimiser: a batch in, a step of all weights out.
package struct RateLearner: Sendable {
    package var stack: RateLayers
    package var assignment: CreditAssignment
    package var loss: RateLoss
    /// Strength of the orthogonality regulariser; 0: none.
    package var orthogonality: Double
    package var format: RateFormat
    package var optimizer: RateOptimizer
    /// What a chip would make of the layers, for training in the loop: batches are computed with it, steps move the layers themselves.
    package var lowering: (@Sendable (RateLayers) -> RateLayers)?
    /// What the chip says of the values below each layer.
    package var saying: (@Sendable (_ below: Int, _ values: [Double]) -> [Double])?
    /// For rounding by chance.
    private let random: Philox
    /// Of the current weights; formed again after each step.
    private var inverses: [[Double]]?

    package init(
        _ stack: RateLayers, _ assignment: CreditAssignment, loss: RateLoss, orthogonality: Double, format: RateFormat,
        optimizer: RateOptimizer.Kind, rate: Double, seed: UInt64
    ) {
        self.stack = stack
        self.assignment = assignment
        self.loss = loss
        self.orthogonality = orthogonality
        self.format = format
        self.optimizer = RateOptimizer(optimizer, rate: rate, sizes: stack.layers.flatMap { [$0.weights.count, $0.biases.count] })
        random = Philox(seed: seed, purpose: "rate/rounding")
        for l in self.stack.layers.indices {
            format.round(&self.stack.layers[l].weights)
            format.round(&self.stack.layers[l].biases)
        }
    }

    /// The mean gradient of a batch; nil when a layer that must be inverted is singular.
    package mutating func gradient(_ input: [Double], labels: [Int]) -> (gradient: RateGradient, outcome: RateLoss.Outcome)? {
        let stack = lowering?(stack) ?? stack
        let activity = stack.forward(input, samples: labels.count, format: format, said: saying)
        let outcome = loss.judge(activity.outputs[activity.outputs.count - 1], answers: stack.answers, labels: labels)
        guard let sum = gradient(assignment, stack, activity, outcome.error) else { return nil }
        var mean = sum
        let scale = 1 / Double(max(1, labels.count))
        for l in stack.layers.indices {
            for i in mean.weights[l].indices { mean.weights[l][i] *= scale }
            for i in mean.biases[l].indices { mean.biases[l][i] *= scale }
        }
        return (mean, outcome)
    }

    private mutating func gradient(
        _ assignment: CreditAssignment, _ stack: RateLayers, _ activity: RateActivity, _ error: [Double]
    ) -> RateGradient? {
        switch assignment {
        case .backpropagation: return stack.backpropagated(activity, error: error)
        case .feedback(let feedback): return feedback.gradient(stack, activity, error: error)
        case .targets(let targets):
            if inverses == nil { inverses = targets.inverses(stack) }
            guard let inverses else { return nil }
            return targets.gradient(stack, activity, targets: targets.targets(stack, activity, error: error, inverses: inverses))
        }
    }

    /// Learns from a batch.
    /// - Returns: loss and answers before the step; nil when a layer that must be inverted is singular.
    package mutating func learn(_ input: [Double], labels: [Int]) -> RateLoss.Outcome? {
        guard let (gradient, outcome) = gradient(input, labels: labels) else { return nil }
        optimizer.begin()
        for l in stack.layers.indices {
            var ofWeights = gradient.weights[l]
            if orthogonality > 0 {
                let regularizer = Orthogonality.gradient(stack.layers[l], strength: orthogonality)
                for i in ofWeights.indices { ofWeights[i] += regularizer[i] }
            }
            optimizer.move(&stack.layers[l].weights, 2 * l, ofWeights)
            optimizer.move(&stack.layers[l].biases, 2 * l + 1, gradient.biases[l])
            let stream = random.split(optimizer.steps).split(l)
            format.round(&stack.layers[l].weights) { stream.uniform($0) }
            let biasStream = stream.split(1)
            format.round(&stack.layers[l].biases) { biasStream.uniform($0) }
        }
        inverses = nil
        return outcome
    }

    /// Must be called after the layers were replaced.
    package mutating func forgetInverses() { inverses = nil }

    /// Cosine of the angle to backpropagation in 64-bit numbers, for the weights of each layer, over a batch.
    package func cosines(_ assignment: CreditAssignment, _ input: [Double], labels: [Int]) -> [Double]? {
        var copy = self
        copy.inverses = nil
        copy.assignment = assignment
        guard let gradient = copy.gradient(input, labels: labels)?.gradient else { return nil }
        var exact = self
        (exact.format, exact.assignment) = (.float64, .backpropagation)
        guard let wanted = exact.gradient(input, labels: labels)?.gradient else { return nil }
        return zip(gradient.weights, wanted.weights).map { a, b in
            var (product, squareA, squareB) = (0.0, 0.0, 0.0)
            for i in a.indices {
                product += a[i] * b[i]
                squareA += a[i] * a[i]
                squareB += b[i] * b[i]
            }
            return squareA > 0 && squareB > 0 ? product / (squareA * squareB).squareRoot() : 0
        }
    }
}
