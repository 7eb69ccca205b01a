/// The synapses of a core, decoded for speed: by input axon, as rows of dense matrices where rows share a layout, as lists otherwise.
///
/// A weight here is effective: mantissa · 2^exponent, still before the input shift. Where a chip shifts the *sum* of a connection by a
/// negative exponent, the connection is a group of its own whose partial sums, one for each delay, are shifted on delivery.
package struct SynapseBank: Hashable, Sendable {
    /// Rows of equal layout: the same run of compartments at the same delay.
    struct Block: Hashable, Sendable {
        /// Compartment of the first column, a multiple of 8.
        var first: Int
        /// Vectors of 8 columns in a row.
        var vectors: Int
        var delay: Int
        var group: Int
        /// Stored weights are effective weights shifted right by this: the bits that all of them lack.
        var shift: Int32
        /// First vector in `matrix`.
        var base: Int
        var rows: Int
        /// How many rows can be added in 16 bits.
        var rowsPerSum: Int
        /// Place of the block's list of active rows in the scratch memory.
        var listBase: Int
    }

    /// Synapses of one axon that share a delay and a group, in `entries`.
    struct Run: Hashable, Sendable {
        var delay: Int32
        var group: Int32
        var entries: Range<Int32>
    }

    struct Entry: Hashable, Sendable {
        var compartment: Int32
        var weight: Int32
    }

    struct RowReference: Hashable, Sendable {
        var block: Int32
        var row: Int32
    }

    package let compartments: Int
    package let maximumDelay: Int
    /// By group: how far its partial sums are shifted right; group 0 is delivered as it is.
    let groupShifts: [Int32]
    let blocks: [Block]
    /// All blocks' rows, one after the other: [row][column].
    let matrix: [SIMD8<Int16>]
    /// By axon, the rows of `references[rowOffsets[axon]..<rowOffsets[axon + 1]]`; likewise for runs.
    let rowOffsets: [Int32]
    let references: [RowReference]
    let runOffsets: [Int32]
    let runs: [Run]
    let entries: [Entry]
    /// How many synapses an axon has, those of weight zero included.
    package let synapseCounts: [Int32]

    package var axonCount: Int { synapseCounts.count }

    init(
        compartments: Int, maximumDelay: Int, groupShifts: [Int32], blocks: [Block], matrix: [SIMD8<Int16>], rowOffsets: [Int32],
        references: [RowReference], runOffsets: [Int32], runs: [Run], entries: [Entry], synapseCounts: [Int32]
    ) {
        self.compartments = compartments
        self.maximumDelay = maximumDelay
        self.groupShifts = groupShifts
        self.blocks = blocks
        self.matrix = matrix
        self.rowOffsets = rowOffsets
        self.references = references
        self.runOffsets = runOffsets
        self.runs = runs
        self.entries = entries
        self.synapseCounts = synapseCounts
    }
}
