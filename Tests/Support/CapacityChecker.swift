import Chips
public import Lowering
import Networks
import Numerics

/// Recounts what is on every core synapse by synapse, from the network's rows alone.
///
/// It shares no code with the pass Partitioning nor with `RowPacking`: words are added up here from the rule of the chip's memory
/// (an entry has a prefix, at most so many synapses, and whole words).
public struct CapacityChecker {
    public private(set) var violations: [String] = []
    /// [cores][resources]
    public private(set) var usage: [[Int]] = []

    private struct Count {
        var neurons = 0
        var axons: Set<[Int]> = []
        var sent: Set<[Int]> = []
        var words: [Int] = []
        var wordsOfAxon: [[Int]: [Int]] = [:]
        var profiles: Set<[Int]> = []
        var thresholds: Set<Int> = []
        var formats: Set<String> = []
        var delayBits = 0
    }

    public init(_ graph: CoreGraph) {
        let quantized = graph.quantized
        let (network, chip) = (quantized.network, quantized.chip)
        var home: [[Int]: Int] = [:]
        for slice in graph.slices {
            for neuron in slice.neurons {
                if home.updateValue(slice.core.index, forKey: [slice.population.index, neuron]) != nil {
                    violations.append("neuron \(neuron) of population \(slice.population) is on two cores")
                }
            }
        }
        for id in network.populations.ids where !network.populations[id].cell.isSource {
            for neuron in 0..<network.populations[id].size where home[[id.index, neuron]] == nil {
                violations.append("neuron \(neuron) of population \(id) is on no core")
            }
        }
        let packings = chip.resources.compactMap { resource -> SynapsePacking? in
            switch resource.rule {
            case .synapseMemory(let packing), .sharedMemory(_, let packing): packing
            default: nil
            }
        }
        var counts = [Count](repeating: Count(), count: graph.cores.count)
        for (key, core) in home {
            counts[core].neurons += 1
            // Neurons without registers share none.
            guard let neurons = quantized.neurons[key[0]]?.compartments else { continue }
            counts[core].profiles.insert([
                neurons.currentDecay[key[1]], neurons.membraneDecay[key[1]], neurons.refractorySteps[key[1]],
                neurons.reset == .zero ? 0 : 1,
            ])
            counts[core].thresholds.insert(neurons.thresholdMantissa[key[1]])
        }
        for core in counts.indices { counts[core].words = packings.map { _ in 0 } }
        for id in network.projections.ids where !network.populations[network.projections[id].post].cell.isSource {
            let (pre, post) = (network.projections[id].pre.index, network.projections[id].post.index)
            let synapses = quantized.synapses[id.index]
            let rows = QuantizedRows(id, of: quantized)
            var (scratch, row) = (SynapseRow(), QuantizedRow())
            for source in 0..<network.populations.elements[pre].size {
                rows.read(source, scratch: &scratch, into: &row)
                var perSlice: [Int: [Int]] = [:]
                // The structure, with the synapses whose weight became 0: room is kept for them.
                for target in scratch.targets {
                    let slice = graph.slices.elements.firstIndex { $0.population.index == post && $0.neurons.contains(Int(target)) }!
                    perSlice[slice, default: []].append(Int(target) - graph.slices.elements[slice].neurons.lowerBound)
                }
                for (slice, targets) in perSlice {
                    let core = graph.slices.elements[slice].core.index
                    counts[core].axons.insert([pre, source])
                    if let sender = home[[pre, source]] { counts[sender].sent.insert([pre, source, core]) }
                    for (number, packing) in packings.enumerated() {
                        let (words, isDense, delayBits) = Self.words(targets, synapses, packing, neurons: counts[core].neurons)
                        counts[core].words[number] += words
                        counts[core].wordsOfAxon[[pre, source], default: packings.map { _ in 0 }][number] += words
                        counts[core].formats.insert(
                            "\(synapses.bits) \(synapses.exponent) \(synapses.mode) \(delayBits) \(isDense)")
                        counts[core].delayBits = max(counts[core].delayBits, delayBits)
                    }
                }
            }
        }
        let perChip = Dictionary(grouping: (0..<chip.topology.coreCount).filter { !chip.faults.deadCores.contains($0) }) {
            switch chip.topology {
            case .mesh(let mesh): mesh.chip(ofCore: $0)
            case .hexagonalTorus(let torus): torus.router(ofCore: $0)
            case .crossbar: 0
            }
        }
        let fitsOneChip = counts.count <= perChip.values.map(\.count).max() ?? 0
        for (core, count) in counts.enumerated() {
            usage.append(
                chip.resources.map { resource in
                    switch resource.rule {
                    case .neurons(let each): return each * count.neurons
                    case .inputAxons: return count.axons.count
                    case .outputAxons(let each, let offChip):
                        return count.sent.reduce(0) { $0 + each + (fitsOneChip || $1[2] == core ? 0 : offChip) }
                    case .synapseMemory(let packing): return count.words[packings.firstIndex(of: packing)!]
                    case .profiles(.neuron): return count.profiles.count
                    case .profiles(.threshold): return count.thresholds.count
                    case .synapseFormats: return count.formats.count
                    case .delaySlots: return count.neurons * (1 << count.delayBits)
                    case .crossbar: return 0
                    case .sourceNeurons, .ringBuffer, .delayStages, .rowWords, .tableAddresses, .rowMemory, .workingMemory: return 0
                    case .sharedMemory(let perNeuron, let packing):
                        return perNeuron * count.neurons + count.words[packings.firstIndex(of: packing)!] * packing.wordBits / 8
                    }
                })
            for (resource, used) in zip(chip.resources, usage[core]) where used > resource.limit {
                violations.append("core \(core) uses \(used) of \(resource.limit) \(resource.name)")
            }
            for (number, packing) in packings.enumerated() {
                if let most = packing.maximumWordsPerAxon, let longest = count.wordsOfAxon.values.map({ $0[number] }).max(), longest > most
                {
                    violations.append("core \(core) has an axon of \(longest) words, \(most) are allowed")
                }
            }
        }
        if counts.count > perChip.values.reduce(0, { $0 + $1.count }) { violations.append("more cores than there are") }
    }

