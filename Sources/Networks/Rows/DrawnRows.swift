import Numerics

/// Rows whose targets are drawn source by source: `fixed_probability`, `fixed_number_post`, `fixed_total_number`.
///
/// Holds how many synapses precede each source (where that is drawn), and nothing else.
struct DrawnRows: Sendable {
    enum Law: Sendable {
        case probability(Double)
        case perSource(Int, withReplacement: Bool)
        /// Sources and targets uniform, with replacement.
        case total(Int)
    }

    private let law: Law
    private let candidates: Int
    private let random: Philox
    /// [sources + 1]; empty where every row has the same count.
    private let offsets: [Int]
    let synapseCount: Int

    init(_ law: Law, sources: Int, candidates: Int, random: Philox) {
        self.law = law
        self.candidates = candidates
        self.random = random
        var offsets: [Int] = []
        switch law {
        case .probability(let probability):
            let stream = Philox(seed: random.bits(0), purpose: "count")
            offsets.append(0)
            for source in 0..<sources {
                offsets.append(offsets[source] + CountDraws.binomial(candidates, probability, stream.uniform(source)))
            }
        case .perSource(let count, let withReplacement):
            precondition(
                withReplacement ? candidates > 0 || count == 0 : count <= candidates,
                "bug: \(count) targets of \(candidates) in fixed_number_post")
            synapseCount = sources * count
            self.offsets = []
            return
        case .total(let count):
            precondition(count == 0 || (sources > 0 && candidates > 0), "bug: \(count) synapses of no pair in fixed_total_number")
            let stream = Philox(seed: random.bits(0), purpose: "count")
            offsets = [Int](repeating: 0, count: sources + 1)
            Self.distribute(count, over: 0..<sources, node: 1, stream, &offsets)
            for source in 0..<sources { offsets[source + 1] += offsets[source] }
        }
        synapseCount = offsets[sources]
        self.offsets = offsets
    }

    /// Splits `count` draws with replacement over `range`: a multinomial, by halves.
    private static func distribute(_ count: Int, over range: Range<Int>, node: Int, _ stream: Philox, _ offsets: inout [Int]) {
        if count == 0 { return }
        if range.count == 1 {
            offsets[range.lowerBound + 1] = count
            return
        }
        let middle = range.lowerBound + range.count / 2
        let share = Double(middle - range.lowerBound) / Double(range.count)
        let lower = CountDraws.binomial(count, share, stream.split(node).uniform(0))
        distribute(lower, over: range.lowerBound..<middle, node: 2 * node, stream, &offsets)
        distribute(count - lower, over: middle..<range.upperBound, node: 2 * node + 1, stream, &offsets)
    }

    func count(of source: Int) -> Int {
        if case .perSource(let count, _) = law { return count }
        return offsets[source + 1] - offsets[source]
    }

    /// - Returns: how many synapses come before the first one read, over all sources.
    func read(_ source: Int, candidates range: Range<Int>, into targets: inout [Int32]) -> Int {
        let count = count(of: source)
        let before: Int
        let withReplacement: Bool
        switch law {
        case .probability: (before, withReplacement) = (offsets[source], false)
        case .perSource(_, let replaces): (before, withReplacement) = (source * count, replaces)
        case .total: (before, withReplacement) = (offsets[source], true)
        }
        targets.reserveCapacity(min(count, range.count * (withReplacement ? 4 : 1)))
        let draw = TargetDraw(size: candidates, count: count, withReplacement: withReplacement, random: random.split(source))
        return before + draw.read(range, into: &targets)
    }
}
