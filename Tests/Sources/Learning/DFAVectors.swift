import Learning
import Storage
import Testing

/// Feedback alignment, direct and layer by layer, beside another implementation.
@Suite struct DFAVectors {
    @Test func vectorsArePresent() { #expect(!LearningVector.cases("dfa").isEmpty) }

    @Test(arguments: LearningVector.cases("dfa"))
    func gradientsFollow(_ vector: LearningVector) throws {
        let dims = try #require(vector["dims"].ints)
        let weights = try #require(vector["W"].matrices)
        let stack = RateLayers(
            weights.indices.map { l in
                RateLayer(
                    inputs: dims[l], outputs: dims[l + 1], weights: weights[l], biases: [Double](repeating: 0, count: dims[l + 1]),
                    function: l < weights.count - 1 ? .hyperbolicTangent : .identity)
            })
        let rows = try #require(vector["x"].array).count
        let activity = stack.forward(try #require(vector["x"].flat), samples: rows)
        #expect(relativeDifference(activity.outputs[weights.count - 1], try #require(vector["logits"].flat)) < 1e-13)

        let labels = try #require(vector["label"].ints)
        let outcome = RateLoss.crossEntropy(scale: 1).judge(
            activity.outputs[weights.count - 1], answers: dims[weights.count], labels: labels)
        let error = outcome.error.map { $0 / Double(rows) }
        #expect(relativeDifference(error, try #require(vector["error"].flat)) < 1e-13)

        #expect(relativeDifference(stack.backpropagated(activity, error: error).weights, try #require(vector["grad_bp"].matrices)) < 1e-13)
        for (isDirect, matrices, key) in [(false, "B_fa", "grad_fa"), (true, "B_dfa", "grad_dfa")] {
            let feedback = FeedbackMatrices(isDirect: isDirect, matrices: try #require(vector[matrices].matrices))
            let gradient = feedback.gradient(stack, activity, error: error)
            #expect(relativeDifference(gradient.weights, try #require(vector[key].matrices)) < 1e-13, "\(key)")
        }
    }
}
