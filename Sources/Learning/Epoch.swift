import Diagnostics
import FrontEnd
import Networks
import Numerics

/// An epoch under way: the order of its samples, and what it came to so far.
///
/// It is what every trainer does around its learning: shuffle, sum, tell how far it is, and end with a reason when the loss is no number
/// or when it is told to.
struct Epoch {
    /// From 1.
    let number: Int
    let epochs: Int
    /// The samples, in the order in which they are shown.
    let order: [Int]
    private let place: SourceRange?
    private(set) var loss = 0.0
    private(set) var correct = 0
    private(set) var samplesDone = 0
    /// Instead of the fraction of right answers, where targets are numbers.
    var accuracy: Double?

    /// - Parameters:
    ///   - number: from 1.
    ///   - order: the samples to show.
    init(_ number: Int, of epochs: Int, _ order: [Int], in network: Network) {
        self.number = number
        self.epochs = epochs
        self.order = order
        place = network.learning?.place
    }

    /// All samples of `request`, shuffled by a stream of the rule's own.
    init(after done: Int, of epochs: Int, _ request: TrainingRequest, rule: String) {
        let random = Philox(seed: request.network.seed, purpose: "\(rule)/order").split(done)
        self.init(done + 1, of: epochs, random.permutation(request.samples.count), in: request.network)
    }

    /// The order, cut into batches; the last one may be smaller.
    func batches(of size: Int) -> [[Int]] {
        stride(from: 0, to: order.count, by: size).map { Array(order[$0..<min(order.count, $0 + size)]) }
    }

    /// Counts a batch in.
    /// - Parameters:
    ///   - loss: summed over its samples.
    ///   - cure: what to do when it is no number.
    mutating func add(loss: Double, correct: Int, samples: Int, cure: String = "lower the learning rate") throws(DiagnosticsError) {
        guard loss.isFinite else {
            throw DiagnosticsError(
                Diagnostic(
                    "learning-diverged", "the loss of epoch \(number), after \(samplesDone) samples, is \(loss)", at: place, help: cure))
        }
        self.loss += loss
        self.correct += correct
        samplesDone += samples
    }

    /// The same, and a point of the curve.
    mutating func add(
        loss: Double, correct: Int, samples: Int, to curve: inout LearningCurve, cure: String = "lower the learning rate"
    ) throws(DiagnosticsError) {
        try add(loss: loss, correct: correct, samples: samples, cure: cure)
        curve.loss.append(Float(loss / Double(samples)))
        curve.error.append(Float(1 - Double(correct) / Double(samples)))
    }

    /// Tells how far the epoch is.
    /// - Throws: `learning-interrupted` when `progress` does not want it to go on.
    func report(to progress: (TrainingProgress) -> Bool, batch: Int = 0, recentError: Double? = nil) throws(DiagnosticsError) {
        let goesOn = progress(
            TrainingProgress(
                epoch: number, epochs: epochs, samplesDone: samplesDone, samples: order.count, loss: meanLoss, accuracy: meanAccuracy,
                batch: batch, recentError: recentError))
        guard !goesOn else { return }
        throw DiagnosticsError(
            Diagnostic(
                "learning-interrupted", "training was stopped in epoch \(number)",
                help: "run it again: it goes on from the last whole epoch"))
    }

    func summary(rates: [EpochSummary.Rate] = []) -> EpochSummary {
        EpochSummary(epoch: number, loss: meanLoss, accuracy: meanAccuracy, rates: rates)
    }

    private var meanLoss: Double { loss / Double(max(1, samplesDone)) }
    private var meanAccuracy: Double { accuracy ?? Double(correct) / Double(max(1, samplesDone)) }
}
