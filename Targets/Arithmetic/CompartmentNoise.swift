import Numerics

/// Noise that a step adds to every compartment, with its draws given.
package struct CompartmentNoise: Hashable, Sendable {
    package enum Place: Hashable, Sendable {
        /// To the summed input, before the accumulator's wrap.
        case current
        /// To the drive of the membrane.
        case membrane
    }

    package var place: Place
    /// One entry per compartment.
    package var values: [Int32]

    package init(_ place: Place, _ values: [Int32]) {
        self.place = place
        self.values = values
    }

    /// `(draw + 64 · offset) · 2^(exponent - 7)`, cut toward zero (nengo-loihi: `NoiseState`); draw: -127...127.
    package static func value(draw: Int, exponent: Int, offset: Int) -> Int32 {
        let mantissa = Int64(draw + 64 * offset)
        return Int32(truncatingIfNeeded: exponent >= 7 ? mantissa << (exponent - 7) : mantissa.shiftedTowardZero(by: 7 - exponent))
    }
}

/// Where the compartment loop takes its noise from; one type for each case, so that the loop without noise pays nothing.
protocol NoiseSource {
    func current(_ index: Int) -> Int32
    func membrane(_ index: Int) -> Int32
}

struct Noiseless: NoiseSource {
    @inline(__always) func current(_ index: Int) -> Int32 { 0 }
    @inline(__always) func membrane(_ index: Int) -> Int32 { 0 }
}

struct GivenNoise: NoiseSource {
    let atMembrane: Bool
    let values: [Int32]

    init(_ noise: CompartmentNoise) {
        atMembrane = noise.place == .membrane
        values = noise.values
    }

    @inline(__always) func current(_ index: Int) -> Int32 { atMembrane ? 0 : values[index] }
    @inline(__always) func membrane(_ index: Int) -> Int32 { atMembrane ? values[index] : 0 }
}
