import Chips
import Simulation

/// Who receives what each core sends, and by which links: the tables of all routers, walked once for each block of keys.
struct DeliveryPlan: Sendable {
    /// Packets of a source core that go the same way: those of its keys `keys`, sent in ticks of `colours`.
    struct Way: Sendable {
        var keys: Range<Int32>
        /// Bit c: whether packets of colour c take it.
        var colours: UInt16
        /// Indices into `links`.
        var hops: [Int32]
        /// Copies that reach a core.
        var deliveries: Int
        /// Copies that are lost on the way.
        var lost: Int
        /// Copies that reach a core which has no use for them.
        var unwanted: Int
    }

    /// Rows that the packets of one source core find on one target core: row `keys.lowerBound + offset` for the first of `keys`.
    struct Feed: Sendable {
        /// Index of the sending core.
        var source: Int
        var keys: Range<Int32>
        var colours: UInt16
        /// Added to the number of a key to give its row, or the number of the delayed neuron.
        var offset: Int32
        /// Blocks of the target's matrix, as indices into `blocks`.
        var blocks: Range<Int>
    }

    private(set) var links: [EmulatorStatistics.Link] = []
    /// By link: whether it goes along x, along y, or both at once.
    private(set) var directions: [Int] = []
    /// By source core.
    private(set) var ways: [[Way]]
    /// By target core, by source, then key.
    private(set) var feeds: [[Feed]]
    /// By target core.
    private(set) var blocks: [[PopulationTable.Block]]

    init(_ cores: [SpiNNakerCore], _ fabric: MulticastFabric) {
        ways = cores.map { _ in [] }
        feeds = cores.map { _ in [] }
        blocks = cores.map { _ in [] }
        var indices: [Int: Int] = [:]
        for (index, core) in cores.enumerated() { indices[core.number] = index }
        var linkNumbers: [MulticastTree.Hop: Int32] = [:]
        for (source, core) in cores.enumerated() {
            guard let keys = core.keys, keys.count > 0 else { continue }
            let trees = fabric.trees(of: keys.block, from: core.number) { number, block in
                indices[number].map { Self.distinguishes(cores[$0].program, block) } ?? 0
            }
            for (block, tree) in trees {
                guard let part = Self.part(block, of: keys) else { continue }
                var unwanted = 0
                for number in tree.cores {
                    if let target = indices[number], add(block, part, from: source, keys, to: target, cores[target].program) { continue }
                    unwanted += 1
                }
                let hops = tree.hops.map { hop -> Int32 in
                    if let number = linkNumbers[hop] { return number }
                    let number = Int32(links.count)
                    linkNumbers[hop] = number
                    let to = fabric.torus.neighbour(hop.router, hop.link) ?? hop.router
                    links.append(.init(from: hop.router, to: to, packets: 0))
                    directions.append(hop.link % 3)
                    return number
                }
                ways[source].append(
                    Way(
                        keys: part.keys, colours: part.colours, hops: hops, deliveries: tree.cores.count, lost: tree.lost,
                        unwanted: unwanted))
            }
        }
    }

    /// The bits within a block that a program looks at beyond the running number of a key.
    private static func distinguishes(_ program: SpiNNakerCore.Program, _ block: KeyBlock) -> UInt32 {
        switch program {
        case .neurons(let program): program.table.distinguishes(block)
        case .delay(let program): program.mask
        case .source: 0
        }
    }

    /// The keys and colours of a core that lie in a block; nil: none.
    private static func part(_ block: KeyBlock, of keys: SentKeys) -> (keys: Range<Int32>, colours: UInt16)? {
        let colourMask = UInt32(1) << UInt32(keys.colourBits) - 1
        let (first, last) = (Int(block.key & ~colourMask), Int((block.key | block.free) & ~colourMask))
        let lower = max((first - Int(keys.first)) >> keys.colourBits, 0)
        let upper = min((last - Int(keys.first)) >> keys.colourBits, keys.count - 1)
        guard last >= Int(keys.first), lower <= upper else { return nil }
        var colours: UInt16 = 0
        for colour in 0..<UInt32(16) where colour & ~block.free & colourMask == block.key & colourMask { colours |= 1 << UInt16(colour) }
        return (Int32(lower)..<Int32(upper + 1), colours)
    }

    /// Adds what a core does with packets of a block; false: nothing.
    private mutating func add(
        _ block: KeyBlock, _ part: (keys: Range<Int32>, colours: UInt16), from source: Int, _ keys: SentKeys, to target: Int,
        _ program: SpiNNakerCore.Program
    ) -> Bool {
        // The packet of the block's first key that is sent.
        let packet = KeyBlock(key: keys.first &+ UInt32(part.keys.lowerBound) << UInt32(keys.colourBits), free: 0)
        let first: Int
        var found: [PopulationTable.Block] = []
        switch program {
        case .neurons(let program):
            guard let landing = program.table.landing(of: packet) else { return false }
            first = landing.first
            found = landing.blocks
        case .delay(let program):
            guard packet.key & program.mask == program.key else { return false }
            first = Int(packet.key & ~program.mask) >> program.colourBits
        case .source: return false
        }
        let offset = Int32(truncatingIfNeeded: first - Int(part.keys.lowerBound))
        if let last = feeds[target].last, last.source == source, last.keys.upperBound == part.keys.lowerBound, last.offset == offset,
            last.colours == part.colours, Array(blocks[target][last.blocks]) == found
        {
            feeds[target][feeds[target].count - 1].keys = last.keys.lowerBound..<part.keys.upperBound
            return true
        }
        let start = blocks[target].count
        blocks[target] += found
        feeds[target].append(
            Feed(source: source, keys: part.keys, colours: part.colours, offset: offset, blocks: start..<start + found.count))
        return true
    }
}
