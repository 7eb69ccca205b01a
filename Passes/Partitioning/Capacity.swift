import Chips
import Lowering

extension CapacityRule {
    /// What a load uses of the capacity. Each kind is counted in a file of its own.
    func usage(of load: CoreLoad, packings: [SynapsePacking]) -> Int {
        switch self {
        case .neurons(let each): neuronUsage(load, each: each)
        case .inputAxons: inputAxonUsage(load)
        case .outputAxons(let each, let offChip): outputAxonUsage(load, each: each, offChip: offChip)
        case .synapseMemory(let packing): synapseMemoryUsage(load, packing, packings)
        case .profiles(let profile): profileUsage(load, profile)
        case .synapseFormats: synapseFormatUsage(load)
        case .delaySlots: delaySlotUsage(load)
        case .sourceNeurons, .ringBuffer, .delayStages, .rowWords, .tableAddresses, .rowMemory, .workingMemory: 0
        case .sharedMemory(let perNeuron, let packing): sharedMemoryUsage(load, perNeuron: perNeuron, packing, packings)
        // What a configuration takes is known when it is found (`ExecutionPlan`).
        case .crossbar: 0
        }
    }

    /// The packing that the rule counts by.
    var packing: SynapsePacking? {
        switch self {
        case .synapseMemory(let packing), .sharedMemory(_, let packing): packing
        default: nil
        }
    }
}

extension PartitionProblem {
    /// Use of each of the chip's resources, in their order.
    func usage(of load: CoreLoad) -> [Int] { chip.resources.map { $0.rule.usage(of: load, packings: packings) } }

    /// Everything that a load has too much of.
    func shortages(of load: CoreLoad) -> [Shortage] {
        var shortages: [Shortage] = []
        for (index, resource) in chip.resources.enumerated() {
            let used = resource.rule.usage(of: load, packings: packings)
            if used > resource.limit { shortages.append(Shortage(capacity: .resource(index), needed: used, available: resource.limit)) }
        }
        for (index, packing) in packings.enumerated() {
            if let most = packing.maximumWordsPerAxon, load.wordsOfLongestAxon[index] > most {
                shortages.append(Shortage(capacity: .axonWords(index), needed: load.wordsOfLongestAxon[index], available: most))
            }
            if load.neurons > packing.mostNeurons {
                shortages.append(Shortage(capacity: .index, needed: load.neurons, available: packing.mostNeurons))
            }
        }
        if chip.formats.weight.scope == .core {
            let exponents = Set(load.formats.map(\.exponent)).count
            if exponents > 1 { shortages.append(Shortage(capacity: .exponent, needed: exponents, available: 1)) }
        }
        return shortages
    }
}
