public import Networks

/// The answer of a readout population, read from a recording.
public struct Decoding: Hashable, Sendable {
    /// One for each neuron of the readout population; the larger the better.
    public var scores: [Double]

    /// The index of the largest score; the lowest index on a tie.
    public var label: Int {
        var best = 0
        for index in scores.indices where scores[index] > scores[best] { best = index }
        return best
    }

    /// Reads `recording` as the readout says. What it needs is `RecordingRequest(for:)`.
    /// - Parameter size: the number of neurons of the readout population.
    public init(_ readout: Readout, named population: String, size: Int, from recording: Recording) {
        scores = [Double](repeating: 0, count: size)
        let skip = readout.skip
        switch readout.decode {
        case .spikeCount:
            for spike in recording.spikes[population] ?? [] where spike.step >= skip { scores[Int(spike.neuron)] += 1 }
        case .firstSpike:
            // Later steps score lower, silence lowest.
            scores = [Double](repeating: -Double(recording.steps) - 1, count: size)
            let spikes = recording.spikes[population] ?? []
            if let times = recording.times[population] {
                // In continuous time, scores are in ms; silence is later than any spike.
                scores = [Double](repeating: -.greatestFiniteMagnitude, count: size)
                for (spike, time) in zip(spikes, times) where spike.step >= skip {
                    scores[Int(spike.neuron)] = max(scores[Int(spike.neuron)], -time)
                }
                return
            }
            for spike in spikes.reversed() where spike.step >= skip { scores[Int(spike.neuron)] = -Double(spike.step) }
        case .maximalMembrane:
            scores = [Double](repeating: -.infinity, count: size)
            scores = Self.fold(recording, population, size, from: skip, scores) { max($0, $1) }
        case .meanMembrane:
            scores = Self.fold(recording, population, size, from: skip, scores) { $0 + $1 }
            let steps = Double(max(recording.steps - skip, 1))
            for neuron in scores.indices { scores[neuron] /= steps }
        }
    }

    /// Folds the membrane potentials of each neuron over the steps from `skip` on.
    private static func fold(
        _ recording: Recording, _ population: String, _ size: Int, from skip: Int, _ start: [Double], _ combine: (Double, Double) -> Double
    ) -> [Double] {
        var result = start
        guard let membranes = recording.membranes[population] else { return result }
        for step in min(skip, recording.steps)..<recording.steps {
            for neuron in 0..<size { result[neuron] = combine(result[neuron], membranes[step * size + neuron]) }
        }
        return result
    }
}

extension RecordingRequest {
    /// What the readout of a network needs.
    public init(for readout: Readout, named population: String) {
        switch readout.decode {
        case .spikeCount, .firstSpike: self.init(spikes: [population])
        case .maximalMembrane, .meanMembrane: self.init(membranes: [population])
        }
    }
}
