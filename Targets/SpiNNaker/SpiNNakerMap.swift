public import Chips
import Diagnostics
public import Lowering
import Networks
import Numerics
public import Storage

/// A mapping in one file, spinnaker-map/1: machine, cores, nets, placements, keys and tables, for a client that loads it into PACMAN and lets
/// PACMAN check it (references/spinnaker.md, section 3.8; Documentation/Targets/spinnaker-map.md).
public struct SpiNNakerMap: Sendable {
    public struct Vertex: Sendable {
        public var population: String
        /// Keys that it sends, from its first on.
        public var atoms: Int
        /// Physical number.
        public var core: Int

        public init(population: String, atoms: Int, core: Int) {
            self.population = population
            self.atoms = atoms
            self.core = core
        }
    }

    public struct MapNet: Sendable {
        /// Index of a vertex.
        public var source: Int
        public var targets: [Int]
        public var keys: KeyRange

        public init(source: Int, targets: [Int], keys: KeyRange) {
            self.source = source
            self.targets = targets
            self.keys = keys
        }
    }

    public var chip: Chip
    public var torus: HexagonalTorus
    public var vertices: [Vertex]
    public var nets: [MapNet]
    public var uncompressed: [RouterTable]
    public var compressed: [RouterTable]

    public init(
        chip: Chip, torus: HexagonalTorus, vertices: [Vertex], nets: [MapNet], uncompressed: [RouterTable], compressed: [RouterTable]
    ) {
        self.chip = chip
        self.torus = torus
        self.vertices = vertices
        self.nets = nets
        self.uncompressed = uncompressed
        self.compressed = compressed
    }

    /// The mapping of a routed network; nil when its routes are not multicast.
    public init?(_ graph: RoutedGraph) {
        guard let routes = graph.multicast, case .hexagonalTorus(let torus) = graph.placed.chip.topology else { return nil }
        let cores = graph.placed.coreGraph
        var atoms = [Int](repeating: 1, count: cores.cores.count)
        var nets: [MapNet] = []
        for (net, keys) in zip(cores.nets, routes.keys) {
            guard let source = cores.sourceCore(of: net) else { continue }
            atoms[source.index] = cores.keyCount(of: net) << routes.colourBits
            nets.append(MapNet(source: source.index, targets: net.targets.map(\.index), keys: keys))
        }
        let vertices = cores.cores.ids.map { id -> Vertex in
            let population = cores.cores[id].slices.first.map { graph.network.populations[cores.slices[$0].population].name }
            // A delay extension is a population of its own.
            let delayed = cores.delayedSlice(of: id).map { "\(graph.network.populations[cores.slices[$0].population].name) delayed" }
            return Vertex(
                population: population ?? delayed ?? "core \(id.index)", atoms: atoms[id.index], core: graph.placed.physicalCore(of: id))
        }
        self.init(
            chip: graph.placed.chip, torus: torus, vertices: vertices, nets: nets, uncompressed: routes.uncompressed,
            compressed: routes.tables)
    }

    public var json: JSONValue {
        var counts: [String: Int] = [:]
        let names = vertices.map { vertex in
            defer { counts[vertex.population, default: 0] += 1 }
            return "\(vertex.population)/\(counts[vertex.population] ?? 0)"
        }
        let machine: JSONValue = .object(
            JSONObject([("version", .integer(SpiNNakerFields(chip).boardVersion)), ("json", MachineJSON(chip, torus).json)]))
        return .object(
            JSONObject([
                ("format", "spinnaker-map/1"), ("machine", machine),
                (
                    "vertices",
                    .array(
                        zip(vertices, names).map { vertex, name in
                            .object(
                                JSONObject([
                                    ("id", .string(name)), ("population", .string(vertex.population)), ("atoms", .integer(vertex.atoms)),
                                ]))
                        })
                ),
                (
                    "nets",
                    .array(
                        nets.map { net in
                            .object(
                                JSONObject([
                                    ("source", .string(names[net.source])), ("targets", .array(net.targets.map { .string(names[$0]) })),
                                ]))
                        })
                ),
                (
                    "placements",
                    .array(
                        zip(vertices, names).map { vertex, name in
                            let (x, y) = torus.position(ofRouter: torus.router(ofCore: vertex.core))
                            return .object(
                                JSONObject([
                                    ("id", .string(name)), ("x", .integer(x)), ("y", .integer(y)),
                                    ("p", .integer(vertex.core % torus.coresPerChip)),
                                ]))
                        })
                ),
                (
                    "keys",
                    .array(
                        nets.map { net in
                            .object(
                                JSONObject([
                                    ("id", .string(names[net.source])), ("key", .integer(Int(net.keys.key))),
                                    ("mask", .integer(Int(net.keys.mask))),
                                ]))
                        })
                ),
                ("tables", .array(uncompressed.map { table($0) })), ("compressed", .array(compressed.map { table($0) })),
            ]))
    }

    private func table(_ table: RouterTable) -> JSONValue {
        let (x, y) = torus.position(ofRouter: table.router)
        let entries = table.entries.map { entry -> JSONValue in
            .object(
                JSONObject([
                    ("key", .integer(Int(entry.key))), ("mask", .integer(Int(entry.mask))), ("route", .integer(Int(entry.route))),
                    ("defaultable", .bool(entry.isDefaultable)),
                ]))
        }
        return .object(JSONObject([("x", .integer(x)), ("y", .integer(y)), ("entries", .array(entries))]))
    }
}
