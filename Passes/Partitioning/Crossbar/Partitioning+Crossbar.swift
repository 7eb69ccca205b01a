import Chips
import Diagnostics
import Lowering
import Networks
import Numerics

extension Partitioning {
    /// For a chip with a labelled crossbar: a core is an execution.
    func partition(_ quantized: QuantizedNetwork, on crossbar: LabelledCrossbar, _ traffic: TrafficModel) throws(DiagnosticsError)
        -> CoreGraph
    {
        let executions = try ExecutionPlan(quantized: quantized, crossbar: crossbar).run()
        let usable = quantized.chip.usableCoreCount
        guard executions.count <= usable else {
            throw DiagnosticsError(
                Diagnostic(
                    "fit-cores",
                    "network '\(quantized.network.name)' needs \(counted(executions.count, "execution")), and '\(quantized.chip.name)' has \(usable)",
                    help: "use fewer neurons, or a lower fan-in, so that more neurons fit into one execution"), isRefusal: true)
        }
        var slices: [Slice] = []
        for (number, execution) in executions.enumerated() {
            var offset = 0
            for part in execution.contents.parts {
                slices.append(Slice(population: part.population, neurons: part.neurons, core: ID(number), offset: offset))
                offset += part.neurons.count
            }
        }
        slices.sort { ($0.population, $0.neurons.lowerBound) < ($1.population, $1.neurons.lowerBound) }
        let cores = executions.enumerated().map { number, execution in
            VirtualCore(
                slices: slices.indices.filter { slices[$0].core.index == number }.sorted { slices[$0].offset < slices[$1].offset }
                    .map { ID($0) },
                usage: usage(of: execution.configuration, slices.filter { $0.core.index == number }, quantized.chip))
        }
        var graph = CoreGraph(quantized: quantized, slices: Table(slices), cores: Table(cores), nets: [])
        graph.nets = Table(nets(of: graph, traffic))
        return graph
    }

    private func usage(of configuration: CrossbarConfiguration, _ slices: [Slice], _ chip: Chip) -> [Int] {
        chip.resources.map { resource in
            switch resource.rule {
            case .crossbar(.circuits): configuration.usedCircuits
            case .crossbar(.rows): configuration.usedRows
            case .crossbar(.synapses): configuration.usedSynapses
            case .neurons(let each): each * slices.reduce(0) { $0 + $1.neurons.count }
            default: 0
            }
        }
    }

    /// A net for every host population and every slice that sends, in the order of populations.
    private func nets(of graph: CoreGraph, _ traffic: TrafficModel) -> [Net] {
        let network = graph.quantized.network
        var nets: [Net] = []
        for population in network.populations.ids {
            let projections = network.projections.ids.filter {
                network.projections[$0].pre == population && !network.populations[network.projections[$0].post].cell.isSource
            }
            let rows = projections.map { SynapseRows($0, of: network) }
            let isSource = network.populations[population].cell.isSource
            let parts: [(Net.Source, Range<Int>)] =
                isSource
                ? [(.host(population), 0..<network.populations[population].size)]
                : graph.slices(of: population).map { (.slice($0), graph.slices[$0].neurons) }
            for (source, neurons) in parts {
                var targets: [ID<VirtualCore>] = []
                var counts: [Int] = []
                for core in graph.cores.ids {
                    let count = neurons.count { neuron in
                        zip(projections, rows).contains { projection, rows in
                            graph.cores[core].slices.contains { slice in
                                let slice = graph.slices[slice]
                                guard slice.population == network.projections[projection].post else { return false }
                                if rows.structure == .dense { return true }
                                var row = SynapseRow()
                                rows.readTargets(neuron, targets: slice.neurons, into: &row)
                                return row.count > 0
                            }
                        }
                    }
                    if count > 0 {
                        targets.append(core)
                        counts.append(count)
                    }
                }
                if targets.isEmpty { continue }
                nets.append(
                    Net(
                        source: source, neurons: neurons, targets: targets, axonCounts: counts,
                        traffic: traffic.rates[population.index] * Double(neurons.count)))
            }
        }
        return nets
    }
}
