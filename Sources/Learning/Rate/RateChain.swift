import Diagnostics
import FrontEnd
import Networks
import Numerics

/// A network as a chain of rate layers: from the task's input to the readout, each population fed by the one before.
///
/// Projections at the start that do not learn (an averaging pool) are computed and left alone; from the first that learns on, all learn
/// and are all-to-all.
struct RateChain: Sendable {
    /// A layer that is not trained.
    struct Fixed: Sendable {
        var rows: CompressedRows
        var drive: [Double]
        var slopes: [Double]
    }

    /// A layer that is.
    struct Learned: Sendable {
        var projection: ID<Projection>
        var population: ID<Population>
        var inputs: Int
        var outputs: Int
        var slope: Double
        /// [outputs × inputs], as the model has them.
        var weights: [Double]
        var biases: [Double]
    }

    let gain: Double
    let fixed: [Fixed]
    let learned: [Learned]

    /// Numbers that the first learned layer sees of a sample.
    var width: Int { learned.first?.inputs ?? 0 }

    init(_ network: Network, rule: String) throws(DiagnosticsError) {
        let walk = try RateWalk(network, rule: rule)
        var fixed: [Fixed] = []
        var learned: [Learned] = []
        for stage in walk.stages {
            let projection = network.projections[stage.projection]
            let population = network.populations[stage.population]
            let slopes = stage.dynamics.negativeSlope
            guard let weights = stage.rows.denseWeights(), projection.isTrainable else {
                guard learned.isEmpty else {
                    throw walk.fault(
                        "learning-not-a-chain",
                        "'\(rule)' learns layers that see all of the layer before, but '\(projection.name)' "
                            + (projection.isTrainable ? "is \(projection.connector.name)" : "does not learn"),
                        "connect it all_to_all and let it learn, or move it to the start of the chain", at: projection.place)
                }
                fixed.append(Fixed(rows: CompressedRows(stage.rows), drive: stage.dynamics.drive, slopes: slopes))
                continue
            }
            let slope = slopes.first ?? 0
            guard slopes.allSatisfy({ $0 == slope }) else {
                throw walk.fault(
                    "learning-needs-rates", "'\(rule)' wants one negative_slope for all units of '\(population.name)'",
                    "give `negative_slope` as one number", at: population.place)
            }
            let (sources, targets) = (stage.rows.sourceCount, stage.rows.targetCount)
            var transposed = [Double](repeating: 0, count: weights.count)
            for i in 0..<sources { for j in 0..<targets { transposed[j * sources + i] = Double(weights[i * targets + j]) } }
            learned.append(
                Learned(
                    projection: stage.projection, population: stage.population, inputs: sources, outputs: targets, slope: slope,
                    weights: transposed, biases: stage.dynamics.drive))
        }
        guard !learned.isEmpty else {
            throw walk.fault(
                "learning-not-a-chain", "no projection from the input to the readout learns", "let an all_to_all projection learn", at: nil)
        }
        gain = walk.gain
        self.fixed = fixed
        self.learned = learned
    }

    /// What the first learned layer sees of the samples, [indices × width].
    func features(_ samples: DataSamples, _ indices: some Sequence<Int>) -> [Double] {
        var all: [Double] = []
        for index in indices {
            var values = samples.values(index).map { Double($0) * gain }
            for layer in fixed { values = layer.output(values) }
            all += values
        }
        return all
    }

    /// The network with the numbers of a stack, whose auxiliary units are left out.
    func network(_ network: Network, with stack: RateLayers) -> Network {
        var network = network
        for (layer, numbers) in zip(learned, stack.layers) {
            var values = [Float](repeating: 0, count: layer.inputs * layer.outputs)
            for j in 0..<layer.outputs {
                for i in 0..<layer.inputs { values[i * layer.outputs + j] = Float(numbers.weights[j * layer.inputs + i]) }
            }
            network.projections[layer.projection].weight = .tensor(Tensor(shape: [layer.inputs, layer.outputs], values: values))
            network.populations[layer.population].cell.neuron?[.bias] = .perNeuron(
                numbers.biases.prefix(layer.outputs).map { Double(Float($0)) })
        }
        return network
    }
}

extension RateChain.Fixed {
    func output(_ input: [Double]) -> [Double] {
        var sums = drive
        for (source, value) in input.enumerated() where value != 0 {
            for s in Int(rows.offsets[source])..<Int(rows.offsets[source + 1]) {
                sums[Int(rows.targets[s])] += value * rows.initial[Int(rows.parameters[s])]
            }
        }
        for n in sums.indices where sums[n] < 0 { sums[n] *= slopes[n] }
        return sums
    }
}
