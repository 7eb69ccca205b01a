import Chips
import Diagnostics
import Lowering
import Networks
import Numerics
import Storage

/// Writes the artifact of a network for Loihi: `manifest.json`, `chip.yaml`, `placement.json`, the register file `cores.h5`, and
/// `network.net` where NetX can express the network. `Documentation/Targets/loihi-artifact.md` says every bit.
struct LoihiWriter {
    let graph: RoutedGraph
    let threads: Int

    static let registerFile = "cores.h5"
    static let netxFile = "network.net"

    /// Cores whose buffers are kept in memory at once, for each thread.
    private static let coresAhead = 16

    func write(to directory: String) throws(DiagnosticsError) -> ArtifactReport {
        let fields = try LoihiFields(graph.chip)
        let (mesh, packing) = try LoihiChipCheck.check(graph.chip)
        var artifact = try ArtifactBuilder(graph, family: LoihiFamily.name, at: directory)
        let builder = CoreBuilder(graph, mesh: mesh, packing: packing, threads: threads)

        let file = try HDF5File.create(artifact.path(of: Self.registerFile))
        let order = graph.cores.ids.sorted { graph.placed.physicalCore(of: $0) < graph.placed.physicalCore(of: $1) }
        for start in stride(from: 0, to: order.count, by: Self.coresAhead * max(threads, 1)) {
            let batch = Array(order[start..<min(start + Self.coresAhead * max(threads, 1), order.count)])
            for core in parallelMap(batch, threads: threads, body: { builder.build($0) }) {
                try RegisterFileWriter(file: file, chip: graph.chip, mesh: mesh, fields: fields).write(core)
            }
        }
        let axonTables = try writeInputs(file, builder, mesh)
        let origins = try graph.writeMembraneOrigins(to: file, named: "membraneOrigin")
        try file.close()
        try artifact.enter(Self.registerFile)
        let (netx, notes) = try writeNetX(&artifact)
        return try artifact.publish(origins: origins, axonTables: axonTables, details: [("netx", netx)], notes: notes)
    }

    /// The network as a `.net` file, where NetX can express it.
    /// - Returns: what the manifest says of it, and what a user should know.
    private func writeNetX(_ artifact: inout ArtifactBuilder) throws(DiagnosticsError) -> (JSONValue, [String]) {
        switch NetXExport.express(graph.placed.coreGraph.quantized, threads: threads) {
        case .network(let network):
            try NetXFile.write(network, to: artifact.path(of: Self.netxFile))
            try artifact.enter(Self.netxFile)
            return (["file": .string(Self.netxFile)], [])
        case .unsuitable(let reason): return (["reason": .string(reason)], ["no \(Self.netxFile): \(reason)"])
        }
    }

    /// Which axon each source neuron drives: `inputs/<n>/{neuron, chip, core, axon}`, by neuron, then core.
    private func writeInputs(_ file: HDF5File, _ builder: CoreBuilder, _ mesh: Mesh) throws(DiagnosticsError) -> [String] {
        var tables: [String] = []
        for (number, population) in graph.sourcePopulations.enumerated() {
            let rows = AxonTable(fromHost: population, graph, builder.connections).rows
            let table = "inputs/\(number)"
            try file.write(rows.map(\.neuron), to: "\(table)/neuron")
            try file.write(rows.map { UInt32(mesh.chip(ofCore: $0.core)) }, to: "\(table)/dstChipId")
            try file.write(rows.map { UInt32(mesh.localCore(ofCore: $0.core)) }, to: "\(table)/dstCoreId")
            try file.write(rows.map(\.axon), to: "\(table)/dstSynMapId")
            tables.append(table)
        }
        return tables
    }
}
