import Chips
import Diagnostics
import Networks
import Numerics
import YAML

/// Tables with one row for each element: `slices` [population, first neuron, neurons, core, offset], `cores` [usage of each resource],
/// `nets` [0 for a slice or 1 for a host population, its index, first neuron, neurons, then pairs of target core and axons] with
/// `traffic` beside them.
extension CoreGraph {
    var entries: [Node.Entry] {
        let slices = slices.map { Node.row([$0.population.index, $0.neurons.lowerBound, $0.neurons.count, $0.core.index, $0.offset]) }
        let nets = nets.map { net -> Node in
            let source: [Int] =
                switch net.source {
                case .slice(let slice): [0, slice.index]
                case .host(let population): [1, population.index]
                }
            let targets = zip(net.targets, net.axonCounts).flatMap { [$0.index, $1] }
            return .row(source + [net.neurons.lowerBound, net.neurons.count] + targets)
        }
        return [
            Node.Entry("slices", Node(slices)), Node.Entry("cores", Node(cores.map { .row($0.usage) })), Node.Entry("nets", Node(nets)),
            Node.Entry("traffic", Node(self.nets.map { Node($0.traffic) })),
        ]
    }

    init?(_ reader: inout MappingReader, _ quantized: QuantizedNetwork) {
        let resources = quantized.chip.resources.count
        guard let sliceRows = reader.required("slices", .list(of: .row(5))),
            let usage = reader.required("cores", .list(of: .row(resources))),
            let netRows = reader.required("nets", .list(of: .list(of: .integer(atLeast: 0), count: 4...Int.max))),
            let traffic = reader.required("traffic", .list(of: .real(atLeast: 0), count: netRows.count...netRows.count))
        else { return nil }
        let populations = quantized.network.populations
        func neurons(_ population: Int, _ first: Int, _ count: Int) -> Range<Int>? {
            guard population < populations.count, first <= populations.elements[population].size,
                count <= populations.elements[population].size - first
            else { return nil }
            return first..<first + count
        }
        var slices = Table<Slice>()
        var byCore = [[ID<Slice>]](repeating: [], count: usage.count)
        for row in sliceRows {
            guard let range = neurons(row[0], row[1], row[2]), row[3] < usage.count else {
                reader.report(stageFault("slice \(slices.count) names a population, neuron or core that does not exist", reader))
                return nil
            }
            byCore[row[3]].append(slices.append(Slice(population: ID(row[0]), neurons: range, core: ID(row[3]), offset: row[4])))
        }
        let cores = usage.indices.map { core in
            VirtualCore(slices: byCore[core].sorted { slices[$0].offset < slices[$1].offset }, usage: usage[core])
        }
        var nets = Table<Net>()
        for (row, traffic) in zip(netRows, traffic) {
            let isHost = row[0] == 1
            let limit = isHost ? populations.count : slices.count
            let pairs = stride(from: 4, to: row.count, by: 2)
            guard row[0] <= 1, row[1] < limit, row.count.isMultiple(of: 2), pairs.allSatisfy({ row[$0] < cores.count }),
                let range = neurons(isHost ? row[1] : slices[ID(row[1])].population.index, row[2], row[3])
            else {
                reader.report(stageFault("net \(nets.count) names a source, neuron or core that does not exist", reader))
                return nil
            }
            nets.append(
                Net(
                    source: isHost ? .host(ID(row[1])) : .slice(ID(row[1])), neurons: range, targets: pairs.map { ID(row[$0]) },
                    axonCounts: pairs.map { row[$0 + 1] }, traffic: traffic))
        }
        self.init(quantized: quantized, slices: slices, cores: Table(cores), nets: nets)
    }
}

func stageFault(_ message: String, _ reader: MappingReader) -> Diagnostic {
    Diagnostic("stage-reference", message, at: reader.place, help: "print the stage again with --print-after, and change it with care")
}
