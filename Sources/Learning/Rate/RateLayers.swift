import CBLAS

/// A layer of rate units that all see the layer below: y = f(W x + b).
package struct RateLayer: Hashable, Sendable {
    package var inputs: Int
    package var outputs: Int
    /// How many of the outputs the next layer sees; the others are auxiliary: they keep the layer invertible.
    package var passed: Int
    /// [outputs × inputs], row-major.
    package var weights: [Double]
    /// [outputs]
    package var biases: [Double]
    package var function: RateFunction

    package init(
        inputs: Int, outputs: Int, passed: Int? = nil, weights: [Double], biases: [Double], function: RateFunction
    ) {
        precondition(weights.count == inputs * outputs && biases.count == outputs, "bug: a rate layer of the wrong size")
        self.inputs = inputs
        self.outputs = outputs
        self.passed = passed ?? outputs
        self.weights = weights
        self.biases = biases
        self.function = function
    }
}

/// What a batch makes of a stack of layers.
package struct RateActivity: Sendable {
    package var samples: Int
    /// [samples × inputs of the first layer]
    package var input: [Double]
    /// y of each layer, [samples × outputs].
    package var outputs: [[Double]]
}

/// A gradient, summed over a batch; shaped as the layers are.
package struct RateGradient: Hashable, Sendable {
    package var weights: [[Double]]
    package var biases: [[Double]]
}

/// A stack of layers.
package struct RateLayers: Hashable, Sendable {
    package var layers: [RateLayer]

    package init(_ layers: [RateLayer]) {
        for (below, above) in zip(layers, layers.dropFirst()) {
            precondition(above.inputs == below.passed && below.passed <= below.outputs, "bug: rate layers that do not fit each other")
        }
        self.layers = layers
    }

    package var inputs: Int { layers.first?.inputs ?? 0 }
    /// Outputs of the last layer that count.
    package var answers: Int { layers.last?.passed ?? 0 }

    /// - Parameters:
    ///   - input: [samples × inputs]
    ///   - said: what a chip says of the values below layer 0, 1, …: those that a layer passes on, in the order of the samples.
    package func forward(
        _ input: [Double], samples: Int, format: RateFormat = .float64, said: ((_ below: Int, _ values: [Double]) -> [Double])? = nil
    ) -> RateActivity {
        var activity = RateActivity(samples: samples, input: input, outputs: [])
        format.round(&activity.input)
        if let said { activity.input = said(0, activity.input) }
        for (l, layer) in layers.enumerated() {
            var y = [Double](repeating: 0, count: samples * layer.outputs)
            for s in 0..<samples { for n in 0..<layer.outputs { y[s * layer.outputs + n] = layer.biases[n] } }
            Matrices.addProduct(
                m: samples, n: layer.outputs, k: layer.inputs, activity.below(l), width: activity.width(below: l),
                transposed: layer.weights, width: layer.inputs, to: &y)
            y.withUnsafeMutableBufferPointer { y in for i in y.indices { y[i] = layer.function.value(y[i]) } }
            format.round(&y)
            if let said, l + 1 < layers.count {
                let values = said(l + 1, layer.passing(y, samples: samples))
                for s in 0..<samples { for n in 0..<layer.passed { y[s * layer.outputs + n] = values[s * layer.passed + n] } }
            }
            activity.outputs.append(y)
        }
        return activity
    }

    /// Backpropagation. (Rumelhart, Hinton and Williams 1986.)
    ///
    ///     d_L = dE/dy_L · f';  d_l = (W_{l+1}ᵀ d_{l+1}) · f';  dE/dW_l = d_l y_{l-1}ᵀ, dE/db_l = d_l
    ///
    /// - Parameter error: dE/dy of the last layer, [samples × outputs].
    package func backpropagated(_ activity: RateActivity, error: [Double]) -> RateGradient {
        carried(activity, error) { l, delta in
            let above = layers[l + 1]
            var back = [Double](repeating: 0, count: activity.samples * above.inputs)
            Matrices.addProduct(
                m: activity.samples, n: above.inputs, k: above.outputs, delta, width: above.outputs, above.weights, width: above.inputs,
                to: &back)
            return back
        }
    }

    /// Walks an error down through the layers.
    /// - Parameter descend: from d of the layer above `l` to the error of what layer `l` passes on, [samples × passed].
    func carried(_ activity: RateActivity, _ error: [Double], _ descend: (Int, [Double]) -> [Double]) -> RateGradient {
        var gradient = RateGradient(weights: layers.map { _ in [] }, biases: layers.map { _ in [] })
        var delta = error
        for l in layers.indices.reversed() {
            let layer = layers[l]
            let y = activity.outputs[l]
            for i in y.indices { delta[i] *= layer.function.slope(at: y[i]) }
            (gradient.weights[l], gradient.biases[l]) = outerSum(activity, l, delta)
            if l > 0 { delta = layers[l - 1].widened(descend(l - 1, delta), samples: activity.samples) }
        }
        return gradient
    }

    /// Σ over samples of d_l y_{l-1}ᵀ, and of d_l.
    func outerSum(_ activity: RateActivity, _ l: Int, _ delta: [Double]) -> (weights: [Double], biases: [Double]) {
        let layer = layers[l]
        var weights = [Double](repeating: 0, count: layer.outputs * layer.inputs)
        Matrices.addProduct(
            m: layer.outputs, n: layer.inputs, k: activity.samples, columns: delta, width: layer.outputs, activity.below(l),
            width: activity.width(below: l), to: &weights)
        var biases = [Double](repeating: 0, count: layer.outputs)
        for s in 0..<activity.samples { for n in 0..<layer.outputs { biases[n] += delta[s * layer.outputs + n] } }
        return (weights, biases)
    }
}

