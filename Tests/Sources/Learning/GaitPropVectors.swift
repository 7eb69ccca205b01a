import Learning
import Storage
import Testing

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// GAIT-prop, incremental and plain target propagation, and backpropagation, beside another implementation.
@Suite struct GaitPropVectors {
    @Test func vectorsArePresent() { #expect(!LearningVector.cases("gaitprop").isEmpty) }

    private func stack(_ vector: LearningVector) throws -> RateLayers {
        let width = try vector.integer("width")
        let slope = try vector.number("leaky_slope")
        let (weights, biases) = (try #require(vector["W"].matrices), try #require(vector["b"].matrices))
        return RateLayers(
            zip(weights, biases).map {
                RateLayer(inputs: width, outputs: width, weights: $0, biases: $1, function: .leakyRectifier(slope: slope))
            })
    }

    /// dE/dy of the outputs that have a target.
    private func error(_ vector: LearningVector, _ outputs: [Double]) throws -> [Double] {
        let target = try #require(vector["target"].doubles)
        let count = try vector.integer("n_out")
        return outputs.indices.map { $0 < count ? outputs[$0] - target[$0] : 0 }
    }

    @Test(arguments: LearningVector.cases("gaitprop"))
    func activitiesAndBackpropagationFollow(_ vector: LearningVector) throws {
        let stack = try stack(vector)
        let activity = stack.forward(try #require(vector["x"].doubles), samples: 1)
        let expected = try #require(vector["activities"].matrices)
        #expect(relativeDifference(activity.outputs, expected) < 1e-14)
        let gradient = stack.backpropagated(activity, error: try error(vector, activity.outputs[expected.count - 1]))
        #expect(relativeDifference(gradient.weights, try #require(vector["grad_bp_W"].matrices)) < 1e-13)
        #expect(relativeDifference(gradient.biases, try #require(vector["grad_bp_b"].matrices)) < 1e-13)
    }

    /// What the inverse loses is divided by gamma^(L-1): the tolerance follows it, from 1e-14 at the last layer.
    @Test(arguments: LearningVector.cases("gaitprop"))
    func targetsAndUpdatesFollow(_ vector: LearningVector) throws {
        let stack = try stack(vector)
        let gamma = try vector.number("gamma")
        let depth = stack.layers.count
        let activity = stack.forward(try #require(vector["x"].doubles), samples: 1)
        let error = try error(vector, activity.outputs[depth - 1])
        let grown = 1e-14 * pow(gamma, -Double(depth - 1))
        for (form, key, tolerance) in [
            (TargetPropagation.Form.gait, "gait", grown), (.incremental, "itp", grown), (.plain, "tp", 1e-13),
        ] {
            let propagation = TargetPropagation(form, gamma: gamma)
            let inverses = try #require(propagation.inverses(stack))
            let targets = propagation.targets(stack, activity, error: error, inverses: inverses)
            let gradient = propagation.gradient(stack, activity, targets: targets)
            let expected = try #require(vector["grad_\(key)_W"].matrices)
            #expect(relativeDifference(gradient.weights, expected) < tolerance, "\(key)")
            guard form == .gait else { continue }
            #expect(relativeDifference(targets, try #require(vector["targets_gait"].matrices)) < 1e-13)
            #expect(relativeDifference(gradient.biases, try #require(vector["grad_gait_b"].matrices)) < tolerance)
            if vector["orthogonal"].bool == true {
                let backpropagated = stack.backpropagated(activity, error: error)
                #expect(relativeDifference(gradient.weights, backpropagated.weights) < 2 * grown)
            }
        }
    }

    /// Where the columns are orthogonal already, the regulariser is rounding noise of 1e-16 of its terms.
    @Test(arguments: LearningVector.cases("gaitprop"))
    func regularizerFollows(_ vector: LearningVector) throws {
        let strength = try vector.number("ortho_lambda")
        let expected = try #require(vector["grad_ortho_W"].matrices)
        for (layer, wanted) in zip(try stack(vector).layers, expected) {
            let gradient = Orthogonality.gradient(layer, strength: strength)
            let difference = zip(gradient, wanted).map { abs($0 - $1) }.max() ?? .infinity
            #expect(difference < 1e-14 * max(1, wanted.map(abs).max() ?? 1))
        }
    }
}
