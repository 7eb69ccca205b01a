import Numerics

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// How nengo-loihi 1.1.0 turns real parameters into registers (`builder/discretize.py`), for comparison with our own lowering and for
/// models that were trained against it. Rounding is half to even.
package enum NengoDiscretization {
    /// Register of the current's decay; the chip adds 1.
    package static func currentDecay(_ decay: Float) -> Int { min(max(Int((decay * 4095 - 1).rounded(.toNearestOrEven)), 0), 4095) }

    package static func membraneDecay(_ decay: Float) -> Int { Int((decay * 4095).rounded(.toNearestOrEven)) }

    /// A decayed state: tz(x · (4096 - offset - decay), 12).
    package static func decayed(_ value: Int, decay: Int, offset: Int) -> Int {
        (value * (4096 - offset - decay)).shiftedTowardZero(by: 12)
    }

    /// The sum that a single input of 1 leaves in a decaying state over all time, with the loss by rounding taken off
    /// (`decay_magnitude`: q = 0.494, x0 = 2^21).
    package static func magnitude(decay: Int, offset: Int) -> Double {
        let loss = 0.494
        let start = 2_097_152.0
        let ratio = Double(4096 - offset - decay) / 4096
        let steps = -log1p(start * (1 - ratio) / loss) / log(ratio)
        let principal = (1 - pow(ratio, steps + 1)) / (1 - ratio)
        return principal - loss / ((1 - ratio) * start) * (steps + 1 - principal)
    }

    /// A bias as mantissa (13 bits with sign) and exponent (0...7).
    package static func bias(_ value: Double) -> (mantissa: Int, exponent: Int) {
        let exponent = Int(ceil(log2(max(abs(value) / 4095, 1))))
        return (Int((value / Double(1 << exponent)).rounded(.toNearestOrEven)), exponent)
    }

    /// A scaled weight as the synapse delivers it, full scale: cut to `bits` (less one when mixed) and shifted by 6 + exponent.
    package static func weight(_ value: Double, bits: Int, isMixed: Bool, exponent: Int) -> Int {
        let lost = 8 - bits + (isMixed ? 1 : 0)
        let limit = Double((1 << (8 - lost)) - 1)
        var mantissa = min(max((value / Double(1 << lost)).rounded(.toNearestOrEven), -limit), limit)
        let shift = lost + exponent
        if shift < 0 {
            let scale = pow(2, Double(shift))
            mantissa = min(max(((mantissa * scale).rounded(.toNearestOrEven) / scale).rounded(.towardZero), -limit), limit)
        }
        return Int(mantissa).shifted(by: shift) << 6
    }

    /// Bits that the synapses of one axon take: entries of at most 64 synapses, each rounded up to 64-bit words.
    package static func bits(synapses: Int, weightBits: Int, delayBits: Int, indexBits: Int, isSparse: Bool, perEntry: Int = 64) -> Int {
        var bits = 0
        var left = synapses
        while left > 0 {
            let count = min(left, perEntry)
            bits += (count * (weightBits + delayBits + (isSparse ? indexBits : 0)) + 10 + 63) / 64 * 64
            left -= count
        }
        return bits
    }
}
