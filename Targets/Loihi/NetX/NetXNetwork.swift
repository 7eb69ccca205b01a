/// A network as a NetX `.net` file states it: an input and dense layers of current-based neurons, one behind the other.
package struct NetXNetwork: Hashable, Sendable {
    /// A dense layer.
    package struct Layer: Hashable, Sendable {
        package var inputs: Int
        package var outputs: Int
        /// [outputs × inputs], row-major.
        package var weights: [Int32]
        /// [outputs], of exponent 6; nil: none.
        package var bias: [Int32]?
        package var delay: Delay
        /// Register of the current's decay plus 1.
        package var currentDecay: Int
        package var membraneDecay: Int
        package var threshold: Int
        package var refractoryDelay: Int

        package init(
            inputs: Int, outputs: Int, weights: [Int32], bias: [Int32]? = nil, delay: Delay = .none, currentDecay: Int, membraneDecay: Int,
            threshold: Int, refractoryDelay: Int = 1
        ) {
            self.inputs = inputs
            self.outputs = outputs
            self.weights = weights
            self.bias = bias
            self.delay = delay
            self.currentDecay = currentDecay
            self.membraneDecay = membraneDecay
            self.threshold = threshold
            self.refractoryDelay = refractoryDelay
        }
    }

    /// Steps beyond the one that every spike takes, 0...62.
    package enum Delay: Hashable, Sendable {
        case none
        case uniform(Int32)
        /// [inputs].
        case perInput([Int32])
        /// [outputs].
        case perOutput([Int32])
        /// [outputs × inputs], row-major.
        case perSynapse([Int32])
    }

    package var inputs: Int
    package var layers: [Layer]
    /// Steps of a sample; 0 when the file does not say.
    package var sampleSteps: Int

    package init(inputs: Int, layers: [Layer], sampleSteps: Int) {
        self.inputs = inputs
        self.layers = layers
        self.sampleSteps = sampleSteps
    }
}

extension NetXNetwork.Layer {
    package func delay(output: Int, input: Int) -> Int32 {
        switch delay {
        case .none: 0
        case .uniform(let delay): delay
        case .perInput(let delays): delays[input]
        case .perOutput(let delays): delays[output]
        case .perSynapse(let delays): delays[output * inputs + input]
        }
    }
}
