import Chips
import Lowering

/// The region of synapse dynamics of a core whose rows learn (sPyNNaker 1!7.4.1: `synapse_dynamics_stdp.py`,
/// `timing_dependence_spike_pair.py`, `weight_dependence_additive.py`).
///
/// Whether targets' spikes are delayed; the table of τ+, then that of τ-, each a count and a shift of 16 bits and its entries of 16 bits,
/// padded to a word; for each synapse type the lowest and the highest weight, A+ and A-, s16.15.
struct PlasticityRegion {
    let words: [UInt32]

    init(_ pairs: FixedPointPairs) {
        var words: [UInt32] = [pairs.delaysTargets ? 1 : 0]
        for table in [pairs.sourceDecay, pairs.targetDecay] {
            words += HalfWords.packed([UInt16(table.count), 0] + table.map { UInt16(bitPattern: $0) })
        }
        for _ in 0..<FixedPointArithmetic.receptors {
            words += [pairs.lowest, pairs.highest, pairs.potentiation, pairs.depression].map { UInt32(bitPattern: $0) }
        }
        self.words = words
    }
}

/// Numbers of 16 bits in words, the first of two in the lower half.
enum HalfWords {
    static func packed(_ halves: [UInt16]) -> [UInt32] {
        stride(from: 0, to: halves.count, by: 2).map { index in
            UInt32(halves[index]) | (index + 1 < halves.count ? UInt32(halves[index + 1]) << 16 : 0)
        }
    }

    @inline(__always)
    static func half(_ index: Int, of words: UnsafeMutableBufferPointer<UInt32>, from start: Int) -> UInt16 {
        UInt16(truncatingIfNeeded: words[start + index / 2] >> (index & 1 == 0 ? 0 : 16))
    }

    @inline(__always)
    static func set(_ value: UInt16, _ index: Int, of words: UnsafeMutableBufferPointer<UInt32>, from start: Int) {
        let shift: UInt32 = index & 1 == 0 ? 0 : 16
        words[start + index / 2] = words[start + index / 2] & ~(0xFFFF << shift) | UInt32(value) << shift
    }
}
