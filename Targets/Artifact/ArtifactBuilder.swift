import Chips
import Diagnostics
import FrontEnd
import Lowering
import Networks
import Numerics
import Storage

/// What the artifacts of all families have in common: a directory that appears in one step, with a manifest, the chip as it was
/// compiled for, and a summary of the placement.
struct ArtifactBuilder: ~Copyable {
    private let directory: AtomicDirectory
    private let graph: RoutedGraph
    private let family: String
    private var files: [(name: String, bytes: Int, sha256: String)] = []

    init(_ graph: RoutedGraph, family: String, at path: String) throws(DiagnosticsError) {
        directory = try AtomicDirectory(at: path)
        self.graph = graph
        self.family = family
    }

    /// The path under which a file of the artifact is to be written.
    func path(of name: String) -> String { directory.file(name) }

    /// Enters a file that has been written.
    mutating func enter(_ name: String) throws(DiagnosticsError) {
        let bytes = try ByteFile.readRaw(directory.file(name))
        files.append((name, bytes.count, sha256(of: bytes)))
    }

    /// Writes what all artifacts have and puts the directory in place.
    /// - Parameter details: keys of the manifest that the family adds.
    consuming func publish(
        origins: [JSONValue], axonTables: [String], details: [(String, JSONValue)], notes: [String]
    ) throws(DiagnosticsError) -> ArtifactReport {
        try ByteFile.write(printChip(graph.chip), to: directory.file("chip.yaml"))
        try enter("chip.yaml")
        try PlacementSummary(graph).json.write(to: directory.file("placement.json"))
        try enter("placement.json")
        files.sort { $0.name < $1.name }
        let listed = files.map { file -> JSONValue in
            ["name": .string(file.name), "bytes": .integer(file.bytes), "sha256": .string(file.sha256)]
        }
        let manifest = ManifestWriter(graph: graph)
        var object = JSONObject([
            ("spikewright", .integer(ArtifactManifest.version)), ("family", .string(family)), ("network", .string(graph.network.name)),
            ("timestep_ms", .number(graph.network.timestep)),
            ("chip", ["name": .string(graph.chip.name), "title": .string(graph.chip.title)]),
            ("populations", .array(manifest.populations(origins: origins))), ("inputs", .array(manifest.inputs(axonTables: axonTables))),
            ("readout", manifest.readout),
        ])
        for (key, value) in details { object[key] = value }
        object["notes"] = .array(notes.map { .string($0) })
        object["files"] = .array(listed)
        let text = JSONValue.object(object).text() + "\n"
        try ByteFile.write(text, to: directory.file(AtomicDirectory.manifestName))
        var report = ArtifactReport(files: files.map { .init(name: $0.name, bytes: $0.bytes) }, notes: notes)
        report.files.append(.init(name: AtomicDirectory.manifestName, bytes: text.utf8.count))
        report.files.sort { $0.name < $1.name }
        try directory.publish()
        return report
    }
}

/// What the manifest says of the network: where neurons are and what their integers mean.
private struct ManifestWriter {
    let graph: RoutedGraph

    /// - Parameter origins: by population of neurons: the membrane's origin, a number or the name of a dataset.
    func populations(origins: [JSONValue]) -> [JSONValue] {
        zip(graph.neuronPopulations, origins).map { id, origin in
            let population = graph.network.populations[id]
            let parts = graph.placed.coreGraph.slices(of: id).sorted {
                graph.slices[$0].neurons.lowerBound < graph.slices[$1].neurons.lowerBound
            }
            return .object(
                JSONObject([
                    ("name", .string(population.name)), ("size", .integer(population.size)),
                    ("shape", .array(population.shape.map { .integer($0) })),
                    ("cell", .string(population.cell.name)),
                    (
                        "membrane",
                        ["scale": .number(graph.placed.coreGraph.quantized.neurons(of: id)?.scale ?? 1), "origin": origin]
                    ), ("parts", .array(parts.map { part(graph.slices[$0]) })),
                ]))
        }
    }

    private func part(_ slice: Slice) -> JSONValue {
        let core = graph.placed.physicalCore(of: slice.core)
        let (chip, local) =
            switch graph.chip.topology {
            case .mesh(let mesh): (mesh.chip(ofCore: core), mesh.localCore(ofCore: core))
            case .hexagonalTorus(let torus): (torus.router(ofCore: core), core % torus.coresPerChip)
            case .crossbar: (0, core)
            }
        return [
            "chip": .integer(chip), "core": .integer(local), "offset": .integer(slice.offset),
            "neurons": [.integer(slice.neurons.lowerBound), .integer(slice.neurons.upperBound)],
        ]
    }

    func inputs(axonTables: [String]) -> [JSONValue] {
        zip(graph.sourcePopulations, axonTables).map { id, table in
            let population = graph.network.populations[id]
            return .object(
                JSONObject([
                    ("name", .string(population.name)), ("size", .integer(population.size)),
                    ("shape", .array(population.shape.map { .integer($0) })),
                    ("cell", .string(population.cell.name)),
                    ("payload_scale", .number(graph.placed.coreGraph.quantized.payloadScale[id.index])), ("axons", .string(table)),
                ]))
        }
    }

    var readout: JSONValue {
        guard let readout = graph.network.readout else { return .null }
        return [
            "population": .string(graph.network.populations[readout.population].name), "decode": .string(readout.decode.rawValue),
            "skip": .integer(readout.skip),
        ]
    }
}

extension RoutedGraph {
    // Spelled out, because dynamic members go through key paths: a microsecond each, in loops over millions of axons.
    var network: Network { placed.coreGraph.quantized.network }
    var chip: Chip { placed.coreGraph.quantized.chip }
    var slices: Table<Slice> { placed.coreGraph.slices }
    var cores: Table<VirtualCore> { placed.coreGraph.cores }
    var nets: Table<Net> { placed.coreGraph.nets }

    /// Populations that live on the chip, in order.
    var neuronPopulations: [ID<Population>] { network.populations.ids.filter { !network.populations[$0].cell.isSource } }

    /// Populations whose spikes come from outside, in order.
    var sourcePopulations: [ID<Population>] { network.populations.ids.filter { network.populations[$0].cell.isSource } }
}
