/// What decides a gradient, beside the network and the samples.
struct GradientSettings: Sendable {
    var surrogate: Surrogate
    var differentiatesReset: Bool
    var loss: Loss
    var decoder: AnswerDecoder
    /// Index of the readout population.
    var readout: Int
    /// What the gradient of each sample is multiplied by: one over the batch.
    var factor: Double
    /// Of the firing-rate term; 0: none.
    var rateStrength = 0.0
    /// In spikes per step.
    var rateTarget = 0.0
    /// The function that stands for spikes in gradient checks.
    var smooth: Surrogate?
}
