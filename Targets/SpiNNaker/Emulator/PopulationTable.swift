package import Diagnostics

/// How a core finds the rows of a packet: the decoded population table (layout: Documentation/Targets/spinnaker.md).
package struct PopulationTable: Sendable {
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
    private let entries: [Entry]

    /// - Parameters:
    ///   - words: the region as it stands in memory.
    ///   - file: for messages.
    package init(_ words: [UInt32], in file: String) throws(DiagnosticsError) {
        func fail(_ what: String) -> DiagnosticsError { ArtifactManifest.damaged(file, "region 5 (population table): \(what)") }
        guard words.count >= 2 else { throw fail("it has no counts") }
        let (entryCount, addressCount) = (Int(words[0]), Int(words[1]))
        guard entryCount <= 1 << 16, addressCount <= 1 << 16, words.count >= 2 + 5 * entryCount + addressCount else {
            throw fail("it has \(words.count) words for \(entryCount) entries and \(addressCount) addresses")
        }
        let addresses = Array(words[(2 + 5 * entryCount)...])
        var entries: [Entry] = []
        for index in 0..<entryCount {
            let entry = words[(2 + 5 * index)..<(7 + 5 * index)].map { Int($0) }
            let (start, count) = (entry[2] & 0x1FFF, entry[2] >> 16)
            guard start + count <= addressCount, entry[3] >> 16 < 32, entry[0] & ~entry[1] == 0 else {
                throw fail("entry \(index) names addresses, bits or a key that it cannot have")
            }
            let blocks = addresses[start..<start + count].compactMap { address -> Block? in
                let offset = Int(address >> 8)
                // All ones: the projection has no rows here.
                return offset == 0xFF_FFFF ? nil : Block(start: offset * 4, stride: Int(address & 0xFF) + 4)
            }
            entries.append(
                Entry(
                    key: UInt32(entry[0]), mask: UInt32(entry[1]), colourBits: entry[2] >> 13 & 7, coreMask: entry[3] & 0xFFFF,
                    maskShift: entry[3] >> 16, neuronsPerCore: entry[4] & 0xFFFF, blocks: blocks))
        }
        for (index, (entry, next)) in zip(entries, entries.dropFirst()).enumerated() where entry.key >= next.key {
            throw fail("the key of entry \(index + 1) is not above the one before")
        }
        self.entries = entries
    }

    /// The bits of a packet that decide which entry it finds, and which core it is said to come from.
    func distinguishes(_ block: KeyBlock) -> UInt32 {
        var bits: UInt32 = 0
        for entry in entries {
            bits |= entry.mask
            if block.key & entry.mask == entry.key {
                // The local number is read whole; the core's bits must not vary.
                return entry.mask | UInt32(truncatingIfNeeded: entry.coreMask << entry.maskShift)
            }
        }
        // A key that no entry holds was held against all of them.
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

    /// The synapse words of a packet, row by row.
    package func synapses(of packet: UInt32, in matrix: [UInt32]) -> [UInt32] {
        guard let landing = landing(of: KeyBlock(key: packet, free: 0)) else { return [] }
        return landing.blocks.flatMap { block -> [UInt32] in
            let start = block.start + landing.first * block.stride
            guard start + block.stride <= matrix.count else { return [] }
            return Array(matrix[(start + 3)..<min(start + 3 + Int(matrix[start + 1]), start + block.stride)])
        }
    }
}
