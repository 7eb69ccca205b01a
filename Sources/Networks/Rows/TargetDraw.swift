import Numerics

/// A uniformly drawn set (or multiset) of `count` numbers out of 0..<size, any part of which can be produced by itself.
///
/// The range is halved again and again, and how many fall into the lower half is drawn from the stream of that node of the tree:
/// hypergeometric without replacement, binomial with it. A leaf of few places or few draws draws them one by one. So a part costs
/// its own length and the logarithm of the whole.
struct TargetDraw {
    var size: Int
    var count: Int
    var withReplacement: Bool
    var random: Philox

    private static let leafSize = 256
    private static let leafCount = 16

    /// Appends the members that lie in `range`, ascending.
    /// - Returns: how many members lie below `range`.
    func read(_ range: Range<Int>, into members: inout [Int32]) -> Int {
        if count == 0 || range.isEmpty { return 0 }
        return read(0, size, count, node: 1, range, &members)
    }

    private func read(_ low: Int, _ high: Int, _ count: Int, node: Int, _ range: Range<Int>, _ members: inout [Int32]) -> Int {
        if count == 0 || low >= range.upperBound { return 0 }
        if high <= range.lowerBound { return count }
        if !withReplacement, count == high - low {
            for member in max(low, range.lowerBound)..<min(high, range.upperBound) { members.append(Int32(member)) }
            return max(0, range.lowerBound - low)
        }
        if high - low <= Self.leafSize {
            return readSmall(low, high - low, count, PhiloxSequence(random.split(node)), range, &members)
        }
        if count <= Self.leafCount { return readFew(low, high - low, count, PhiloxSequence(random.split(node)), range, &members) }
        let middle = low + (high - low) / 2
        let uniform = random.split(node).uniform(0)
        let lower =
            withReplacement
            ? CountDraws.binomial(count, Double(middle - low) / Double(high - low), uniform)
            : CountDraws.hypergeometric(draws: count, marked: middle - low, of: high - low, uniform)
        return read(low, middle, lower, node: 2 * node, range, &members)
            + read(middle, high, count - lower, node: 2 * node + 1, range, &members)
    }

    /// Few places: a table of how often each is taken.
    private func readSmall(
        _ low: Int, _ size: Int, _ count: Int, _ sequence: PhiloxSequence, _ range: Range<Int>, _ members: inout [Int32]
    ) -> Int {
        var sequence = sequence
        return withUnsafeTemporaryAllocation(of: Int32.self, capacity: size) { taken in
            // More than half of the places are drawn as those left free.
            let drawsFree = !withReplacement && count > size / 2
            taken.initialize(repeating: drawsFree ? 1 : 0)
            var rest = drawsFree ? size - count : count
            while rest > 0 {
                let place = Int(sequence.next(below: UInt32(size)))
                if withReplacement {
                    taken[place] += 1
                } else if drawsFree == (taken[place] == 1) {
                    taken[place] = drawsFree ? 0 : 1
                } else {
                    continue
                }
                rest -= 1
            }
            var below = 0
            for place in 0..<size where taken[place] > 0 {
                if low + place < range.lowerBound {
                    below += Int(taken[place])
                } else if low + place < range.upperBound {
                    for _ in 0..<taken[place] { members.append(Int32(low + place)) }
                }
            }
            return below
        }
    }

    /// Few draws: a short sorted list.
    private func readFew(
        _ low: Int, _ size: Int, _ count: Int, _ sequence: PhiloxSequence, _ range: Range<Int>, _ members: inout [Int32]
    ) -> Int {
        var sequence = sequence
        return withUnsafeTemporaryAllocation(of: Int32.self, capacity: Self.leafCount) { sorted in
            var filled = 0
            while filled < count {
                let member = Int32(low + Int(sequence.next(below: UInt32(size))))
                var place = filled
                while place > 0, sorted[place - 1] > member { place -= 1 }
                if !withReplacement, place > 0, sorted[place - 1] == member { continue }
                for k in stride(from: filled, to: place, by: -1) { sorted[k] = sorted[k - 1] }
                sorted[place] = member
                filled += 1
            }
            var below = 0
            for k in 0..<count {
                if Int(sorted[k]) < range.lowerBound { below += 1 } else if Int(sorted[k]) < range.upperBound { members.append(sorted[k]) }
            }
            return below
        }
    }
}
