#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A softmax regression on given features: how much of the classes a representation tells linearly.
struct LinearProbe: Sendable {
    let features: Int
    let classes: Int
    /// [classes × features]
    var weights: [Double]
    var biases: [Double]
    var optimizer: RateOptimizer

    init(features: Int, classes: Int, rate: Double) {
        self.features = features
        self.classes = classes
        weights = [Double](repeating: 0, count: classes * features)
        biases = [Double](repeating: 0, count: classes)
        optimizer = RateOptimizer(
            .adam(beta1: 0.9, beta2: 0.999, epsilon: 1e-8, correctsBias: true), rate: rate, sizes: [weights.count, biases.count])
    }

    /// [samples × classes]
    func scores(_ input: [Double], samples: Int) -> [Double] {
        var scores = [Double](repeating: 0, count: samples * classes)
        for s in 0..<samples { for c in 0..<classes { scores[s * classes + c] = biases[c] } }
        Matrices.addProduct(
            m: samples, n: classes, k: features, input, width: features, transposed: weights, width: features, to: &scores)
        return scores
    }

    func judge(_ input: [Double], _ labels: [Int]) -> RateLoss.Outcome {
        RateLoss.crossEntropy(scale: 1).judge(scores(input, samples: labels.count), answers: classes, labels: labels)
    }

    /// One step with the mean gradient of a batch.
    /// - Returns: loss and answers before it.
    mutating func learn(_ input: [Double], _ labels: [Int]) -> RateLoss.Outcome {
        let outcome = judge(input, labels)
        var gradient = [Double](repeating: 0, count: weights.count)
        Matrices.addProduct(
            m: classes, n: features, k: labels.count, columns: outcome.error, width: classes, input, width: features, to: &gradient)
        var ofBiases = [Double](repeating: 0, count: classes)
        for s in labels.indices { for c in 0..<classes { ofBiases[c] += outcome.error[s * classes + c] } }
        let scale = 1 / Double(max(1, labels.count))
        optimizer.begin()
        optimizer.move(&weights, 0, gradient.map { $0 * scale })
        optimizer.move(&biases, 1, ofBiases.map { $0 * scale })
        return outcome
    }
}
