/// A running mean of the weights (Polyak and Juditsky 1992; exponential form): what a training with noisy steps wanders around.
///
/// After step t: mean ← d · mean + (1 - d) · weights, with d = min(decay, (1 + t) / (10 + t)), so that the start is soon forgotten.
package struct WeightAverage: Sendable {
    package let decay: Float
    /// [parameters]
    package var values: [Float]

    package init(decay: Double, start: [Float]) {
        self.decay = Float(decay)
        values = start
    }

    /// - Parameter step: steps taken, from 1.
    package mutating func add(_ weights: [Float], step: Int) {
        let keep = min(decay, Float(1 + step) / Float(10 + step))
        for i in values.indices { values[i] = keep * values[i] + (1 - keep) * weights[i] }
    }
}
