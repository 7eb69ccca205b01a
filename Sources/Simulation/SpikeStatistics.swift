#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// How a population fires: rate, irregularity and synchrony, as simulator comparisons state them.
public struct SpikeStatistics: Hashable, Sendable {
    public var spikes: Int
    /// Mean rate in Hz.
    public var rate: Double
    /// Mean over neurons of the coefficient of variation of the intervals: neurons with at least 4 spikes, the first 5,000 that fired.
    /// Windows below some seconds bias it low, because long intervals do not fit.
    public var irregularity: Double
    /// Variance over mean of the spike counts in bins of 3 ms, of the neurons below 1,000; a last partial bin is dropped.
    public var synchrony: Double

    /// - Parameters:
    ///   - spikes: ascending by step, then neuron.
    ///   - size: neurons of the population.
    ///   - steps: length of the window.
    ///   - timestep: in ms.
    public init(_ spikes: [Recording.Spike], size: Int, steps: Int, timestep: Double) {
        self.spikes = spikes.count
        rate = Double(spikes.count) / Double(size) / (Double(steps) * timestep / 1000)

        var trains = [[Int32]](repeating: [], count: size)
        for spike in spikes { trains[Int(spike.neuron)].append(spike.step) }
        var variations: [Double] = []
        for train in trains.filter({ !$0.isEmpty }).prefix(5000) where train.count >= 4 {
            let intervals = zip(train.dropFirst(), train).map { Double($0 - $1) }
            let mean = intervals.reduce(0, +) / Double(intervals.count)
            let variance = intervals.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(intervals.count)
            if mean > 0 { variations.append(variance.squareRoot() / mean) }
        }
        irregularity = variations.isEmpty ? 0 : variations.reduce(0, +) / Double(variations.count)

        let width = max(1, Int((3 / timestep).rounded()))
        var bins = [Double](repeating: 0, count: steps / width)
        for spike in spikes where spike.neuron < 1000 && Int(spike.step) / width < bins.count { bins[Int(spike.step) / width] += 1 }
        let mean = bins.isEmpty ? 0 : bins.reduce(0, +) / Double(bins.count)
        synchrony = mean == 0 ? 0 : bins.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(bins.count) / mean
    }
}
