import Chips
import Diagnostics
import YAML

extension ChipReader {
    mutating func topology(_ node: Node) -> Topology? {
        guard let variant = read(node, "'topology' of the chip", .variant(among: ["mesh", "hexagonal_torus", "crossbar"])) else {
            return nil
        }
        if variant.name == "hexagonal_torus" { return hexagonalTorus(variant.options).map { .hexagonalTorus($0) } }
        if variant.name == "crossbar" { return crossbar(variant.options) }
        var reader = MappingReader(variant.options, of: "mesh")
        let axes = Reading<[Int]>.list(of: .integer(atLeast: 1, atMost: Self.longestAxis), count: 2...2)
        let chips = reader.value("chips", axes, default: [1, 1])
        let tiles = reader.required("tiles", axes)
        let coresPerTile = reader.required("cores_per_tile", .integer(atLeast: 1, atMost: Self.longestAxis))
        reader.finish(into: &collector)
        guard let tiles, let coresPerTile else { return nil }
        let mesh = Mesh(chips: chips, tiles: tiles, coresPerTile: coresPerTile)
        guard mesh.coreCount <= Self.mostCores else {
            collector.report(
                Diagnostic(
                    "chip-too-many-cores", "the mesh has \(mesh.coreCount) cores; at most \(Self.mostCores) are accepted", at: node.place,
                    help: "describe fewer chips: cores = chips × tiles × cores_per_tile"))
            return nil
        }
        return .mesh(mesh)
    }

    mutating func faults(_ node: Node, _ topology: Topology?) -> Faults {
        if case .hexagonalTorus(let torus)? = topology { return faults(node, on: torus) }
        var reader = MappingReader(node, of: "'faults' of the chip")
        let cores = reader.value("dead_cores", .list(of: .integer(atLeast: 0)), default: [])
        let links = reader.value("dead_links", .list(of: .list(of: .integer(atLeast: 0), count: 2...2)), default: [])
        let coreNodes = node["dead_cores"]?.sequence ?? []
        let linkNodes = node["dead_links"]?.sequence ?? []
        reader.finish(into: &collector)
        guard case .mesh(let mesh)? = topology else { return Faults() }
        var faults = Faults()
        for (index, core) in cores.enumerated() {
            let place = coreNodes.indices.contains(index) ? coreNodes[index].place : node.place
            if core >= mesh.coreCount {
                collector.report(
                    Diagnostic(
                        "chip-dead-core", "there is no core \(core): the chip has \(mesh.coreCount)", at: place,
                        help: "write a number from 0 to \(mesh.coreCount - 1): router · \(mesh.coresPerTile) + position in the tile"))
            } else if !faults.deadCores.insert(core).inserted {
                collector.report(
                    Diagnostic("chip-listed-twice", "the core \(core) is listed twice", at: place, help: "remove one of the two"))
            }
        }
        for (index, link) in links.enumerated() {
            let place = linkNodes.indices.contains(index) ? linkNodes[index].place : node.place
            guard let problem = problem(of: link, in: mesh) else {
                // A dead link is dead in both directions.
                let isNew = faults.deadLinks.insert(RouterLink(from: link[0], to: link[1])).inserted
                faults.deadLinks.insert(RouterLink(from: link[1], to: link[0]))
                if !isNew {
                    collector.report(
                        Diagnostic(
                            "chip-listed-twice", "the link \(link[0])–\(link[1]) is listed twice", at: place, help: "remove one of the two")
                    )
                }
                continue
            }
            collector.report(
                Diagnostic(
                    "chip-dead-link", problem, at: place,
                    help: "name two neighbours, such as [0, \(mesh.width > 1 ? 1 : mesh.width)]; router = y · \(mesh.width) + x"))
        }
        return faults
    }

    private func problem(of link: [Int], in mesh: Mesh) -> String? {
        if let router = link.first(where: { $0 >= mesh.routerCount }) {
            return "there is no router \(router): the chip has \(mesh.routerCount)"
        }
        let (from, to) = (mesh.position(ofRouter: link[0]), mesh.position(ofRouter: link[1]))
        if abs(from.x - to.x) + abs(from.y - to.y) == 1 { return nil }
        return "the routers \(link[0]) at (\(from.x), \(from.y)) and \(link[1]) at (\(to.x), \(to.y)) are not neighbours"
    }

    /// Fields are text to all but the chip's own folder; numbers and truth values are taken as they are written.
    mutating func fields(_ node: Node) -> [Chip.Field] {
        var reader = MappingReader(node, of: "'fields' of the chip")
        var fields: [Chip.Field] = []
        for entry in node.mapping ?? [] {
            guard let value = reader.required(entry.key, .fieldValue) else { continue }
            if !Self.isName(entry.key) { collector.report(Self.badName(entry.key, at: entry.keyPlace)) }
            fields.append(Chip.Field(entry.key, value, at: entry.value.place))
        }
        reader.finish(into: &collector)
        return fields
    }

    /// Makes a value of a node, reporting what is wrong with it.
    mutating func read<Value>(_ node: Node, _ name: String, _ reading: Reading<Value>) -> Value? {
        do throws(DiagnosticsError) { return try reading.parse(node, name) } catch {
            collector.report(error)
            return nil
        }
    }

    /// Names must not have a dot, so that paths are clear.
    static func isName(_ text: String) -> Bool {
        text.utf8.count <= 64 && text.first.map { $0.isASCII && $0.isLetter } == true
            && text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_" || $0 == "-") }
    }

    static func badName(_ text: String, at place: SourceRange?) -> Diagnostic {
        Diagnostic(
            "chip-bad-name", "'\(text.prefix(64))' cannot be a name", at: place,
            help: "begin with a letter and go on with letters, digits, '_' and '-', at most 64 in all")
    }
}

extension Reading where Value == String {
    /// A text, a number or a truth value, as written.
    static var fieldValue: Reading {
        Reading { node, name throws(DiagnosticsError) in
            if let scalar = node.scalar, !scalar.text.isEmpty { return scalar.text }
            throw DiagnosticsError(
                Diagnostic(
                    "chip-field-value", "\(name) must be one value, is \(node.summary)", at: node.place,
                    help: "write a text, a number, 'true' or 'false'"))
        }
    }

    /// The name of a chip or family.
    static var chipName: Reading {
        Reading { node, name throws(DiagnosticsError) in
            let text = try Reading<String>.name.parse(node, name)
            guard ChipReader.isName(text) else { throw DiagnosticsError(ChipReader.badName(text, at: node.place)) }
            return text
        }
    }
}
