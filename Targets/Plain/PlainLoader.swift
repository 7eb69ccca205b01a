import Chips
import Diagnostics
import Numerics
import Storage

/// Boots from an artifact alone: reads the tables into cores that an `EmulatedMachine` can run.
///
/// It shares the chip's description and arithmetic with the writer, and nothing else: what is not in the files it cannot know. Nothing
/// in a file is trusted; what does not fit ends in a diagnostic that names the table and the row.
struct PlainLoader {
    private let manifest: ArtifactManifest
    private let chip: Chip
    private let mesh: Mesh
    private let path: String
    private let file: HDF5File

    init(_ directory: String) throws(DiagnosticsError) {
        manifest = try ArtifactManifest(directory)
        chip = try manifest.chip()
        guard case .mesh(let mesh) = chip.topology else {
            throw ArtifactManifest.damaged(manifest.path, "the chip is of a kind that the family does not know")
        }
        self.mesh = mesh
        path = try manifest.checkedFile("cores.h5")
        file = try HDF5File.open(path)
    }

    func image(threads: Int) throws(DiagnosticsError) -> MachineImage {
        let places = try coreList()
        var indices: [Int: Int] = [:]
        for (index, place) in places.enumerated() { indices[place.number] = index }
        var cores: [LoadedPlainCore] = []
        for place in places { cores.append(try LoadedPlainCore(file, path: path, group: place.group, number: place.number, chip: chip)) }

        let (file, mesh, path) = (file, mesh, path)
        let inputs = try manifest.inputs(chip)
        let populations = try manifest.populations(
            { chip, core in mesh.core(core, ofChip: chip).flatMap { indices[$0] } }, compartments: cores.map(\.count),
            origins: { name throws(DiagnosticsError) in try file.read(name).doubles })

        var inlets = PlainInlets(axonCounts: cores.map(\.axonCount), path: path)
        for (index, core) in cores.enumerated() {
            let rows = try axonTable("\(core.group)/outputs", indices)
            try checkCapacity(rows.count, of: { if case .outputAxons(let each, _) = $0 { each } else { nil } }, core.group)
            try inlets.add(rows, source: index, count: core.count, table: "\(core.group)/outputs")
            let routes = try RouteTable(file, path: path, group: core.group, from: core.number, chip: chip, mesh: mesh)
            try inlets.setRoutes(of: index) { target throws(DiagnosticsError) in try routes.route(to: cores[target].number) }
        }
        for (index, input) in inputs.enumerated() {
            let rows = try axonTable(input.axons, indices)
            try inlets.add(rows, source: cores.count + index, count: input.image.size, table: input.axons)
        }
        let (loaded, fed, description) = (cores, inlets.inlets, chip)
        let images = parallelMap(Array(cores.indices), threads: threads) { index in
            loaded[index].image(chip: description, inlets: fed[index])
        }
        return MachineImage(chip: chip, cores: images, populations: populations, inputs: inputs.map(\.image))
    }

    /// The cores that the manifest lists, ascending by physical number.
    private func coreList() throws(DiagnosticsError) -> [(number: Int, group: String)] {
        guard let list = manifest.json["cores"]?.array else { throw ArtifactManifest.damaged(manifest.path, "'cores' is missing") }
        var cores: [(number: Int, group: String)] = []
        var seen: Set<Int> = []
        for (index, entry) in list.enumerated() {
            guard let chip = entry["chip"]?.int, let core = entry["core"]?.int, let number = mesh.core(core, ofChip: chip),
                seen.insert(number).inserted
            else {
                throw ArtifactManifest.damaged(
                    manifest.path, "entry \(index) of 'cores' is no core of '\(self.chip.name)', or is listed twice")
            }
            if self.chip.faults.deadCores.contains(number) {
                throw ArtifactManifest.damaged(
                    manifest.path, "core \(core) of chip \(chip) is used, and '\(self.chip.name)' lists it as dead")
            }
            cores.append((number, "chip\(chip)/core\(core)"))
        }
        return cores.sorted { $0.number < $1.number }
    }

    /// The rows of a table of axons, with the target core as an index among the used ones.
    private func axonTable(_ group: String, _ indices: [Int: Int]) throws(DiagnosticsError) -> [PlainInlets.Row] {
        let neurons = try file.readIntegers("\(group)/neuron")
        let chips = try file.readIntegers("\(group)/chip")
        let cores = try file.readIntegers("\(group)/core")
        let axons = try file.readIntegers("\(group)/axon")
        guard chips.count == neurons.count, cores.count == neurons.count, axons.count == neurons.count else {
            throw ArtifactManifest.damaged(path, "\(group): its columns differ in length")
        }
        var rows: [PlainInlets.Row] = []
        rows.reserveCapacity(neurons.count)
        for row in neurons.indices {
            guard let core = mesh.core(cores[row], ofChip: chips[row]).flatMap({ indices[$0] }) else {
                throw ArtifactManifest.damaged(
                    path, "\(group): row \(row) leads to core \(cores[row]) of chip \(chips[row]), which is not in use")
            }
            rows.append((neurons[row], core, axons[row]))
        }
        return rows
    }

    private func checkCapacity(_ count: Int, of each: (CapacityRule) -> Int?, _ group: String) throws(DiagnosticsError) {
        for resource in chip.resources {
            guard let each = each(resource.rule), each > 0, count > resource.limit / each else { continue }
            throw ArtifactManifest.damaged(
                path,
                "\(group): \(count) entries take \(each) of '\(resource.name)' each, and a core has \(resource.limit) \(resource.unit)")
        }
    }
}
