import FrontEnd
import Numerics

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The error of a trial at its readout, and what it says about the answer.
///
/// - classes: in each window the mean over its steps of -ln softmax(y)[label], then the mean over the windows; the answer of a window is
///   the largest mean readout
/// - numbers: ½ Σ over steps and outputs of (y - y*)²
struct EPropLoss: Sendable {
    struct Outcome: Sendable {
        var loss = 0.0
        /// Windows, and those answered rightly.
        var windows = 0
        var right = 0
        /// Of the last window.
        var prediction = 0
        var isLastRight = false
        /// Of numbers: Σ (y - y*)², Σ y*, Σ y*² and their count.
        var squares = 0.0
        var targets = 0.0
        var targetSquares = 0.0
        var numbers = 0.0

        static func += (sum: inout Outcome, other: Outcome) {
            sum.loss += other.loss
            sum.windows += other.windows
            sum.right += other.right
            sum.squares += other.squares
            sum.targets += other.targets
            sum.targetSquares += other.targetSquares
            sum.numbers += other.numbers
        }

        /// Fraction of wrong answers; of numbers the normalised mean square error.
        var error: Double {
            if numbers > 0 { return squares / max(targetSquares - targets * targets / numbers, 1e-30) }
            return windows > 0 ? 1 - Double(right) / Double(windows) : 0
        }
    }

    /// Of the network's readout; a critic's comes behind in the record.
    let rest: [Double]
    let skip: Int
    /// Learning by reward instead of by the answer; nil: none.
    var reward: ActorCritic?
    /// What actions are drawn from.
    var actions = Philox(seed: 0, purpose: "eprop/actions")

    /// Sets the record's error to dE/dy.
    /// - Parameters:
    ///   - presentation: together with the sample's identity, decides the actions that are drawn for a reward.
    ///   - learns: without, the answer is judged even where learning is by reward.
    func judge<Real: LaneScalar>(
        _ record: TrialRecord<Real>, _ samples: DataSamples, _ index: Int, presentation: Int = 0, learns: Bool = false
    ) -> Outcome {
        record.error.clear()
        if let targets = samples.series(index) { return compare(record, targets) }
        let windows = samples.windows(index, skip: skip, steps: record.steps)
        var outcome = Outcome()
        if let reward, learns {
            let random = actions.split(presentation).split(samples.identity(of: index))
            let lot = reward.act(record, windows, rest: rest, random)
            outcome.windows = lot.actions
            outcome.right = lot.rewarded
            outcome.loss = lot.loss
            return outcome
        }
        for window in windows {
            outcome.windows += 1
            let (loss, answer) = classify(record, window, weight: 1 / Double(windows.count))
            outcome.loss += loss
            outcome.prediction = answer
            outcome.isLastRight = answer == Int(window.label)
            outcome.right += outcome.isLastRight ? 1 : 0
        }
        return outcome
    }

    /// The windows of a sample.
    func windows(_ samples: DataSamples, _ index: Int, steps: Int) -> [SampleTargets.Window] {
        samples.windows(index, skip: skip, steps: steps)
    }

    /// dE/dy of each step as it comes, for machines that learn while a trial runs; false where nothing is asked.
    ///
    /// The same numbers as `judge` sets; by labels, or numbers, alone.
    func stepwise(
        _ samples: DataSamples, _ index: Int, steps: Int
    ) -> (_ step: Int, _ readout: UnsafePointer<Float>, _ error: UnsafeMutablePointer<Float>) -> Bool {
        let rest = rest
        if let targets = samples.series(index) {
            return { step, readout, error in
                var isAsked = false
                for k in rest.indices {
                    let target = targets[targets.startIndex + step * rest.count + k]
                    error[k] = target.isNaN ? 0 : Float(Double(readout[k]) + rest[k] - Double(target))
                    isAsked = isAsked || !target.isNaN
                }
                return isAsked
            }
        }
        let windows = samples.windows(index, skip: skip, steps: steps)
        var scores = rest
        return { step, readout, error in
            var isAsked = false
            for window in windows where window.steps.contains(step) {
                if !isAsked { for k in rest.indices { error[k] = 0 } }
                isAsked = true
                let share = 1 / Double(windows.count * max(1, window.steps.count))
                var largest = -Double.infinity
                for k in rest.indices { largest = max(largest, Double(readout[k]) + rest[k]) }
                var sum = 0.0
                for k in rest.indices {
                    scores[k] = exp(Double(readout[k]) + rest[k] - largest)
                    sum += scores[k]
                }
                for k in rest.indices { error[k] += Float((scores[k] / sum - (k == Int(window.label) ? 1 : 0)) * share) }
            }
            return isAsked
        }
    }

    private func classify<Real: LaneScalar>(
        _ record: TrialRecord<Real>, _ window: SampleTargets.Window, weight: Double
    ) -> (loss: Double, answer: Int) {
        let (outputs, stride) = (rest.count, record.outputs)
        let label = Int(window.label)
        let share = weight / Double(max(1, window.steps.count))
        var loss = 0.0
        var sums = [Double](repeating: 0, count: outputs)
        var scores = sums
        for step in window.steps {
            let y = record.readout.pointer + step * stride
            var largest = -Double.infinity
            for k in 0..<outputs {
                let score = Double(y[k]) + rest[k]
                sums[k] += score
                scores[k] = score
                largest = max(largest, score)
            }
            var sum = 0.0
            let own = scores[label]
            for k in 0..<outputs {
                scores[k] = exp(scores[k] - largest)
                sum += scores[k]
            }
            loss += (log(sum) + largest - own) * share
            let error = record.error.pointer + step * stride
            for k in 0..<outputs { error[k] += Real((scores[k] / sum - (k == label ? 1 : 0)) * share) }
        }
        var answer = 0
        for k in 0..<outputs where sums[k] > sums[answer] { answer = k }
        return (loss, answer)
    }

    private func compare<Real: LaneScalar>(_ record: TrialRecord<Real>, _ targets: ArraySlice<Float>) -> Outcome {
        let outputs = record.outputs
        var outcome = Outcome()
        for k in 0..<outputs {
            for step in 0..<record.steps {
                let target = Double(targets[targets.startIndex + step * outputs + k])
                guard !target.isNaN else { continue }
                let difference = Double(record.readout.pointer[step * outputs + k]) + rest[k] - target
                record.error.pointer[step * outputs + k] = Real(difference)
                outcome.loss += difference * difference / 2
                outcome.squares += difference * difference
                outcome.targets += target
                outcome.targetSquares += target * target
                outcome.numbers += 1
            }
        }
        return outcome
    }
}
