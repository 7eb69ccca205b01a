public import Chips
import Numerics

/// Proves who receives each key, from router tables alone: it knows nothing of how the tables were made.
///
/// Every key in use is followed through the tables with the hardware's rules: the first entry that matches counts; a packet without a
/// match goes straight on; one that starts on a chip without a match is lost; a packet sent over a link that is missing or dead is lost
/// (SpiNNaker: references/spinnaker.md, section 3.1). Keys go in ranges that are split where an entry tells their keys apart, so all
/// keys are covered, not samples.
public struct RoutingCheck: Sendable {
    /// A core that sends.
    public struct Sender: Sendable {
        /// As messages call it.
        public var name: String
        /// Physical number, as `Topology` counts.
        public var core: Int
        public var keys: KeyRange
        /// How many keys are in use, from the first on.
        public var count: Int
        /// Physical cores that must receive every one of its keys, and no others.
        public var targets: [Int]

        public init(name: String, core: Int, keys: KeyRange, count: Int, targets: [Int]) {
            self.name = name
            self.core = core
            self.keys = keys
            self.count = count
            self.targets = targets
        }
    }

    private let torus: HexagonalTorus
    private let faults: Faults
    private let entries: [[RouterEntry]]

    public init(_ torus: HexagonalTorus, _ faults: Faults, tables: [RouterTable]) {
        self.torus = torus
        self.faults = faults
        var entries = [[RouterEntry]](repeating: [], count: torus.routerCount)
        for table in tables where entries.indices.contains(table.router) { entries[table.router] += table.entries }
        self.entries = entries
    }

    /// What is wrong, at most `limit` sentences; empty when every key reaches exactly its targets.
    public func faults(of senders: [Sender], limit: Int = 20) -> [String] {
        var found: [String] = []
        for sender in senders {
            let wanted = Set(sender.targets)
            var open = [sender.keys]
            while let range = open.popLast() {
                // Keys beyond those in use may go anywhere.
                if Int(range.key) - Int(sender.keys.key) >= sender.count { continue }
                switch follow(range, from: torus.router(ofCore: sender.core)) {
                case .split(let bit):
                    open.append(KeyRange(key: range.key | bit, mask: range.mask | bit))
                    open.append(KeyRange(key: range.key, mask: range.mask | bit))
                case .lost(let why): found.append("\(sender.name): \(why)")
                case .received(let cores):
                    let got = Set(cores)
                    if got.count != cores.count { found.append("\(sender.name): a core receives the key \(hex(range.key)) twice") }
                    if let core = wanted.subtracting(got).min() {
                        found.append("\(sender.name): the key \(hex(range.key)) does not reach \(place(core))")
                    }
                    if let core = got.subtracting(wanted).min() {
                        found.append("\(sender.name): the key \(hex(range.key)) reaches \(place(core)), which is no target")
                    }
                }
                if found.count >= limit { return Array(found.prefix(limit)) }
            }
        }
        return found
    }

    private enum Outcome {
        case received([Int])
        /// The keys of the range part ways at this bit.
        case split(UInt32)
        case lost(String)
    }

    private func follow(_ range: KeyRange, from start: Int) -> Outcome {
        var cores: [Int] = []
        var visited: Set<Int> = [start]
        var open: [(router: Int, cameOver: Int?)] = [(start, nil)]
        while let (router, cameOver) = open.popLast() {
            var way: RouterWay?
            for entry in entries[router] where (range.key ^ entry.key) & range.mask & entry.mask == 0 {
                let undecided = entry.mask & ~range.mask
                if undecided != 0 { return .split(undecided & (~undecided &+ 1)) }
                way = entry.way
                break
            }
            if way == nil {
                guard let cameOver else { return .lost("the key \(hex(range.key)) has no entry on its own chip \(chip(router))") }
                way = RouterWay(links: 1 << UInt8(cameOver))
            }
            guard let way else { continue }
            for core in way.coreList {
                guard core < torus.cores[router], !faults.deadCores.contains(router * torus.coresPerChip + core) else {
                    return .lost("the key \(hex(range.key)) goes to core \(core) of \(chip(router)), which does not exist or is dead")
                }
                cores.append(router * torus.coresPerChip + core)
            }
            for link in way.linkList {
                guard let next = torus.neighbour(router, link), !faults.deadChips.contains(next), !faults.isDead(router, next) else {
                    return .lost("the key \(hex(range.key)) is sent over link \(link) of \(chip(router)), which is missing or dead")
                }
                guard visited.insert(next).inserted else {
                    return .lost("the key \(hex(range.key)) comes to \(chip(next)) twice")
                }
                open.append((next, link))
            }
        }
        return .received(cores)
    }

    private func chip(_ router: Int) -> String { "chip (\(router % torus.width), \(router / torus.width))" }
    private func place(_ core: Int) -> String { "core \(core % torus.coresPerChip) of \(chip(core / torus.coresPerChip))" }
    private func hex(_ key: UInt32) -> String {
        let digits = String(key, radix: 16)
        return "0x" + String(repeating: "0", count: 8 - digits.count) + digits
    }
}
