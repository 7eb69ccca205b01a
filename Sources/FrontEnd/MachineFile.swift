public import Chips
public import Diagnostics
public import Storage

/// PACMAN's machine.json: chips with their cores, Ethernet chips and links without a neighbour (`machine_from_json` of SpiNNMachine
/// 1!7.4.1; references/spinnaker.md, section 3.3).
///
/// The file tells only how the chips of a machine lie; what a chip can do comes from a description, whose monitors and gatherers are kept.
public func readMachine(_ json: JSONValue, file: String, like base: Chip) throws(DiagnosticsError) -> Chip {
    guard case .hexagonalTorus(let model) = base.topology else {
        throw DiagnosticsError(
            Diagnostic(
                "machine-base", "'\(base.name)' is not a hexagonal torus, so \(file) cannot tell how its chips lie",
                help: "read the machine with a description of SpiNNaker"))
    }
    func fault(_ what: String, _ help: String) -> DiagnosticsError {
        DiagnosticsError(Diagnostic("machine-file", "\(file): \(what)", help: help))
    }
    let most = 4096
    guard let width = json["width"]?.int, let height = json["height"]?.int, (1...most).contains(width), (1...most).contains(height),
        let chips = json["chips"]?.array
    else { throw fault("'width', 'height' or 'chips' is missing or out of range", "give a machine as PACMAN writes it") }
    guard width * height * model.coresPerChip <= 1 << 24 else {
        throw fault("\(width) × \(height) chips are too many", "split the machine")
    }
    var torus = HexagonalTorus(
        width: width, height: height, coresPerChip: model.coresPerChip, cores: [Int](repeating: 0, count: width * height),
        monitors: model.monitors, gatherers: model.gatherers, ethernet: [],
        routerEntries: json["standardResources"]?["routerEntries"]?.int ?? model.routerEntries)
    guard torus.routerEntries > 0 else {
        throw fault("'routerEntries' is \(torus.routerEntries)", "write what a router holds, such as 1023")
    }
    var deadLinks: [Int] = []
    for (index, chip) in chips.enumerated() {
        guard let items = chip.array, items.count >= 3, let x = items[0].int, let y = items[1].int, let cores = items[2]["cores"]?.int
        else { throw fault("chip \(index) is not [x, y, {cores: …}]", "give a machine as PACMAN writes it") }
        guard (0..<width).contains(x), (0..<height).contains(y), (1...model.coresPerChip).contains(cores) else {
            throw fault(
                "chip \(index) is at (\(x), \(y)) with \(cores) cores",
                "chips lie within \(width) × \(height) and have up to \(model.coresPerChip)")
        }
        let router = torus.router(x: x, y: y)
        guard torus.cores[router] == 0 else { throw fault("the chip (\(x), \(y)) is listed twice", "remove one of the two") }
        torus.cores[router] = cores
        if let port = items[2]["ethernet"]?.ints, port == [x, y] { torus.ethernet.append(router) }
        for link in items[2]["deadLinks"]?.array ?? [] {
            guard let link = link.int, (0..<HexagonalTorus.linkCount).contains(link) else {
                throw fault("chip (\(x), \(y)) has a dead link that is no number from 0 to 5", "links are numbered E, NE, N, W, SW, S")
            }
            deadLinks.append(router * HexagonalTorus.linkCount + link)
        }
    }
    guard torus.cores.contains(where: { $0 > 0 }) else { throw fault("the machine has no chip", "list its chips under 'chips'") }
    torus.ethernet.sort()
    // Links that lead nowhere anyway are not held; a link is dead both ways.
    var absent: Set<Int> = []
    for number in deadLinks {
        let (router, link) = (number / HexagonalTorus.linkCount, number % HexagonalTorus.linkCount)
        guard let other = torus.neighbour(router, link) else { continue }
        absent.insert(number)
        absent.insert(other * HexagonalTorus.linkCount + HexagonalTorus.opposite(link))
    }
    torus.absentLinks = absent.sorted()
    torus.dropUnusedWraps()
    var chip = base
    chip.topology = .hexagonalTorus(torus)
    chip.faults = Faults()
    chip.place = nil
    let name = file.split(separator: "/").last.map(String.init) ?? file
    chip.name = name.hasSuffix(".json") ? String(name.dropLast(5)) : name
    chip.title = "\(base.title), machine \(name)"
    if let bytes = json["standardResources"]?["sdram"]?.int {
        guard bytes > 0 else { throw fault("'sdram' is \(bytes)", "write the bytes that a chip's cores share, such as 123469792") }
        chip.shareMemory(bytes, among: torus)
    }
    return chip
}

extension Chip {
    /// Divides the memory of a chip among as many cores as any has for networks, so that whatever fits its cores fits the chip.
    fileprivate mutating func shareMemory(_ bytes: Int, among torus: HexagonalTorus) {
        let cores = (0..<torus.routerCount).map { torus.applicationCores(ofRouter: $0).count }.max() ?? 1
        for index in resources.indices where resources[index].rule == .rowMemory { resources[index].limit = bytes / max(cores, 1) }
        for index in fields.indices where fields[index].name == "sdram_bytes" { fields[index].value = "\(bytes)" }
    }
}
