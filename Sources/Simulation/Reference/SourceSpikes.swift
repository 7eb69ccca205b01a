public import Networks
import Numerics

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The spikes of a `spike_source_array`, by step. Trivial: it owns nothing.
struct GivenSpikes: BitwiseCopyable {
    /// Steps that hold anything; the spikes of step t are `offsets[t]..<offsets[t + 1]`.
    let steps: Int
    let offsets: UnsafeMutablePointer<Int>
    let neurons: UnsafeMutablePointer<Int32>

    /// - Parameter times: in ms, for each neuron; a spike belongs to the nearest step.
    init(times: [[Double]], timestep: Double, in arena: Arena) {
        let events = times.enumerated()
            .flatMap { neuron, times in times.map { (step: Int(min(max(($0 / timestep).rounded(), 0), 0x1p40)), neuron: Int32(neuron)) } }
            .sorted { ($0.step, $0.neuron) < ($1.step, $1.neuron) }
        // Offsets are held for the steps up to the last spike, as long as that is a sensible number.
        steps = min((events.last?.step ?? -1) + 1, 1 << 28)
        offsets = arena.allocate(count: steps + 1)
        neurons = arena.copy(events.map(\.neuron))
        var next = 0
        for step in 0..<steps {
            offsets[step] = next
            while next < events.count, events[next].step == step { next += 1 }
        }
        offsets[steps] = next
    }

    var largestStep: Int { (0..<steps).reduce(0) { max($0, offsets[$1 + 1] - offsets[$1]) } }
}

/// Independent Poisson trains. Trivial: it owns nothing.
///
/// How often a neuron fires in a step is drawn from `spikes/<population>`, at the step and the neuron, whatever was drawn before.
struct PoissonSpikes: BitwiseCopyable {
    /// Steps in which the sources are active.
    let first: Int
    let last: Int
    /// Expected spikes in a step, and the probability of none.
    private let expected: UnsafeMutablePointer<Double>
    private let silence: UnsafeMutablePointer<Double>
    private let random: Philox
    /// No neuron fires more often in one step (ten standard deviations above the mean).
    let multiplicity: Int

    /// - Parameters:
    ///   - rates: in Hz, one for each neuron.
    ///   - start: in ms.
    ///   - duration: in ms.
    init(rates: [Double], start: Double, duration: Double, timestep: Double, random: Philox, in arena: Arena) {
        first = Int(min((start / timestep).rounded(), 0x1p60))
        last = Int(min(((start + duration) / timestep).rounded(), 0x1p60))
        let means = rates.map { max($0, 0) * timestep / 1000 }
        expected = arena.copy(means)
        silence = arena.copy(means.map { exp(-$0) })
        let largest = means.max() ?? 0
        multiplicity = Int(largest + 10 * largest.squareRoot()) + 10
        self.random = random
    }

    /// Writes the neurons of `range` that spike in `step`, ascending, one entry for each spike.
    /// - Returns: the length of the list, at most `multiplicity` for each neuron.
    func write(_ range: Range<Int>, at step: Int, to list: UnsafeMutablePointer<Int32>) -> Int {
        guard step >= first, step < last else { return 0 }
        let stream = random.split(step)
        var count = 0
        for neuron in range {
            let uniform = stream.uniform(neuron)
            var probability = silence[neuron]
            var below = probability
            var spikes = 0
            // Inversion of the cumulative distribution.
            while uniform >= below, spikes < multiplicity {
                spikes &+= 1
                probability *= expected[neuron] / Double(spikes)
                below += probability
                list[count] = Int32(truncatingIfNeeded: neuron)
                count &+= 1
            }
        }
        return count
    }
}

extension Stimulus {
    /// The spikes that the sources of `network` send by themselves (`spike_source_array`, `spike_source_poisson`), as the reference engine
    /// draws them, so that another engine can be given the same.
    public init(sourcesOf network: Network, steps: Int) {
        var populations: [(name: String, events: Events)] = []
        for population in network.populations {
            let arena = Arena()
            var events = Events(offsets: [0], neurons: [])
            switch population.cell {
            case .input, .neuron: continue
            case .spikeSourceArray(let times):
                let given = GivenSpikes(times: times, timestep: network.timestep, in: arena)
                for step in 0..<steps {
                    if step < given.steps {
                        for k in given.offsets[step]..<given.offsets[step + 1] { events.neurons.append(given.neurons[k]) }
                    }
                    events.offsets.append(Int32(events.neurons.count))
                }
            case .spikeSourcePoisson:
                guard let poisson = PoissonSpikes(population, of: network, in: arena) else { continue }
                let list: UnsafeMutablePointer<Int32> = arena.allocate(count: population.size * poisson.multiplicity)
                for step in 0..<steps {
                    let count = poisson.write(0..<population.size, at: step, to: list)
                    events.neurons.append(contentsOf: UnsafeBufferPointer(start: list, count: count))
                    events.offsets.append(Int32(events.neurons.count))
                }
            }
            populations.append((population.name, events))
        }
        self.init(populations)
    }
}

extension PoissonSpikes {
    /// Nil when the population is not a `spike_source_poisson`.
    init?(_ population: Population, of network: Network, in arena: Arena) {
        guard case .spikeSourcePoisson(let rate, let start, let duration) = population.cell else { return nil }
        let purpose = Philox(seed: network.seed, purpose: "rate/\(population.name)")
        self.init(
            rates: rate.values(count: population.size, random: purpose), start: start, duration: duration, timestep: network.timestep,
            random: Philox(seed: network.seed, purpose: "spikes/\(population.name)"), in: arena)
    }
}
