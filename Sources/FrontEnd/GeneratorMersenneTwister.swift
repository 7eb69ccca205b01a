/// The generator MT19937 as numpy's `RandomState(seed)` seeds and reads it, for data sets that are published as a numpy seed.
///
/// Matsumoto and Nishimura 1998, ACM TOMACS 8(1); seeding by `init_genrand`, the 2002 revision. Nothing else should use it: numbers that
/// do not have to match numpy's come from `Philox`.
package struct MersenneTwister {
    private static let length = 624
    private static let middle = 397

    private var state: [UInt32]
    private var next = MersenneTwister.length

    package init(seed: UInt32) {
        state = [seed]
        state.reserveCapacity(Self.length)
        for index in 1..<UInt32(Self.length) {
            let last = state[Int(index) - 1]
            state.append(1_812_433_253 &* (last ^ last >> 30) &+ index)
        }
    }

    /// The next 32 random bits.
    package mutating func word() -> UInt32 {
        if next == Self.length { regenerate() }
        var word = state[next]
        next += 1
        word ^= word >> 11
        word ^= word << 7 & 0x9d2c_5680
        word ^= word << 15 & 0xefc6_0000
        return word ^ word >> 18
    }

    /// Uniform in [0, 1) with 53 bits: numpy's `rand()`.
    package mutating func uniform() -> Double {
        let high = Double(word() >> 5)
        let low = Double(word() >> 6)
        return (high * 67_108_864 + low) / 9_007_199_254_740_992
    }

    /// Uniform in 0..<bound: numpy's legacy `randint(bound)`, which masks a word and draws again while it is too large.
    ///
    /// - Parameter bound: 2 or more; numpy draws nothing for 1.
    package mutating func integer(below bound: UInt32) -> UInt32 {
        let mask = UInt32.max >> UInt32((bound - 1).leadingZeroBitCount)
        while true {
            let value = word() & mask
            if value < bound { return value }
        }
    }

    private mutating func regenerate() {
        for index in 0..<Self.length {
            let bits = state[index] & 0x8000_0000 | state[(index + 1) % Self.length] & 0x7fff_ffff
            state[index] = state[(index + Self.middle) % Self.length] ^ bits >> 1 ^ (bits & 1 == 0 ? 0 : 0x9908_b0df)
        }
        next = 0
    }
}
