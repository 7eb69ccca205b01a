import Chips
import Diagnostics
import Networks
import YAML

/// Executions as tables: `neurons` [population, index, spike master or -1, address or -1, circuits…], `row_modes` as one letter for each row
/// (`-`, `e`, `i`), `driver_masks` with -1 for drivers that are off, `nodes` [input, output, mask, target], `externals` [population, index,
/// labels…], `synapses` [row, column, weight, label] of every synapse with a weight or a label.
extension CrossbarRoutes {
    var node: Node { Node(executions.map(\.node)) }

    init?(_ reader: inout MappingReader, _ crossbar: LabelledCrossbar, network: Network) {
        guard let node = reader.required("executions") else { return nil }
        var executions: [CrossbarConfiguration] = []
        for (number, item) in (node.sequence ?? []).enumerated() {
            guard let execution = CrossbarConfiguration(item, number, crossbar, network: network, into: &reader.collector) else {
                return nil
            }
            executions.append(execution)
        }
        self.init(executions: executions)
    }
}

extension CrossbarConfiguration {
    fileprivate var node: Node {
        let letters: [RowMode: Character] = [.disabled: "-", .excitatory: "e", .inhibitory: "i"]
        var synapses: [Node] = []
        for synapse in weights.indices where weights[synapse] != 0 || labels[synapse] != 0 {
            synapses.append(
                .row([synapse / crossbar.columns, synapse % crossbar.columns, Int(weights[synapse]), Int(labels[synapse])]))
        }
        return [
            "neurons": Node(neurons.map { .row([$0.population, $0.index, $0.spikeMaster ?? -1, $0.address ?? -1] + $0.circuits) }),
            "row_modes": Node(String(rowModes.map { letters[$0] ?? "-" })), "driver_masks": .row(driverMasks.map { $0 ?? -1 }),
            "nodes": Node(nodes.map { .row([$0.input, $0.output, $0.mask, $0.target]) }),
            "externals": Node(externals.map { .row([$0.population, $0.index] + $0.labels) }), "synapses": Node(synapses),
        ]
    }

    fileprivate init?(
        _ node: Node, _ number: Int, _ crossbar: LabelledCrossbar, network: Network, into collector: inout DiagnosticCollector
    ) {
        var reader = MappingReader(node, of: "execution \(number)")
        let integer = Reading<Int>.integer(atLeast: -1, atMost: 1 << 30)
        let neurons = reader.required("neurons", .list(of: .list(of: integer, count: 5...4 + crossbar.circuitCount)))
        let modes = reader.required("row_modes", .text)
        let drivers = LabelledCrossbar.hemispheres * crossbar.driversPerHemisphere
        let masks = reader.required("driver_masks", .list(of: integer, count: drivers...drivers))
        let nodes = reader.required("nodes", .list(of: .row(4)))
        let externals = reader.required("externals", .list(of: .list(of: integer, count: 2...2 + crossbar.busCount)))
        let synapses = reader.required("synapses", .list(of: .row(4)))
        reader.finish(into: &collector)
        guard let neurons, let modes, let masks, let nodes, let externals, let synapses else { return nil }
        let sizes = network.populations.map(\.size)
        func isNeuron(_ row: [Int]) -> Bool { sizes.indices.contains(row[0]) && (0..<sizes[row[0]]).contains(row[1]) }
        self.init(crossbar)
        let known: [Character: RowMode] = ["-": .disabled, "e": .excitatory, "i": .inhibitory]
        let read = modes.compactMap { known[$0] }
        guard read.count == crossbar.rowCount, neurons.allSatisfy(isNeuron), externals.allSatisfy(isNeuron),
            neurons.allSatisfy({ row in
                row.dropFirst(4).allSatisfy { (0..<crossbar.circuitCount).contains($0) } && row[2] < crossbar.circuitCount
                    && row[3] < 1 << crossbar.addressBits
            }), nodes.allSatisfy({ $0[0] < crossbar.inputCount && $0[1] < crossbar.outputCount }),
            synapses.allSatisfy({
                $0[0] < crossbar.rowCount && $0[1] < crossbar.columns && $0[2] <= UInt8.max && $0[3] < crossbar.labelCount
            })
        else {
            collector.report(stageFault("execution \(number) names a part that the chip or the network does not have", reader))
            return nil
        }
        rowModes = read
        driverMasks = masks.map { $0 < 0 ? nil : $0 }
        self.neurons = neurons.map {
            Neuron(
                population: $0[0], index: $0[1], circuits: Array($0.dropFirst(4)), spikeMaster: $0[2] < 0 ? nil : $0[2],
                address: $0[3] < 0 ? nil : $0[3])
        }
        self.nodes = nodes.map { Filter(input: $0[0], output: $0[1], mask: $0[2], target: $0[3]) }
        self.externals = externals.map { External(population: $0[0], index: $0[1], labels: Array($0.dropFirst(2))) }
        for row in synapses {
            let synapse = row[0] * crossbar.columns + row[1]
            (weights[synapse], labels[synapse]) = (UInt8(row[2]), UInt8(row[3]))
        }
    }
}
