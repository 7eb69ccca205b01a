import Chips
import Diagnostics
import Lowering
import Passes
public import Storage
import Targets

/// What `export` writes beside artifacts.
public enum ExportFormat: String, CaseIterable, Sendable {
    /// A mapping on SpiNNaker in one file, for a client that lets PACMAN check it.
    case spinnakerMap = "spinnaker-map"
}

/// A model's mapping on a target, in a format for other programs.
public func export(_ model: Model, for target: Target, as format: ExportFormat, options: LoweringOptions = LoweringOptions()) throws
    -> JSONValue
{
    let chip = try target.chip()
    switch format {
    case .spinnakerMap:
        guard case .hexagonalTorus = chip.topology else { throw noTorus(chip) }
        guard let map = SpiNNakerMap(try Pipeline(to: chip, options).run(model.network)) else { throw noTorus(chip) }
        return map.json
    }
}

/// A core graph's mapping on a target that is a hexagonal torus, else on the smallest machine of SpiNN-5 boards.
public func export(coreGraph file: String, for target: Target?, as format: ExportFormat) throws -> JSONValue {
    let graph = try CoreGraphFile(file)
    var chip = try (target ?? Target("spin5")).chip()
    if target == nil { chip.topology = .hexagonalTorus(.boards(holding: graph.coreCount)) }
    switch format {
    case .spinnakerMap:
        guard case .hexagonalTorus(let torus) = chip.topology else { throw noTorus(chip) }
        return SpiNNakerMap(try CoreGraphMapping(graph, on: torus, faults: chip.faults), chip: chip).json
    }
}

private func noTorus(_ chip: Chip) -> DiagnosticsError {
    DiagnosticsError(
        Diagnostic(
            "export-no-torus", "'\(chip.name)' is no hexagonal torus, so there is no SpiNNaker mapping of it",
            help: "export for a target such as spin5"))
}

extension SpiNNakerMap {
    init(_ mapping: CoreGraphMapping, chip: Chip) {
        let neurons = mapping.graph.neuronsOfCores
        let vertices = mapping.graph.populations.flatMap { population in
            population.cores.map { Vertex(population: population.name, atoms: max(1, neurons[$0]), core: mapping.physicalCores[$0]) }
        }
        let nets = zip(mapping.graph.nets, mapping.keys).map { net, keys in
            MapNet(source: net.source, targets: net.targets.map { Int($0) }, keys: keys)
        }
        self.init(
            chip: chip, torus: mapping.torus, vertices: vertices, nets: nets, uncompressed: mapping.uncompressed, compressed: mapping.tables
        )
    }
}