    /// Words of one row: dense or sparse, whichever is smaller.
    private static func words(
        _ targets: [Int], _ synapses: QuantizedSynapses, _ packing: SynapsePacking, neurons: Int
    ) -> (words: Int, isDense: Bool, delayBits: Int) {
        var index = 0
        while !packing.indexBits.contains(index) || (1 << index) < neurons { index += 1 }
        var delay = 0
        while !packing.delayBits.contains(delay) || (1 << delay) <= synapses.maximumDelay { delay += 1 }
        var weight = synapses.bits
        while !packing.weightBits.contains(weight) { weight += 1 }
        func wholeWords(_ bits: Int) -> Int {
            var words = 0
            while words * packing.wordBits < bits { words += 1 }
            if let from = packing.spareWordFrom, bits % packing.wordBits == 0 || bits % packing.wordBits >= from { words += 1 }
            return words
        }
        var sparse = 0
        var left = targets.count
        while left > 0 {
            let synapsesInEntry = min(left, packing.synapsesPerEntry)
            sparse += wholeWords(packing.prefixBits + synapsesInEntry * (weight + delay + index))
            left -= synapsesInEntry
        }
        // The n-th synapse of the same pair goes to the n-th entry of its chunk.
        var seen: [Int: Int] = [:]
        var entries: [[Int]: (low: Int, high: Int)] = [:]
        for target in targets {
            seen[target, default: 0] += 1
            let key = [target / packing.synapsesPerEntry, seen[target]!]
            let entry = entries[key] ?? (target, target)
            entries[key] = (min(entry.low, target), max(entry.high, target))
        }
        let dense = entries.values.reduce(0) { $0 + wholeWords(packing.prefixBits + index + ($1.high - $1.low + 1) * (weight + delay)) }
        let isDense = packing.compressions == [.dense] || (packing.compressions.contains(.dense) && dense <= sparse)
        return (isDense ? dense : sparse, isDense, delay)
    }
}
