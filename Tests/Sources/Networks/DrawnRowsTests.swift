import Networks
import Numerics
import Testing

/// Counts and statistics of the random connectors. Bounds are five standard deviations of the exact law, for fixed seeds.
@Suite struct DrawnRowsTests {
    private func counts(_ connector: Connector, pre: Int, post: Int, seed: UInt64 = 11) -> (rows: [Int], targets: [Int], pairs: [Int]) {
        let rows = allRows(SynapseRows(ID(0), of: network(connector, pre: [pre], post: [post], weight: .constant(1), seed: seed)))
        var targets = [Int](repeating: 0, count: post)
        var pairs = [Int](repeating: 0, count: pre * post)
        for (source, row) in rows.enumerated() {
            for target in row.targets {
                targets[Int(target)] += 1
                pairs[source * post + Int(target)] += 1
            }
        }
        return (rows.map(\.count), targets, pairs)
    }

    @Test(arguments: [0.0, 0.002, 0.1, 0.5, 0.93, 1.0]) func everyPairHasTheProbability(_ p: Double) {
        let (rows, targets, pairs) = counts(.fixedProbability(p, allowSelf: true), pre: 300, post: 1000)
        let total = Double(rows.reduce(0, +))
        #expect(abs(total - 300_000 * p) <= 5 * (300_000 * p * (1 - p)).squareRoot())
        #expect(pairs.allSatisfy { $0 <= 1 })
        // Row and column counts are binomial: mean and variance.
        for (values, n) in [(rows, 1000.0), (targets, 300.0)] {
            let doubles = values.map(Double.init)
            let spread = n * p * (1 - p)
            #expect(abs(mean(doubles) - n * p) <= 5 * (spread / Double(doubles.count)).squareRoot() + 1e-9)
            #expect(abs(variance(doubles) - spread) <= 5 * spread * (2 / Double(doubles.count)).squareRoot() + 1e-9)
        }
    }

    @Test func targetsOfARowAreIndependentOfEachOther() {
        // Neighbouring targets, those across the halves of the tree, and neighbouring sources share synapses as chance has it.
        let (_, _, pairs) = counts(.fixedProbability(0.3, allowSelf: true), pre: 200, post: 2000)
        for (shift, what) in [(1, "neighbours"), (1000, "halves"), (2000, "sources"), (256, "leaves")] {
            let both = (0..<pairs.count - shift).reduce(0) { $0 + pairs[$1] * pairs[$1 + shift] }
            let n = Double(pairs.count - shift)
            #expect(abs(Double(both) / n - 0.09) < 5 * (0.09 * 0.91 / n).squareRoot() * 1.5, "\(what): \(Double(both) / n)")
        }
    }

    @Test(arguments: [(1, false), (30, false), (700, false), (1000, false), (5, true), (2500, true)])
    func fixedNumbersAreExact(_ count: Int, _ withReplacement: Bool) {
        let post = counts(.fixedNumberPost(count, withReplacement: withReplacement, allowSelf: true), pre: 300, post: 1000)
        #expect(post.rows.allSatisfy { $0 == count })
        let pre = counts(.fixedNumberPre(count, withReplacement: withReplacement, allowSelf: true), pre: 1000, post: 300)
        #expect(pre.targets.allSatisfy { $0 == count })
        if !withReplacement { #expect((post.pairs + pre.pairs).allSatisfy { $0 <= 1 }) }
        // The free side is binomial: 300 draws for each of 1000 neurons.
        let p = Double(count) / 1000
        let spread = 300 * p * (withReplacement ? 0.999 : 1 - p)
        for values in [post.targets, pre.rows] {
            let doubles = values.map(Double.init)
            #expect(
                abs(variance(doubles) - spread) <= 5 * spread * (2.0 / 1000).squareRoot() * 1.3 + 1e-9, "\(variance(doubles)) ≠ \(spread)")
        }
    }

    @Test func aTotalNumberIsExactAndMultinomial() {
        let (rows, targets, pairs) = counts(.fixedTotalNumber(60_000, allowSelf: true), pre: 300, post: 400)
        #expect(rows.reduce(0, +) == 60_000)
        for (values, cells) in [(rows, 300.0), (targets, 400.0), (pairs, 120_000.0)] {
            let expected = 60_000 / cells
            let chiSquare = values.reduce(0.0) { $0 + (Double($1) - expected) * (Double($1) - expected) / expected }
            #expect(abs(chiSquare - (cells - 1)) < 5 * (2 * (cells - 1)).squareRoot() * 1.3, "χ² \(chiSquare) over \(cells) cells")
        }
    }

    @Test func aHugeProjectionCostsNoMoreThanItsRow() {
        // 10^10 pairs, 10^8 synapses: only counts per source are held.
        let rows = SynapseRows(ID(0), of: network(.fixedProbability(0.01, allowSelf: false), pre: [100_000], weight: .constant(1)))
        #expect(abs(Double(rows.synapseCount) - 1e8) < 5 * 1e8.squareRoot())
        var row = SynapseRow()
        rows.read(99_999, into: &row)
        #expect(row.count == rows.count(of: 99_999))
        rows.read(50_000, targets: 0..<2_000, into: &row)
        #expect(row.count < 60)
    }
}
