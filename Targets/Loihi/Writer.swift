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
        let origins = try writeOrigins(file)
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
            var rows: [(neuron: Int32, core: Int, axon: Int)] = []
            for (index, connection) in graph.connections.enumerated() {
                guard graph.nets[connection.net].source == .host(population) else { continue }
                let core = graph.placed.physicalCore(of: connection.target)
                for (place, neuron) in builder.connections.sources(of: index).enumerated() {
                    rows.append((neuron, core, connection.firstAxon + place))
                }
            }
            rows.sort { ($0.neuron, $0.core, $0.axon) < ($1.neuron, $1.core, $1.axon) }
            let table = "inputs/\(number)"
            try file.write(rows.map { UInt32($0.neuron) }, to: "\(table)/neuron")
            try file.write(rows.map { UInt32(mesh.chip(ofCore: $0.core)) }, to: "\(table)/dstChipId")
            try file.write(rows.map { UInt32(mesh.localCore(ofCore: $0.core)) }, to: "\(table)/dstCoreId")
            try file.write(rows.map { UInt32($0.axon) }, to: "\(table)/dstSynMapId")
            tables.append(table)
        }
        return tables
    }

    /// The potential of a membrane register of 0, by neuron: one number where all agree, else a dataset.
    private func writeOrigins(_ file: HDF5File) throws(DiagnosticsError) -> [JSONValue] {
        var origins: [JSONValue] = []
        for (number, population) in graph.neuronPopulations.enumerated() {
            let values = graph.membraneOrigins(of: population)
            if let first = values.first, values.allSatisfy({ $0 == first }) {
                origins.append(.number(first))
            } else {
                try file.write(values, to: "populations/\(number)/membraneOrigin")
                origins.append(.string("populations/\(number)/membraneOrigin"))
            }
        }
        return origins
    }
}

extension RoutedGraph {
    /// The model's absolute potential for which the integer membrane is 0, by neuron.
    func membraneOrigins(of population: ID<Population>) -> [Double] {
        guard let neurons = placed.coreGraph.quantized.compartments(of: population), let dynamics = network.dynamics(of: population) else {
            preconditionFailure("bug: a population on the chip has no dynamics")
        }
        return zip(neurons.origin, dynamics.rest).map { $0 + $1 }
    }
}
