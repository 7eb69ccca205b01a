import Chips
import Diagnostics
import Lowering
import Networks
import Numerics

/// What partitioning knows of a network and a chip before it decides anything.
struct PartitionProblem {
    let quantized: QuantizedNetwork
    /// By projection.
    let rows: [SynapseRows]
    let kept: [KeptRows?]
    /// Projections onto neurons, by target population and by source population, ascending.
    let incoming: [[ID<Projection>]]
    let outgoing: [[ID<Projection>]]
    /// Populations of neurons, each behind all that it projects to as far as there is no loop.
    let order: [ID<Population>]
    /// The distinct ways of packing that the chip's resources name.
    let packings: [SynapsePacking]
    let neuronProfiles: [ProfileNumbers]
    let thresholdProfiles: [ProfileNumbers]
    /// Most neurons of one core, as far as it does not depend on which.
    let mostNeurons: Int

    var network: Network { quantized.network }
    var chip: Chip { quantized.chip }
    /// Whether an output axon to another chip costs more.
    var pricesOtherChips: Bool {
        chip.resources.contains { if case .outputAxons(_, let offChip) = $0.rule { offChip > 0 } else { false } }
    }

    init(_ quantized: QuantizedNetwork) throws(DiagnosticsError) {
        self.quantized = quantized
        let network = quantized.network
        rows = network.projections.ids.map { SynapseRows($0, of: network) }
        kept = KeptRows.choose(rows)
        var incoming = [[ID<Projection>]](repeating: [], count: network.populations.count)
        var outgoing = incoming
        for id in network.projections.ids where !network.populations[network.projections[id].post].cell.isSource {
            incoming[network.projections[id].post.index].append(id)
            outgoing[network.projections[id].pre.index].append(id)
        }
        self.incoming = incoming
        self.outgoing = outgoing
        order = Self.targetsFirst(network)
        packings = Self.packings(of: quantized.chip)
        (neuronProfiles, thresholdProfiles) = ProfileNumbers.number(quantized)
        mostNeurons = Self.mostNeurons(quantized.chip, packings)
        try refuseMissingWidths()
    }

    /// Depth-first over projections, so that a population follows its targets; loops are cut where the search meets itself.
    private static func targetsFirst(_ network: Network) -> [ID<Population>] {
        var targets = [[Int]](repeating: [], count: network.populations.count)
        for projection in network.projections { targets[projection.pre.index].append(projection.post.index) }
        var seen = [Bool](repeating: false, count: network.populations.count)
        var order: [ID<Population>] = []
        for start in network.populations.ids where !seen[start.index] {
            var path: [(population: Int, next: Int)] = [(start.index, 0)]
            seen[start.index] = true
            while let (population, next) = path.last {
                if next < targets[population].count {
                    path[path.count - 1].next += 1
                    let target = targets[population][next]
                    if !seen[target] {
                        seen[target] = true
                        path.append((target, 0))
                    }
                } else {
                    path.removeLast()
                    if !network.populations[ID(population)].cell.isSource { order.append(ID(population)) }
                }
            }
        }
        return order
    }

    private static func packings(of chip: Chip) -> [SynapsePacking] {
        var packings: [SynapsePacking] = []
        for resource in chip.resources {
            if let packing = resource.rule.packing, !packings.contains(packing) { packings.append(packing) }
        }
        return packings
    }

    private static func mostNeurons(_ chip: Chip, _ packings: [SynapsePacking]) -> Int {
        var most = packings.map(\.mostNeurons).min() ?? .max
        for case (.neurons(let each), let limit) in chip.resources.map({ ($0.rule, $0.limit) }) where each > 0 {
            most = min(most, limit / each)
        }
        return most
    }

    /// How a projection's rows are packed, by `packings`, on a core with so many neurons; wider than `mostNeurons` is not asked for.
    func rowPackings(of projection: ID<Projection>, neuronsOnCore neurons: Int) -> [RowPacking] {
        packings.compactMap { RowPacking($0, of: quantized.synapses(of: projection), neuronsOnCore: min(neurons, $0.mostNeurons)) }
    }

    /// Bits of a projection's delay field.
    func delayBits(of projection: ID<Projection>) -> Int {
        let delay = quantized.synapses(of: projection).maximumDelay
        if let packing = packings.first { return packing.delayBits(holding: delay) ?? 0 }
        return delay == 0 ? 0 : Int.bitWidth - delay.leadingZeroBitCount
    }
}

/// Numbers the distinct register combinations of a network's neurons, for the rule `profiles`.
enum ProfileNumbers {
    case uniform(Int32)
    case each([Int32])

    /// The distinct numbers in a range.
    func distinct(in range: Range<Int>) -> Set<Int32> {
        switch self {
        case .uniform(let number): range.isEmpty ? [] : [number]
        case .each(let numbers): Set(numbers[range])
        }
    }

    static func number(_ quantized: QuantizedNetwork) -> (neuron: [ProfileNumbers], threshold: [ProfileNumbers]) {
        var neuronNumbers: [NeuronProfile: Int32] = [:]
        var thresholdNumbers: [Int: Int32] = [:]
        func compact(_ numbers: [Int32]) -> ProfileNumbers {
            guard let first = numbers.first, numbers.contains(where: { $0 != first }) else { return .uniform(numbers.first ?? 0) }
            return .each(numbers)
        }
        var neuron: [ProfileNumbers] = []
        var threshold: [ProfileNumbers] = []
        for neurons in quantized.neurons {
            guard let neurons = neurons?.compartments else {
                neuron.append(.uniform(0))
                threshold.append(.uniform(0))
                continue
            }
            neuron.append(
                compact(
                    (0..<neurons.count).map { index in
                        let registers = NeuronProfile(neurons, index)
                        if let number = neuronNumbers[registers] { return number }
                        neuronNumbers[registers] = Int32(neuronNumbers.count)
                        return Int32(neuronNumbers.count - 1)
                    }))
            threshold.append(
                compact(
                    neurons.thresholdMantissa.map { mantissa in
                        if let number = thresholdNumbers[mantissa] { return number }
                        thresholdNumbers[mantissa] = Int32(thresholdNumbers.count)
                        return Int32(thresholdNumbers.count - 1)
                    }))
        }
        return (neuron, threshold)
    }
}
