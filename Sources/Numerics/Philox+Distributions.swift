#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

extension Philox {
    /// Standard normal at `index` (Box–Muller; pairs of indices share one block).
    public func normal(_ index: Int) -> Double {
        let (radius, angle) = polar(index >> 1)
        return index & 1 == 0 ? radius * cos(angle) : radius * sin(angle)
    }

    /// The point of the plane from which the normals at `2 · pair` and `2 · pair + 1` are read.
    @inline(__always)
    fileprivate func polar(_ pair: Int) -> (radius: Double, angle: Double) {
        // uniform(2 · pair) and uniform(2 · pair + 1), from the one block that holds both.
        let words = block(UInt64(bitPattern: Int64(pair)))
        return ((-2 * log(1 - Self.uniform(words.x, words.y))).squareRoot(), 2 * Double.pi * Self.uniform(words.z, words.w))
    }

    private static func uniform(_ high: UInt32, _ low: UInt32) -> Double { Double((UInt64(high) << 32 | UInt64(low)) >> 11) * 0x1p-53 }

    /// A permutation of `0..<count` (Fisher–Yates).
    public func permutation(_ count: Int) -> [Int] {
        var order = Array(0..<count)
        for i in stride(from: count - 1, to: 0, by: -1) { order.swapAt(i, integer(i, below: i + 1)) }
        return order
    }
}

/// The standard normals of a stream, to be read at neighbouring indices: both of a pair are made from one block and one logarithm.
///
/// The numbers are those of `Philox.normal`, to the bit.
public struct NormalPairs {
    private let random: Philox
    private var pair = -1
    private var radius = 0.0
    private var angle = 0.0

    public init(_ random: Philox) { self.random = random }

    public mutating func normal(_ index: Int) -> Double {
        if index >> 1 != pair {
            pair = index >> 1
            (radius, angle) = random.polar(pair)
        }
        return index & 1 == 0 ? radius * cos(angle) : radius * sin(angle)
    }
}
