import Chips
import Lowering
import Networks
import Numerics

/// Which neurons one execution computes, and what it takes to do so as a problem for `CrossbarSearch`.
struct ExecutionContents: Hashable, Sendable {
    struct Part: Hashable, Sendable {
        var population: ID<Population>
        var neurons: Range<Int>
    }

    /// By population, then first neuron.
    var parts: [Part]

    init(_ parts: [Part]) { self.parts = parts.sorted { ($0.population, $0.neurons.lowerBound) < ($1.population, $1.neurons.lowerBound) } }

    /// Neurons of other executions are sources from outside, as the host's are: it replays their spikes.
    func problem(of quantized: QuantizedNetwork, on crossbar: LabelledCrossbar) -> CrossbarProblem {
        let network = quantized.network
        var neurons: [CrossbarProblem.Neuron] = []
        var first = [[(neurons: Range<Int>, number: Int)]](repeating: [], count: network.populations.count)
        for part in parts {
            first[part.population.index].append((part.neurons, neurons.count))
            let spikes = quantized.neurons(of: part.population)?.spikes ?? true
            for index in part.neurons { neurons.append(.init(population: part.population.index, index: index, isRecorded: spikes)) }
        }
        var sources: [CrossbarProblem.Source] = []
        var entries: [[CrossbarProblem.Entry]] = []
        var sums = [(excitatory: Int32, inhibitory: Int32, isSigned: Bool)](repeating: (0, 0, false), count: neurons.count)
        var (scratch, row) = (SynapseRow(), QuantizedRow())
        for population in network.populations.ids {
            let projections = network.projections.ids.filter { id in
                network.projections[id].pre == population && !first[network.projections[id].post.index].isEmpty
            }
            let rows = projections.map { QuantizedRows($0, of: quantized) }
            if projections.isEmpty { continue }
            for index in 0..<network.populations[population].size {
                var touched: [Int] = []
                for (projection, rows) in zip(projections, rows) {
                    let isSigned = quantized.synapses(of: projection).mode == .mixed
                    for (range, number) in first[network.projections[projection].post.index] {
                        rows.read(index, targets: range, scratch: &scratch, into: &row)
                        for n in 0..<row.count {
                            let target = number + Int(row.targets[n]) - range.lowerBound
                            if sums[target] == (0, 0, false) { touched.append(target) }
                            let weight = Int32(row.mantissas[n])
                            if weight > 0 { sums[target].excitatory += weight } else { sums[target].inhibitory -= weight }
                            sums[target].isSigned = sums[target].isSigned || isSigned
                        }
                    }
                }
                if touched.isEmpty { continue }
                entries.append(
                    touched.sorted().map { target in
                        defer { sums[target] = (0, 0, false) }
                        return .init(
                            target: Int32(target), excitatory: sums[target].excitatory, inhibitory: sums[target].inhibitory,
                            isSigned: sums[target].isSigned)
                    })
                if let place = first[population.index].first(where: { $0.neurons.contains(index) }) {
                    sources.append(.neuron(place.number + index - place.neurons.lowerBound))
                } else {
                    sources.append(.external(population: population.index, index: index))
                }
            }
        }
        let format = quantized.chip.formats.weight
        let most = format.mantissas(.excitatory, bits: format.bits.last ?? 1).range.upperBound
        return CrossbarProblem(crossbar, neurons: neurons, sources: sources, entries: entries, largestWeight: most)
    }
}
