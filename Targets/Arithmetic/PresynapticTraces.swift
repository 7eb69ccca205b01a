#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A trace of every source, 0...127, as `LearningEngine` has it in epochs of one step.
package final class PresynapticTraces {
    package let count: Int
    private let trace: LearningCode.Trace
    /// What is left of each value in a step, and the chance of one more; [128].
    private let below: [Int16]
    private let rest: [Double]
    /// [count], padded to whole lanes.
    package let values: UnsafeMutablePointer<Int16>

    package init(_ trace: LearningCode.Trace, count: Int) {
        self.count = count
        self.trace = trace
        let factor = trace.timeConstant > 0 ? exp(-1 / trace.timeConstant) : 0
        below = (0...LearningCode.traceLimit).map { Int16((factor * Double($0)).rounded(.down)) }
        rest = (0...LearningCode.traceLimit).map { factor * Double($0) - (factor * Double($0)).rounded(.down) }
        values = .allocate(capacity: count + 8)
        values.initialize(repeating: 0, count: count + 8)
    }

    deinit { values.deallocate() }

    package func clear() { values.update(repeating: 0, count: count) }

    /// Decay, then spikes.
    /// - Parameter draw: in [0, 1), rounds all of them.
    package func step(_ spikes: UnsafeBufferPointer<Int32>, draw: Double) {
        for source in 0..<count {
            let value = Int(values[source])
            values[source] = below[value] &+ (draw < rest[value] ? 1 : 0)
        }
        for spike in spikes { values[Int(spike)] = Int16(min(Int(values[Int(spike)]) + trace.impulse, LearningCode.traceLimit)) }
    }
}
