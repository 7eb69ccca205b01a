import Chips
import Lowering
import Networks
import Numerics

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// What the synapses of one receptor can bring to the ring buffers of a population, gathered over all projections that arrive there.
///
/// The largest expected sum is that of sPyNNaker 7.4.1 (`population_vertex.py`): all inputs at the expected rate plus some standard
/// deviations, with weights that vary, cut at what all can bring at once.
struct RingBufferLoad {
    /// Of one projection onto one receptor, in the model's units; weights as magnitudes.
    struct Part {
        var count = 0
        /// Most connections into one target neuron.
        var mostInputs = 0
        var mean = 0.0
        var variance = 0.0
        var largest = 0.0
        /// In steps².
        var delayVariance = 0.0
        /// Spikes per second of a source; nil: unknown.
        var rate: Double?
        /// Sum of the magnitudes into each target; one number where it is the same for all.
        var sums: [Double] = []

        func sum(into target: Int) -> Double { sums.count == 1 ? sums[0] : sums.isEmpty ? 0 : sums[target] }
    }

    var parts: [Part] = []

    /// The sum that the ring buffer must hold.
    /// - Parameters:
    ///   - factor: what weights are multiplied by before they are stored, but for the total, which sPyNNaker leaves as it is.
    ///   - timestep: in ms.
    func bound(_ arithmetic: FixedPointArithmetic, timestep: Double, factor: Double) -> Double {
        let used = parts.filter { $0.count > 0 }
        guard !used.isEmpty else { return 0 }
        var (weights, delays) = (RunningStatistics(), RunningStatistics())
        var (total, biggest, rates) = (0.0, 0.0, 0.0)
        for part in used {
            weights.add(mean: part.mean * factor, variance: part.variance * factor * factor, count: part.mostInputs)
            delays.add(mean: 0, variance: part.delayVariance, count: part.mostInputs)
            let spikes = max(1, (part.rate ?? arithmetic.expectedRate) * timestep / 1000)
            total += spikes * part.largest * Double(part.mostInputs)
            biggest = max(biggest, part.largest * factor)
            rates += part.rate ?? arithmetic.expectedRate
        }
        if delays.variance == 0 { return max(total, biggest) }
        let steps = weights.count * rates / Double(used.count) * timestep / 1000
        let spread = steps * weights.mean * weights.mean + varianceOfLate(weights.variance, lambda: steps)
        let expected = steps * weights.mean + arithmetic.expectedDeviations * spread.squareRoot()
        return max(min(expected, total), biggest)
    }

    /// The largest sum that can arrive at one neuron when every source has spiked: nothing can exceed it.
    func largestSum(factor: Double) -> Double {
        let size = parts.map(\.sums.count).max() ?? 0
        var largest = 0.0
        for target in 0..<size {
            largest = max(largest, parts.reduce(0) { $0 + $1.sum(into: target) })
        }
        return largest * factor
    }

    /// Left shift with which sums below `bound` fit 16 bits: the least s of 0 or more with 2^s > bound.
    static func shift(for bound: Double) -> Int {
        guard bound > 0, bound.isFinite else { return 0 }
        var shift = 0
        while shift < 31, Double(1 << shift) <= bound { shift += 1 }
        return shift
    }

    /// Variance that weights which differ add to a Poisson number of arrivals.
    private func varianceOfLate(_ variance: Double, lambda: Double) -> Double {
        let upper = (lambda + 3 * lambda.squareRoot()).rounded(.toNearestOrEven)
        let logarithm = upper * log(lambda) - logGamma(1 + upper)
        guard variance > 0, logarithm > -701, logarithm < 701, logarithm != 0 else { return 0 }
        return variance * lambda * (poissonSum(upper, lambda) - exp(logarithm - lambda))
    }

    /// Q(1 + upper, λ), the regularised upper incomplete gamma function: the chance of at most `upper` Poisson events.
    private func poissonSum(_ upper: Double, _ lambda: Double) -> Double {
        var sum = 0.0
        var event = 0.0
        while event <= upper {
            sum += exp(event * log(lambda) - lambda - logGamma(event + 1))
            event += 1
        }
        return sum
    }

    /// ln Γ(x) of a positive number.
    private func logGamma(_ x: Double) -> Double { lgamma(x).0 }
}

/// Mean and variance of groups, weighted by their counts, as sPyNNaker's `RunningStats` adds them.
private struct RunningStatistics {
    private(set) var count = 0.0
    private(set) var mean = 0.0
    private var squares = 0.0

    var variance: Double { count > 1 ? squares / (count - 1) : 0 }

    mutating func add(mean: Double, variance: Double, count added: Int) {
        let new = Double(added)
        guard added > 0 else { return }
        squares += variance * (new - 1) + (mean - self.mean) * (mean - self.mean) * count * new / (count + new)
        self.mean = (self.mean * count + mean * new) / (count + new)
        count += new
    }
}
