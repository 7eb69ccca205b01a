import Numerics
import Testing

@Suite struct RoundingTests {
    @Test func `shift toward zero keeps the sign and cuts the magnitude`() {
        for x in -300...300 {
            for count in 0...10 {
                let expected = x.signum() * (abs(x) >> count)
                #expect(x.shiftedTowardZero(by: count) == expected, "\(x) by \(count)")
                #expect(Int32(x).shiftedTowardZero(by: count) == Int32(expected))
            }
        }
        #expect(Int32.min.shiftedTowardZero(by: 31) == -1)
        #expect(Int32.min.shiftedTowardZero(by: 4) == -(1 << 27))
        #expect(Int64.min.shiftedTowardZero(by: 63) == -1)
        #expect(Int.max.shiftedTowardZero(by: 64) == 0)
        #expect(Int.min.shiftedTowardZero(by: 70) == 0)
    }

    @Test func `shifts agree with dividing and rounding`() {
        for rounding in Rounding.allCases where rounding != .stochastic {
            for x in -100...100 {
                for count in 0...6 {
                    let expected = (Double(x) / Double(1 << count)).rounded(rounding)
                    #expect(Double(x.shiftedRight(by: count, rounding: rounding)) == expected, "\(x) by \(count), \(rounding)")
                }
            }
        }
    }

    @Test func `halves go where the mode says`() {
        #expect([-2.5, -1.5, -0.5, 0.5, 1.5, 2.5].map { $0.rounded(Rounding.nearestEven) } == [-2, -2, 0, 0, 2, 2])
        #expect([-2.5, -1.5, -0.5, 0.5, 1.5, 2.5].map { $0.rounded(Rounding.nearestAway) } == [-3, -2, -1, 1, 2, 3])
        #expect([-2.5, 2.5].map { $0.rounded(Rounding.floor) } == [-3, 2])
        #expect([-2.5, 2.5].map { $0.rounded(Rounding.towardZero) } == [-2, 2])
    }

    @Test func `stochastic rounding is unbiased over all random numbers`() {
        for x in -9...9 {
            let sum = (0..<8).reduce(0) { $0 + x.shiftedRight(by: 3, rounding: .stochastic, random: UInt64($1) << 61) }
            #expect(sum == x)
            let real = (0..<8).reduce(0.0) { $0 + (Double(x) / 8).rounded(.stochastic, random: Double($1) / 8) }
            #expect(real == Double(x))
        }
    }

    @Test func `wrapping is modulo and saturating clamps`() {
        for x in -1000...1000 {
            let modulo = ((x + 128) % 256 + 256) % 256 - 128
            #expect(x.wrapped(toBits: 8) == modulo)
            #expect(x.saturated(toBits: 8) == min(max(x, -128), 127))
            #expect(x.saturated(toUnsignedBits: 7) == min(max(x, 0), 127))
            #expect(x.saturated(toMagnitude: 127) == min(max(x, -127), 127))
        }
        #expect(Int32(1 << 23).wrapped(toBits: 24) == -(1 << 23))
        #expect(Int32.max.saturated(toBits: 32) == .max)
        #expect(Int32.min.wrapped(toBits: 32) == .min)
        #expect((-5).shifted(by: -1) == -3)
        #expect((-5).shifted(by: 2) == -20)
    }
}