extension RateLayer {
    /// [samples × outputs] as [samples × passed].
    func passing(_ values: [Double], samples: Int) -> [Double] {
        guard passed < outputs else { return values }
        return (0..<samples).flatMap { values[$0 * outputs..<$0 * outputs + passed] }
    }

    /// [samples × passed] as [samples × outputs], zeros for the auxiliary units.
    func widened(_ values: [Double], samples: Int) -> [Double] {
        guard passed < outputs else { return values }
        var wide = [Double](repeating: 0, count: samples * outputs)
        for s in 0..<samples { for n in 0..<passed { wide[s * outputs + n] = values[s * passed + n] } }
        return wide
    }
}

extension RateActivity {
    /// What layer `l` sees, with rows of `width(below: l)` numbers, of which the first `inputs` count.
    func below(_ l: Int) -> [Double] { l == 0 ? input : outputs[l - 1] }
    func width(below l: Int) -> Int { below(l).count / max(1, samples) }
}

/// Products of row-major matrices in arrays, whose rows may be longer than what is multiplied.
enum Matrices {
    /// c [m × n] += a [m × k] · b [k × n]
    static func addProduct(m: Int, n: Int, k: Int, _ a: [Double], width aWidth: Int, _ b: [Double], width bWidth: Int, to c: inout [Double])
    {
        multiply(0, 0, m, n, k, a, aWidth, b, bWidth, &c)
    }

    /// c [m × n] += a [m × k] · bᵀ, b: [n × k]
    static func addProduct(
        m: Int, n: Int, k: Int, _ a: [Double], width aWidth: Int, transposed b: [Double], width bWidth: Int, to c: inout [Double]
    ) {
        multiply(0, 1, m, n, k, a, aWidth, b, bWidth, &c)
    }

    /// c [m × n] += aᵀ · b, a: [k × m], b: [k × n]
    static func addProduct(
        m: Int, n: Int, k: Int, columns a: [Double], width aWidth: Int, _ b: [Double], width bWidth: Int, to c: inout [Double]
    ) {
        multiply(1, 0, m, n, k, a, aWidth, b, bWidth, &c)
    }

    private static func multiply(
        _ transposeA: Int32, _ transposeB: Int32, _ m: Int, _ n: Int, _ k: Int, _ a: [Double], _ aWidth: Int, _ b: [Double], _ bWidth: Int,
        _ c: inout [Double]
    ) {
        guard m > 0, n > 0, k > 0 else { return }
        spk_dgemm(
            transposeA, transposeB, Int32(m), Int32(n), Int32(k), 1, a, Int32(aWidth), b, Int32(bWidth), 1, &c, Int32(n))
    }

    /// The inverse of a square matrix; nil when it is singular.
    static func inverse(_ matrix: [Double], size: Int) -> [Double]? {
        var inverse = matrix
        var pivots = [Int32](repeating: 0, count: size)
        var work = [Double](repeating: 0, count: size * size)
        return spk_dinverse(Int32(size), &inverse, &pivots, &work) == 0 ? inverse : nil
    }
}
