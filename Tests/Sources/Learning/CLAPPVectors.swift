import Learning
import Storage
import Testing

/// CLAPP's update, with transposed and with separate weights backwards, beside another implementation.
@Suite struct CLAPPVectors {
    @Test func vectorsArePresent() { #expect(!LearningVector.cases("clapp").isEmpty) }

    @Test(arguments: LearningVector.cases("clapp"))
    func updatesFollow(_ vector: LearningVector) throws {
        let isAsymmetric = vector["asymmetric"].bool == true
        let rate = try vector.number("lr")
        let width = try #require(vector["W0"][0]?.array).count
        var layer = CLAPPLayer(
            inputs: width, outputs: try #require(vector["W0"].array).count, weights: try #require(vector["W0"].flat),
            prediction: try #require(vector["W_pred0"].flat), retrodiction: isAsymmetric ? vector["W_retro0"].flat : nil)
        for (index, step) in try #require(vector["steps"].array).enumerated() {
            func numbers(_ key: String) throws -> [Double] { try #require(step[key]?.flat) }
            let inputs = try numbers("x_past") + numbers("x_now")
            let responses = layer.respond(inputs, rows: 2)
            #expect(relativeDifference(responses, try numbers("c") + numbers("z")) < 1e-13)
            let isFixation = try #require(step["y"]?.double) > 0
            let update = layer.update(inputs, responses, rows: 2, [.init(past: 0, now: 1, isFixation: isFixation)])
            #expect(abs(update.scores[0] - (try #require(step["score"]?.double))) < 1e-13)
            #expect(abs(update.loss - (try #require(step["loss"]?.double))) < 1e-13)
            #expect(relativeDifference(update.weights, try numbers("dW")) < 1e-13, "dW of step \(index)")
            #expect(relativeDifference(update.prediction, try numbers("dW_pred")) < 1e-13, "dW_pred of step \(index)")
            for i in layer.weights.indices { layer.weights[i] += rate * update.weights[i] }
            for i in layer.prediction.indices { layer.prediction[i] += rate * update.prediction[i] }
            if isAsymmetric {
                let retrodiction = try #require(update.retrodiction)
                #expect(abs(update.retroScores[0] - (try #require(step["score_retro"]?.double))) < 1e-13)
                #expect(relativeDifference(retrodiction, try numbers("dW_retro")) < 1e-13, "dW_retro of step \(index)")
                for i in retrodiction.indices { layer.retrodiction?[i] += rate * retrodiction[i] }
            }
        }
        #expect(relativeDifference(layer.weights, try #require(vector["W_final"].flat)) < 1e-13)
        #expect(relativeDifference(layer.prediction, try #require(vector["W_pred_final"].flat)) < 1e-13)
        if let retrodiction = layer.retrodiction {
            #expect(relativeDifference(retrodiction, try #require(vector["W_retro_final"].flat)) < 1e-13)
        }
    }

    /// A batch is the sum of its pairs.
    @Test func aBatchIsTheSumOfItsPairs() {
        let layer = CLAPPLayer(
            inputs: 3, outputs: 2, weights: [0.5, -0.2, 0.3, 0.1, 0.4, -0.6], prediction: [0.3, -0.5, 0.2, 0.7],
            retrodiction: [0.1, 0.2, -0.3, 0.4])
        let inputs = [1, 0.5, 0.2, 0.1, 0.9, 0.3, 0.7, 0.1, 0.8, 0.4, 0.4, 0.1]
        let responses = layer.respond(inputs, rows: 4)
        let pairs: [CLAPPLayer.Pair] = [
            .init(past: 0, now: 1, isFixation: true), .init(past: 0, now: 3, isFixation: false, weight: 0.5),
            .init(past: 2, now: 3, isFixation: true),
        ]
        let whole = layer.update(inputs, responses, rows: 4, pairs)
        var sum = [Double](repeating: 0, count: whole.weights.count)
        for pair in pairs {
            let part = layer.update(inputs, responses, rows: 4, [pair])
            for i in sum.indices { sum[i] += part.weights[i] }
        }
        #expect(relativeDifference(whole.weights, sum) < 1e-14)
    }
}
