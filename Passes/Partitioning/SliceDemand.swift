import Chips
import Lowering
import Networks
import Numerics

/// What one slice needs of the core that it comes to.
struct SliceDemand {
    /// The axons that one source population needs.
    struct Input {
        var source: ID<Population>
        /// Distinct neurons of the source population with a synapse on the slice.
        var count: Int
        /// Which they are, ascending and disjoint; nil when there are too many ranges to keep.
        var ranges: [Range<Int>]?
        /// The longest list of one of these axons, [packings], for an index as wide as the slice alone needs, and for the widest.
        var longest: [Int]
        var longestWide: [Int]
    }

    /// Ranges kept for one input; beyond, only the number of sources is known.
    static let mostRanges = 64

    var population: ID<Population>
    var neurons: Range<Int>
    var inputs: [Input] = []
    /// Words of all rows, [packings].
    var words: [Int]
    var wordsWide: [Int]
    var formats: Set<SynapseFormat> = []
    var delayBits = 0
    var reached = 0
    var reachedElsewhere = 0

    init(population: ID<Population>, neurons: Range<Int>, packings: Int) {
        self.population = population
        self.neurons = neurons
        words = [Int](repeating: 0, count: packings)
        wordsWide = words
    }
}

extension PartitionProblem {
    /// What the slices of a population need, counted exactly, but for output axons.
    ///
    /// Complexity: slices × source ranges for dense and one-to-one projections, neurons × slices reached for local ones, synapses for
    /// irregular ones.
    func demands(of population: ID<Population>, boundaries: [Int]) -> [SliceDemand] {
        var demands = (0..<boundaries.count - 1).map {
            SliceDemand(population: population, neurons: boundaries[$0]..<boundaries[$0 + 1], packings: packings.count)
        }
        let sources = Set(incoming[population.index].map { network.projections[$0].pre }).sorted()
        for source in sources {
            let projections = incoming[population.index].filter { network.projections[$0].pre == source }
            addInputs(from: source, projections, boundaries: boundaries, to: &demands)
        }
        return demands
    }

    /// Adds what one source population sends, by all its projections at once, because they share axons.
    private func addInputs(
        from source: ID<Population>, _ projections: [ID<Projection>], boundaries: [Int], to demands: inout [SliceDemand]
    ) {
        let count = packings.count
        let sliceCount = demands.count
        var walks = projections.map { projection in
            SliceHits(
                rows[projection.index], kept: kept[projection.index], boundaries: boundaries,
                packings: (0..<sliceCount).flatMap { slice in
                    rowPackings(of: projection, neuronsOnCore: boundaries[slice + 1] - boundaries[slice])
                        + rowPackings(of: projection, neuronsOnCore: mostNeurons)
                }, channels: 2 * count)
        }
        var inputs = (0..<sliceCount).map { _ in
            SliceDemand.Input(
                source: source, count: 0, ranges: [], longest: [Int](repeating: 0, count: count),
                longestWide: [Int](repeating: 0, count: count))
        }
        var compressions = [UInt8](repeating: 0, count: sliceCount * projections.count)
        var axonWords = [Int](repeating: 0, count: sliceCount * 2 * count)
        var isTouched = [Bool](repeating: false, count: sliceCount)
        var touched: [Int] = []
        for group in SourceGroups(count: network.populations[source].size, walks).groups {
            for number in walks.indices {
                walks[number].find(group.source)
                for (place, hit) in walks[number].hits.enumerated() {
                    if !isTouched[hit.slice] {
                        isTouched[hit.slice] = true
                        touched.append(hit.slice)
                    }
                    compressions[number * sliceCount + hit.slice] |= hit.compressions | 4
                    for channel in 0..<2 * count {
                        axonWords[hit.slice * 2 * count + channel] += walks[number].words[place * 2 * count + channel]
                    }
                }
            }
            for slice in touched {
                isTouched[slice] = false
                inputs[slice].add(group)
                for packing in 0..<count {
                    let (own, wide) = (axonWords[slice * 2 * count + packing], axonWords[slice * 2 * count + count + packing])
                    demands[slice].words[packing] += own * group.count
                    demands[slice].wordsWide[packing] += wide * group.count
                    inputs[slice].longest[packing] = max(inputs[slice].longest[packing], own)
                    inputs[slice].longestWide[packing] = max(inputs[slice].longestWide[packing], wide)
                    axonWords[slice * 2 * count + packing] = 0
                    axonWords[slice * 2 * count + count + packing] = 0
                }
            }
            touched.removeAll(keepingCapacity: true)
        }
        for slice in 0..<sliceCount where inputs[slice].count > 0 {
            demands[slice].inputs.append(inputs[slice])
            for (number, projection) in projections.enumerated() {
                let found = compressions[number * sliceCount + slice]
                if found == 0 { continue }
                demands[slice].delayBits = max(demands[slice].delayBits, delayBits(of: projection))
                demands[slice].formats.formUnion(formats(of: projection, compressions: found))
            }
        }
    }

    /// The formats of a projection's rows; bit 0 of `compressions`: dense ones exist, bit 1: sparse ones.
    func formats(of projection: ID<Projection>, compressions: UInt8) -> [SynapseFormat] {
        let synapses = quantized.synapses(of: projection)
        let weightBits = packings.first?.weightBits(holding: synapses.bits) ?? synapses.bits
        // A chip without synapse memory to pack has one way to store a row.
        let found: UInt8 = packings.isEmpty ? 2 : compressions
        return SynapsePacking.Compression.allCases.filter { found & ($0 == .dense ? 1 : 2) != 0 }.map {
            SynapseFormat(
                weightBits: weightBits, exponent: synapses.exponent, mode: synapses.mode, delayBits: delayBits(of: projection),
                compression: $0)
        }
    }
}

extension SliceDemand.Input {
    /// Adds sources behind those that are there already.
    mutating func add(_ group: SourceGroups.Group) {
        count += group.count
        guard var kept = ranges else { return }
        ranges = nil  // so that the array is not copied
        guard let range = group.range else { return }
        if let last = kept.last, last.upperBound == range.lowerBound {
            kept[kept.count - 1] = last.lowerBound..<range.upperBound
        } else {
            kept.append(range)
        }
        if kept.count <= SliceDemand.mostRanges { ranges = kept }
    }
}
