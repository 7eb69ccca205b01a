import Numerics

/// Chances in units of 2^-32, compared with 32-bit words of a Philox stream: how every random encoder decides on spikes.
///
/// Step t of neuron n looks at word `t mod 4` of the block with counter `n · 2^32 + floor(t / 4)`: a run of more steps begins with the
/// same spikes, and no neuron's draws depend on another's.
struct SpikeChance {
    /// 0 ... 2^32.
    let threshold: UInt64

    /// - Parameter probability: of a spike in one step; below 0 counts as 0, above 1 as 1.
    @inline(__always)
    init(_ probability: Double) {
        threshold = probability > 0 ? UInt64(min(probability, 1) * 0x1p32) : 0
    }

    /// Calls `body` with each step in `steps` in which the neuron spikes, ascending.
    @inline(__always)
    func forEachSpike(of neuron: Int, in steps: Range<Int>, _ random: Philox, _ body: (Int) -> Void) {
        guard threshold > 0, !steps.isEmpty else { return }
        // A chance of 1 does not fit into a word.
        guard let bound = UInt32(exactly: threshold) else { return steps.forEach(body) }
        let base = UInt64(neuron) << 32
        // 64 steps at a time, decided without a branch: where spikes fall cannot be predicted.
        for chunk in steps.lowerBound >> 6...(steps.upperBound - 1) >> 6 {
            let first = chunk << 6
            let count = min(64, steps.upperBound - first)
            var spikes: UInt64 = 0
            for quarter in 0..<(count + 3) >> 2 {
                let words = random.block(base | UInt64(first >> 2 + quarter))
                let four =
                    (words.x < bound ? 1 : 0) | (words.y < bound ? 2 : 0) | (words.z < bound ? 4 : 0) | (words.w < bound ? 8 : 0) as UInt64
                spikes |= four << UInt64(quarter << 2)
            }
            if count < 64 { spikes &= 1 << UInt64(count) - 1 }
            if first < steps.lowerBound { spikes &= .max << UInt64(steps.lowerBound - first) }
            while spikes != 0 {
                body(first + spikes.trailingZeroBitCount)
                spikes &= spikes - 1
            }
        }
    }
}
