import Chips
import Lowering
import Networks
import Numerics

extension CoreLoad {
    /// The load of several slices together: exact where it can be, never too little.
    init(_ demands: [SliceDemand], of problem: PartitionProblem) {
        if demands.count == 1 {
            self.init(demands[0], of: problem)
            return
        }
        self.init(packings: problem.packings.count)
        neurons = demands.reduce(0) { $0 + $1.neurons.count }
        var longest: [ID<Population>: [Int]] = [:]
        var inputs: [ID<Population>: [SliceDemand.Input]] = [:]
        for demand in demands {
            reached += demand.reached
            reachedElsewhere += demand.reachedElsewhere
            formats.formUnion(demand.formats)
            delayBits = max(delayBits, demand.delayBits)
            neuronProfiles.formUnion(problem.neuronProfiles[demand.population.index].distinct(in: demand.neurons))
            thresholdProfiles.formUnion(problem.thresholdProfiles[demand.population.index].distinct(in: demand.neurons))
            for (index, packing) in problem.packings.enumerated() {
                let isWide = packing.indexBits(forNeurons: neurons) != packing.indexBits(forNeurons: demand.neurons.count)
                words[index] += isWide ? demand.wordsWide[index] : demand.words[index]
                for input in demand.inputs {
                    longest[input.source, default: [Int](repeating: 0, count: problem.packings.count)][index] +=
                        isWide ? input.longestWide[index] : input.longest[index]
                }
            }
            for input in demand.inputs { inputs[input.source, default: []].append(input) }
        }
        for (source, parts) in inputs { inputAxons += Self.union(parts, of: problem.network.populations[source].size) }
        for lists in longest.values {
            for (index, list) in lists.enumerated() { wordsOfLongestAxon[index] = max(wordsOfLongestAxon[index], list) }
        }
    }

    /// The load of one slice alone.
    init(_ demand: SliceDemand, of problem: PartitionProblem) {
        self.init(packings: problem.packings.count)
        neurons = demand.neurons.count
        reached = demand.reached
        reachedElsewhere = demand.reachedElsewhere
        formats = demand.formats
        delayBits = demand.delayBits
        neuronProfiles = problem.neuronProfiles[demand.population.index].distinct(in: demand.neurons)
        thresholdProfiles = problem.thresholdProfiles[demand.population.index].distinct(in: demand.neurons)
        words = demand.words
        for input in demand.inputs {
            inputAxons += input.count
            for (index, list) in input.longest.enumerated() { wordsOfLongestAxon[index] = max(wordsOfLongestAxon[index], list) }
        }
    }

    /// How many sources several slices have together, at most.
    private static func union(_ parts: [SliceDemand.Input], of size: Int) -> Int {
        if parts.count == 1 { return parts[0].count }
        var ranges: [Range<Int>] = []
        for part in parts {
            guard let more = part.ranges else { return min(size, parts.reduce(0) { $0 + $1.count }) }
            ranges += more
        }
        var (count, end) = (0, 0)
        for range in ranges.sorted(by: { $0.lowerBound < $1.lowerBound }) where range.upperBound > end {
            count += range.upperBound - max(range.lowerBound, end)
            end = range.upperBound
        }
        return count
    }
}

extension PartitionProblem {
    /// Whether two loads cannot share a core, seen from sums alone; a quick answer for most pairs.
    func cannotShare(_ first: CoreLoad, _ second: CoreLoad) -> Bool {
        for resource in chip.resources {
            let least: Int
            switch resource.rule {
            case .neurons(let each): least = (first.neurons + second.neurons) * each
            case .inputAxons: least = max(first.inputAxons, second.inputAxons)
            case .synapseMemory, .sharedMemory, .outputAxons:
                least = resource.rule.usage(of: first, packings: packings) + resource.rule.usage(of: second, packings: packings) - 1
            case .profiles, .synapseFormats, .delaySlots, .sourceNeurons, .ringBuffer, .delayStages, .rowWords, .tableAddresses, .rowMemory,
                .workingMemory, .crossbar:
                continue
            }
            if least > resource.limit { return true }
        }
        return false
    }
}
