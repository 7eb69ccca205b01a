import Numerics

/// What is on its way to a core's compartments: the ring of arrivals, and the scratch memory of a delivery.
package struct SynapticInput: Hashable, Sendable {
    package var ring: ArrivalRing
    /// By block, the rows that are active in this step, from the block's `listBase` on.
    private var activeRows: [Int32]
    private var activeCounts: [Int32]
    /// Blocks with at least one active row.
    private var activeBlocks: [Int32]
    private var activeBlockCount = 0
    /// Partial sums of the groups that are shifted on delivery: [group - 1][delay][compartment].
    private var partialSums: [Int32]
    private var hasPartialSums = false
    /// Synapses that were delivered since the state was made or cleared.
    package var synapticOperations = 0

    package init(_ bank: SynapseBank) {
        ring = ArrivalRing(compartments: bank.compartments, maximumDelay: bank.maximumDelay)
        activeRows = [Int32](repeating: 0, count: bank.blocks.reduce(0) { $0 + $1.rows })
        activeCounts = [Int32](repeating: 0, count: bank.blocks.count)
        activeBlocks = activeCounts
        partialSums = [Int32](repeating: 0, count: (bank.groupShifts.count - 1) * (bank.maximumDelay + 1) * ring.width)
    }

    /// Nothing on its way any more; counters stay.
    package mutating func clear() { ring.clear() }

    /// Takes the spikes of a source, each neuron at most once: for each its axon in the table, unless that is negative.
    /// - Returns: how many had an axon.
    package mutating func accept(_ spikes: UnsafeBufferPointer<Int32>, through axons: [Int32], of bank: SynapseBank) -> Int {
        if spikes.isEmpty { return 0 }
        let result = Self.activate(
            spikes, axons, bank, rows: &activeRows, counts: &activeCounts, blocks: &activeBlocks, blockCount: activeBlockCount)
        activeBlockCount = result.blocks
        synapticOperations &+= result.operations
        if !bank.runs.isEmpty {
            for spike in spikes {
                let axon = Int(axons[Int(spike)])
                if axon < 0 { continue }
                for index in Int(bank.runOffsets[axon])..<Int(bank.runOffsets[axon &+ 1]) { add(bank.runs[index], of: bank, payload: 1) }
            }
        }
        return result.spikes
    }

    /// Enters the dense rows of the spikes' axons among the active ones.
    private static func activate(
        _ spikes: UnsafeBufferPointer<Int32>, _ axons: [Int32], _ bank: SynapseBank, rows: inout [Int32], counts: inout [Int32],
        blocks: inout [Int32], blockCount: Int
    ) -> (spikes: Int, blocks: Int, operations: Int) {
        let axons = axons.span
        let synapseCounts = bank.synapseCounts.span
        let rowOffsets = bank.rowOffsets.span
        let references = bank.references.span
        let descriptions = bank.blocks.span
        var rows = rows.mutableSpan
        var counts = counts.mutableSpan
        var blocks = blocks.mutableSpan
        var (count, blockCount, operations) = (0, blockCount, 0)
        // Loaders see to it that tables lead to axons of the bank, and that an axon has one source: no list of rows can overflow.
        for spike in spikes {
            let axon = Int(axons[unchecked: Int(spike)])
            if axon < 0 { continue }
            count &+= 1
            operations &+= Int(synapseCounts[unchecked: axon])
            let end = Int(rowOffsets[unchecked: axon &+ 1])
            var index = Int(rowOffsets[unchecked: axon])
            while index < end {
                let reference = references[unchecked: index]
                let block = Int(reference.block)
                let active = counts[unchecked: block]
                if active == 0 {
                    blocks[unchecked: blockCount] = reference.block
                    blockCount &+= 1
                }
                rows[unchecked: descriptions[unchecked: block].listBase &+ Int(active)] = reference.row
                counts[unchecked: block] = active &+ 1
                index &+= 1
            }
        }
        return (count, blockCount, operations)
    }

    /// Takes a graded spike: every weight is multiplied by the payload, in 32 bits.
    package mutating func accept(axon: Int, payload: Int32, of bank: SynapseBank) {
        synapticOperations += Int(bank.synapseCounts[axon])
        for index in Int(bank.rowOffsets[axon])..<Int(bank.rowOffsets[axon + 1]) {
            let reference = bank.references[index]
            let block = bank.blocks[Int(reference.block)]
            let row = block.base + Int(reference.row) * block.vectors
            withSums(delay: block.delay, group: block.group, of: bank) { sums in
                for vector in 0..<block.vectors {
                    let weights = SIMD8<Int32>(truncatingIfNeeded: bank.matrix[row + vector]) &<< SIMD8(repeating: block.shift)
                    let products = weights &* SIMD8(repeating: payload)
                    for lane in 0..<8 { sums[block.first + vector * 8 + lane] &+= products[lane] }
                }
            }
        }
        for index in Int(bank.runOffsets[axon])..<Int(bank.runOffsets[axon + 1]) { add(bank.runs[index], of: bank, payload: payload) }
    }

    /// Brings everything that was accepted into the ring; to be called once all spikes of a step are accepted.
    package mutating func deliver(_ bank: SynapseBank) {
        for index in 0..<activeBlockCount {
            let block = Int(activeBlocks[index])
            add(block, of: bank)
            activeCounts[block] = 0
        }
        activeBlockCount = 0
        if hasPartialSums { deliverPartialSums(bank) }
    }

    private mutating func add(_ run: SynapseBank.Run, of bank: SynapseBank, payload: Int32) {
        withSums(delay: Int(run.delay), group: Int(run.group), of: bank) { sums in
            for index in run.entries {
                let entry = bank.entries[Int(index)]
                sums[Int(entry.compartment)] &+= entry.weight &* payload
            }
        }
    }

    /// Adds up the active rows of a block, 64 columns at a time in 16-bit vectors.
    private mutating func add(_ index: Int, of bank: SynapseBank) {
        let block = bank.blocks[index]
        let count = Int(activeCounts[index])
        let rows = activeRows
        withSums(delay: block.delay, group: block.group, of: bank) { sums in
            rows.withUnsafeBufferPointer { rows in
                bank.matrix.withUnsafeBufferPointer { matrix in
                    guard let matrix = matrix.baseAddress, let rows = rows.baseAddress, let sums = sums.baseAddress else { return }
                    sumRows(
                        matrix + block.base, stride: block.vectors, rows: rows + block.listBase, count: count,
                        rowsPerSum: block.rowsPerSum, shift: block.shift, into: sums + block.first)
                }
            }
        }
    }

    /// The sums that a delay and group lead to: those of the ring, or the group's partial ones.
    @inline(__always)
    private mutating func withSums(
        delay: Int, group: Int, of bank: SynapseBank, _ body: (UnsafeMutableBufferPointer<Int32>) -> Void
    ) {
        let width = ring.width
        if group == 0 {
            let start = ring.offset(delay: delay)
            ring.sums.withUnsafeMutableBufferPointer { body(.init(rebasing: $0[start..<start + width])) }
        } else {
            hasPartialSums = true
            let start = ((group - 1) * (bank.maximumDelay + 1) + delay) * width
            partialSums.withUnsafeMutableBufferPointer { body(.init(rebasing: $0[start..<start + width])) }
        }
    }

    private mutating func deliverPartialSums(_ bank: SynapseBank) {
        hasPartialSums = false
        let width = ring.width
        for group in 1..<bank.groupShifts.count {
            for delay in 0...bank.maximumDelay {
                let from = ((group - 1) * (bank.maximumDelay + 1) + delay) * width
                let to = ring.offset(delay: delay)
                for column in 0..<width {
                    ring.sums[to + column] &+= partialSums[from + column] >> bank.groupShifts[group]
                    partialSums[from + column] = 0
                }
            }
        }
    }
}
