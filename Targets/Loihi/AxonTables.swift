import Diagnostics
import Storage

/// Turns lists of output axons into, for every core, the sources that feed it.
struct AxonTables {
    /// By core.
    let inlets: [[Inlet]]

    /// What the cores send to each other.
    init(
        _ cores: [LoadedRegisters], indices: [Int: Int], path: String, number: (_ chip: Int, _ core: Int) -> Int?
    ) throws(DiagnosticsError) {
        var inlets = [[Inlet]](repeating: [], count: cores.count)
        for (source, core) in cores.enumerated() {
            var layers: [Int: [[Int32]]] = [:]
            for axon in core.axonSource.indices {
                let target = try Self.target(
                    cores, indices, chip: core.axonChip[axon], core: core.axonCore[axon], axon: core.axonTarget[axon], number: number,
                    path: path, owner: "\(core.group): axon entry \(axon)")
                Self.enter(core.axonSource[axon], Int32(core.axonTarget[axon]), count: core.compartments, &layers[target, default: []])
            }
            for (target, tables) in layers.sorted(by: { $0.key < $1.key }) {
                inlets[target] += tables.map { Inlet(source: source, axons: $0) }
            }
        }
        self.inlets = inlets
    }

    /// What an input sends, by core.
    func inlets(
        of file: HDF5File, table: String, size: Int, source: Int, _ cores: [LoadedRegisters], indices: [Int: Int], path: String,
        number: (_ chip: Int, _ core: Int) -> Int?
    ) throws(DiagnosticsError) -> [[Inlet]] {
        let neurons = try file.readIntegers("\(table)/neuron")
        let chips = try file.readIntegers("\(table)/dstChipId")
        let targets = try file.readIntegers("\(table)/dstCoreId")
        let axons = try file.readIntegers("\(table)/dstSynMapId")
        guard chips.count == neurons.count, targets.count == neurons.count, axons.count == neurons.count else {
            throw ArtifactManifest.damaged(path, "\(table): its columns differ in length")
        }
        var layers: [Int: [[Int32]]] = [:]
        for row in neurons.indices {
            guard (0..<size).contains(neurons[row]) else {
                throw ArtifactManifest.damaged(path, "\(table): row \(row) names neuron \(neurons[row]) of \(size)")
            }
            let target = try Self.target(
                cores, indices, chip: chips[row], core: targets[row], axon: axons[row], number: number, path: path,
                owner: "\(table): row \(row)")
            Self.enter(neurons[row], Int32(axons[row]), count: size, &layers[target, default: []])
        }
        var inlets = [[Inlet]](repeating: [], count: cores.count)
        for (target, tables) in layers.sorted(by: { $0.key < $1.key }) {
            inlets[target] = tables.map { Inlet(source: source, axons: $0) }
        }
        return inlets
    }

    private static func target(
        _ cores: [LoadedRegisters], _ indices: [Int: Int], chip: Int, core: Int, axon: Int, number: (Int, Int) -> Int?, path: String,
        owner: String
    ) throws(DiagnosticsError) -> Int {
        guard let target = number(chip, core).flatMap({ indices[$0] }) else {
            throw ArtifactManifest.damaged(path, "\(owner) leads to core \(core) of chip \(chip), which has no registers")
        }
        guard cores[target].synapsePointer.indices.contains(axon) else {
            throw ArtifactManifest.damaged(
                path, "\(owner) leads to axon \(axon) of \(cores[target].group), which has \(cores[target].synapsePointer.count)")
        }
        return target
    }

    /// Enters an axon into the first table where the source neuron has none yet.
    private static func enter(_ neuron: Int, _ axon: Int32, count: Int, _ tables: inout [[Int32]]) {
        for index in tables.indices where tables[index][neuron] < 0 {
            tables[index][neuron] = axon
            return
        }
        var table = [Int32](repeating: -1, count: count)
        table[neuron] = axon
        tables.append(table)
    }
}
