import Networks
import Numerics

/// The synapses of a projection onto the neurons of one part, as the delivery loops read them. Trivial: it owns nothing.
struct PartTable<Real: EngineScalar>: BitwiseCopyable {
    enum Layout: BitwiseCopyable {
        case empty
        /// `weights` is [sources × rowStride], from `lower` on; rowStride 0: every source has the same row.
        case dense
        /// Targets of 16 or 32 bits, counted from `lower`.
        case sparse16
        case sparse32
    }

    var layout = Layout.empty
    var lower = 0
    /// Targets, rounded up to the block.
    var width = 0
    var rowStride = 0
    /// Delays that occur, ascending.
    var delays: UnsafeMutablePointer<Int32>
    var delayCount = 0
    /// Sparse: [sources × delays + 1]; the synapses of a source are sorted by delay, then target.
    var offsets: UnsafeMutablePointer<UInt32>
    var targets16: UnsafeMutablePointer<UInt16>
    var targets32: UnsafeMutablePointer<UInt32>
    /// Nil: every synapse has the weight `shared`.
    var weights: UnsafeMutablePointer<Real>?
    var shared: Real = 0
    var synapses = 0
}

/// Reads rows once and lays them out for delivery: dense when a fifth or more of the pairs are connected with one delay, else sparse.
struct TableBuilder: @unchecked Sendable {
    /// Above this density a contiguous sum beats scattering (about a sixth of the cost for each synapse) and takes no more memory.
    private static var denseAbove: Double { 0.2 }

    private let lower: Int
    private let upper: Int
    private let sources: Int
    private let slots: Int
    /// Whether weights lose their sign: that of a conductance only chooses its receptor.
    private let keepsMagnitudes: Bool
    private var offsets = GrowingBuffer<UInt32>()
    private var targets = GrowingBuffer<UInt32>()
    private var weights = GrowingBuffer<Float>()
    private var slotCounts: [Int]
    /// Scratch: where the next synapse of each delay goes.
    private var places: [Int]
    private var hasCopies = false
    private var isOverfull = false

    init(sources: Int, part: Range<Int>, maximumDelay: Int, keepsMagnitudes: Bool = false) {
        self.keepsMagnitudes = keepsMagnitudes
        self.sources = sources
        (lower, upper) = (part.lowerBound, part.upperBound)
        slots = maximumDelay
        slotCounts = [Int](repeating: 0, count: maximumDelay)
        places = slotCounts
        offsets.append(0)
    }

    /// Adds the next source's synapses, those with `isWanted` weights, sorted by delay.
    mutating func append(_ row: borrowing SynapseRow, _ isWanted: (Float) -> Bool) {
        let first = targets.count
        for slot in 0..<slots { places[slot] = 0 }
        var wanted = 0
        for k in 0..<row.count where isWanted(row.weights[k]) {
            places[min(Int(row.delays[k]), slots) - 1] += 1
            wanted += 1
        }
        targets.extend(by: wanted)
        weights.extend(by: wanted)
        var next = first
        for slot in 0..<slots {
            slotCounts[slot] += places[slot]
            (places[slot], next) = (next, next + places[slot])
            offsets.append(UInt32(truncatingIfNeeded: next))
        }
        for k in 0..<row.count where isWanted(row.weights[k]) {
            let slot = min(Int(row.delays[k]), slots) - 1
            let place = places[slot]
            let target = UInt32(truncatingIfNeeded: Int(row.targets[k]) - lower)
            targets.pointer[place] = target
            weights.pointer[place] = keepsMagnitudes ? abs(row.weights[k]) : row.weights[k]
            if place > first, targets.pointer[place - 1] == target { hasCopies = true }
            places[slot] = place + 1
        }
        isOverfull = isOverfull || next > Int(UInt32.max)
    }

    /// The finished table, in `arena`; nil when there are more synapses than 32 bits count.
    consuming func finish<Real: EngineScalar>(_ type: Real.Type, in arena: Arena) -> PartTable<Real>? {
        defer {
            offsets.release()
            targets.release()
            weights.release()
        }
        if isOverfull { return nil }
        let used = (0..<slots).filter { slotCounts[$0] > 0 }
        var table = PartTable<Real>(
            lower: lower, delays: arena.copy(used.map { Int32($0 + 1) }), delayCount: used.count, offsets: arena.allocate(count: 1),
            targets16: arena.allocate(count: 1), targets32: arena.allocate(count: 1))
        table.width = (upper - lower + laneBlock - 1) / laneBlock * laneBlock
        let count = targets.count
        if count == 0 { return table }
        let first = weights.pointer[0]
        let all = UnsafeBufferPointer(start: weights.pointer, count: count)
        let isShared = all.allSatisfy { $0 == first }
        let pairs = sources * (upper - lower)
        if used.count == 1, !hasCopies, Double(count) >= Self.denseAbove * Double(pairs), upper - lower >= 4 {
            return finishDense(&table, isUniform: isShared && count == pairs, in: arena)
        }

        table.synapses = count
        table.shared = Real(first)
        if !isShared {
            let converted = arena.allocate(Real.self, count: count)
            Real.convert(all, to: converted)
            table.weights = converted
        }
        table.offsets = arena.allocate(count: sources * used.count + 1)
        for source in 0..<sources {
            for (k, slot) in used.enumerated() { table.offsets[source * used.count + k] = offsets.pointer[source * slots + slot] }
        }
        table.offsets[sources * used.count] = UInt32(count)
        if upper - lower <= 1 << 16 {
            table.layout = .sparse16
            table.targets16 = arena.allocate(count: count)
            for k in 0..<count { table.targets16[k] = UInt16(truncatingIfNeeded: targets.pointer[k]) }
        } else {
            table.layout = .sparse32
            table.targets32 = arena.copy(UnsafeBufferPointer(start: targets.pointer, count: count))
        }
        return table
    }

    private func finishDense<Real: EngineScalar>(_ table: inout PartTable<Real>, isUniform: Bool, in arena: Arena) -> PartTable<Real> {
        table.layout = .dense
        table.synapses = targets.count
        table.rowStride = isUniform ? 0 : table.width
        let rows = isUniform ? 1 : sources
        let dense = arena.allocate(Real.self, count: rows * table.width)
        let slot = Int(table.delays[0]) - 1
        withUnsafeTemporaryAllocation(of: Float.self, capacity: table.width) { row in
            for source in 0..<rows {
                row.initialize(repeating: 0)
                for k in Int(offsets.pointer[source * slots + slot])..<Int(offsets.pointer[source * slots + slot + 1]) {
                    row[Int(targets.pointer[k])] = weights.pointer[k]
                }
                Real.convert(UnsafeBufferPointer(row), to: dense + source * table.width)
            }
        }
        table.weights = dense
        return table
    }
}
