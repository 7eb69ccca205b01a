import Numerics
import Simulation

/// Compares the spikes of one population in both forms, sample by sample; parts merge in any order to the same result.
struct SpikeComparison: Sendable {
    let size: Int
    private(set) var samples = 0
    private var steps = 0
    private var spikes = (reference: 0, lowered: 0)
    // Integer sums, so that the order in which threads add them cannot show.
    private var products = 0
    private var squares = (reference: 0, lowered: 0)
    private var distance = 0
    private var divergence = (sum: 0, samples: 0)

    init(size: Int) { self.size = size }

    /// Adds one sample. Both lists are ascending by step, then neuron.
    mutating func add(_ reference: [Recording.Spike], _ lowered: [Recording.Spike], steps: Int) {
        samples += 1
        self.steps += steps
        let (referenceTimes, loweredTimes) = (times(reference), times(lowered))
        for neuron in 0..<size {
            let (left, right) = (referenceTimes[neuron], loweredTimes[neuron])
            spikes.reference += left.count
            spikes.lowered += right.count
            products += left.count * right.count
            squares.reference += left.count * left.count
            squares.lowered += right.count * right.count
            distance += distanceToNearest(left, right, otherwise: steps) + distanceToNearest(right, left, otherwise: steps)
        }
        guard reference != lowered else { return }
        let shared = zip(reference, lowered).prefix { $0 == $1 }.count
        let next = [reference, lowered].compactMap { shared < $0.count ? Int($0[shared].step) : nil }
        divergence.sum += next.min() ?? 0
        divergence.samples += 1
    }

    mutating func merge(_ other: SpikeComparison) {
        samples += other.samples
        steps += other.steps
        spikes = (spikes.reference + other.spikes.reference, spikes.lowered + other.spikes.lowered)
        products += other.products
        squares = (squares.reference + other.squares.reference, squares.lowered + other.squares.lowered)
        distance += other.distance
        divergence = (divergence.sum + other.divergence.sum, divergence.samples + other.divergence.samples)
    }

    func result(named name: String) -> PopulationFidelity {
        let neuronSteps = Double(max(size * steps, 1))
        let total = spikes.reference + spikes.lowered
        return PopulationFidelity(
            name: name, referenceRate: Double(spikes.reference) / neuronSteps, loweredRate: Double(spikes.lowered) / neuronSteps,
            countCorrelation: correlation, spikeTimeDistance: total > 0 ? Double(distance) / Double(total) : 0,
            firstDivergence: divergence.samples > 0 ? Double(divergence.sum) / Double(divergence.samples) : nil,
            identicalSamples: samples > 0 ? Double(samples - divergence.samples) / Double(samples) : 1)
    }

    private var correlation: Double {
        let count = Double(max(size * samples, 1))
        let (left, right) = (Double(spikes.reference) / count, Double(spikes.lowered) / count)
        let covariance = Double(products) / count - left * right
        let deviation = ((Double(squares.reference) / count - left * left) * (Double(squares.lowered) / count - right * right)).squareRoot()
        // Constant counts have no correlation: equal sums are taken for agreement.
        return deviation > 0 ? min(1, covariance / deviation) : (spikes.reference == spikes.lowered ? 1 : 0)
    }

    private func times(_ spikes: [Recording.Spike]) -> [[Int32]] {
        var times = [[Int32]](repeating: [], count: size)
        for spike in spikes { times[Int(spike.neuron)].append(spike.step) }
        return times
    }
}

/// Sum over `spikes` of the distance to the nearest of `others`; both ascending.
private func distanceToNearest(_ spikes: [Int32], _ others: [Int32], otherwise: Int) -> Int {
    guard !others.isEmpty else { return spikes.count * otherwise }
    var sum = 0
    var next = 0
    for time in spikes {
        while next + 1 < others.count, abs(others[next + 1] - time) <= abs(others[next] - time) { next += 1 }
        sum += Int(abs(others[next] - time))
    }
    return sum
}
