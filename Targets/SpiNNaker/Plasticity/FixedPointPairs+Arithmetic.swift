import Lowering
import Numerics

/// What the binaries of sPyNNaker 1!7.4.1 compute when a plastic row is fetched; every step wraps as the machine's registers do.
///
/// Facts: `synapse_dynamics_stdp_mad_impl.c`, `timing_pair_impl.h`, `timing_nearest_pair_impl.h`, `weight_additive_one_term_impl.h`,
/// `weight_multiplicative_impl.h`, `maths.h`, `stdp_typedefs.h`, and the machine code of `IF_curr_exp_stdp_mad_{pair,nearest_pair}_*.aplx`
/// of the released package, which decides where sources of different years differ: depression at a distance of 0 is not left out there,
/// products with s16.15 are rounded down, and multiplicative changes are not held against the bounds.
extension FixedPointPairs {
    /// The trace that a spike leaves.
    func trace(after trace: Int16, age: UInt32, ofSource isSource: Bool) -> Int16 {
        Int16(truncatingIfNeeded: decayed(trace, age, isSource ? sourceDecay : targetDecay) &+ Int32(Self.one))
    }

    /// A weight that is brought up to a spike of its source.
    /// - Parameters:
    ///   - word: 16 bits, as it stands in the row.
    ///   - shift: left shift of the ring buffer to s16.15.
    ///   - last: of the source, before this spike.
    ///   - delay: of the synapse, in ticks.
    func updated(
        _ word: UInt16, shift: Int, last: SpikeTrace, time: UInt32, delay: Int, of neuron: Int, in histories: PostEventHistories
    ) -> UInt16 {
        let delay = delaysTargets ? UInt32(truncatingIfNeeded: delay) : 0
        let (begin, end) = (last.time >= delay ? last.time &- delay : 0, time >= delay ? time &- delay : 0)
        var weight = Int32(truncatingIfNeeded: Int64(word) << Int64(shift))
        let window = histories.window(of: neuron, after: begin, to: end)
        var previous = window.lowerBound - 1
        for event in window {
            let at = histories.times[event] &+ delay
            let age = at &- last.time
            if age != 0 {
                var trace = isNearest ? Int32(Self.entry(sourceDecay, age)) : decayed(last.trace, age, sourceDecay)
                // Not delayed, unlike the spike that it is compared with.
                if isNearest, at &- histories.times[previous] < age { trace = 0 }
                weight = risen(weight, trace)
            }
            previous = event
        }
        if !histories.isPlaceholder(previous) {
            let age = time &- (histories.times[previous] &+ delay)
            weight = fallen(weight, isNearest ? Int32(Self.entry(targetDecay, age)) : decayed(histories.traces[previous], age, targetDecay))
        }
        return UInt16(truncatingIfNeeded: weight >> Int32(shift))
    }

    private static func entry(_ table: [Int16], _ age: UInt32) -> Int16 { age < table.count ? table[Int(age)] : 0 }

    /// The product of 16 by 16 bits, rounded down.
    private func decayed(_ trace: Int16, _ age: UInt32, _ table: [Int16]) -> Int32 { (Int32(trace) * Int32(Self.entry(table, age))) >> 11 }

    private func risen(_ weight: Int32, _ trace: Int32) -> Int32 {
        guard isMultiplicative else { return min(weight &+ Accum.product(potentiation, trace << 4), highest) }
        return weight &+ Accum.product(Accum.product(highest &- weight, potentiation), trace << 4)
    }

    private func fallen(_ weight: Int32, _ trace: Int32) -> Int32 {
        guard isMultiplicative else { return max(weight &- Accum.product(depression, trace << 4), lowest) }
        return weight &- Accum.product(Accum.product(weight &- lowest, depression), trace << 4)
    }
}

/// A spike, and the trace that it left: what a row's header keeps of its source.
struct SpikeTrace: Hashable, Sendable {
    var time: UInt32 = 0
    var trace: Int16 = 0
}

/// The last spikes of the neurons of a core, with the traces that they left (sPyNNaker 1!7.4.1, `post_events.h`).
///
/// A neuron's first place always holds a spike at time 0 that never was; when the others are full, the oldest of them is lost.
struct PostEventHistories: Hashable, Sendable {
    /// [neuron × `FixedPointPairs.history`].
    private(set) var times: [UInt32]
    private(set) var traces: [Int16]
    /// By neuron, the placeholder among them.
    private var counts: [Int]
    /// Spikes that were pushed out.
    private(set) var lost = 0

    init(neurons: Int) {
        times = [UInt32](repeating: 0, count: neurons * FixedPointPairs.history)
        traces = [Int16](repeating: 0, count: neurons * FixedPointPairs.history)
        counts = [Int](repeating: 1, count: neurons)
    }

    mutating func clear() {
        for index in counts.indices { counts[index] = 1 }
        for index in stride(from: 0, to: times.count, by: FixedPointPairs.history) { (times[index], traces[index]) = (0, 0) }
    }

    mutating func add(_ neuron: Int, at time: UInt32, _ pairs: FixedPointPairs) {
        let start = neuron * FixedPointPairs.history
        let last = start + counts[neuron] - 1
        let trace = pairs.isNearest ? 0 : pairs.trace(after: traces[last], age: time &- times[last], ofSource: false)
        var place = last + 1
        if counts[neuron] < FixedPointPairs.history {
            counts[neuron] += 1
        } else {
            for moved in start + 1..<last { (times[moved], traces[moved]) = (times[moved + 1], traces[moved + 1]) }
            place = last
            lost += 1
        }
        (times[place], traces[place]) = (time, trace)
    }

    /// Places of a neuron's spikes after `begin` and up to `end`; the place before the first is the last spike before, or the placeholder.
    func window(of neuron: Int, after begin: UInt32, to end: UInt32) -> Range<Int> {
        let start = neuron * FixedPointPairs.history
        var first = start + counts[neuron]
        var last = first
        repeat {
            if first < start + counts[neuron], times[first] > end { last = first }
            first -= 1
        } while times[first] > begin && first != start
        return first + 1..<max(last, first + 1)
    }

    func isPlaceholder(_ place: Int) -> Bool { place % FixedPointPairs.history == 0 }
}
