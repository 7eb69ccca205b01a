#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

extension Philox {
    /// Standard normal at `index` (Box–Muller; pairs of indices share one block).
    public func normal(_ index: Int) -> Double {
        // uniform(2 · pair) and uniform(2 · pair + 1), from the one block that holds both.
        let words = block(UInt64(bitPattern: Int64(index >> 1)))
        let radius = (-2 * log(1 - Self.uniform(words.x, words.y))).squareRoot()
        let angle = 2 * Double.pi * Self.uniform(words.z, words.w)
        return index & 1 == 0 ? radius * cos(angle) : radius * sin(angle)
    }

    private static func uniform(_ high: UInt32, _ low: UInt32) -> Double { Double((UInt64(high) << 32 | UInt64(low)) >> 11) * 0x1p-53 }

    /// A permutation of `0..<count` (Fisher–Yates).
    public func permutation(_ count: Int) -> [Int] {
        var order = Array(0..<count)
        for i in stride(from: count - 1, to: 0, by: -1) { order.swapAt(i, integer(i, below: i + 1)) }
        return order
    }
}
