import Networks

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// From the readout's activity to an error, and back to gradients of its spikes or membrane potentials.
package struct Loss: Hashable, Sendable {
    /// The number that each readout neuron offers as its score.
    package enum Signal: Hashable, Sendable {
        /// Spikes, counted from step `skip`.
        case spikeCount
        /// Spikes, each counted the less the later it comes: (steps - t) / (steps - skip).
        case earlySpikes
        case maximalMembrane
        case meanMembrane

        package var readsMembrane: Bool { self == .maximalMembrane || self == .meanMembrane }
    }

    package enum Form: Hashable, Sendable {
        /// -ln softmax(scale · score)[label]
        case crossEntropy(scale: Double)
        /// The mean over the steps of -ln softmax(scale · membrane potential)[label]
        case crossEntropyPerStep(scale: Double)
        /// ½ Σ (score - target)², spike counts as spikes per counted step.
        case meanSquare(correct: Double, wrong: Double)
    }

    package var form: Form
    package var signal: Signal
    package var skip: Int
    /// Behind the last step that counts; nil: the last.
    package var end: Int?

    package init(form: Form, signal: Signal, skip: Int) {
        self.form = form
        self.signal = signal
        self.skip = skip
    }

    /// The scores of one sample, and for the maximal membrane potential the steps in which they were reached.
    func scores<Real: TrainingScalar>(_ state: PopulationState<Real>, sample: Int, rest: [Double]) -> (values: [Double], steps: [Int]) {
        var values = [Double](repeating: signal == .maximalMembrane ? -.infinity : 0, count: state.size)
        var reached = [Int](repeating: -1, count: signal == .maximalMembrane ? state.size : 0)
        let last = end ?? state.steps
        let counted = max(1, last - skip)
        for step in skip..<max(skip, last) {
            let row = state.row(step, sample)
            for n in 0..<state.size {
                switch signal {
                case .spikeCount: values[n] += Double(state.output.pointer[row + n])
                case .earlySpikes: values[n] += Double(state.output.pointer[row + n]) * Double(last - step) / Double(counted)
                case .meanMembrane: values[n] += Double(state.membrane?.pointer[row + n] ?? 0)
                case .maximalMembrane:
                    let v = Double(state.membrane?.pointer[row + n] ?? 0)
                    if v > values[n] { (values[n], reached[n]) = (v, step) }
                }
            }
        }
        for n in 0..<state.size {
            if signal == .meanMembrane { values[n] /= Double(counted) }
            if signal.readsMembrane { values[n] += rest[n] }
        }
        return (values, reached)
    }

    /// The error of one sample and its derivative by each score.
    func error(_ scores: [Double], label: Int, steps: Int) -> (value: Double, gradient: [Double]) {
        switch form {
        case .crossEntropy(let scale), .crossEntropyPerStep(let scale):
            let largest = (scores.max() ?? 0) * scale
            let exponentials = scores.map { exp(scale * $0 - largest) }
            let sum = exponentials.reduce(0, +)
            var gradient = exponentials.map { scale * $0 / sum }
            gradient[label] -= scale
            return (log(sum) + largest - scale * scores[label], gradient)
        case .meanSquare(let correct, let wrong):
            let unit = signal.readsMembrane ? 1 : 1 / Double(max(1, (end ?? steps) - skip))
            var value = 0.0
            var gradient = scores
            for n in scores.indices {
                let difference = scores[n] * unit - (n == label ? correct : wrong)
                value += difference * difference / 2
                gradient[n] = difference * unit
            }
            return (value, gradient)
        }
    }

    /// Adds dE/d score, times `factor`, to the gradients of the readout's spikes or membrane potentials.
    func spread<Real: TrainingScalar>(
        _ gradient: [Double], reached: [Int], factor: Double, to state: PopulationState<Real>, sample: Int
    ) {
        let last = end ?? state.steps
        let counted = max(1, last - skip)
        for step in skip..<max(skip, last) {
            let row = state.row(step, sample)
            for n in 0..<state.size {
                let share = gradient[n] * factor
                switch signal {
                case .spikeCount: state.gradient.pointer[row + n] += Real(share)
                case .earlySpikes: state.gradient.pointer[row + n] += Real(share * Double(last - step) / Double(counted))
                case .meanMembrane: state.membraneGradient?.pointer[row + n] += Real(share / Double(counted))
                case .maximalMembrane: if reached[n] == step { state.membraneGradient?.pointer[row + n] += Real(share) }
                }
            }
        }
    }

    /// The error of a sample whose readout is judged in every step; adds its derivative, times `factor`, to the membrane gradients.
    ///
    /// - Parameter targets: numbers that the membrane potentials should have, [steps × neurons], not-a-number where nothing is asked: their
    ///   error is ½ Σ (v - target)². Nil: the class `label`, in the steps that count.
    func judgeSteps<Real: TrainingScalar>(
        _ state: PopulationState<Real>, sample: Int, label: Int, targets: ArraySlice<Float>?, rest: [Double], factor: Double,
        computesGradient: Bool
    ) -> Double {
        guard let membrane = state.membrane else { return 0 }
        var sum = 0.0
        let last = end ?? state.steps
        let share = 1 / Double(max(1, last - skip))
        for step in targets == nil ? skip..<max(skip, last) : 0..<state.steps {
            let row = state.row(step, sample)
            let potentials = (0..<state.size).map { Double(membrane.pointer[row + $0]) + rest[$0] }
            var gradient = [Double](repeating: 0, count: state.size)
            if let targets {
                for n in 0..<state.size {
                    let target = Double(targets[targets.startIndex + step * state.size + n])
                    guard !target.isNaN else { continue }
                    gradient[n] = potentials[n] - target
                    sum += gradient[n] * gradient[n] / 2
                }
            } else {
                let (value, slope) = error(potentials, label: label, steps: state.steps)
                sum += value * share
                gradient = slope.map { $0 * share }
            }
            guard computesGradient, let adjoint = state.membraneGradient else { continue }
            for n in 0..<state.size { adjoint.pointer[row + n] += Real(gradient[n] * factor) }
        }
        return sum
    }
}
