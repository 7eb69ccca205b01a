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
        let base = UInt64(neuron) << 32
        for quarter in steps.lowerBound >> 2...(steps.upperBound - 1) >> 2 {
            let words = random.block(base | UInt64(quarter))
            for lane in 0..<4 {
                let step = quarter << 2 | lane
                if UInt64(words[lane]) < threshold, step >= steps.lowerBound, step < steps.upperBound { body(step) }
            }
        }
    }
}
