import Chips
import Lowering
import Networks
import Numerics

/// What a projection's weights look like, as jumps of the target's membrane in the model's unit of potential.
struct WeightStatistics: Hashable, Sendable {
    var synapses = 0
    /// Of the weights themselves, in their own unit.
    var lowest = Double.infinity
    var highest = -Double.infinity
    /// Largest magnitude of a jump.
    var largest = 0.0
    /// Magnitude that must be representable: `largest`, or less when the largest weights may be clipped.
    var range = 0.0
    var longestDelay = 1
    /// Least magnitude of a jump that is not 0.
    var smallest = Double.infinity
    /// What all jumps are whole multiples of, where that is so.
    var step: Double?

    mutating func merge(_ other: WeightStatistics) {
        synapses += other.synapses
        lowest = min(lowest, other.lowest)
        highest = max(highest, other.highest)
        largest = max(largest, other.largest)
        smallest = min(smallest, other.smallest)
        longestDelay = max(longestDelay, other.longestDelay)
    }
}

extension Quantization {
    /// Streams the rows once for the extremes, and once more for a histogram when the range asks for one.
    func measure(_ id: ID<Projection>, of network: Network) -> WeightStatistics {
        let rows = SynapseRows(id, of: network)
        let quantizer = jumps(of: id, in: network)
        var statistics = WeightStatistics()
        if let weight = uniformWeight(of: id, in: network) {
            let largest = abs(quantizer.jump(of: weight, target: 0))
            return WeightStatistics(
                synapses: rows.synapseCount, lowest: Double(weight), highest: Double(weight), largest: largest, range: largest,
                longestDelay: rows.maximumDelay)
        }
        for part in parallelMap(rowRanges(rows.sourceCount), threads: threads, body: { extremes(of: rows, $0, quantizer) }) {
            statistics.merge(part)
        }
        if statistics.synapses == 0 { (statistics.lowest, statistics.highest) = (0, 0) }
        statistics.range = statistics.largest
        statistics.step = statistics.stepCandidates.first { areMultiples(rows, of: $0, quantizer) }
        guard range != .maximum, statistics.largest > 0 else { return statistics }
        let largest = statistics.largest
        let parts = parallelMap(rowRanges(rows.sourceCount), threads: threads) { histogram(of: rows, $0, quantizer, largest: largest) }
        var counts = [Int](repeating: 0, count: MagnitudeHistogram.bins)
        for part in parts { for bin in counts.indices { counts[bin] += part[bin] } }
        let magnitudes = MagnitudeHistogram(counts: counts, largest: largest)
        switch range {
        case .maximum: break
        case .percentile(let fraction): statistics.range = magnitudes.magnitude(within: fraction)
        case .leastError:
            let levels =
                Double((1 << (weightBits ?? chip.formats.weight.bits.last ?? 8)) - 1)
                / (statistics.lowest < 0 && statistics.highest > 0 ? 2 : 1)
            statistics.range = magnitudes.rangeOfLeastError(levels: levels)
        }
        return statistics
    }

    /// The weight and the delay that all synapses of a projection share by their rules, when one synapse stands for all of them: nothing
    /// is to be measured row by row then.
    func uniformWeight(of id: ID<Projection>, in network: Network) -> Float? {
        let projection = network.projections[id]
        guard case .constant(let weight) = projection.weight, case .constant = projection.delay, rounding == .nearest,
            !isPooling(projection.connector), let gains = network.dynamics(of: projection.post)?.currentGain,
            gains.allSatisfy({ gain in gain.allSatisfy { $0 == gain.first } })
        else { return nil }
        return Float(weight)
    }

    /// The synapses of a pooling share the rule's weight among the window.
    private func isPooling(_ connector: Connector) -> Bool { if case .pooling = connector { true } else { false } }

    /// Ranges of rows for the threads to share. They do not depend on the number of threads, for sums of reals depend on the ranges.
    func rowRanges(_ count: Int) -> [Range<Int>] {
        let parts = min(max(count, 1), 64)
        return (0..<parts).map { count * $0 / parts..<count * ($0 + 1) / parts }
    }

    /// A quantizer of unit 1, for the jumps alone.
    func jumps(of id: ID<Projection>, in network: Network) -> WeightQuantizer {
        let synapses = QuantizedSynapses(
            unit: 1, exponent: 0, bits: chip.formats.weight.bits.last ?? 8, mode: .mixed, rounding: .nearest, seed: 0, delayOffset: 1,
            maximumDelay: 0, error: WeightError())
        return WeightQuantizer(id, of: network, synapses: synapses, format: chip.formats.weight)
    }
}

private func extremes(of rows: SynapseRows, _ sources: Range<Int>, _ quantizer: WeightQuantizer) -> WeightStatistics {
    var statistics = WeightStatistics()
    var row = SynapseRow()
    for source in sources {
        rows.read(source, into: &row)
        statistics.synapses += row.count
        for n in 0..<row.count {
            let weight = Double(row.weights[n])
            statistics.lowest = min(statistics.lowest, weight)
            statistics.highest = max(statistics.highest, weight)
            let jump = abs(quantizer.jump(of: row.weights[n], target: Int(row.targets[n])))
            statistics.largest = max(statistics.largest, jump)
            if jump > 0 { statistics.smallest = min(statistics.smallest, jump) }
            statistics.longestDelay = max(statistics.longestDelay, Int(row.delays[n]))
        }
    }
    return statistics
}

private func histogram(of rows: SynapseRows, _ sources: Range<Int>, _ quantizer: WeightQuantizer, largest: Double) -> [Int] {
    var counts = [Int](repeating: 0, count: MagnitudeHistogram.bins)
    var row = SynapseRow()
    for source in sources {
        rows.read(source, into: &row)
        for n in 0..<row.count {
            let magnitude = abs(quantizer.jump(of: row.weights[n], target: Int(row.targets[n])))
            counts[min(Int(magnitude / largest * Double(MagnitudeHistogram.bins)), MagnitudeHistogram.bins - 1)] += 1
        }
    }
    return counts
}

/// Counts of magnitudes in equal bins from 0 to the largest.
struct MagnitudeHistogram {
    static let bins = 4096

    var counts: [Int]
    var largest: Double

    /// The least upper edge of a bin below which `fraction` of the magnitudes lie.
    func magnitude(within fraction: Double) -> Double {
        let wanted = fraction * Double(counts.reduce(0, +))
        var sum = 0
        for bin in counts.indices {
            sum += counts[bin]
            if Double(sum) >= wanted { return largest * Double(bin + 1) / Double(Self.bins) }
        }
        return largest
    }

    /// The range whose `levels` positive levels leave the least sum of squared errors: rounding within it, clipping beyond it.
    func rangeOfLeastError(levels: Double) -> Double {
        var best = (range: largest, error: Double.infinity)
        for part in 1...64 {
            let range = largest * Double(part) / 64
            // Rounding to a step leaves step²/12 on average (uniform in the step).
            let rounding = (range / levels) * (range / levels) / 12
            var error = 0.0
            for bin in counts.indices where counts[bin] > 0 {
                let magnitude = largest * (Double(bin) + 0.5) / Double(Self.bins)
                let excess = max(0, magnitude - range)
                error += Double(counts[bin]) * (excess > 0 ? excess * excess : rounding)
            }
            if error < best.error { best = (range, error) }
        }
        return best.range
    }
}
