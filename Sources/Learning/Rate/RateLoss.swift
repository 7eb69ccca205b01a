#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// What a rate network is to make small: a function of its answers y and the label.
package enum RateLoss: Hashable, Sendable {
    /// ½ Σ (y - t)², t = `correct` at the label and `wrong` elsewhere.
    case meanSquare(correct: Double, wrong: Double)
    /// -ln softmax(scale · y)[label]
    case crossEntropy(scale: Double)

    /// Sums over the batch.
    package struct Outcome: Sendable {
        package var loss = 0.0
        package var predictions: [Int] = []
        /// dE/dy of each sample, [samples × width].
        package var error: [Double]
    }

    /// - Parameters:
    ///   - outputs: [samples × width], of which the first `answers` of a row are answers; the others have no error.
    package func judge(_ outputs: [Double], answers: Int, labels: [Int]) -> Outcome {
        let width = outputs.count / max(1, labels.count)
        var outcome = Outcome(error: [Double](repeating: 0, count: outputs.count))
        for (s, label) in labels.enumerated() {
            let y = outputs[s * width..<s * width + answers]
            var best = 0
            for n in 0..<answers where y[y.startIndex + n] > y[y.startIndex + best] { best = n }
            outcome.predictions.append(best)
            switch self {
            case .meanSquare(let correct, let wrong):
                for n in 0..<answers {
                    let difference = y[y.startIndex + n] - (n == label ? correct : wrong)
                    outcome.loss += difference * difference / 2
                    outcome.error[s * width + n] = difference
                }
            case .crossEntropy(let scale):
                let largest = (y.max() ?? 0) * scale
                var sum = 0.0
                for value in y { sum += exp(scale * value - largest) }
                for n in 0..<answers {
                    let share = exp(scale * y[y.startIndex + n] - largest) / sum
                    outcome.error[s * width + n] = scale * (share - (n == label ? 1 : 0))
                }
                outcome.loss += log(sum) + largest - scale * y[y.startIndex + label]
            }
        }
        return outcome
    }
}
