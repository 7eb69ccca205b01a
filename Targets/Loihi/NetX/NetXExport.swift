import Chips
package import Lowering
import Networks
import Numerics

/// Expresses a quantized network in NetX, or says why that cannot be done without changing what it computes.
package enum NetXExport {
    package enum Result: Hashable, Sendable {
        case network(NetXNetwork)
        /// One sentence, about the network.
        case unsuitable(String)
    }

    /// Numbers of one layer's matrix; larger layers are not worth a dense file.
    private static let mostEntries = 1 << 28

    package static func express(_ quantized: QuantizedNetwork, threads: Int = 1) -> Result {
        do throws(Unsuitable) {
            let network = quantized.network
            let chain = try chain(of: network)
            var layers: [NetXNetwork.Layer] = []
            for projection in chain { layers.append(try layer(projection, of: quantized, threads: threads)) }
            guard let first = chain.first else { throw Unsuitable("the network has no layer behind its input") }
            return .network(
                NetXNetwork(
                    inputs: network.populations[network.projections[first].pre].size, layers: layers,
                    sampleSteps: network.task?.steps ?? network.steps))
        } catch {
            return .unsuitable(error.reason)
        }
    }

    private struct Unsuitable: Error {
        var reason: String

        init(_ reason: String) { self.reason = reason }
    }

    /// The projections of a network that is one chain of layers.
    private static func chain(of network: Network) throws(Unsuitable) -> [ID<Projection>] {
        let sources = network.populations.ids.filter { network.populations[$0].cell.isSource }
        guard let source = sources.first, sources.count == 1 else {
            throw Unsuitable("NetX has one input, and the network has \(sources.count) populations of sources")
        }
        var chain: [ID<Projection>] = []
        var end = source
        var reached: Set<ID<Population>> = [source]
        while true {
            let next = network.projections.ids.filter { network.projections[$0].pre == end }
            guard let projection = next.first else { break }
            let post = network.projections[projection].post
            guard next.count == 1, reached.insert(post).inserted else {
                throw Unsuitable("layers of NetX follow one another, and '\(network.populations[end].name)' projects to several or back")
            }
            chain.append(projection)
            end = post
        }
        guard chain.count == network.projections.count, reached.count == network.populations.count else {
            throw Unsuitable("layers of NetX follow one another, and not all populations are in one chain")
        }
        return chain
    }

    private static func layer(_ id: ID<Projection>, of quantized: QuantizedNetwork, threads: Int) throws(Unsuitable) -> NetXNetwork.Layer {
        let network = quantized.network
        let projection = network.projections[id]
        let (inputs, outputs) = (network.populations[projection.pre].size, network.populations[projection.post].size)
        let name = network.populations[projection.post].name
        guard quantized.payloadScale[projection.pre.index] == 1 else {
            throw Unsuitable("'\(network.populations[projection.pre].name)' sends values, and NetX's reader sends spikes")
        }
        guard let neurons = quantized.compartments(of: projection.post) else { throw Unsuitable("'\(name)' has no registers") }
        guard neurons.graded == nil else { throw Unsuitable("'\(name)' sends values, and NetX's reader ignores 'gradedSpike'") }
        guard inputs * outputs <= mostEntries else { throw Unsuitable("the matrix of '\(name)' would have \(inputs * outputs) entries") }
        let (weights, delays) = try matrices(id, of: quantized, inputs: inputs, outputs: outputs, threads: threads)
        guard let held = NetXWeights(weights) else { throw Unsuitable("all weights of '\(name)' are zero, at which NetX's reader fails") }
        let exponent = quantized.synapses(of: id).exponent
        guard held.isExact(for: weights) else {
            if exponent > 0 { throw Unsuitable("the weights of '\(name)' have the exponent \(exponent), and those of NetX have none") }
            throw Unsuitable("the weights of '\(name)' are not exactly those that NetX's reader would make of them")
        }
        let longest = delays.max() ?? 0
        let decay = quantized.chip.formats.decay
        var layer = NetXNetwork.Layer(
            inputs: inputs, outputs: outputs, weights: weights, currentDecay: 0, membraneDecay: 0, threshold: 0)
        if longest > 0 { layer.delay = delays.allSatisfy { $0 == longest } ? .uniform(longest) : .perSynapse(delays) }
        layer.currentDecay = try uniform(neurons.currentDecay, "current decay", name) + decay.currentOffset
        layer.membraneDecay = try uniform(neurons.membraneDecay, "membrane decay", name) + decay.membraneOffset
        layer.threshold = try uniform(neurons.thresholdMantissa, "threshold", name)
        layer.bias = try bias(of: neurons, name)
        guard neurons.reset == .zero, neurons.refractorySteps.allSatisfy({ $0 == 0 }), neurons.initialMembrane.allSatisfy({ $0 == 0 })
        else {
            throw Unsuitable("'\(name)' resets by subtraction, is held after a spike or starts above zero, which NetX's reader ignores")
        }
        return layer
    }

    /// Weights and delays as [outputs × inputs]; no delays when all are 0.
    private static func matrices(
        _ id: ID<Projection>, of quantized: QuantizedNetwork, inputs: Int, outputs: Int, threads: Int
    ) throws(Unsuitable) -> (weights: [Int32], delays: [Int32]) {
        let rows = QuantizedRows(id, of: quantized)
        let name = quantized.network.projections[id].name
        let matrix = DenseMatrix(inputs: inputs, outputs: outputs, hasDelays: rows.synapses.maximumDelay > 0)
        try parallelFor(count: (inputs + DenseMatrix.block - 1) / DenseMatrix.block, threads: threads) { number throws(Unsuitable) in
            let first = number * DenseMatrix.block
            switch matrix.fill(first..<min(first + DenseMatrix.block, inputs), rows) {
            case .done: return
            case .doubled: throw Unsuitable("'\(name)' has two synapses between the same neurons")
            case .tooFine:
                throw Unsuitable("the weights of '\(name)' are finer than integers (exponent \(rows.synapses.exponent))")
            }
        }
        let weights = matrix.weights
        var delays = matrix.delays
        // Where all synapses agree, those that are missing may agree too.
        if let first = weights.firstIndex(where: { $0 != 0 }), !delays.isEmpty {
            let common = delays[first]
            if zip(weights, delays).allSatisfy({ $0 == 0 || $1 == common }) { delays = delays.map { _ in common } }
        }
        return (weights, delays)
    }

    private static func uniform(_ values: [Int], _ what: String, _ name: String) throws(Unsuitable) -> Int {
        guard let first = values.first, values.allSatisfy({ $0 == first }) else {
            throw Unsuitable("neurons of '\(name)' differ in their \(what), and a layer of NetX has one")
        }
        return first
    }

    /// Biases in units of 64; nil when all are zero.
    private static func bias(of neurons: IntegerCompartments, _ name: String) throws(Unsuitable) -> [Int32]? {
        let values = zip(neurons.biasMantissa, neurons.biasExponent).map { $0 << $1 }
        if values.allSatisfy({ $0 == 0 }) { return nil }
        guard values.allSatisfy({ $0 % 64 == 0 && (-4096...4095).contains($0 / 64) }) else {
            throw Unsuitable("biases of '\(name)' are not multiples of 64, the exponent that NetX gives them")
        }
        return values.map { Int32($0 / 64) }
    }
}
