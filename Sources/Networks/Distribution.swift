public import Numerics

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A probability distribution of weights, delays or parameters, named as PyNN names it.
public enum Distribution: Hashable, Sendable {
    case uniform(low: Double, high: Double)
    /// Integers in `low...high`, both included.
    case uniformInteger(low: Int, high: Int)
    case normal(mean: Double, sigma: Double)
    /// Normal, drawn again while outside `low...high`.
    case normalClipped(mean: Double, sigma: Double, low: Double, high: Double)
    /// Normal, moved to the nearest bound when outside `low...high`.
    case normalClippedToBoundary(mean: Double, sigma: Double, low: Double, high: Double)
    case lognormal(mean: Double, sigma: Double)
    /// `mean` is the mean of the draws (PyNN's beta).
    case exponential(mean: Double)

    /// The draw at `index` of the stream; a function of both alone.
    public func sample(_ random: Philox, _ index: Int) -> Double {
        switch self {
        case .uniform(let low, let high): return low + (high - low) * random.uniform(index)
        case .uniformInteger(let low, let high): return Double(low + random.integer(index, below: high - low + 1))
        case .normal(let mean, let sigma): return mean + sigma * random.normal(index)
        case .normalClipped(let mean, let sigma, let low, let high):
            // Each attempt has a stream of its own; a distribution with no mass inside the bounds ends at the nearest bound.
            for attempt in 0..<1000 {
                let value = mean + sigma * (attempt == 0 ? random : random.split(-attempt)).normal(index)
                if value >= low, value <= high { return value }
            }
            return min(max(mean, low), high)
        case .normalClippedToBoundary(let mean, let sigma, let low, let high):
            return min(max(mean + sigma * random.normal(index), low), high)
        case .lognormal(let mean, let sigma): return exp(mean + sigma * random.normal(index))
        case .exponential(let mean): return -mean * log(1 - random.uniform(index))
        }
    }

    /// The largest magnitude that a scale must provide for: exact for bounded distributions, six sigmas for the others.
    public var magnitudeBound: Double {
        switch self {
        case .uniform(let low, let high): max(abs(low), abs(high))
        case .uniformInteger(let low, let high): Double(max(abs(low), abs(high)))
        case .normal(let mean, let sigma): abs(mean) + 6 * sigma
        case .normalClipped(_, _, let low, let high), .normalClippedToBoundary(_, _, let low, let high): max(abs(low), abs(high))
        case .lognormal(let mean, let sigma): exp(mean + 6 * sigma)
        case .exponential(let mean): 25 * abs(mean)
        }
    }
}
