import Networks

/// FNV-1a over 64-bit words: tells trainings apart, and does not guard against intent.
struct Checksum {
    private(set) var value: UInt64 = 0xcbf2_9ce4_8422_2325

    mutating func add(_ word: UInt64) {
        for byte in 0..<8 { value = (value ^ (word >> (8 * UInt64(byte)) & 0xff)) &* 0x0000_0100_0000_01b3 }
    }

    mutating func add(_ numbers: [Double]) { for number in numbers { add(number.bitPattern) } }

    mutating func add(_ dynamics: Dynamics) {
        for numbers in [dynamics.membraneDecay, dynamics.drive, dynamics.threshold, dynamics.resetValue, dynamics.initialMembrane] {
            add(numbers)
        }
        for numbers in dynamics.currentDecay + dynamics.currentGain + dynamics.alphaJump + dynamics.alphaFeed { add(numbers) }
        add(dynamics.adaptationDecay)
        add(dynamics.beta)
        if dynamics.isRate { add(dynamics.negativeSlope) }
        for steps in dynamics.refractorySteps { add(UInt64(bitPattern: Int64(steps))) }
        for byte
            in "\(dynamics.order.rawValue) \(dynamics.reset.rawValue) \(dynamics.comparison.rawValue) \(dynamics.refractory.rawValue) \(dynamics.resetAmount.rawValue)"
            .utf8
        { add(UInt64(byte)) }
    }
}
