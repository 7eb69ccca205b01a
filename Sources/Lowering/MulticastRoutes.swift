/// Keys, trees and tables of packets that routers copy on their way: what Routing makes for a hexagonal torus.
///
/// A key is `zone | core | neuron << colourBits | colour`: the zone tells the population (or the delay extensions of one), the core its
/// core there; where the core's field ends differs between zones, and all zones begin at one bit (references/spinnaker.md, section 3.4).
public struct MulticastRoutes: Hashable, Sendable {
    /// The keys of each net; parallel to the nets of the core graph.
    public var keys: [KeyRange]
    /// The zones that send, ascending by key.
    public var zones: [ZoneKey]
    /// Bits below the neuron's number, for the step in which a spike was sent.
    public var colourBits: Int
    /// What is loaded: one table for each chip that needs one, ascending by router; entries in order of priority.
    public var tables: [RouterTable]
    /// The same trees with an entry of its own for each net on each chip of its tree, ascending by key.
    public var uncompressed: [RouterTable]

    public init(keys: [KeyRange], zones: [ZoneKey], colourBits: Int, tables: [RouterTable], uncompressed: [RouterTable]) {
        self.keys = keys
        self.zones = zones
        self.colourBits = colourBits
        self.tables = tables
        self.uncompressed = uncompressed
    }

    /// Entries of the largest table that is loaded, and of all of them.
    public var largestTable: Int { tables.map(\.entries.count).max() ?? 0 }
    public var entryCount: Int { tables.reduce(0) { $0 + $1.entries.count } }
}

/// Keys that agree with `key` in the bits of `mask`; bits of `key` outside the mask are 0.
public struct KeyRange: Hashable, Sendable {
    public var key: UInt32
    public var mask: UInt32

    public init(key: UInt32, mask: UInt32) {
        self.key = key
        self.mask = mask
    }

    public func holds(_ other: UInt32) -> Bool { other & mask == key }
    /// The last key of the range.
    public var last: UInt32 { key | ~mask }
}

/// The keys of a population, or of the delay extensions of one.
public struct ZoneKey: Hashable, Sendable {
    /// As `CoreGraph.zone(of:)` numbers it.
    public var zone: Int
    public var keys: KeyRange
    /// Bits below the core's number, those of the colour included.
    public var neuronBits: Int
    public var coreBits: Int

    public init(zone: Int, keys: KeyRange, neuronBits: Int, coreBits: Int) {
        self.zone = zone
        self.keys = keys
        self.neuronBits = neuronBits
        self.coreBits = coreBits
    }

    public var key: UInt32 { keys.key }
    public var mask: UInt32 { keys.mask }
}

/// The multicast table of one chip.
public struct RouterTable: Hashable, Sendable {
    public var router: Int
    /// The first that matches a packet counts.
    public var entries: [RouterEntry]

    public init(router: Int, entries: [RouterEntry]) {
        self.router = router
        self.entries = entries
    }
}

/// A line of a multicast table.
public struct RouterEntry: Hashable, Sendable {
    public var keys: KeyRange
    public var way: RouterWay
    /// Whether packets that come in on the only link that they come in on would take the same way without the entry.
    public var isDefaultable: Bool

    public init(keys: KeyRange, way: RouterWay, isDefaultable: Bool = false) {
        self.keys = keys
        self.way = way
        self.isDefaultable = isDefaultable
    }

    public var key: UInt32 { keys.key }
    public var mask: UInt32 { keys.mask }
    /// SpiNNaker's word: links in bits 0 to 5, core p in bit 6 + p (up to core 25).
    public var route: UInt32 { way.word }
}

/// Where a router sends a packet: links and cores of its own chip.
public struct RouterWay: Hashable, Sendable {
    /// Bit l for link l.
    public var links: UInt8
    /// Bit p mod 64 of word p / 64 for core p; up to 192 cores.
    public var cores: SIMD4<UInt64>

    public init(links: UInt8 = 0, cores: [Int] = []) {
        self.links = links
        self.cores = .zero
        for core in cores { insert(core: core) }
    }

    /// SpiNNaker's word: links in bits 0 to 5, core p in bit 6 + p.
    public init(word: UInt32) {
        links = UInt8(word & 0x3F)
        cores = SIMD4(UInt64(word >> 6), 0, 0, 0)
    }

    public mutating func insert(core: Int) { cores[core / 64] |= 1 << UInt64(core % 64) }
    public mutating func insert(link: Int) { links |= 1 << UInt8(link) }
    public func holds(core: Int) -> Bool { cores[core / 64] >> UInt64(core % 64) & 1 == 1 }
    public func holds(link: Int) -> Bool { links >> UInt8(link) & 1 == 1 }

    public var word: UInt32 { UInt32(links) | UInt32(truncatingIfNeeded: cores[0] << 6) }
    public var hasCores: Bool { cores != .zero }
    /// Ascending.
    public var coreList: [Int] { (0..<256).filter { holds(core: $0) } }
    public var linkList: [Int] { (0..<6).filter { holds(link: $0) } }
}
