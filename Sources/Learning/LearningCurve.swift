/// What a training measured, batch by batch.
public struct LearningCurve: Hashable, Sendable {
    /// Mean loss per sample of each batch.
    public var loss: [Float]
    /// Error of each batch before learning from it: the fraction of wrong answers, or the normalised mean square error of numbers.
    public var error: [Float]
    /// Cosine of the gradient with that of backpropagation through time, where it was asked for, with the batch; for e-prop on a chip, of
    /// the chip's update with floating e-prop.
    public var cosine: [Comparison]

    public struct Comparison: Hashable, Sendable {
        public var batch: Int
        public var cosine: Float
    }

    public init(loss: [Float] = [], error: [Float] = [], cosine: [Comparison] = []) {
        self.loss = loss
        self.error = error
        self.cosine = cosine
    }

    /// The mean error of the last `window` batches; nil before there are as many.
    public func recentError(_ window: Int) -> Double? {
        guard error.count >= window, window > 0 else { return nil }
        return error.suffix(window).reduce(0.0) { $0 + Double($1) } / Double(window)
    }

    var entries: [TrainerState.Entry] {
        [
            .init("curve_loss", .floats(loss)), .init("curve_error", .floats(error)),
            .init("curve_cosine", .floats(cosine.map(\.cosine))), .init("curve_cosine_batch", .integers(cosine.map(\.batch))),
        ]
    }

    init(_ state: TrainerState) {
        func floats(_ name: String) -> [Float] { if case .floats(let values) = state[name] { values } else { [] } }
        self.init(loss: floats("curve_loss"), error: floats("curve_error"))
        if case .integers(let batches) = state["curve_cosine_batch"] {
            cosine = zip(batches, floats("curve_cosine")).map { Comparison(batch: $0, cosine: $1) }
        }
    }
}

/// When a training may end before its last epoch.
struct StopRule: Hashable, Sendable {
    /// Mean error below which it ends; 0: never.
    var error: Double
    /// Batches that the mean is taken over.
    var window: Int

    init(_ values: OptionValues) {
        error = values.number("stop.error")
        window = values.integer("stop.window")
    }

    func isReached(_ curve: LearningCurve) -> Bool {
        guard error > 0, let recent = curve.recentError(window) else { return false }
        return recent < error
    }

    static let option = OptionDefinition(
        "stop",
        .group([
            OptionDefinition(
                "error", .number(0, in: 0...1e6, .none),
                "training ends when the mean error of the last batches is below it (fraction of wrong answers, or normalised square error); 0: never"
            ),
            OptionDefinition("window", .integer(10, in: 1...1_000_000), "batches that the mean is taken over"),
        ]), "an early end")
}
