import Chips
import Networks
import Numerics

extension CrossbarRoutes {
    /// Checks that every execution can be loaded, and that it computes the network: each event is followed through nodes, masks and rows, and
    /// the sums of weights that arrive at each neuron by source and receptor are those of the network; nothing is missing, nothing else arrives.
    func verify(_ graph: PlacedGraph, _ check: inout InvariantCheck) {
        let core = graph.coreGraph
        check.require(executions.count == core.cores.count, "\(executions.count) executions for \(core.cores.count) cores")
        guard executions.count == core.cores.count else { return }
        let most = core.quantized.chip.formats.weight.mantissas(.excitatory, bits: core.quantized.chip.formats.weight.bits.last ?? 1)
        for id in core.cores.ids {
            let execution = executions[id.index]
            for violation in execution.violations(largestWeight: most.range.upperBound).prefix(20) {
                check.violated("execution \(id): \(violation)")
            }
            ExecutionOracle(core, id, execution).compare(&check)
        }
    }
}

/// Holds what an execution does against what the network asks.
private struct ExecutionOracle {
    let graph: CoreGraph
    let core: ID<VirtualCore>
    let execution: CrossbarConfiguration
    /// By circuit: the neuron, by its number in the execution.
    let owner: [Int]
    /// By population: the first neuron in the execution by number, or nil.
    let numbers: [[Int: Int]]

    init(_ graph: CoreGraph, _ core: ID<VirtualCore>, _ execution: CrossbarConfiguration) {
        (self.graph, self.core, self.execution) = (graph, core, execution)
        var owner = [Int](repeating: -1, count: execution.crossbar.circuitCount)
        var numbers = [[Int: Int]](repeating: [:], count: graph.quantized.network.populations.count)
        for (number, neuron) in execution.neurons.enumerated() {
            for circuit in neuron.circuits where owner.indices.contains(circuit) { owner[circuit] = number }
            if numbers.indices.contains(neuron.population) { numbers[neuron.population][neuron.index] = number }
        }
        (self.owner, self.numbers) = (owner, numbers)
    }

    func compare(_ check: inout InvariantCheck) {
        let network = graph.quantized.network
        for slice in graph.cores[core].slices.map({ graph.slices[$0] }) {
            for index in slice.neurons where numbers[slice.population.index][index] == nil {
                check.violated("execution \(core) lacks neuron \(index) of '\(network.populations[slice.population].name)'")
            }
        }
        let propagation = CrossbarPropagation(execution)
        var labels: [[Int: [Int]]] = Array(repeating: [:], count: network.populations.count)
        for external in execution.externals { labels[external.population][external.index] = external.labels }
        var faults = 0
        for population in network.populations.ids {
            let projections = network.projections.ids.filter { network.projections[$0].pre == population }
            let rows = projections.map { QuantizedRows($0, of: graph.quantized) }
            for index in 0..<network.populations[population].size {
                let wanted = wanted(by: index, of: population, projections, rows)
                let firings: [CrossbarPropagation.Firing]
                if let number = numbers[population.index][index] {
                    firings = propagation.firings(of: execution.neurons[number])
                } else {
                    firings = (labels[population.index][index] ?? []).flatMap { propagation.firings(ofExternal: $0) }
                }
                var given = [Int](repeating: 0, count: 2 * execution.neurons.count)
                for firing in firings {
                    let hemisphere = firing.row / execution.crossbar.rows
                    let circuit = execution.crossbar.circuit(column: firing.column, hemisphere: hemisphere)
                    guard owner[circuit] >= 0 else { continue }
                    given[2 * owner[circuit] + (firing.isExcitatory ? 0 : 1)] += firing.weight
                }
                for place in given.indices where given[place] != wanted[place] && faults < 20 {
                    faults += 1
                    let target = execution.neurons[place / 2]
                    check.violated(
                        "execution \(core): '\(network.populations[population].name)' \(index) reaches '\(network.populations[ID(target.population)].name)' \(target.index) with \(place % 2 == 0 ? "excitatory" : "inhibitory") weight \(given[place]), the network asks for \(wanted[place])"
                    )
                }
            }
        }
    }

    /// Sums of weights from one source, [neuron of the execution · 2 + receptor].
    private func wanted(by index: Int, of population: ID<Population>, _ projections: [ID<Projection>], _ rows: [QuantizedRows]) -> [Int] {
        var sums = [Int](repeating: 0, count: 2 * execution.neurons.count)
        var (scratch, row) = (SynapseRow(), QuantizedRow())
        for (projection, rows) in zip(projections, rows) {
            let post = graph.quantized.network.projections[projection].post
            for slice in graph.cores[core].slices.map({ graph.slices[$0] }) where slice.population == post {
                rows.read(index, targets: slice.neurons, scratch: &scratch, into: &row)
                for n in 0..<row.count {
                    guard let number = numbers[post.index][Int(row.targets[n])] else { continue }
                    let weight = Int(row.mantissas[n])
                    sums[2 * number + (weight < 0 ? 1 : 0)] += abs(weight)
                }
            }
        }
        return sums
    }
}
