/// How a core finds the rows of a packet: the decoded population table and synaptic matrix (layout: Documentation/Targets/spinnaker.md).
struct PopulationTable: Sendable {
    struct Entry: Sendable {
        var key: UInt32
        var mask: UInt32
        var colourBits: Int
        var coreMask: Int
        var maskShift: Int
        var neuronsPerCore: Int
        var blocks: [Block]
    }

    /// A block of rows of one stride.
    struct Block: Hashable, Sendable {
        /// In words of the matrix.
        var start: Int
        var stride: Int
    }

    /// What a packet of a source core finds: row `first + i` of every block for its i-th key.
    struct Landing: Hashable, Sendable {
        var first: Int
        var blocks: [Block]
    }

    /// Ascending by key.
    let entries: [Entry]

    /// The bits of a packet that decide which entry it finds, and which core it is said to come from.
    func distinguishes(_ block: KeyBlock) -> UInt32 {
        var bits: UInt32 = 0
        // A key that no entry holds looks at all masks.
        for entry in entries {
            bits |= entry.mask
            if block.key & entry.mask == entry.key {
                // The local number is read whole; the core's bits must not vary.
                return entry.mask | UInt32(truncatingIfNeeded: entry.coreMask << entry.maskShift)
            }
        }
        return bits
    }

    /// The rows of a block's first packet; those of the others follow. Nil: no entry matches.
    func landing(of block: KeyBlock) -> Landing? {
        guard let entry = entries.first(where: { block.key & $0.mask == $0.key }) else { return nil }
        let packet = Int(block.key)
        let core = packet >> entry.maskShift & entry.coreMask
        let local = (packet & ~(Int(entry.mask) | entry.coreMask << entry.maskShift)) >> entry.colourBits
        return Landing(first: core * entry.neuronsPerCore + local, blocks: entry.blocks)
    }
}
