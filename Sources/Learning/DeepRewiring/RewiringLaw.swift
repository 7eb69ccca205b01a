import Numerics

/// One step of an active connection's parameter.
///
///     theta ← theta - rate · dE/dtheta - rate · shrinkage + noise · ν,   ν standard normal,   dE/dtheta = sign · dE/dw
///
/// A connection whose theta falls below 0 becomes dormant; dormant ones are activated at random, with theta 0, until the number of
/// active ones is what it was (Bellec et al. 2018, algorithm 1). The noise of the paper is √(2 · rate · T).
package struct RewiringLaw<Real: TrainingScalar>: Sendable {
    package var rate: Real
    /// Strength of the L1 term, called alpha in the paper.
    package var shrinkage: Real
    package var noise: Real

    package init(rate: Real, shrinkage: Real, noise: Real) {
        self.rate = rate
        self.shrinkage = shrinkage
        self.noise = noise
    }

    @inline(__always)
    package func moved(_ theta: Real, gradient: Real, normal: Real) -> Real {
        theta - rate * gradient - rate * shrinkage + noise * normal
    }
}

/// What makes the connections of one table walk: the noise, and which dormant ones are activated; all by counter, so that a training
/// that is taken up again goes on to the same bits.
struct RewiringChance: Sendable {
    let noise: Philox
    let picks: Philox
    /// Picks drawn so far.
    var drawn = 0

    init(seed: UInt64, projection: String) {
        noise = Philox(seed: seed, purpose: "deep-rewiring/noise/\(projection)")
        picks = Philox(seed: seed, purpose: "deep-rewiring/picks/\(projection)")
    }

    /// The place of a dormant connection, all of them equally likely.
    mutating func dormant<Real>(of table: ConnectionTable<Real>) -> Int {
        precondition(table.count < table.potential, "bug: deep rewiring looks for a dormant connection where all are active")
        // Where few are dormant, chance alone would take too long.
        for _ in 0..<64 {
            let place = picks.integer(drawn, below: table.pairs)
            drawn += 1
            if !table.isActive(place), table.isCandidate(place) { return place }
        }
        var rank = picks.integer(drawn, below: table.potential - table.count)
        drawn += 1
        for place in 0..<table.pairs where !table.isActive(place) && table.isCandidate(place) {
            if rank == 0 { return place }
            rank -= 1
        }
        preconditionFailure("bug: deep rewiring has lost count of dormant connections")
    }

    /// Two numbers of mean 0 and variance 1 from one block: sums of four uniform 16-bit numbers, close enough to normal for a walk of
    /// thousands of steps and several times faster.
    @inline(__always)
    static func pair(_ stream: Philox, _ index: Int) -> (Float, Float) {
        let words = stream.block(UInt64(truncatingIfNeeded: index))
        return (normal(words.x, words.y), normal(words.z, words.w))
    }

    @inline(__always)
    private static func normal(_ a: UInt32, _ b: UInt32) -> Float {
        let sum = Int32(a & 0xffff) &+ Int32(a >> 16) &+ Int32(b & 0xffff) &+ Int32(b >> 16)
        // Mean 4 · 32767.5, variance 4 · 2^32 / 12.
        return (Float(sum) - 131_070) * (1.7320508 / 65536)
    }
}
