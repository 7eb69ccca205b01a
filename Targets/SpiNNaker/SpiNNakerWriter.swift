import Chips
import Diagnostics
import Lowering
import Networks
import Numerics
import Storage

/// Writes the artifact of a network for a SpiNNaker machine; Documentation/Targets/spinnaker.md explains every file.
struct SpiNNakerWriter {
    let graph: RoutedGraph
    let threads: Int

    /// Images kept in memory at once, for each thread.
    private static let coresAhead = 8

    func write(to directory: String) throws(DiagnosticsError) -> ArtifactReport {
        try SpiNNakerFamily().check(graph.chip)
        guard case .hexagonalTorus(let torus) = graph.chip.topology, let cores = SpiNNakerCores(graph, threads: threads) else {
            preconditionFailure("bug: a kind that the family does not know")
        }
        var artifact = try ArtifactBuilder(graph, family: SpiNNakerFamily.name, at: directory)
        let order = graph.cores.ids.sorted { graph.placed.physicalCore(of: $0) < graph.placed.physicalCore(of: $1) }
        var listed: [JSONValue] = []
        var placements: [JSONValue] = []
        var used: [Int: Int] = [:]
        for start in stride(from: 0, to: order.count, by: Self.coresAhead * max(threads, 1)) {
            let batch = Array(order[start..<min(start + Self.coresAhead * max(threads, 1), order.count)])
            let images = parallelMap(batch, threads: threads) { id -> (memory: CoreMemory, bytes: [UInt8]) in
                let memory = cores.memory(of: id)
                return (memory, memory.bytes)
            }
            for (id, image) in zip(batch, images) {
                let core = graph.placed.physicalCore(of: id)
                let (x, y) = torus.position(ofRouter: torus.router(ofCore: core))
                let p = core % torus.coresPerChip
                let file = "core-\(x)-\(y)-\(p).bin"
                try ByteFile.write(image.bytes, to: artifact.path(of: file))
                try artifact.enter(file)
                used[torus.router(ofCore: core), default: 0] += image.bytes.count
                listed.append(
                    [
                        "x": .integer(x), "y": .integer(y), "p": .integer(p), "binary": .string(image.memory.binary), "file": .string(file),
                        "label": .string(image.memory.label),
                    ])
                placements.append(
                    ["vertex_label": .string(image.memory.label), "x": .integer(x), "y": .integer(y), "p": .integer(p)])
            }
        }
        try refuseFullChips(used, torus)
        let routers = try writeRouters(cores.routes, torus, &artifact)
        try write(.array(placements), to: "placements.json", &artifact)
        try write(MachineJSON(graph.chip, torus).json, to: "machine.json", &artifact)
        let manifest = SpiNNakerManifest(graph: graph, torus: torus)
        return try artifact.publish(
            origins: [], axonTables: [],
            details: [
                ("populations", manifest.populations), ("inputs", manifest.inputs), ("cores", .array(listed)), ("routers", .array(routers)),
            ], notes: manifest.notes)
    }

    private func write(_ json: JSONValue, to name: String, _ artifact: inout ArtifactBuilder) throws(DiagnosticsError) {
        try ByteFile.write(json.text() + "\n", to: artifact.path(of: name))
        try artifact.enter(name)
    }

    /// A table of SARK's `rtr_entry_t` for each chip that has one, and all of them in PACMAN's JSON.
    private func writeRouters(
        _ routes: MulticastRoutes, _ torus: HexagonalTorus, _ artifact: inout ArtifactBuilder
    ) throws(DiagnosticsError) -> [JSONValue] {
        var listed: [JSONValue] = []
        var tables: [JSONValue] = []
        for table in routes.tables {
            let (x, y) = torus.position(ofRouter: table.router)
            let file = "router-\(x)-\(y).bin"
            var words: [UInt32] = []
            for (index, entry) in table.entries.enumerated() { words += [UInt32(index), entry.route, entry.key, entry.mask] }
            words += [UInt32](repeating: .max, count: 4)
            try ByteFile.write(CoreMemory.littleEndian(words), to: artifact.path(of: file))
            try artifact.enter(file)
            listed.append(["x": .integer(x), "y": .integer(y), "file": .string(file), "entries": .integer(table.entries.count)])
            let entries = table.entries.map { entry -> JSONValue in
                [
                    "key": .integer(Int(entry.key)), "mask": .integer(Int(entry.mask)), "defaultable": .bool(entry.isDefaultable),
                    "spinnaker_route": .integer(Int(entry.route)),
                ]
            }
            tables.append(["x": .integer(x), "y": .integer(y), "entries": .array(entries)])
        }
        try write(.array(tables), to: "routing_tables.json", &artifact)
        return listed
    }

    /// Images that a chip's SDRAM cannot hold together.
    private func refuseFullChips(_ used: [Int: Int], _ torus: HexagonalTorus) throws(DiagnosticsError) {
        let limit = SpiNNakerFields(graph.chip).sdramBytes
        guard let worst = used.filter({ $0.value > limit }).min(by: { ($1.value, $0.key) < ($0.value, $1.key) }) else { return }
        let (x, y) = torus.position(ofRouter: worst.key)
        throw DiagnosticsError(
            Diagnostic(
                "fit-sdram", "the cores of chip (\(x), \(y)) need \(worst.value) bytes of SDRAM, and a chip has \(limit)",
                help: "give populations fewer synapses, or more cores by --neurons-per-core, so that they spread over more chips"),
            isRefusal: true)
    }
}
