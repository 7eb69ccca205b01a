package import Chips
import Numerics

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// What lava-dl's reader makes of a weight matrix (`optimize_weight_bits`) and what Lava's synapse then holds of it.
package struct NetXWeights: Hashable, Sendable {
    package var mode: WeightFormat.SignMode
    package var bits: Int
    /// Not above 0: sums are shifted right by its negative.
    package var exponent: Int

    /// nil for an all-zero matrix, at which the reader fails.
    package init?(_ weights: [Int32]) {
        var (lowest, highest, bits) = (Int32.max, Int32.min, Int32(0))
        for weight in weights {
            lowest = min(lowest, weight)
            highest = max(highest, weight)
            bits |= weight
        }
        if bits == 0 { return nil }
        mode = highest < 0 ? .inhibitory : lowest >= 0 ? .excitatory : .mixed
        let scale: Double
        switch mode {
        case .mixed: scale = min(highest > 0 ? 127 / Double(min(highest, 254)) : .infinity, -128 / Double(max(lowest, -256)))
        case .excitatory: scale = 255 / Double(highest)
        case .inhibitory: scale = -256 / Double(lowest)
        }
        let shift = Int(floor(log2(scale))) + (mode == .mixed ? 1 : 0)
        self.bits = 8 - shift - (min(bits.trailingZeroBitCount, 8) - (mode == .mixed ? 1 : 0))
        exponent = -shift
    }

    /// Whether the reader's numbers are such that a synapse exists.
    package var isUsable: Bool { bits >= 1 && bits <= 8 && exponent <= 0 && exponent >= -16 }

    /// What the synapse holds of a weight: scaled by 2^-exponent, cut to the bits.
    package func mantissa(of weight: Int32) -> Int {
        let clipped = mode == .mixed ? min(max(Int(weight), -256), 254) : Int(weight)
        return WeightTruncation.clippedAndCut(clipped.shifted(by: -exponent), bits: bits, mode: mode, negativeMixedRounding: .floor)
    }

    /// Whether the synapses compute exactly what the matrix says.
    package func isExact(for weights: [Int32]) -> Bool {
        isUsable && weights.allSatisfy { mantissa(of: $0) == Int($0) << -exponent }
    }
}
