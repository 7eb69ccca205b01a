import Numerics
import Testing

@Suite struct StatisticsTests {
    @Test func `Wilson half width matches the published interval`() {
        // 10 of 20 at 95 %: (0.2993, 0.7007); 0 of 10: (0, 0.2775). Brown, Cai and DasGupta 2001, Statistical Science 16:101, formula 4.
        #expect(abs(wilsonHalfWidth(successes: 10, of: 20) - 0.20070) < 1e-5)
        #expect(abs(wilsonHalfWidth(successes: 0, of: 10) - 0.13877) < 1e-5)
        #expect(wilsonHalfWidth(successes: 0, of: 0) == 0.5)
    }

    @Test func `mean and variance`() {
        #expect(mean([1, 2, 3, 4]) == 2.5)
        #expect(variance([1, 2, 3, 4]) == 5.0 / 3)
        #expect(mean([]) == 0)
        #expect(variance([3]) == 0)
        #expect(variance([1e9, 1e9 + 1, 1e9 + 2]) == 1)
    }

    @Test(arguments: [
        (0.1, "0.1"), (3, "3"), (-0.0, "-0"), (1e-5, "1e-05"), (1e300, "1e+300"), (.infinity, "inf"), (1.0 / 3, "0.3333333333333333"),
    ])
    func `shortest text`(value: Double, text: String) {
        #expect(shortest(value) == text)
        #expect(Double(text) == value)
    }
}
