/// Collects the rows of a core's axons and lays them out as a `SynapseBank`.
package struct SynapseBankBuilder {
    /// A row's layout; rows of equal layout share a matrix.
    private struct Layout: Hashable {
        var first: Int
        var vectors: Int
        var delay: Int
        var group: Int
    }

    private let compartments: Int
    private var groupShifts: [Int32] = [0]
    private var maximumDelay = 0
    private var blockOfLayout: [Layout: Int] = [:]
    private var layouts: [Layout] = []
    private var columns: [[SIMD8<Int16>]] = []
    private var rowOffsets: [Int32] = [0]
    private var references: [SynapseBank.RowReference] = []
    private var runOffsets: [Int32] = [0]
    private var runs: [SynapseBank.Run] = []
    private var entries: [SynapseBank.Entry] = []
    private var synapseCounts: [Int32] = []

    package init(compartments: Int) { self.compartments = compartments }

    /// A new group, whose partial sums are shifted right by `shift` (floor) when they are delivered.
    package mutating func addGroup(shift: Int) -> Int {
        groupShifts.append(Int32(truncatingIfNeeded: shift))
        return groupShifts.count - 1
    }

    /// Ends the axon that rows were added to; the next rows belong to the next axon.
    package mutating func endAxon() {
        rowOffsets.append(Int32(references.count))
        runOffsets.append(Int32(runs.count))
        if synapseCounts.count < rowOffsets.count - 1 { synapseCounts.append(0) }
    }

    /// Adds synapses of the present axon that share a delay and a group.
    ///
    /// - Parameters:
    ///   - targets: compartments, ascending, below the bank's count.
    ///   - weights: effective weights, before the group's shift.
    package mutating func add(
        targets: some RandomAccessCollection<Int32>, weights: some RandomAccessCollection<Int32>, delay: Int, group: Int = 0
    ) {
        precondition(targets.count == weights.count, "bug: a row has \(targets.count) targets and \(weights.count) weights")
        guard let first = targets.first, let last = targets.last else { return }
        precondition(first >= 0 && last < compartments, "bug: a row reaches beyond compartment \(compartments - 1)")
        if synapseCounts.count < rowOffsets.count { synapseCounts.append(0) }
        synapseCounts[synapseCounts.count - 1] += Int32(targets.count)
        maximumDelay = max(maximumDelay, delay)

        let aligned = Int(first) / 8 * 8
        let vectors = (Int(last) - aligned) / 8 + 1
        let fitsVectors = Self.fitVectors(targets, weights)
        guard fitsVectors, targets.count * 2 >= vectors * 8 else {
            let start = Int32(entries.count)
            for (target, weight) in zip(targets, weights) { entries.append(.init(compartment: target, weight: weight)) }
            runs.append(.init(delay: Int32(delay), group: Int32(group), entries: start..<Int32(entries.count)))
            return
        }
        let block = self.block(Layout(first: aligned, vectors: vectors, delay: delay, group: group))
        let row = columns[block].count / vectors
        columns[block].append(contentsOf: repeatElement(.zero, count: vectors))
        let base = row * vectors
        for (target, weight) in zip(targets, weights) {
            let column = Int(target) - aligned
            columns[block][base + column / 8][column % 8] &+= Int16(truncatingIfNeeded: weight)
        }
        references.append(.init(block: Int32(block), row: Int32(row)))
    }

    /// Whether every column of the row fits 16 bits; synapses of one target are summed.
    private static func fitVectors(
        _ targets: some RandomAccessCollection<Int32>, _ weights: some RandomAccessCollection<Int32>
    ) -> Bool {
        var last: Int32 = -1
        var sum: Int64 = 0
        for (target, weight) in zip(targets, weights) {
            sum = target == last ? sum + Int64(weight) : Int64(weight)
            last = target
            if sum < Int64(Int16.min) || sum > Int64(Int16.max) { return false }
        }
        return true
    }

    private mutating func block(_ layout: Layout) -> Int {
        if let block = blockOfLayout[layout] { return block }
        blockOfLayout[layout] = layouts.count
        layouts.append(layout)
        columns.append([])
        return layouts.count - 1
    }

    package consuming func finish() -> SynapseBank {
        var blocks: [SynapseBank.Block] = []
        var matrix: [SIMD8<Int16>] = []
        matrix.reserveCapacity(columns.reduce(0) { $0 + $1.count })
        var listBase = 0
        for (layout, rows) in zip(layouts, columns) {
            var bits = SIMD8<Int16>.zero
            for vector in rows { bits |= vector }
            let shift = min(bits.indices.map { bits[$0].trailingZeroBitCount }.min() ?? 0, 15)
            let base = matrix.count
            var largest = 1
            for vector in rows {
                let stored = vector &>> SIMD8(repeating: Int16(shift))
                largest = max(largest, Int(stored.max()), -Int(stored.min()))
                matrix.append(stored)
            }
            let count = rows.count / layout.vectors
            blocks.append(
                .init(
                    first: layout.first, vectors: layout.vectors, delay: layout.delay, group: layout.group, shift: Int32(shift),
                    base: base, rows: count, rowsPerSum: max(1, Int(Int16.max) / largest), listBase: listBase))
            listBase += count
        }
        return SynapseBank(
            compartments: compartments, maximumDelay: maximumDelay, groupShifts: groupShifts, blocks: blocks, matrix: matrix,
            rowOffsets: rowOffsets, references: references, runOffsets: runOffsets, runs: runs, entries: entries,
            synapseCounts: synapseCounts)
    }
}
