import Numerics
import Testing

/// Known answers of Random123 (Salmon et al., SC 2011; file kat_vectors, `philox4x32 10`).
@Suite struct PhiloxTests {
    @Test func `answers as Random123 publishes`() {
        #expect(Philox(seed: 0, stream: 0).block(0) == SIMD4(0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8))
        #expect(Philox(seed: .max, stream: .max).block(.max) == SIMD4(0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd))
        let pi = Philox(seed: 0x299f_31d0_a409_3822, stream: 0x0370_7344_1319_8a2e)
        #expect(pi.block(0x85a3_08d3_243f_6a88) == SIMD4(0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1))
    }

    @Test func `uniform numbers fill the unit interval evenly`() {
        let random = Philox(seed: 7, purpose: "test/uniform")
        let values = (0..<20_000).map { random.uniform($0) }
        #expect(values.allSatisfy { (0..<1).contains($0) })
        // Five standard errors of the mean of 20,000 uniform numbers: 5 · sqrt(1/12/20000).
        #expect(abs(mean(values) - 0.5) < 0.0103)
        #expect(abs(variance(values) - 1.0 / 12) < 0.003)
    }

    @Test func `normal numbers have mean 0 and variance 1`() {
        let random = Philox(seed: 7, purpose: "test/normal")
        let values = (0..<20_000).map { random.normal($0) }
        #expect(abs(mean(values)) < 0.036)
        #expect(abs(variance(values) - 1) < 0.05)
    }

    @Test func `streams and parts differ, equal paths agree`() {
        let one = Philox(seed: 1, purpose: "weight/a")
        #expect(one.bits(5) == Philox(seed: 1, purpose: "weight/a").bits(5))
        #expect(one.bits(5) != Philox(seed: 1, purpose: "weight/b").bits(5))
        #expect(one.bits(5) != Philox(seed: 2, purpose: "weight/a").bits(5))
        #expect(Set((0..<1000).map { one.split($0).bits(0) }).count == 1000)
    }

    @Test func `a permutation holds every index once`() {
        let order = Philox(seed: 3, purpose: "order").permutation(257)
        #expect(order.sorted() == Array(0..<257))
        #expect(order != Array(0..<257))
    }
}
