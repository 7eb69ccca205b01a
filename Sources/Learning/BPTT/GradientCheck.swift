package import Diagnostics
package import FrontEnd
package import Networks
import Numerics

/// The gradients of `bptt` beside finite differences, in double precision.
///
/// Spikes are replaced by the smooth function whose derivative is the surrogate, so that both must agree.
package struct GradientCheck {
    /// dE/d parameter by backpropagation, of each parameter that was looked at.
    package var gradient: [Double] = []
    /// The same by central differences.
    package var differences: [Double] = []

    /// - Parameters:
    ///   - width: half the distance of the two points of a difference.
    ///   - most: how many parameters are looked at, evenly spread over those that can be trained.
    package init(_ network: Network, _ samples: DataSamples, width: Double = 1e-5, most: Int = 40) throws(DiagnosticsError) {
        let values = try OptionValues(network.learning ?? LearningSpecification(rule: BPTT.name), definitions: BPTT.options)
        let options = BPTTOptions(values)
        guard let task = network.task, let readout = network.readout else { return }
        var settings = options.gradientSettings(network, readout)
        settings.smooth = settings.surrogate
        settings.differentiatesReset = true
        let plan = TrainingPlan(network, steps: task.steps, trainsDrive: options.trainsDrive)
        let engine = GradientEngine<Double>(network, plan, settings, lowered: nil, threads: 1)
        let indices = Array(0..<samples.count)
        func loss(_ parameters: [Double], _ computesGradient: Bool = false) -> Double {
            engine.run(parameters, samples, indices, presentation: 0, computesGradient: computesGradient).loss
        }
        _ = loss(plan.initial, true)
        let all = plan.trainable.flatMap { Array($0) }
        let step = max(1, all.count / most)
        let analytic = engine.gradient.values
        for place in stride(from: 0, to: all.count, by: step) {
            let index = all[place]
            var moved = plan.initial
            moved[index] += width
            let above = loss(moved)
            moved[index] = plan.initial[index] - width
            differences.append((above - loss(moved)) / (2 * width))
            gradient.append(analytic[index])
        }
    }

    /// ‖gradient - differences‖ / ‖gradient‖.
    package var relativeError: Double {
        let norm = gradient.reduce(0) { $0 + $1 * $1 }.squareRoot()
        let distance = zip(gradient, differences).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }.squareRoot()
        return norm > 0 ? distance / norm : .infinity
    }
}
