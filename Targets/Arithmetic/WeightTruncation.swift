package import Chips
import Numerics

/// How a given weight becomes one that the chip's synapse holds, as each public model states it.
package enum WeightTruncation {
    /// The sign mode of a matrix: excitatory when nothing is below zero, inhibitory when nothing is above, else mixed.
    package static func mode(of weights: some Sequence<Int>) -> WeightFormat.SignMode {
        var (lowest, highest) = (0, 0)
        for weight in weights { (lowest, highest) = (min(lowest, weight), max(highest, weight)) }
        return lowest >= 0 ? .excitatory : highest <= 0 ? .inhibitory : .mixed
    }

    /// Lava: clipped to 8 bits and a sign, then cut to a multiple of 2^(8 - bits + mixed); `negativeMixedRounding` says how a
    /// negative mixed weight loses its low bits (Lava floor). `proc/dense/models.py`, `utils/weightutils.py`.
    package static func clippedAndCut(
        _ weight: Int, bits: Int, mode: WeightFormat.SignMode, negativeMixedRounding: IntegerCurrentArithmetic.Truncation
    ) -> Int {
        let lost = 8 - bits + (mode == .mixed ? 1 : 0)
        switch mode {
        case .mixed:
            let clipped = min(max(weight, -256), 255)
            let cut = negativeMixedRounding == .floor ? clipped >> lost : clipped.shiftedTowardZero(by: lost)
            return cut << lost
        case .excitatory: return (min(max(weight, 0), 255) >> lost) << lost
        case .inhibitory: return -((-min(max(weight, -255), 0) >> lost) << lost)
        }
    }

    /// Brian2Loihi: the synapse's full-scale weight; cut toward zero to the bits' precision, scaled by 2^(6 + exponent), cut down to a
    /// multiple of 64 and limited to ±(2^21 - 64). Matched against Loihi 1 hardware by its authors (10.3389/fninf.2022.1015624).
    package static func hardwareMatched(_ weight: Int, bits: Int, exponent: Int, mode: WeightFormat.SignMode) -> Int {
        let lost = 8 - (bits - (mode == .mixed ? 1 : 0))
        let cut = weight.shiftedTowardZero(by: lost) << lost
        let scaled = (cut.shifted(by: 6 + exponent) >> 6) << 6
        return min(max(scaled, -(1 << 21) + 64), (1 << 21) - 64)
    }

    /// What a mantissa adds to the summed input: mantissa · 2^exponent, a negative exponent shifts right (floor).
    package static func effective(_ mantissa: Int, exponent: Int) -> Int { mantissa.shifted(by: exponent) }
}
