import Diagnostics
import FrontEnd
import Networks
import Numerics

/// A network as CLAPP learns it: dense and convolutional layers of rectified units, each on its own, and a dense readout as probe.
struct CLAPPChain: Sendable {
    enum Geometry: Sendable {
        case dense
        /// [channels, height, width] of both ends.
        case convolution(Convolution, input: [Int], output: [Int])
    }

    struct Stage: Sendable {
        var projection: ID<Projection>
        var geometry: Geometry
        /// Numbers that one unit sees, and units at one place.
        var inputs: Int
        var outputs: Int
        /// [outputs × inputs]
        var weights: [Double]
        var biases: [Double]

        /// Places of one sample: [height, width]; [1, 1] for dense layers.
        var places: [Int] {
            if case .convolution(_, _, let output) = geometry { Array(output.suffix(2)) } else { [1, 1] }
        }
    }

    let gain: Double
    let stages: [Stage]
    /// The readout, and its weights [classes × features] and biases.
    let readout: ID<Projection>
    let readoutPopulation: ID<Population>
    let features: Int
    let classes: Int
    let readoutWeights: [Double]
    let readoutBiases: [Double]

    init(_ network: Network, rule: String) throws(DiagnosticsError) {
        let walk = try RateWalk(network, rule: rule)
        func fault(_ id: String, _ message: String, _ help: String, _ place: SourceRange?) -> DiagnosticsError {
            walk.fault(id, message, help, at: place)
        }
        var stages: [Stage] = []
        for (index, stage) in walk.stages.enumerated() {
            let projection = network.projections[stage.projection]
            let (pre, post) = (network.populations[projection.pre], network.populations[projection.post])
            guard stage.dynamics.negativeSlope.allSatisfy({ $0 == 0 }) || index == walk.stages.count - 1 else {
                throw fault(
                    "learning-needs-rates", "'\(rule)' learns plain rectified units, but '\(post.name)' is leaky",
                    "leave `negative_slope` out", post.place)
            }
            if let dense = stage.rows.denseWeights() {
                var weights = [Double](repeating: 0, count: dense.count)
                for i in 0..<pre.size { for j in 0..<post.size { weights[j * pre.size + i] = Double(dense[i * post.size + j]) } }
                stages.append(
                    Stage(
                        projection: stage.projection, geometry: .dense, inputs: pre.size, outputs: post.size, weights: weights,
                        biases: stage.dynamics.drive))
            } else if case .convolution(let convolution) = projection.connector, convolution.rank == 2, convolution.groups == 1,
                convolution.dilation == [1, 1]
            {
                let input = pre.shape.count == 3 ? pre.shape : [1] + pre.shape
                let rows = CompressedRows(stage.rows)
                // One bias for each channel: the units of a channel are one unit at many places.
                let area = post.shape[1] * post.shape[2]
                stages.append(
                    Stage(
                        projection: stage.projection, geometry: .convolution(convolution, input: input, output: post.shape),
                        inputs: input[0] * convolution.kernel[0] * convolution.kernel[1], outputs: post.shape[0], weights: rows.initial,
                        biases: (0..<post.shape[0]).map { stage.dynamics.drive[$0 * area] }))
            } else {
                throw fault(
                    "learning-not-a-chain",
                    "'\(rule)' learns dense layers and plain two-dimensional convolutions, but '\(projection.name)' is "
                        + projection.connector.name,
                    "connect it all_to_all, or by a conv2d without groups and dilation", projection.place)
            }
        }
        guard stages.count > 1, let last = stages.last, case .dense = last.geometry else {
            throw fault(
                "learning-not-a-chain",
                "'\(rule)' learns a representation and probes it, but there is no layer before an all_to_all readout",
                "put a layer between the input and the readout, and connect the readout all_to_all", nil)
        }
        gain = walk.gain
        self.stages = Array(stages.dropLast())
        readout = last.projection
        readoutPopulation = network.projections[last.projection].post
        features = last.inputs
        classes = last.outputs
        readoutWeights = last.weights
        readoutBiases = last.biases
    }

    /// Whether a layer has only one place, so that past and present are two views of a sample.
    var needsViews: Bool {
        stages.contains { if case .dense = $0.geometry { true } else { false } }
    }

    func network(_ network: Network, _ layers: [CLAPPLayer], readout weights: [Double], _ biases: [Double]) -> Network {
        var network = network
        for (stage, layer) in zip(stages, layers) {
            let tensor: Tensor
            switch stage.geometry {
            case .dense: tensor = Self.dense(layer.weights, inputs: stage.inputs, outputs: stage.outputs)
            case .convolution(let convolution, let input, _):
                tensor = Tensor(
                    shape: [stage.outputs, input[0]] + convolution.kernel, values: layer.weights.map { Float($0) })
            }
            network.projections[stage.projection].weight = .tensor(tensor)
        }
        network.projections[readout].weight = .tensor(Self.dense(weights, inputs: features, outputs: classes))
        network.populations[readoutPopulation].cell.neuron?[.bias] = .perNeuron(biases.map { Double(Float($0)) })
        return network
    }

    private static func dense(_ weights: [Double], inputs: Int, outputs: Int) -> Tensor {
        var values = [Float](repeating: 0, count: weights.count)
        for j in 0..<outputs { for i in 0..<inputs { values[i * outputs + j] = Float(weights[j * inputs + i]) } }
        return Tensor(shape: [inputs, outputs], values: values)
    }
}

extension CLAPPChain.Stage {
    /// What the units see at every place of every sample, [samples · places × inputs].
    /// - Parameter activity: [samples × size of the population below], as populations number their neurons.
    func patches(_ activity: [Double], samples: Int) -> [Double] {
        guard case .convolution(let convolution, let input, let output) = geometry else { return activity }
        let (channels, height, width) = (input[0], input[1], input[2])
        let (kernelHeight, kernelWidth) = (convolution.kernel[0], convolution.kernel[1])
        var patches = [Double](repeating: 0, count: samples * output[1] * output[2] * inputs)
        activity.withUnsafeBufferPointer { activity in
            patches.withUnsafeMutableBufferPointer { patches in
                var row = 0
                for sample in 0..<samples {
                    let base = sample * channels * height * width
                    for y in 0..<output[1] {
                        for x in 0..<output[2] {
                            let top = y * convolution.stride[0] - convolution.padding[0]
                            let left = x * convolution.stride[1] - convolution.padding[1]
                            for channel in 0..<channels {
                                for ky in 0..<kernelHeight where top + ky >= 0 && top + ky < height {
                                    let source = base + (channel * height + top + ky) * width
                                    let target = row + (channel * kernelHeight + ky) * kernelWidth
                                    for kx in 0..<kernelWidth where left + kx >= 0 && left + kx < width {
                                        patches[target + kx] = activity[source + left + kx]
                                    }
                                }
                            }
                            row += inputs
                        }
                    }
                }
            }
        }
        return patches
    }

    /// [samples · places × outputs] as the population numbers its neurons: channel by channel.
    func arranged(_ responses: [Double], samples: Int) -> [Double] {
        guard case .convolution = geometry else { return responses }
        let area = places[0] * places[1]
        var activity = [Double](repeating: 0, count: responses.count)
        for sample in 0..<samples {
            for place in 0..<area {
                let row = (sample * area + place) * outputs
                for channel in 0..<outputs { activity[(sample * outputs + channel) * area + place] = responses[row + channel] }
            }
        }
        return activity
    }
}
