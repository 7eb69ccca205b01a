public import Chips
public import Lowering
public import Networks
import Numerics

/// Random numbers of a test, in the order in which it asks.
public struct TestRandom {
    private let stream: Philox
    private var index = 0

    public init(_ seed: Int, _ purpose: String) { stream = Philox(seed: UInt64(seed), purpose: purpose) }

    public mutating func integer(in range: ClosedRange<Int>) -> Int {
        index += 1
        return range.lowerBound + stream.integer(index, below: range.count)
    }

    public mutating func chance(_ probability: Double) -> Bool {
        index += 1
        return stream.uniform(index) < probability
    }

    public mutating func element<Element>(of elements: [Element]) -> Element { elements[integer(in: 0...elements.count - 1)] }
}

extension Network {
    /// A small network of every kind of connector, with loops, several projections between the same populations and unequal neurons.
    public static func random(seed: Int, largest: Int = 60) -> Network {
        var random = TestRandom(seed, "network")
        var network = Network(name: "random\(seed)", seed: UInt64(seed))
        for index in 0..<random.integer(in: 1...2) {
            let side = random.integer(in: 3...6)
            network.populations.append(Population("input\(index)", shape: [2, side, side], cell: .input))
        }
        for index in 0..<random.integer(in: 2...5) {
            let shape = random.chance(0.3) ? [2, random.integer(in: 3...6), random.integer(in: 3...6)] : [random.integer(in: 1...largest)]
            network.populations.append(Population("cells\(index)", shape: shape, cell: .neuron(NeuronModel(.leaky))))
        }
        network.appendLocal(&random)
        let neurons = network.populations.ids.filter { !network.populations[$0].cell.isSource }
        for number in 0..<random.integer(in: 2...9) {
            let pre = random.element(of: network.populations.ids)
            let post = random.element(of: neurons)
            let connector = network.connector(&random, from: pre, to: post)
            let delay: ValueRule = random.chance(0.3) ? .drawn(.uniformInteger(low: 1, high: random.integer(in: 2...20))) : .constant(1)
            network.projections.append(
                Projection(
                    "projection\(number)", from: pre, to: post, connector, weight: .drawn(.uniform(low: 0.5, high: 1)), delay: delay))
        }
        return network
    }

    /// A convolution from the first input, and a pooling behind it.
    private mutating func appendLocal(_ random: inout TestRandom) {
        let side = populations[ID(0)].shape[1]
        let convolution = Convolution(
            kernel: [2, 3], stride: [random.integer(in: 1...2), 1], padding: [1, random.integer(in: 0...1)],
            dilation: [1, side > 4 ? random.integer(in: 1...2) : 1], groups: random.integer(in: 1...2))
        let shape = [4] + convolution.outputSize(of: [side, side])
        let maps = populations.append(Population("maps", shape: shape, cell: .neuron(NeuronModel(.leaky))))
        projections.append(Projection("convolution", from: ID(0), to: maps, .convolution(convolution), weight: .constant(1)))
        guard shape[1] >= 2 else { return }
        let pooling = Pooling(random.chance(0.5) ? .sum : .average, window: [2, 1], stride: [random.integer(in: 1...2), 1])
        let pooled = populations.append(
            Population("pooled", shape: [4] + pooling.outputSize(of: [shape[1], shape[2]]), cell: .neuron(NeuronModel(.leaky))))
        projections.append(Projection("pooling", from: maps, to: pooled, .pooling(pooling), weight: .constant(1)))
    }

    private func connector(_ random: inout TestRandom, from pre: ID<Population>, to post: ID<Population>) -> Connector {
        let (source, target) = (populations[pre], populations[post])
        switch random.integer(in: 0...7) {
        case 0: return .allToAll(allowSelf: random.chance(0.5))
        case 1: return source.size == target.size ? .oneToOne : .allToAll(allowSelf: false)
        case 2: return .fixedProbability(Double(random.integer(in: 1...9)) / 10, allowSelf: random.chance(0.5))
        case 3:
            return .fixedNumberPre(random.integer(in: 1...max(1, source.size - 1)), withReplacement: random.chance(0.5), allowSelf: true)
        case 4:
            return .fixedNumberPost(random.integer(in: 1...max(1, target.size - 1)), withReplacement: random.chance(0.5), allowSelf: true)
        case 5: return .fixedTotalNumber(random.integer(in: 1...3 * max(source.size, target.size)), allowSelf: true)
        case 6:
            var pairs: Set<[Int32]> = []
            for _ in 0..<random.integer(in: 1...200) {
                pairs.insert([Int32(random.integer(in: 0...source.size - 1)), Int32(random.integer(in: 0...target.size - 1))])
            }
            return .list(pairs.map { ($0[0], $0[1]) }.sorted { $0 < $1 }.map { Connector.Pair(source: $0.0, target: $0.1) })
        default: return .fixedProbability(0.2, allowSelf: true)
        }
    }
}

extension QuantizedNetwork {
    /// Integers for a network without the pass Quantization: mixed weights of `bits` bits that are not 0, equal neurons but for `unequal`
    /// populations, whose neurons have decays and thresholds of their own.
    public static func plain(_ network: Network, on chip: Chip, bits: Int = 8, unequal: Set<Int> = []) -> QuantizedNetwork {
        let neurons: [QuantizedNeurons?] = network.populations.ids.map { id in
            let population = network.populations[id]
            guard !population.cell.isSource else { return nil }
            let count = population.size
            let zeros = [Int](repeating: 0, count: count)
            let isUnequal = unequal.contains(id.index)
            return .compartments(
                IntegerCompartments(
                    scale: 1, origin: [Double](repeating: 0, count: count), currentDecay: [Int](repeating: 4095, count: count),
                    membraneDecay: (0..<count).map { isUnequal ? $0 % 7 : 100 },
                    thresholdMantissa: (0..<count).map { isUnequal ? 500 + $0 % 5 : 400 }, biasMantissa: zeros, biasExponent: zeros,
                    refractorySteps: zeros, reset: .zero, spikes: true, initialMembrane: zeros, addedDelay: 0))
        }
        let synapses = network.projections.ids.map { id in
            QuantizedSynapses(
                unit: 1.0 / 256, exponent: id.index % 3, bits: bits, mode: .mixed, rounding: .nearest, seed: 1, delayOffset: 1,
                maximumDelay: max(0, SynapseRows(id, of: network).maximumDelay - 1), error: WeightError())
        }
        return QuantizedNetwork(
            network: network, chip: chip, neurons: neurons, synapses: synapses,
            payloadScale: [Double](repeating: 1, count: network.populations.count))
    }
}
