import FrontEnd
import Testing

@Suite struct MersenneTwisterTests {
    /// `mt19937ar` by init_genrand(5489), whose 10,000th word the C++ standard fixes ([rand.predef]): 4123659995.
    @Test func `gives the word that the C++ standard fixes`() {
        var random = MersenneTwister(seed: 5489)
        for _ in 0..<9_999 { _ = random.word() }
        #expect(random.word() == 4_123_659_995)
    }

    @Test func `integers stay below their bound and reach all values`() {
        var random = MersenneTwister(seed: 1)
        var counts = [Int](repeating: 0, count: 3)
        for _ in 0..<3_000 { counts[Int(random.integer(below: 3))] += 1 }
        // Five standard deviations of a binomial with n = 3000, p = 1/3: 129.
        #expect(counts.allSatisfy { abs($0 - 1_000) < 130 }, "\(counts)")
    }
}
