/// Counter-based random numbers: Philox 4x32-10 (Salmon et al., SC 2011).
///
/// A number depends only on the seed, on what it is for and on its index, never on how many were drawn before, so results do not
/// depend on the number of threads or on the order of the work.
public struct Philox: Hashable, Sendable, BitwiseCopyable {
    @usableFromInline let key0: UInt32
    @usableFromInline let key1: UInt32
    @usableFromInline let stream: UInt64

    /// - Parameters:
    ///   - seed: the user's seed.
    ///   - purpose: what the numbers are for, as a path: `"weight/hidden/3"`. Equal paths give equal numbers.
    public init(seed: UInt64, purpose: String) {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325  // FNV-1a, 64 bits
        for byte in purpose.utf8 { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01b3 }
        self.init(seed: seed, stream: hash)
    }

    @inlinable
    public init(seed: UInt64, stream: UInt64) {
        key0 = UInt32(truncatingIfNeeded: seed)
        key1 = UInt32(truncatingIfNeeded: seed >> 32)
        self.stream = stream
    }

    /// A stream of its own for part `index` of the same purpose (a row, a sample).
    @inlinable
    public func split(_ index: Int) -> Philox {
        // SplitMix64's finaliser keeps neighbouring indices apart.
        var z = stream &+ (UInt64(bitPattern: Int64(index)) &+ 1) &* 0x9e37_79b9_7f4a_7c15
        z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
        z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
        return Philox(key0: key0, key1: key1, stream: z ^ (z >> 31))
    }

    @usableFromInline
    init(key0: UInt32, key1: UInt32, stream: UInt64) {
        self.key0 = key0
        self.key1 = key1
        self.stream = stream
    }

    /// The block of four 32-bit words at `counter`.
    @inlinable
    public func block(_ counter: UInt64) -> SIMD4<UInt32> {
        var c0 = UInt32(truncatingIfNeeded: counter)
        var c1 = UInt32(truncatingIfNeeded: counter >> 32)
        var c2 = UInt32(truncatingIfNeeded: stream)
        var c3 = UInt32(truncatingIfNeeded: stream >> 32)
        var (k0, k1) = (key0, key1)
        for _ in 0..<10 {
            let p0 = UInt64(0xD251_1F53) &* UInt64(c0)
            let p1 = UInt64(0xCD9E_8D57) &* UInt64(c2)
            (c0, c1, c2, c3) = (
                UInt32(truncatingIfNeeded: p1 >> 32) ^ c1 ^ k0, UInt32(truncatingIfNeeded: p1),
                UInt32(truncatingIfNeeded: p0 >> 32) ^ c3 ^ k1, UInt32(truncatingIfNeeded: p0)
            )
            k0 = k0 &+ 0x9E37_79B9
            k1 = k1 &+ 0xBB67_AE85
        }
        return SIMD4(c0, c1, c2, c3)
    }

    /// 64 random bits at `index`.
    @inlinable
    public func bits(_ index: Int) -> UInt64 {
        let words = block(UInt64(bitPattern: Int64(index >> 1)))
        return index & 1 == 0 ? UInt64(words.x) << 32 | UInt64(words.y) : UInt64(words.z) << 32 | UInt64(words.w)
    }

    /// Uniform in [0, 1), with 53 bits.
    @inlinable
    public func uniform(_ index: Int) -> Double { Double(bits(index) >> 11) * 0x1p-53 }

    /// Uniform in 0..<bound, without bias worth noting (multiply-shift on 64 bits).
    @inlinable
    public func integer(_ index: Int, below bound: Int) -> Int { Int(bits(index).multipliedFullWidth(by: UInt64(bound)).high) }
}
