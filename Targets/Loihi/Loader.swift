import Chips
import Diagnostics
import Numerics
import Storage

/// Boots from an artifact alone: decodes the register file into cores that an `EmulatedMachine` can run.
///
/// It shares the chip's description and arithmetic with the writer, and nothing else: what is not in the files it cannot know. Nothing
/// in a file is trusted; what does not fit ends in a diagnostic that names the core and the register.
struct LoihiLoader {
    private let manifest: ArtifactManifest
    private let chip: Chip
    private let mesh: Mesh
    private let path: String
    private let file: HDF5File

    init(_ directory: String) throws(DiagnosticsError) {
        manifest = try ArtifactManifest(directory)
        chip = try manifest.chip()
        guard case .mesh(let mesh) = chip.topology else { throw ArtifactManifest.damaged(manifest.path, "the chip is no mesh of cores") }
        self.mesh = mesh
        path = try manifest.checkedFile("cores.h5")
        file = try HDF5File.open(path)
    }

    func image(threads: Int) throws(DiagnosticsError) -> MachineImage {
        let cores = try registerFiles()
        var indices: [Int: Int] = [:]
        for (index, core) in cores.enumerated() { indices[core.number] = index }
        let compartments = cores.map(\.compartments)
        let file = file
        let inputs = try manifest.inputs(chip)
        let populations = try manifest.populations(
            { chip, core in mesh.core(core, ofChip: chip).flatMap { indices[$0] } }, compartments: compartments,
            origins: { name throws(DiagnosticsError) in try file.read(name).doubles })
        let tables = try AxonTables(cores, indices: indices, path: path) { mesh.core($1, ofChip: $0) }
        var inlets = tables.inlets
        try setRoutes(&inlets, cores)
        for (index, input) in inputs.enumerated() {
            let added = try tables.inlets(
                of: file, table: input.axons, size: input.image.size, source: cores.count + index, cores, indices: indices, path: path
            ) { mesh.core($1, ofChip: $0) }
            for (core, list) in added.enumerated() { inlets[core] += list }
        }
        try checkSources(inlets, cores)
        let law = chip
        let fed = inlets
        let images = try parallelMap(Array(cores.indices), threads: threads) { index throws(DiagnosticsError) in
            try CoreDecoder(cores[index], chip: law).image(inlets: fed[index])
        }
        return MachineImage(chip: chip, cores: images, populations: populations, inputs: inputs.map(\.image))
    }

    /// The registers of every used core, ascending by physical number.
    private func registerFiles() throws(DiagnosticsError) -> [LoadedRegisters] {
        var cores: [LoadedRegisters] = []
        for chipName in try file.members() where chipName.hasPrefix("chip") {
            for coreName in try file.members(of: chipName) where coreName.hasPrefix("core") {
                let group = "\(chipName)/\(coreName)"
                guard let chip = Int(chipName.dropFirst(4)), let core = Int(coreName.dropFirst(4)),
                    let number = mesh.core(core, ofChip: chip)
                else { throw ArtifactManifest.damaged(path, "there is no \(group) on '\(self.chip.name)'") }
                if self.chip.faults.deadCores.contains(number) {
                    throw ArtifactManifest.damaged(path, "\(group) has registers, and '\(self.chip.name)' lists it as dead")
                }
                cores.append(try LoadedRegisters(file, path: path, group: group, number: number, self.chip.arithmetic))
            }
        }
        return cores.sorted { $0.number < $1.number }
    }

    /// The ways of packets from core to core; the straight ones must not take a dead link either.
    private func setRoutes(_ inlets: inout [[Inlet]], _ cores: [LoadedRegisters]) throws(DiagnosticsError) {
        var tables: [RouteTable] = []
        for core in cores {
            tables.append(try RouteTable(file, path: path, group: core.group, from: core.number, chip: chip, mesh: mesh))
        }
        for core in inlets.indices {
            for index in inlets[core].indices {
                inlets[core][index].route = try tables[inlets[core][index].source].route(to: cores[core].number)
            }
        }
    }

    /// An axon stands for one source neuron.
    private func checkSources(_ inlets: [[Inlet]], _ cores: [LoadedRegisters]) throws(DiagnosticsError) {
        for (core, list) in zip(cores, inlets) {
            var isFed = [Bool](repeating: false, count: core.synapsePointer.count)
            for inlet in list {
                for axon in inlet.axons where axon >= 0 {
                    if isFed[Int(axon)] {
                        throw ArtifactManifest.damaged(path, "\(core.group): axon \(axon) is fed by two source neurons")
                    }
                    isFed[Int(axon)] = true
                }
            }
        }
    }
}
