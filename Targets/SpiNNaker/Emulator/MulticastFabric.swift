import Chips

/// An entry of a router's multicast table.
package struct MulticastEntry: Hashable, Sendable {
    var key: UInt32
    var mask: UInt32
    /// Bits 0-5: links; 6-23: cores 0-17.
    var route: UInt32

    package init(key: UInt32, mask: UInt32, route: UInt32) {
        self.key = key
        self.mask = mask
        self.route = route
    }

    /// The route of an unused slot's entry never matches: its key has bits outside its mask.
    func matches(_ packet: UInt32) -> Bool { packet & mask == key }
}

/// A block of packets: all keys that agree with `key` outside of `free`.
struct KeyBlock: Hashable, Sendable {
    var key: UInt32
    var free: UInt32
}

/// Where packets of one block go, from the source core on.
struct MulticastTree: Hashable, Sendable {
    struct Hop: Hashable, Sendable {
        var router: Int
        var link: Int
    }

    /// Every directed link that a copy crosses, in the order of the walk.
    var hops: [Hop] = []
    /// Physical numbers of the cores that get a copy; one that gets two is there twice.
    var cores: [Int] = []
    /// Copies that are lost: without a match on their first router, sent into a link that is not there, to a core that is not there, or
    /// going round in circles.
    var lost = 0
}

/// The routers of a machine with the tables that were loaded, and nothing else: packets hop by them as the hardware does.
///
/// First match wins; without a match a packet goes straight on, or is lost on the router where it was sent
/// (references/spinnaker.md, section 3.1).
struct MulticastFabric: Sendable {
    let torus: HexagonalTorus
    /// By router; in order of priority.
    private let tables: [[MulticastEntry]]
    /// Directed links that carry nothing, although both chips are there.
    private let deadLinks: Set<RouterLink>

    init(_ torus: HexagonalTorus, tables: [[MulticastEntry]], faults: Faults) {
        self.torus = torus
        self.tables = tables
        deadLinks = faults.deadLinks
    }

    /// The ways of all packets of a block that a core sends, as blocks within which all packets go the same way.
    /// - Parameter distinguishes: which bits of a block a core looks at.
    func trees(
        of block: KeyBlock, from core: Int, distinguishes: (_ core: Int, _ block: KeyBlock) -> UInt32
    ) -> [(block: KeyBlock, tree: MulticastTree)] {
        var done: [(KeyBlock, MulticastTree)] = []
        var waiting = [block]
        while let next = waiting.popLast() {
            var bits: UInt32 = 0
            let tree = walk(next, from: core, looksAt: &bits)
            for core in tree.cores { bits |= distinguishes(core, next) }
            bits &= next.free
            if bits == 0 {
                done.append((next, tree))
                continue
            }
            // The highest free bit divides the block, so that blocks stay runs of keys; the lower half is done first.
            let bit = UInt32(1) << UInt32(31 - next.free.leadingZeroBitCount)
            waiting.append(KeyBlock(key: next.key | bit, free: next.free & ~bit))
            waiting.append(KeyBlock(key: next.key, free: next.free & ~bit))
        }
        return done
    }

    /// Follows a packet, every copy of it.
    /// - Parameter looksAt: gains the bits that entries on the way look at.
    private func walk(_ block: KeyBlock, from core: Int, looksAt bits: inout UInt32) -> MulticastTree {
        var tree = MulticastTree()
        // A copy that comes to a router by the same link again goes in a circle.
        var seen: Set<Int> = []
        var waiting: [(router: Int, arrivedBy: Int?)] = [(torus.router(ofCore: core), nil)]
        var next = 0
        while next < waiting.count {
            let (router, arrivedBy) = waiting[next]
            next += 1
            let route: UInt32
            if let entry = match(block.key, on: router, &bits) {
                route = entry.route
            } else if let arrivedBy {
                route = 1 << UInt32(HexagonalTorus.opposite(arrivedBy))
            } else {
                tree.lost += 1
                continue
            }
            for link in 0..<HexagonalTorus.linkCount where route >> UInt32(link) & 1 == 1 {
                guard let neighbour = torus.neighbour(router, link), !deadLinks.contains(RouterLink(from: router, to: neighbour)) else {
                    tree.lost += 1
                    continue
                }
                let arrival = HexagonalTorus.opposite(link)
                guard seen.insert(neighbour * HexagonalTorus.linkCount + arrival).inserted else {
                    tree.lost += 1
                    continue
                }
                tree.hops.append(.init(router: router, link: link))
                waiting.append((neighbour, arrival))
            }
            for p in 0..<18 where route >> UInt32(HexagonalTorus.linkCount + p) & 1 == 1 {
                if p < torus.cores[router] { tree.cores.append(router * torus.coresPerChip + p) } else { tree.lost += 1 }
            }
        }
        return tree
    }

    private func match(_ key: UInt32, on router: Int, _ bits: inout UInt32) -> MulticastEntry? {
        for entry in tables[router] {
            bits |= entry.mask
            if entry.matches(key) { return entry }
        }
        return nil
    }
}
