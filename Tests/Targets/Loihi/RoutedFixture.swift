import Chips
import Diagnostics
import Lowering
import Networks
import Numerics
import Passes

/// Lowered networks for the suites of this folder.
enum RoutedFixture {
    /// Lowers a network; cores are placed in order, axons are numbered in the order of nets.
    static func route(_ network: Network, on chip: Chip) throws -> RoutedGraph {
        try route(try Quantization(to: chip).run(network))
    }

    static func route(_ quantized: QuantizedNetwork) throws -> RoutedGraph {
        let graph = try Partitioning().run(quantized)
        let free = (0..<graph.chip.topology.coreCount).filter { !graph.chip.faults.deadCores.contains($0) }
        let placed = PlacedGraph(coreGraph: graph, physicalCores: Array(free.prefix(graph.cores.count)))
        var next = [Int](repeating: 0, count: graph.cores.count)
        var connections: [Connection] = []
        for net in graph.nets.ids {
            for (target, count) in zip(graph.nets[net].targets, graph.nets[net].axonCounts) {
                connections.append(Connection(net: net, target: target, firstAxon: next[target.index], axonCount: count, path: []))
                next[target.index] += count
            }
        }
        return RoutedGraph(placed: placed, connections: connections, linkLoads: [])
    }

    /// A layered network of integers: weights are mantissas, thresholds and decays are registers.
    static func layers(
        _ sizes: [Int], on chip: Chip, du: Int = 1024, dv: Int = 200, threshold: Int = 400, mean: Double = 1.5, sigma: Double = 24,
        seed: UInt64 = 1
    ) throws -> QuantizedNetwork {
        var network = Network(name: sizes.map(String.init).joined(separator: "-"), seed: seed)
        var neurons: [QuantizedNeurons?] = []
        var synapses: [QuantizedSynapses] = []
        for (layer, size) in sizes.enumerated() {
            let cell: Cell = layer == 0 ? .input : .neuron(NeuronModel(.leaky))
            let id = network.populations.append(Population(layer == 0 ? "input" : "layer\(layer)", shape: [size], cell: cell))
            guard layer > 0 else {
                neurons.append(nil)
                continue
            }
            neurons.append(.compartments(registers(size, du: du, dv: dv, threshold: threshold)))
            let count = sizes[layer - 1] * size
            let random = Philox(seed: seed, purpose: "weights/\(layer)")
            let weights = (0..<count).map { index -> Float in
                let mantissa = (random.normal(index) * sigma + mean).rounded(.toNearestOrEven)
                return Float(min(max(2 * (mantissa / 2).rounded(.towardZero), -254), 254))
            }
            network.projections.append(
                Projection(
                    "p\(layer)", from: ID(id.index - 1), to: id, .allToAll(allowSelf: true),
                    weight: .tensor(Tensor(shape: [sizes[layer - 1], size], values: weights))))
            synapses.append(
                QuantizedSynapses(
                    unit: 1, exponent: 0, bits: 8, mode: .mixed, rounding: .nearest, seed: 0, delayOffset: 1, maximumDelay: 0,
                    error: WeightError()))
        }
        return QuantizedNetwork(
            network: network, chip: chip, neurons: neurons, synapses: synapses, payloadScale: sizes.map { _ in 1 })
    }

    static func registers(_ count: Int, du: Int, dv: Int, threshold: Int) -> IntegerCompartments {
        func all(_ value: Int) -> [Int] { [Int](repeating: value, count: count) }
        return IntegerCompartments(
            scale: 64, origin: [Double](repeating: 0, count: count), currentDecay: all(du), membraneDecay: all(dv),
            thresholdMantissa: all(threshold), biasMantissa: all(0), biasExponent: all(0), refractorySteps: all(0), reset: .zero,
            spikes: true, initialMembrane: all(0), addedDelay: 0)
    }

    /// Random spikes of every input at a rate per step.
    static func stimulus(_ network: Network, steps: Int, rate: Double, seed: UInt64 = 3) -> Stimulus {
        Stimulus(
            network.populations.filter { $0.cell.isSource }.map { population in
                let random = Philox(seed: seed, purpose: population.name)
                var events = Stimulus.Events(offsets: [0], neurons: [])
                for step in 0..<steps {
                    for neuron in 0..<population.size where random.uniform(step * population.size + neuron) < rate {
                        events.neurons.append(Int32(neuron))
                    }
                    events.offsets.append(Int32(events.neurons.count))
                }
                return (population.name, events)
            })
    }
}

