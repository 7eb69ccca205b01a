import Diagnostics
import Networks
import Numerics
import YAML

extension NetworkReader {
    mutating func readPopulations(_ node: Node?, into network: inout Network) {
        guard let node else { return }
        guard let entries = node.mapping, !entries.isEmpty else {
            if node.isNull || node.mapping != nil {
                collector.report(
                    Diagnostic(
                        .noPopulations, "the network has no populations", at: node.place,
                        help: "add at least one, such as 'hidden: {size: 128, cell: lif}'"))
            } else {
                var reader = MappingReader(node, of: "'populations' of the network")
                reader.finish(into: &collector)
            }
            return
        }
        for entry in entries { network.populations.append(readPopulation(entry)) }
    }

    private mutating func readPopulation(_ entry: Node.Entry) -> Population {
        var draft = PopulationDraft(name: entry.key, units: .physical, place: entry.keyPlace)
        checkName(entry.key, of: draft.owner, at: entry.keyPlace)
        var reader = MappingReader(entry.value, of: draft.owner)
        draft.shape = readShape(&reader, draft, entry)
        let cellNode = reader.required("cell")
        draft.units = reader.value("units", .choice(of: Population.Units.self), default: .physical)
        let variant = cellNode.flatMap { readCellName($0, draft, &reader) }
        if let variant { draft.cell = readCell(variant, draft) }
        if let variant, let kind = NeuronModel.Kind(rawValue: variant.name), draft.units == .normalized, kind.isPyNN {
            reader.report(
                Diagnostic(
                    .normalizedCell, "\(draft.owner) has units: normalized, but its cell '\(variant.name)' computes in mV and nA",
                    at: reader.optional("units")?.place, help: "remove 'units: normalized', or use the cell 'lif'"))
        }
        let recordNode = reader.optional("record")
        let record = recordNode.flatMap { readRecord($0, variant, draft) } ?? []
        reader.finish(into: &collector)
        draftIndex[draft.name] = draftIndex[draft.name] ?? drafts.count
        drafts.append(draft)
        return Population(
            draft.name, shape: draft.shape ?? [1], cell: draft.cell ?? .input, units: draft.units, record: record, place: entry.keyPlace)
    }

    /// The names of all cells, in the order of the documentation.
    static var cellNames: [String] {
        ["input", "spike_source_array", "spike_source_poisson"] + NeuronModel.Kind.allCases.map(\.rawValue)
    }

    /// Standard cells of PyNN 0.13 that have no place in a network that is to be lowered, in lower case.
    private static let otherPyNNCells = [
        "if_cond_alpha", "if_cond_exp_gsfa_grr", "if_facets_hardware1", "hh_cond_exp", "eif_cond_alpha_isfa_ista",
        "eif_cond_exp_isfa_ista", "adexp", "izhikevich", "gif_cond_exp", "spikesourcepoissonrefractory", "spikesourcegamma",
        "spikesourceinhgamma", "multicompartmentneuron",
    ]

    private mutating func readCellName(_ node: Node, _ draft: PopulationDraft, _ reader: inout MappingReader) -> Variant? {
        let name = node.scalar?.text ?? node.mapping?.first?.key ?? ""
        guard Self.otherPyNNCells.contains(name.lowercased()) else {
            return reader.read(node, as: "cell", .variant(among: Self.cellNames))
        }
        reader.report(
            Diagnostic(
                .unsupportedCell, "\(draft.owner) has PyNN's cell '\(name)', which Spikewright does not know",
                at: node.mapping?.first?.keyPlace ?? node.place,
                help:
                    "the cells are \(Self.cellNames.joined(separator: ", ")); if_cond_exp is the one with conductances")
        )
        return nil
    }

    private mutating func readShape(_ reader: inout MappingReader, _ draft: PopulationDraft, _ entry: Node.Entry) -> [Int]? {
        let size = reader.optional("size")
        let shape = reader.optional("shape")
        if let shape, size != nil {
            reader.report(
                Diagnostic(
                    .sizeTwice, "\(draft.owner) has both 'size' and 'shape'", at: shape.place,
                    help: "keep 'shape' where neurons lie on axes, 'size' otherwise"))
            return nil
        }
        let lengths: [Int]?
        if let size {
            lengths = reader.read(size, as: "size", .integer(atLeast: 1)).map { [$0] }
        } else if let shape {
            lengths = reader.read(shape, as: "shape", .list(of: .integer(atLeast: 1), count: 1...8))
        } else {
            // A value that is no mapping was reported as such.
            if entry.value.mapping != nil || entry.value.isNull {
                reader.report(
                    Diagnostic(
                        .sizeMissing, "\(draft.owner) has neither 'size' nor 'shape'", at: entry.keyPlace,
                        help: "add 'size: 128', or 'shape: [channels, height, width]'"))
            }
            return nil
        }
        guard let lengths else { return nil }
        guard let count = product(lengths), count <= Self.largestPopulation else {
            let count = product(lengths).map { "\($0)" } ?? "more than \(Int.max)"
            reader.report(
                Diagnostic(
                    .populationTooLarge, "\(draft.owner) has \(count) neurons, more than the \(Self.largestPopulation) of a population",
                    at: (size ?? shape)?.place, help: "divide it into several populations"))
            return nil
        }
        return lengths
    }

    private mutating func readRecord(_ node: Node, _ variant: Variant?, _ draft: PopulationDraft) -> Set<Recordable>? {
        let name = "'record' of \(draft.owner)"
        let reading: Reading<[Recordable]> =
            node.sequence == nil ? Reading.choice(of: Recordable.self).map { [$0] } : .list(of: .choice(of: Recordable.self))
        guard let wanted = attempt({ () throws(DiagnosticsError) in try reading.parse(node, name) }) else { return nil }
        guard let cell = variant?.name else { return Set(wanted) }
        let possible = recordables(of: cell)
        for (index, recordable) in wanted.enumerated() where !possible.contains(recordable) {
            collector.report(
                Diagnostic(
                    .cannotRecord, "\(draft.owner) has the cell '\(cell)', of which '\(recordable.rawValue)' cannot be recorded",
                    at: node.sequence?[index].place ?? node.place,
                    help: "of '\(cell)' can be recorded: \(possible.sorted().map(\.rawValue).joined(separator: ", "))"))
        }
        return Set(wanted)
    }
}

/// What can be recorded of a cell.
func recordables(of cell: String) -> [Recordable] {
    guard let kind = NeuronModel.Kind(rawValue: cell) else { return [.spikes] }
    let adaptation: [Recordable] = kind == .adaptive ? [.a] : []
    switch kind {
    case .rate: return [.v]
    case .leakyReadout: return [.v, .i]
    default: return [.spikes, .v, .i] + adaptation
    }
}

extension NeuronModel.Kind {
    /// Whether it is one of PyNN's standard cells, in mV, nA and nF.
    var isPyNN: Bool { definition(of: .cm) != nil }
    var spikes: Bool { NeuronModel(self).spikes }
}

/// The product, or nil when it does not fit in 64 bits.
func product(_ factors: [Int]) -> Int? {
    var product = 1
    for factor in factors {
        let (next, overflow) = product.multipliedReportingOverflow(by: factor)
        if overflow { return nil }
        product = next
    }
    return product
}
