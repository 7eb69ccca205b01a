import Chips
import Lowering
import Networks
import Numerics

/// What one projection brings to the two receptors of its target population.
struct ReceptorLoad {
    /// Excitatory, inhibitory.
    var parts = [RingBufferLoad.Part(), RingBufferLoad.Part()]
    var lowest = 0.0
    var highest = 0.0
    /// In the model's steps.
    var longestDelay = 1

    var hasBothReceptors: Bool { parts.allSatisfy { $0.count > 0 } }
}

extension Quantization {
    /// Streams the rows of a projection once.
    func receptorLoad(of id: ID<Projection>, in network: Network) -> ReceptorLoad {
        let projection = network.projections[id]
        let rows = SynapseRows(id, of: network)
        let size = network.populations[projection.post].size
        let forced = network.fixedPointReceptor(of: projection)
        let uniform = uniformWeight(of: id, in: network)
        if rows.structure == .dense, let weight = uniform { return evenLoad(Double(weight), rows, size: size, forced: forced) }
        var sums = ReceptorSums(targets: size)
        for part in parallelMap(
            rowRanges(rows.sourceCount), threads: threads,
            body: { sources in
                var sums = ReceptorSums(targets: size)
                var row = SynapseRow()
                for source in sources {
                    rows.read(source, into: &row)
                    for n in 0..<row.count {
                        sums.add(Double(row.weights[n]), target: Int(row.targets[n]), delay: Int(row.delays[n]), forced: forced)
                    }
                }
                return sums
            })
        { sums.merge(part) }
        var load = sums.load
        for receptor in load.parts.indices { load.parts[receptor].rate = statedRate(of: projection.pre, in: network) }
        return load
    }

    /// All weights and delays equal, every source to every target.
    private func evenLoad(_ weight: Double, _ rows: SynapseRows, size: Int, forced: Int?) -> ReceptorLoad {
        var load = ReceptorLoad()
        let inputs = rows.sourceCount
        load.parts[forced ?? (weight < 0 ? 1 : 0)] = RingBufferLoad.Part(
            count: inputs * size, mostInputs: inputs, mean: abs(weight), variance: 0, largest: abs(weight), delayVariance: 0, rate: nil,
            sums: [Double](repeating: abs(weight) * Double(inputs), count: min(size, 1)))
        (load.lowest, load.highest) = (min(weight, 0), max(weight, 0))
        load.longestDelay = rows.maximumDelay
        return load
    }

    /// The rate that a source of Poisson trains states, in Hz.
    private func statedRate(of id: ID<Population>, in network: Network) -> Double? {
        guard case .spikeSourcePoisson(let rate, _, _) = network.populations[id].cell else { return nil }
        let random = Philox(seed: network.seed, purpose: "\(network.populations[id].name)/rate")
        return rate.values(count: network.populations[id].size, random: random).max()
    }
}

/// Sums over the synapses of a projection, for each receptor.
private struct ReceptorSums {
    struct Receptor {
        var count = 0
        var sum = 0.0
        var squares = 0.0
        var smallest = Double.infinity
        var largest = 0.0
        var delays = 0.0
        var delaySquares = 0.0
        var shortest = Int.max
        var longest = 0
        var inputs: [Int32]
        var sums: [Double]
    }

    var receptors: [Receptor]
    var lowest = Double.infinity
    var highest = -Double.infinity

    init(targets: Int) {
        let empty = Receptor(inputs: [Int32](repeating: 0, count: targets), sums: [Double](repeating: 0, count: targets))
        receptors = [empty, empty]
    }

    mutating func add(_ weight: Double, target: Int, delay: Int, forced: Int?) {
        lowest = min(lowest, weight)
        highest = max(highest, weight)
        let (index, size) = (forced ?? (weight < 0 ? 1 : 0), abs(weight))
        receptors[index].count += 1
        receptors[index].sum += size
        receptors[index].squares += size * size
        receptors[index].smallest = min(receptors[index].smallest, size)
        receptors[index].largest = max(receptors[index].largest, size)
        receptors[index].delays += Double(delay)
        receptors[index].delaySquares += Double(delay * delay)
        receptors[index].shortest = min(receptors[index].shortest, delay)
        receptors[index].longest = max(receptors[index].longest, delay)
        receptors[index].inputs[target] += 1
        receptors[index].sums[target] += size
    }

    mutating func merge(_ other: ReceptorSums) {
        lowest = min(lowest, other.lowest)
        highest = max(highest, other.highest)
        for index in receptors.indices {
            let added = other.receptors[index]
            guard added.count > 0 else { continue }
            receptors[index].count += added.count
            receptors[index].sum += added.sum
            receptors[index].squares += added.squares
            receptors[index].smallest = min(receptors[index].smallest, added.smallest)
            receptors[index].largest = max(receptors[index].largest, added.largest)
            receptors[index].delays += added.delays
            receptors[index].delaySquares += added.delaySquares
            receptors[index].shortest = min(receptors[index].shortest, added.shortest)
            receptors[index].longest = max(receptors[index].longest, added.longest)
            for target in added.inputs.indices where added.inputs[target] > 0 {
                receptors[index].inputs[target] += added.inputs[target]
                receptors[index].sums[target] += added.sums[target]
            }
        }
    }

    var load: ReceptorLoad {
        var load = ReceptorLoad()
        if lowest <= highest { (load.lowest, load.highest) = (lowest, highest) }
        load.longestDelay = max(receptors.map(\.longest).max() ?? 1, 1)
        load.parts = receptors.map { receptor in
            guard receptor.count > 0 else { return RingBufferLoad.Part() }
            let count = Double(receptor.count)
            let (mean, delay) = (receptor.sum / count, receptor.delays / count)
            // Exactly 0 where all are equal: the rule asks.
            let isEven = receptor.smallest == receptor.largest
            return RingBufferLoad.Part(
                count: receptor.count, mostInputs: Int(receptor.inputs.max() ?? 0), mean: mean,
                variance: isEven ? 0 : max(receptor.squares / count - mean * mean, 0), largest: receptor.largest,
                delayVariance: receptor.shortest == receptor.longest ? 0 : max(receptor.delaySquares / count - delay * delay, 0), rate: nil,
                sums: receptor.sums)
        }
        return load
    }
}
