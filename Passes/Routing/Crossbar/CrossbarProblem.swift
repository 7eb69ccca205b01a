package import Chips

/// What one execution must hold: neurons with their inputs, whichever come from the host and whichever from neurons of the same execution.
package struct CrossbarProblem: Sendable {
    package struct Neuron: Hashable, Sendable {
        package var population: Int
        package var index: Int
        /// Whether its spikes must be told apart by the host.
        package var isRecorded: Bool

        package init(population: Int, index: Int, isRecorded: Bool) {
            self.population = population
            self.index = index
            self.isRecorded = isRecorded
        }
    }

    package enum Source: Hashable, Sendable {
        case external(population: Int, index: Int)
        /// Of `neurons`.
        case neuron(Int)
    }

    /// All synapses of one source onto one neuron: the sums of its weights by receptor, in steps of the chip's weight.
    package struct Entry: Hashable, Sendable {
        package var target: Int32
        package var excitatory: Int32
        package var inhibitory: Int32
        /// Whether weights of these synapses may have either sign, as the projection has both.
        package var isSigned: Bool

        package init(target: Int32, excitatory: Int32, inhibitory: Int32, isSigned: Bool) {
            self.target = target
            self.excitatory = excitatory
            self.inhibitory = inhibitory
            self.isSigned = isSigned
        }
    }

    package var crossbar: LabelledCrossbar
    package var neurons: [Neuron]
    package var sources: [Source]
    /// By source: its entries, targets ascending.
    package var entries: [[Entry]]
    /// Largest weight of one synapse: 63.
    package var largestWeight: Int

    package init(_ crossbar: LabelledCrossbar, neurons: [Neuron], sources: [Source], entries: [[Entry]], largestWeight: Int) {
        self.crossbar = crossbar
        self.neurons = neurons
        self.sources = sources
        self.entries = entries
        self.largestWeight = largestWeight
    }
}

/// How signs become rows; the later ones need fewer synapses.
package enum SignPolicy: String, CaseIterable, Hashable, Sendable {
    /// Every synapse of a projection with weights of both signs has an excitatory and an inhibitory twin, so that weights may change
    /// their sign on the same map.
    case pairs
    /// Only sources that have weights of both signs have twins (Dale's law holds for the others).
    case sources
    /// Only the synapse that the sign of the weight asks for.
    case weights
}

/// Synapses that each entry takes by receptor under a policy.
package struct CrossbarDemands: Sendable {
    package struct Cells: Hashable, Sendable {
        var target: Int32
        var excitatory: Int32
        var inhibitory: Int32
        /// The sums of weights that these synapses share.
        var excitatoryWeight: Int32
        var inhibitoryWeight: Int32
    }

    /// By source.
    let cells: [[Cells]]
    /// By neuron: all synapses onto it by receptor.
    let excitatory: [Int]
    let inhibitory: [Int]

    init(_ problem: CrossbarProblem, _ policy: SignPolicy) {
        let most = Int32(problem.largestWeight)
        func count(_ weight: Int32) -> Int32 { (weight + most - 1) / most }
        var excitatory = [Int](repeating: 0, count: problem.neurons.count)
        var inhibitory = excitatory
        var cells: [[Cells]] = []
        for row in problem.entries {
            let hasBoth = row.contains { $0.excitatory > 0 } && row.contains { $0.inhibitory > 0 }
            var list: [Cells] = []
            list.reserveCapacity(row.count)
            for entry in row {
                var (e, i) = (count(entry.excitatory), count(entry.inhibitory))
                let twins = policy == .pairs ? entry.isSigned : policy == .sources && hasBoth && entry.isSigned
                if twins { (e, i) = (max(e, i, 1), max(e, i, 1)) }
                if e == 0, i == 0 { continue }
                excitatory[Int(entry.target)] += Int(e)
                inhibitory[Int(entry.target)] += Int(i)
                list.append(
                    Cells(
                        target: entry.target, excitatory: e, inhibitory: i, excitatoryWeight: entry.excitatory,
                        inhibitoryWeight: entry.inhibitory))
            }
            cells.append(list)
        }
        (self.cells, self.excitatory, self.inhibitory) = (cells, excitatory, inhibitory)
    }
}
