import Chips
public import Diagnostics
import Numerics
public import Storage

extension PlacementSummary {
    public var json: JSONValue {
        let topologyValue: JSONValue =
            switch topology {
            case .mesh(let mesh):
                .object(
                    JSONObject([
                        (
                            "mesh",
                            .object(
                                JSONObject([
                                    ("chips", .array(mesh.chips.map { .integer($0) })), ("tiles", .array(mesh.tiles.map { .integer($0) })),
                                    ("cores_per_tile", .integer(mesh.coresPerTile)),
                                ]))
                        )
                    ]))
            case .hexagonalTorus(let torus): .object(JSONObject([("hexagonal_torus", torus.json)]))
            case .crossbar(let crossbar): ["crossbar": crossbar.json]
            }
        var entries: [(String, JSONValue)] = [
            ("network", .string(network)), ("target", .string(target)), ("topology", topologyValue),
            (
                "resources",
                .array(
                    resources.map {
                        .object(JSONObject([("name", .string($0.name)), ("limit", .integer($0.limit)), ("unit", .string($0.unit))]))
                    })
            ),
            ("cores", .array(cores.map(\.json))), ("dead_cores", .array(deadCores.map { .integer($0) })),
            (
                "links",
                .array(
                    links.map {
                        .object(
                            JSONObject([
                                ("from", .integer($0.link.from)), ("to", .integer($0.link.to)),
                                ("packets_per_step", .number($0.packetsPerStep)),
                            ]))
                    })
            ),
        ]
        if !deadChips.isEmpty { entries.append(("dead_chips", .array(deadChips.map { .integer($0) }))) }
        if !deadLinks.isEmpty {
            entries.append(("dead_links", .array(deadLinks.map { .array([.integer($0.from), .integer($0.to)]) })))
        }
        return .object(JSONObject(entries))
    }

    /// Reads what `json` wrote.
    /// - Parameter file: the file that it comes from, for messages.
    public init(_ json: JSONValue, file: String) throws(DiagnosticsError) {
        func fail(_ what: String) -> DiagnosticsError {
            DiagnosticsError(
                Diagnostic(
                    "artifact-placement", "\(file): \(what) is missing or not of its kind",
                    help: "compile the network again; the file was written by another version or damaged"))
        }
        guard let network = json["network"]?.string, let target = json["target"]?.string else { throw fail("'network' or 'target'") }
        guard let topology = Topology(json["topology"]) else { throw fail("'topology'") }
        var resources: [Resource] = []
        for item in json["resources"]?.array ?? [] {
            guard let name = item["name"]?.string, let limit = item["limit"]?.int, let unit = item["unit"]?.string else {
                throw fail("a resource")
            }
            resources.append(Resource(name: name, limit: limit, unit: unit))
        }
        var cores: [Core] = []
        for item in json["cores"]?.array ?? [] {
            guard let core = Core(item), core.usage.count == resources.count, (0..<topology.coreCount).contains(core.number) else {
                throw fail("core \(cores.count)")
            }
            cores.append(core)
        }
        var links: [LinkLoad] = []
        for item in json["links"]?.array ?? [] {
            guard let from = item["from"]?.int, let to = item["to"]?.int, let load = item["packets_per_step"]?.double else {
                throw fail("link \(links.count)")
            }
            links.append(LinkLoad(link: RouterLink(from: from, to: to), packetsPerStep: load))
        }
        self.init(
            network: network, target: target, topology: topology, cores: cores, resources: resources,
            deadCores: json["dead_cores"]?.ints ?? [], links: links, deadChips: json["dead_chips"]?.ints ?? [],
            deadLinks: (json["dead_links"]?.array ?? []).compactMap { link in
                guard let ends = link.ints, ends.count == 2 else { return nil }
                return RouterLink(from: ends[0], to: ends[1])
            })
    }
}

extension Topology {
    fileprivate init?(_ json: JSONValue?) {
        if let torus = json?["hexagonal_torus"] {
            guard let torus = HexagonalTorus(torus) else { return nil }
            self = .hexagonalTorus(torus)
            return
        }
        if let crossbar = json?["crossbar"] {
            guard let crossbar = LabelledCrossbar(placement: crossbar) else { return nil }
            self = .crossbar(crossbar)
            return
        }
        guard let mesh = json?["mesh"], let chips = mesh["chips"]?.ints, let tiles = mesh["tiles"]?.ints,
            let coresPerTile = mesh["cores_per_tile"]?.int, chips.count == 2, tiles.count == 2,
            (chips + tiles + [coresPerTile]).allSatisfy({ (1...4096).contains($0) })
        else { return nil }
        self = .mesh(Mesh(chips: chips, tiles: tiles, coresPerTile: coresPerTile))
    }
}

