import Chips
import Storage

/// A machine in PACMAN's JSON (`json_machine` of SpiNNMachine 1!7.4.1). Chips that are dead are not listed; single dead cores cannot be
/// told in this format.
struct MachineJSON {
    let chip: Chip
    let torus: HexagonalTorus

    init(_ chip: Chip, _ torus: HexagonalTorus) {
        self.chip = chip
        self.torus = torus
    }

    var json: JSONValue {
        let chips = (0..<torus.routerCount).filter { isAlive($0) }.sorted {
            let (a, b) = (torus.position(ofRouter: $0), torus.position(ofRouter: $1))
            return (a.x, a.y) < (b.x, b.y)
        }
        return .object(
            JSONObject([
                ("height", .integer(torus.height)), ("width", .integer(torus.width)), ("root", [0, 0]),
                ("standardResources", resources(tags: 0)), ("ethernetResources", resources(tags: 7)),
                ("chips", .array(chips.map(describe))),
            ]))
    }

    private func isAlive(_ router: Int) -> Bool { torus.hasChip(router) && !chip.faults.deadChips.contains(router) }

    private func resources(tags: Int) -> JSONValue {
        .object(
            JSONObject([
                ("monitors", 1), ("routerEntries", .integer(torus.routerEntries)),
                ("sdram", .integer(SpiNNakerFields(chip).sdramBytes)), ("tags", .array((0..<tags).map { .integer($0 + 1) })),
            ]))
    }

    private func describe(_ router: Int) -> JSONValue {
        let (x, y) = torus.position(ofRouter: router)
        let port = torus.position(ofRouter: torus.ethernetChip(ofRouter: router))
        var entries: [(String, JSONValue)] = [
            ("cores", .integer(torus.cores[router])), ("ethernet", [.integer(port.x), .integer(port.y)]),
        ]
        let dead = (0..<HexagonalTorus.linkCount).filter { link in
            guard let other = torus.neighbour(router, link), isAlive(other) else { return true }
            return chip.faults.isDead(router, other)
        }
        if !dead.isEmpty { entries.append(("deadLinks", .array(dead.map { .integer($0) }))) }
        // Of a board that is not there, as PACMAN's virtual machines have it.
        if let number = torus.ethernet.firstIndex(of: router) { entries.append(("ipAddress", .string("127.0.0.\(number % 256)"))) }
        return [.integer(x), .integer(y), .object(JSONObject(entries))]
    }
}
