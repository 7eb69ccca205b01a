/// Summed weights that arrive at a core's compartments in the present and the coming steps: [slot × width], in turn.
package struct ArrivalRing: Hashable, Sendable {
    /// Compartments, rounded up so that whole vectors fit.
    package let width: Int
    /// A power of two.
    package let slots: Int
    var sums: [Int32]
    private(set) var head = 0

    package init(compartments: Int, maximumDelay: Int) {
        width = (compartments + 7) / 8 * 8
        var slots = 1
        while slots < maximumDelay + 1 { slots *= 2 }
        self.slots = slots
        sums = [Int32](repeating: 0, count: slots * width)
    }

    /// First entry of the sums that arrive `delay` steps from now.
    @inline(__always)
    func offset(delay: Int) -> Int { (head &+ delay) & (slots &- 1) &* width }

    /// Hands out the sums of the present step, clears them and moves on to the next.
    package mutating func consume<Result>(_ body: (UnsafePointer<Int32>) -> Result) -> Result {
        let start = offset(delay: 0)
        head = (head + 1) & (slots - 1)
        return sums.withUnsafeMutableBufferPointer { sums in
            let present = UnsafeMutableBufferPointer(rebasing: sums[start..<start + width])
            // An empty ring has nothing to point at, and nobody reads it.
            guard let base = present.baseAddress else { return withUnsafePointer(to: 0, body) }
            defer { present.update(repeating: 0) }
            return body(base)
        }
    }

    package mutating func clear() {
        sums.withUnsafeMutableBufferPointer { $0.update(repeating: 0) }
        head = 0
    }
}
