import Chips
import Diagnostics
import YAML

/// The topology `hexagonal_torus`: `rows` and `fewer_cores` tell of one board, relative to its Ethernet chip, `chip_cores` and
/// `absent_links` of single chips of the machine.
extension ChipReader {
    mutating func hexagonalTorus(_ options: Node) -> HexagonalTorus? {
        var reader = MappingReader(options, of: "hexagonal_torus")
        let axis = Reading<Int>.integer(atLeast: 1, atMost: Self.longestAxis)
        let place = Reading<Int>.integer(atLeast: 0, atMost: Self.longestAxis - 1)
        let size = reader.required("size", .list(of: axis, count: 2...2))
        let wraps = reader.value("wrap", .list(of: .bool, count: 2...2), default: [true, true])
        let coresPerChip = reader.required("cores_per_chip", .integer(atLeast: 1, atMost: Self.longestAxis))
        let monitors = reader.value("monitors", .integer(atLeast: 0, atMost: Self.longestAxis), default: 1)
        let gatherers = reader.value("gatherers", .integer(atLeast: 0, atMost: Self.longestAxis), default: 0)
        let entries = reader.required("router_entries", .integer(atLeast: 1, atMost: 1 << 20))
        let ethernet = reader.value("ethernet", .list(of: .list(of: place, count: 2...2)), default: [[0, 0]])
        let rows = reader.optional("rows", .list(of: .list(of: place, count: 2...2), count: 1...Self.longestAxis))
        let fewer = reader.value("fewer_cores", .list(of: .list(of: place, count: 3...3)), default: [])
        let single = reader.value("chip_cores", .list(of: .list(of: place, count: 3...3)), default: [])
        let absent = reader.value("absent_links", .list(of: .list(of: place, count: 3...3)), default: [])
        func check(_ list: [[Int]], _ key: String, third: Int = .max) {
            guard let size else { return }
            let nodes = options[key]?.sequence ?? []
            for (index, item) in list.enumerated() {
                let isOutside = item[0] >= size[0] || item[1] >= size[1]
                guard isOutside || (item.count > 2 && item[2] > third) else { continue }
                reader.report(
                    Diagnostic(
                        "chip-torus-place",
                        isOutside
                            ? "there is no chip (\(item[0]), \(item[1])): the torus has \(size[0]) × \(size[1])"
                            : "\(item[2]) is more than \(third) in item \(index + 1) of '\(key)'",
                        at: nodes.indices.contains(index) ? nodes[index].place : options.place,
                        help: third == .max
                            ? "write [x, y] from [0, 0] to [\(size[0] - 1), \(size[1] - 1)]"
                            : "write [x, y, number] from [0, 0, 0] to [\(size[0] - 1), \(size[1] - 1), \(third)]"))
            }
        }
        check(ethernet, "ethernet")
        check(fewer, "fewer_cores", third: coresPerChip ?? .max)
        check(single, "chip_cores", third: coresPerChip ?? .max)
        check(absent, "absent_links", third: HexagonalTorus.linkCount - 1)
        let isSound = !reader.collector.hasErrors
        reader.finish(into: &collector)
        guard isSound, let size, let coresPerChip, let entries else { return nil }
        guard size[0] * size[1] * coresPerChip <= Self.mostCores else {
            collector.report(
                Diagnostic(
                    "chip-too-many-cores",
                    "the torus has \(size[0] * size[1] * coresPerChip) cores; at most \(Self.mostCores) are accepted", at: options.place,
                    help: "describe fewer chips: cores = columns × rows × cores_per_chip"))
            return nil
        }
        var torus = HexagonalTorus(
            width: size[0], height: size[1], wraps: wraps, coresPerChip: coresPerChip,
            cores: [Int](repeating: rows == nil ? coresPerChip : 0, count: size[0] * size[1]), monitors: monitors, gatherers: gatherers,
            ethernet: Set(ethernet.map { $0[1] * size[0] + $0[0] }).sorted(), routerEntries: entries,
            absentLinks: Set(absent.map { ($0[1] * size[0] + $0[0]) * HexagonalTorus.linkCount + $0[2] }).sorted())
        for port in ethernet {
            /// A place relative to the board's Ethernet chip; nil beyond an edge that does not wrap.
            func router(_ x: Int, _ y: Int) -> Int? {
                let (column, row) = (port[0] + x, port[1] + y)
                guard column < size[0] || wraps[0], row < size[1] || wraps[1] else { return nil }
                return row % size[1] * size[0] + column % size[0]
            }
            for (column, range) in (rows ?? []).enumerated() where range[0] <= range[1] {
                for row in range[0]...range[1] { if let router = router(column, row) { torus.cores[router] = coresPerChip } }
            }
            for item in fewer { if let router = router(item[0], item[1]), torus.cores[router] > 0 { torus.cores[router] = item[2] } }
        }
        for item in single { torus.cores[item[1] * size[0] + item[0]] = item[2] }
        return torus
    }

