import Numerics
import Synchronization

/// Rows of `fixed_number_pre`: sources are drawn target by target, so that each target has exactly its number, and inverted once.
///
/// The inverted table is built when a row is first asked for and takes four bytes for each synapse: the only connector whose rows
/// cannot be had one by one, since a row depends on the draws of every target.
final class InvertedRows: Sendable {
    private struct Table {
        var offsets: [Int]
        var targets: [Int32]
    }

    private let perTarget: Int
    private let withReplacement: Bool
    private let sources: Int
    private let targets: Int
    private let skipsSelf: Bool
    private let random: Philox
    private let table = Mutex<Table?>(nil)

    init(perTarget: Int, withReplacement: Bool, sources: Int, targets: Int, skipsSelf: Bool, random: Philox) {
        let candidates = sources - (skipsSelf ? 1 : 0)
        precondition(
            withReplacement ? candidates > 0 || perTarget == 0 : perTarget <= candidates,
            "bug: \(perTarget) sources of \(candidates) in fixed_number_pre")
        self.perTarget = perTarget
        self.withReplacement = withReplacement
        self.sources = sources
        self.targets = targets
        self.skipsSelf = skipsSelf
        self.random = random
    }

    var synapseCount: Int { perTarget * targets }

    func range(of source: Int) -> Range<Int> {
        let offsets = inverted().offsets
        return offsets[source]..<offsets[source + 1]
    }

    /// - Returns: how many synapses come before the first one read, over all sources.
    func read(_ source: Int, targets range: Range<Int>, into row: inout [Int32]) -> Int {
        let table = inverted()
        let slice = sortedSlice(table.targets, table.offsets[source]..<table.offsets[source + 1], range)
        row.append(contentsOf: table.targets[slice])
        return slice.lowerBound
    }

    private func inverted() -> Table {
        table.withLock { table in
            if let table { return table }
            let built = build()
            table = built
            return built
        }
    }

    private func build() -> Table {
        var offsets = [Int](repeating: 0, count: sources + 1)
        var drawn: [Int32] = []
        drawn.reserveCapacity(synapseCount)
        for target in 0..<targets {
            let first = drawn.count
            let candidates = sources - (skipsSelf ? 1 : 0)
            let draw = TargetDraw(size: candidates, count: perTarget, withReplacement: withReplacement, random: random.split(target))
            _ = draw.read(0..<candidates, into: &drawn)
            if skipsSelf { for k in first..<drawn.count where drawn[k] >= target { drawn[k] += 1 } }
            for k in first..<drawn.count { offsets[Int(drawn[k]) + 1] += 1 }
        }
        for source in 0..<sources { offsets[source + 1] += offsets[source] }
        var next = offsets
        var inverted = [Int32](repeating: 0, count: drawn.count)
        for target in 0..<targets {
            for k in target * perTarget..<(target + 1) * perTarget {
                inverted[next[Int(drawn[k])]] = Int32(target)
                next[Int(drawn[k])] += 1
            }
        }
        return Table(offsets: offsets, targets: inverted)
    }
}