/// A quantized network computed neuron by neuron and synapse by synapse, as slowly and as plainly as its definition reads.
struct PlainIntegerModel {
    private let quantized: QuantizedNetwork
    /// By projection and source: (target, effective weight before the shift, stored delay).
    private var synapses: [[[(target: Int, weight: Int, delay: Int)]]] = []

    init(_ quantized: QuantizedNetwork) {
        self.quantized = quantized
        for id in quantized.network.projections.ids {
            let rows = QuantizedRows(id, of: quantized)
            var (scratch, row) = (SynapseRow(), QuantizedRow())
            synapses.append(
                (0..<quantized.network.populations[quantized.network.projections[id].pre].size).map { source in
                    rows.read(source, scratch: &scratch, into: &row)
                    return (0..<row.count).map { (Int(row.targets[$0]), Int(row.mantissas[$0]), Int(row.delays[$0])) }
                })
        }
    }

    /// Spikes of every population as "step:neuron" sets, and the last membranes.
    func run(_ stimulus: Stimulus, steps: Int) -> (spikes: [String: [[Int]]], membranes: [String: [Int]]) {
        let network = quantized.network
        let populations = network.populations.ids
        var u = populations.map { [Int](repeating: 0, count: network.populations[$0].size) }
        var v = populations.map {
            quantized.compartments(of: $0)?.initialMembrane ?? [Int](repeating: 0, count: network.populations[$0].size)
        }
        var held = u
        // Sums by arrival step, population and neuron.
        var arriving = [[[Int]]](repeating: u, count: steps + 80)
        var spikes: [String: [[Int]]] = [:]
        for population in populations { spikes[network.populations[population].name] = [] }
        let decay = quantized.chip.formats.decay
        for step in 0..<steps {
            var sent: [[(neuron: Int, value: Int)]] = []
            for population in populations {
                let name = network.populations[population].name
                guard let registers = quantized.compartments(of: population) else {
                    let events = stimulus.populations.first { $0.name == name }?.events
                    let range = events.map { Int($0.offsets[step])..<Int($0.offsets[step + 1]) } ?? 0..<0
                    sent.append(
                        range.map { index in
                            guard let events, !events.values.isEmpty else { return (Int(events?.neurons[index] ?? 0), 1) }
                            let value = (Double(events.values[index]) * quantized.payloadScale[population.index]).rounded(.toNearestOrEven)
                            return (Int(events.neurons[index]), Int(value))
                        })
                    continue
                }
                let p = population.index
                var fired: [Int] = []
                for n in 0..<registers.count {
                    let uKept = decay.one - registers.currentDecay[n] - decay.currentOffset
                    let vKept = decay.one - registers.membraneDecay[n] - decay.membraneOffset
                    u[p][n] = cut(u[p][n] * uKept, 4096) + arriving[step][p][n] * 64
                    if held[p][n] > 0 {
                        held[p][n] -= 1
                        continue
                    }
                    let bias = registers.biasMantissa[n] << registers.biasExponent[n]
                    v[p][n] = min(max(cut(v[p][n] * vKept, 4096) + u[p][n] + bias, -(1 << 23) + 1), (1 << 23) - 1)
                    let threshold = registers.thresholdMantissa[n] * 64
                    guard v[p][n] > threshold else { continue }
                    fired.append(n)
                    v[p][n] = registers.reset == .zero ? 0 : v[p][n] - threshold
                    held[p][n] = registers.refractorySteps[n]
                }
                sent.append(fired.map { ($0, 1) })
                for n in fired { spikes[name]?.append([step, n]) }
            }
            // Sums are shifted once for each exponent and delay where the chip says so.
            var partial: [String: (step: Int, population: Int, exponent: Int, sums: [Int: Int])] = [:]
            for id in network.projections.ids {
                let projection = network.projections[id]
                let exponent = quantized.synapses(of: id).exponent
                for (source, value) in sent[projection.pre.index] {
                    for synapse in synapses[id.index][source] {
                        let arrival = step + 1 + synapse.delay
                        let key = "\(arrival)/\(projection.post.index)/\(exponent)"
                        partial[key, default: (arrival, projection.post.index, exponent, [:])].sums[synapse.target, default: 0] +=
                            synapse.weight * value
                    }
                }
            }
            for (_, sum) in partial {
                for (target, value) in sum.sums {
                    arriving[sum.step][sum.population][target] += sum.exponent >= 0 ? value << sum.exponent : value >> -sum.exponent
                }
            }
        }
        var membranes: [String: [Int]] = [:]
        for population in populations { membranes[network.populations[population].name] = v[population.index] }
        return (spikes, membranes)
    }

    /// Quotient toward zero.
    private func cut(_ value: Int, _ divisor: Int) -> Int { value / divisor }
}