extension HexagonalTorus {
    fileprivate var json: JSONValue {
        .object(
            JSONObject([
                ("size", .array([.integer(width), .integer(height)])), ("wrap", .array(wraps.map { .bool($0) })),
                ("cores_per_chip", .integer(coresPerChip)), ("cores", .array(cores.map { .integer($0) })), ("monitors", .integer(monitors)),
                ("gatherers", .integer(gatherers)), ("ethernet", .array(ethernet.map { .integer($0) })),
                ("router_entries", .integer(routerEntries)), ("absent_links", .array(absentLinks.map { .integer($0) })),
            ]))
    }

    fileprivate init?(_ json: JSONValue) {
        guard let size = json["size"]?.ints, size.count == 2, size.allSatisfy({ (1...4096).contains($0) }), let wraps = json["wrap"]?.array,
            wraps.count == 2, let coresPerChip = json["cores_per_chip"]?.int, (1...4096).contains(coresPerChip),
            let cores = json["cores"]?.ints, cores.count == size[0] * size[1], cores.allSatisfy({ (0...coresPerChip).contains($0) }),
            let monitors = json["monitors"]?.int, let gatherers = json["gatherers"]?.int, monitors >= 0, gatherers >= 0,
            let ethernet = json["ethernet"]?.ints, let entries = json["router_entries"]?.int, let absent = json["absent_links"]?.ints
        else { return nil }
        self.init(
            width: size[0], height: size[1], wraps: wraps.map { $0.bool == true }, coresPerChip: coresPerChip, cores: cores,
            monitors: monitors, gatherers: gatherers, ethernet: ethernet, routerEntries: entries, absentLinks: absent)
    }
}

extension PlacementSummary.Core {
    fileprivate var json: JSONValue {
        let listed = parts.map { part -> JSONValue in
            .object(
                JSONObject([
                    ("population", .string(part.population)), ("first", .integer(part.neurons.lowerBound)),
                    ("count", .integer(part.neurons.count)),
                ]))
        }
        var object = JSONObject([
            ("core", .integer(number)), ("parts", .array(listed)), ("usage", .array(usage.map { .integer($0) })),
        ])
        if let occupancy { object["occupancy"] = occupancy.json }
        return .object(object)
    }

    fileprivate init?(_ json: JSONValue) {
        guard let number = json["core"]?.int, let usage = json["usage"]?.ints else { return nil }
        var parts: [PlacementSummary.Part] = []
        for item in json["parts"]?.array ?? [] {
            guard let population = item["population"]?.string, let first = item["first"]?.int, let count = item["count"]?.int, first >= 0,
                count >= 0, first <= .max - count
            else { return nil }
            parts.append(PlacementSummary.Part(population: population, neurons: first..<first + count))
        }
        var occupancy: CrossbarOccupancy?
        if let json = json["occupancy"] {
            guard let read = CrossbarOccupancy(json, parts: parts.count) else { return nil }
            occupancy = read
        }
        self.init(number: number, parts: parts, usage: usage, occupancy: occupancy)
    }
}

extension LabelledCrossbar {
    fileprivate var json: JSONValue {
        [
            "columns": .integer(columns), "halves": .integer(halves), "rows": .integer(rows), "buses": .integer(buses),
            "label_bits": .integer(labelBits), "select_bits": .integer(selectBits), "address_bits": .integer(addressBits),
            "filter_bits": .integer(filterBits), "event_outputs": .integer(eventOutputs), "external_inputs": .integer(externalInputs),
            "background_inputs": .integer(backgroundInputs), "executions": .integer(executions),
        ]
    }

    fileprivate init?(placement json: JSONValue) {
        let keys = [
            "columns", "halves", "rows", "buses", "label_bits", "select_bits", "address_bits", "filter_bits", "event_outputs",
            "external_inputs", "background_inputs", "executions",
        ]
        let numbers = keys.compactMap { json[$0]?.int }
        guard numbers.count == keys.count, numbers.allSatisfy({ (0...4096).contains($0) }),
            zip(keys, numbers).allSatisfy({ $0 == "background_inputs" || $1 > 0 }), numbers[4...7].allSatisfy({ $0 <= 20 })
        else { return nil }
        self.init(
            columns: numbers[0], halves: numbers[1], rows: numbers[2], buses: numbers[3], labelBits: numbers[4], selectBits: numbers[5],
            addressBits: numbers[6], filterBits: numbers[7], eventOutputs: numbers[8], externalInputs: numbers[9],
            backgroundInputs: numbers[10], executions: numbers[11])
    }
}
