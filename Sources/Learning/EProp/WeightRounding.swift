#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Weights of a few bits with an accumulator behind each: what a step adds is kept until it makes a whole unit of the weight.
///
/// The unit of a projection is a power of two, chosen once: the range holds twice the largest weight of the start. The accumulator has 16
/// bits below the weight's last; the weight that acts is the accumulator, rounded to nearest.
struct WeightRounding: Sendable {
    /// [projections] of the plan.
    private let units: [Float]
    private let ranges: [Range<Int>]
    private let largest: Float

    init(_ plan: TrainingPlan, _ start: [Float], bits: Int) {
        let largest = Float(1 << (bits - 1)) - 1
        self.largest = max(largest, 1)
        ranges = plan.projections.map(\.parameters)
        units = ranges.map { range in
            let peak = start[range].reduce(0) { max($0, abs($1)) }
            return peak > 0 ? exp2(ceil(log2(2 * peak / max(largest, 1)))) : 1 / max(largest, 1)
        }
    }

    /// The weights that act.
    func weights(_ accumulators: [Float]) -> [Float] {
        var weights = accumulators
        for (range, unit) in zip(ranges, units) {
            for i in range { weights[i] = min(max((accumulators[i] / unit).rounded(), -largest), largest) * unit }
        }
        return weights
    }

    /// Rounds accumulators to their last bit and keeps them in range.
    func store(_ accumulators: inout [Float]) {
        for (range, unit) in zip(ranges, units) {
            let last = unit / 65_536
            for i in range { accumulators[i] = min(max((accumulators[i] / last).rounded() * last, -largest * unit), largest * unit) }
        }
    }
}