    /// Faults of a torus: `dead_chips` as [x, y], `dead_cores` and `dead_links` as on a mesh.
    mutating func faults(_ node: Node, on torus: HexagonalTorus) -> Faults {
        var reader = MappingReader(node, of: "'faults' of the chip")
        let index = Reading<Int>.integer(atLeast: 0)
        let chips = reader.value("dead_chips", .list(of: .list(of: index, count: 2...2)), default: [])
        let cores = reader.value("dead_cores", .list(of: index), default: [])
        let links = reader.value("dead_links", .list(of: .list(of: index, count: 2...2)), default: [])
        func place(_ key: String, _ number: Int) -> SourceRange? {
            let nodes = node[key]?.sequence ?? []
            return nodes.indices.contains(number) ? nodes[number].place : node.place
        }
        func twice(_ what: String, _ key: String, _ number: Int) {
            reader.report(
                Diagnostic("chip-listed-twice", "the \(what) is listed twice", at: place(key, number), help: "remove one of the two"))
        }
        var faults = Faults()
        for (number, chip) in chips.enumerated() {
            guard chip[0] < torus.width, chip[1] < torus.height, torus.hasChip(torus.router(x: chip[0], y: chip[1])) else {
                reader.report(
                    Diagnostic(
                        "chip-dead-chip", "there is no chip (\(chip[0]), \(chip[1]))", at: place("dead_chips", number),
                        help: "write [x, y] of a chip that the machine has; x is below \(torus.width), y below \(torus.height)"))
                continue
            }
            let isNew = faults.deadChips.insert(torus.router(x: chip[0], y: chip[1])).inserted
            if !isNew { twice("chip (\(chip[0]), \(chip[1]))", "dead_chips", number) }
        }
        for (number, core) in cores.enumerated() {
            let router = core / torus.coresPerChip
            if core >= torus.coreCount || core % torus.coresPerChip >= torus.cores[router] {
                reader.report(
                    Diagnostic(
                        "chip-dead-core", "there is no core \(core) on the machine", at: place("dead_cores", number),
                        help: "write (y · \(torus.width) + x) · \(torus.coresPerChip) + the core's number on its chip"))
            } else if !faults.deadCores.insert(core).inserted {
                twice("core \(core)", "dead_cores", number)
            }
        }
        for (number, link) in links.enumerated() {
            guard link.allSatisfy({ torus.hasChip($0) }), !torus.links(from: link[0], to: link[1]).isEmpty else {
                reader.report(
                    Diagnostic(
                        "chip-dead-link", "no link joins the routers \(link[0]) and \(link[1])", at: place("dead_links", number),
                        help: "name two neighbouring chips by router = y · \(torus.width) + x"))
                continue
            }
            let isNew = faults.deadLinks.insert(RouterLink(from: link[0], to: link[1])).inserted
            faults.deadLinks.insert(RouterLink(from: link[1], to: link[0]))
            if !isNew { twice("link \(link[0])–\(link[1])", "dead_links", number) }
        }
        reader.finish(into: &collector)
        return faults
    }
}
