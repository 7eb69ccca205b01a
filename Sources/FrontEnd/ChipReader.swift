import Chips
import Diagnostics
import YAML

/// Makes a `Chip` of a YAML tree and gathers the faults on the way; one value reads one tree.
struct ChipReader {
    /// Read before, from the files that the tree was merged from.
    let citations: [Chip.Citation]
    var collector = DiagnosticCollector()

    /// The version of the format that this reader knows.
    static let formatVersion = 1
    /// Emulators and placements have arrays over all cores.
    static let mostCores = 1 << 24
    /// Chips, tiles and cores per tile along one axis.
    static let longestAxis = 4096
    static let largestCapacity = 1 << 40

    init(citations: [Chip.Citation]) { self.citations = citations }

    mutating func chip(_ node: Node) throws(DiagnosticsError) -> Chip {
        var reader = MappingReader(node, of: "the chip")
        reportName(node, &reader)
        let name = reader.required("chip", .chipName)
        let title = reader.optional("title", .text)
        let family = reader.required("family", .chipName)
        reader.knows("spikewright", "base")
        let topology = reader.required("topology").flatMap { self.topology($0) }
        let resources = reader.required("resources").flatMap { self.resources($0) }
        let arithmetic = reader.required("arithmetic").flatMap { self.arithmetic($0) }
        let hasRegisters = arithmetic?.hasRegisters ?? (node["arithmetic"]?["integer_current"] != nil || node["arithmetic"]?.mapping == nil)
        let formats = reader.required("formats").flatMap { self.formats($0, hasRegisters: hasRegisters) }
        let learning = reader.optional("learning").flatMap { self.learning($0) }
        let costs = reader.optional("costs").flatMap { self.costs($0) } ?? Costs()
        let faults = reader.optional("faults").flatMap { self.faults($0, topology) } ?? Faults()
        let sourcePlace = reader.value("source_place", .choice(of: SourcePlace.self), default: .host)
        let fields = reader.optional("fields").map { self.fields($0) } ?? []
        reader.knows("sources")
        reader.finish(into: &collector)

        if let topology, let resources, let formats, let arithmetic {
            ChipChecks(node: node, topology: topology, resources: resources, formats: formats, arithmetic: arithmetic, faults: faults)
                .report(&collector)
        }
        try throwInOrder()
        guard let name, let family, let topology, let resources, let formats, let arithmetic else {
            preconditionFailure("bug: a chip is incomplete, and no fault was reported")
        }
        var chip = Chip(
            name: name, title: title ?? name, family: family, topology: topology, resources: resources, formats: formats,
            arithmetic: arithmetic, costs: costs, faults: faults, sourcePlace: sourcePlace, fields: fields, sources: citations,
            place: node.place)
        chip.learning = learning
        return chip
    }

    /// Other formats call it `name`.
    private func reportName(_ node: Node, _ reader: inout MappingReader) {
        guard node["chip"] == nil, let entry = node.mapping?.first(where: { $0.key == "name" }) else { return }
        reader.report(
            Diagnostic(
                "chip-name-key", "the name of a chip stands under 'chip'", at: entry.keyPlace, label: "did you mean 'chip'?",
                help: "write 'chip: \(entry.value.scalar?.text ?? "NAME")'"))
    }

    /// All faults, in the order of the file.
    private func throwInOrder() throws(DiagnosticsError) {
        guard collector.hasErrors else { return }
        func position(_ diagnostic: Diagnostic) -> SourceRange.Position { diagnostic.place?.start ?? .init(line: .max, column: 0) }
        let sorted = collector.diagnostics.enumerated().sorted { left, right in
            let (a, b) = (position(left.element), position(right.element))
            return a == b ? left.offset < right.offset : a < b
        }
        throw DiagnosticsError(sorted.map(\.element))
    }
}
