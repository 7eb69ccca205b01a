#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

extension Philox {
    /// Standard normal at `index` (Box–Muller; pairs of indices share one block).
    public func normal(_ index: Int) -> Double {
        let pair = index >> 1
        let radius = (-2 * log(1 - uniform(2 * pair))).squareRoot()
        let angle = 2 * Double.pi * uniform(2 * pair + 1)
        return index & 1 == 0 ? radius * cos(angle) : radius * sin(angle)
    }

    /// A permutation of `0..<count` (Fisher–Yates).
    public func permutation(_ count: Int) -> [Int] {
        var order = Array(0..<count)
        for i in stride(from: count - 1, to: 0, by: -1) { order.swapAt(i, integer(i, below: i + 1)) }
        return order
    }
}
