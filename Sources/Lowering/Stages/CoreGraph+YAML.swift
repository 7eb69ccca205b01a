import Chips
import Diagnostics
import Networks
import Numerics
import YAML

/// Tables with one row for each element: `slices` [population, first neuron, neurons, core, offset], `cores` [usage of each resource],
/// `nets` [0 for a slice, 1 for a host population or 2 for a delay extension, its index, first neuron, neurons, then pairs of target core
/// and axons] with `traffic` beside them. Where sources live on cores, `roles` has [0 neurons, 1 sources] or [2, delayed core, stages,
/// steps] for each core.
extension CoreGraph {
    var entries: [Node.Entry] {
        let slices = slices.map { Node.row([$0.population.index, $0.neurons.lowerBound, $0.neurons.count, $0.core.index, $0.offset]) }
        let nets = nets.map { net -> Node in
            let source: [Int] =
                switch net.source {
                case .slice(let slice): [0, slice.index]
                case .host(let population): [1, population.index]
                case .delayed(let core): [2, core.index]
                }
            let targets = zip(net.targets, net.axonCounts).flatMap { [$0.index, $1] }
            return .row(source + [net.neurons.lowerBound, net.neurons.count] + targets)
        }
        var entries = [Node.Entry("slices", Node(slices)), Node.Entry("cores", Node(cores.map { .row($0.usage) }))]
        if chip.sourcePlace == .cores { entries.append(Node.Entry("roles", Node(cores.map(\.role.row)))) }
        entries.append(Node.Entry("nets", Node(nets)))
        entries.append(Node.Entry("traffic", Node(self.nets.map { Node($0.traffic) })))
        return entries
    }

    init?(_ reader: inout MappingReader, _ quantized: QuantizedNetwork) {
        let resources = quantized.chip.resources.count
        guard let sliceRows = reader.required("slices", .list(of: .row(5))),
            let usage = reader.required("cores", .list(of: .row(resources))),
            let netRows = reader.required("nets", .list(of: .list(of: .integer(atLeast: 0), count: 4...Int.max))),
            let traffic = reader.required("traffic", .list(of: .real(atLeast: 0), count: netRows.count...netRows.count))
        else { return nil }
        var roles = [CoreRole](repeating: .neurons, count: usage.count)
        if quantized.chip.sourcePlace == .cores {
            guard let rows = reader.required("roles", .list(of: .list(of: .integer(atLeast: 0)), count: usage.count...usage.count)) else {
                return nil
            }
            for (core, row) in rows.enumerated() {
                guard let role = CoreRole(row: row, cores: usage.count) else {
                    reader.report(stageFault("core \(core) has no role that there is", reader))
                    return nil
                }
                roles[core] = role
            }
        }
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
            VirtualCore(slices: byCore[core].sorted { slices[$0].offset < slices[$1].offset }, usage: usage[core], role: roles[core])
        }
        var nets = Table<Net>()
        for (row, traffic) in zip(netRows, traffic) {
            let limit = [slices.count, populations.count, cores.count][min(row[0], 2)]
            var population: Int?
            if row[0] <= 2, row[1] < limit {
                switch row[0] {
                case 0: population = slices[ID(row[1])].population.index
                case 1: population = row[1]
                default:
                    if case .delayExtension(let original, _, _) = roles[row[1]], let slice = cores[original.index].slices.first {
                        population = slices[slice].population.index
                    }
                }
            }
            let pairs = stride(from: 4, to: row.count, by: 2)
            guard let population, row.count.isMultiple(of: 2), pairs.allSatisfy({ row[$0] < cores.count }),
                let range = neurons(population, row[2], row[3])
            else {
                reader.report(stageFault("net \(nets.count) names a source, neuron or core that does not exist", reader))
                return nil
            }
            nets.append(
                Net(
                    source: row[0] == 0 ? .slice(ID(row[1])) : row[0] == 1 ? .host(ID(row[1])) : .delayed(ID(row[1])), neurons: range,
                    targets: pairs.map { ID(row[$0]) },
                    axonCounts: pairs.map { row[$0 + 1] }, traffic: traffic))
        }
        self.init(quantized: quantized, slices: slices, cores: Table(cores), nets: nets)
    }
}

func stageFault(_ message: String, _ reader: MappingReader) -> Diagnostic {
    Diagnostic("stage-reference", message, at: reader.place, help: "print the stage again with --print-after, and change it with care")
}

extension CoreRole {
    fileprivate var row: Node {
        switch self {
        case .neurons: .row([0])
        case .source: .row([1])
        case .delayExtension(let core, let stages, let steps): .row([2, core.index, stages, steps])
        }
    }

    fileprivate init?(row: [Int], cores: Int) {
        switch (row.first, row.count) {
        case (0, 1): self = .neurons
        case (1, 1): self = .source
        case (2, 4) where row[1] < cores: self = .delayExtension(of: ID(row[1]), stages: row[2], stepsPerStage: row[3])
        default: return nil
        }
    }
}
