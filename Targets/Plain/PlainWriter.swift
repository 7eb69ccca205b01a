import Chips
import Diagnostics
import Lowering
import Networks
import Numerics
import Storage

/// Writes the artifact of a network for a chip of known kinds: `manifest.json`, `chip.yaml`, `placement.json` and the tables `cores.h5`.
/// `Documentation/Targets/plain-artifact.md` explains every one.
struct PlainWriter {
    let graph: RoutedGraph
    let threads: Int

    static let tableFile = "cores.h5"

    /// Cores whose tables are kept in memory at once, for each thread.
    private static let coresAhead = 16

    func write(to directory: String) throws(DiagnosticsError) -> ArtifactReport {
        try PlainFamily().check(graph.chip)
        guard case .mesh(let mesh) = graph.chip.topology else { preconditionFailure("bug: a topology that the family does not know") }
        var artifact = try ArtifactBuilder(graph, family: PlainFamily.name, at: directory)
        let builder = PlainCoreBuilder(graph, mesh: mesh, threads: threads)
        let file = try HDF5File.create(artifact.path(of: Self.tableFile))
        let order = graph.cores.ids.sorted { graph.placed.physicalCore(of: $0) < graph.placed.physicalCore(of: $1) }
        let batchSize = Self.coresAhead * max(threads, 1)
        for start in stride(from: 0, to: order.count, by: batchSize) {
            let batch = Array(order[start..<min(start + batchSize, order.count)])
            for core in parallelMap(batch, threads: threads, body: { builder.build($0) }) { try write(core, mesh, to: file) }
        }
        let axonTables = try writeInputs(file, builder.connections, mesh)
        let origins = try graph.writeMembraneOrigins(to: file, named: "membrane_origin")
        try file.close()
        try artifact.enter(Self.tableFile)
        let cores = order.map { core -> JSONValue in
            let number = graph.placed.physicalCore(of: core)
            return ["chip": .integer(mesh.chip(ofCore: number)), "core": .integer(mesh.localCore(ofCore: number))]
        }
        return try artifact.publish(origins: origins, axonTables: axonTables, details: [("cores", .array(cores))], notes: [])
    }

    private func write(_ core: PlainCore, _ mesh: Mesh, to file: HDF5File) throws(DiagnosticsError) {
        let group = "chip\(mesh.chip(ofCore: core.number))/core\(mesh.localCore(ofCore: core.number))"
        if let neurons = core.floatingPoint { try neurons.write(to: file, group) } else { try write(core.neurons, to: file, group) }
        try file.write(core.formats.map { UInt8($0.bits) }, to: "\(group)/formats/bits")
        try file.write(core.formats.map { UInt8(PlainTables.code(of: $0.mode)) }, to: "\(group)/formats/mode")
        try file.write(core.formats.map { Int8($0.exponent) }, to: "\(group)/formats/exponent")
        try file.write(core.firstSynapse, to: "\(group)/axons/first_synapse")
        try file.write(core.synapses.target, to: "\(group)/synapses/target")
        try file.write(core.synapses.weight, to: "\(group)/synapses/weight")
        try file.write(core.synapses.delay, to: "\(group)/synapses/delay")
        try file.write(core.synapses.format, to: "\(group)/synapses/format")
        try write(core.outputs, mesh, to: "\(group)/outputs", of: file)
        try RouteEntry.write(core.routes, to: file, group, mesh: mesh)
    }

    private func write(_ neurons: PlainCore.Neurons, to file: HDF5File, _ group: String) throws(DiagnosticsError) {
        try file.write(neurons.currentDecay, to: "\(group)/neurons/current_decay")
        try file.write(neurons.membraneDecay, to: "\(group)/neurons/membrane_decay")
        try file.write(neurons.threshold, to: "\(group)/neurons/threshold")
        try file.write(neurons.bias, to: "\(group)/neurons/bias")
        try file.write(neurons.biasExponent, to: "\(group)/neurons/bias_exponent")
        try file.write(neurons.refractory, to: "\(group)/neurons/refractory")
        try file.write(neurons.reset, to: "\(group)/neurons/reset")
        try file.write(neurons.initialMembrane, to: "\(group)/neurons/initial_membrane")
        try writePrograms(neurons.programs, to: "\(group)/neurons", of: file)
        if neurons.units.allSatisfy({ $0 == nil }) { return }
        for (name, column) in zip(LoadedUnits.names, LoadedUnits.columns(of: neurons.units)) {
            try file.write(column, to: "\(group)/neurons/graded_\(name)")
        }
    }

    /// Adaptive thresholds, by neuron; law 0 stands for a fixed neuron.
    private func writePrograms(_ programs: [AdaptiveThreshold?], to group: String, of file: HDF5File) throws(DiagnosticsError) {
        if programs.allSatisfy({ $0 == nil }) { return }
        try file.write(programs.map { UInt8($0.map { PlainTables.code(of: $0.reset) } ?? 0) }, to: "\(group)/adaptive_law")
        try file.write(programs.map { UInt32($0?.decay ?? 0) }, to: "\(group)/adaptive_decay")
        try file.write(programs.map { Int32($0?.jump ?? 0) }, to: "\(group)/adaptive_jump")
        try file.write(programs.map { Int32($0?.laterReset ?? 0) }, to: "\(group)/adaptive_later_reset")
        try file.write(programs.map { UInt8($0?.blocks == true ? 1 : 0) }, to: "\(group)/adaptive_blocks")
    }

    /// A table of axons: which neuron drives which axon of which core.
    private func write(
        _ rows: [AxonTable.Row], _ mesh: Mesh, to group: String, of file: HDF5File
    ) throws(DiagnosticsError) {
        try file.write(rows.map(\.neuron), to: "\(group)/neuron")
        try file.write(rows.map { UInt32(mesh.chip(ofCore: $0.core)) }, to: "\(group)/chip")
        try file.write(rows.map { UInt32(mesh.localCore(ofCore: $0.core)) }, to: "\(group)/core")
        try file.write(rows.map(\.axon), to: "\(group)/axon")
    }

    /// Which axon each source neuron drives, by neuron, then core, then axon.
    private func writeInputs(_ file: HDF5File, _ connections: CoreConnections, _ mesh: Mesh) throws(DiagnosticsError) -> [String] {
        var tables: [String] = []
        for (number, population) in graph.sourcePopulations.enumerated() {
            let rows = AxonTable(fromHost: population, graph, connections).rows
            try write(rows, mesh, to: "inputs/\(number)", of: file)
            tables.append("inputs/\(number)")
        }
        return tables
    }
}

/// Codes that the tables use.
enum PlainTables {
    static let modes: [WeightFormat.SignMode] = [.mixed, .excitatory, .inhibitory]
    static let resets: [IntegerCurrentArithmetic.Reset] = [.zero, .subtract]

    static func code(of law: AdaptiveThreshold.ResetLaw) -> Int {
        switch law {
        case .base: 1
        case .adapted: 2
        case .later: 3
        case .laterAdapted: 4
        }
    }

    static func code(of mode: WeightFormat.SignMode) -> Int {
        switch mode {
        case .mixed: 0
        case .excitatory: 1
        case .inhibitory: 2
        }
    }
}
