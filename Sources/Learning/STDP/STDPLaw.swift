#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Pair-based spike-timing-dependent plasticity with traces (Song, Miller and Abbott 2000; Morrison, Diesmann and Gerstner 2008).
///
/// Per step, in this order, with x a source's and y a target's trace:
///
///     x ← x e^(-dt/τ+),  y ← y e^(-dt/τ-)
///     potentiation = A+ · x where the target spikes;  depression = A- · y where the source spikes
///     additive:        w ← clip(w + potentiation - depression)
///     multiplicative:  w ← clip(w + (w_max - w) potentiation - (w - w_min) depression)
///     x, y ← + 1 where there is a spike (all pairs), or ← 1 (nearest)
///
/// Traces are read before this step's spikes: a coincident pair changes nothing.
package struct STDPLaw: Hashable, Sendable {
    package enum Pairing: String, Hashable, Sendable { case all, nearest }
    package enum Bound: String, Hashable, Sendable { case additive, multiplicative }

    package var pairing: Pairing
    package var bound: Bound
    package var potentiation: Double
    package var depression: Double
    /// Factors of the traces from step to step.
    package var sourceDecay: Double
    package var targetDecay: Double
    package var lowest: Double
    package var highest: Double

    /// - Parameters:
    ///   - tauPlus, tauMinus, dt: in ms.
    package init(
        pairing: Pairing, bound: Bound, potentiation: Double, depression: Double, tauPlus: Double, tauMinus: Double, dt: Double,
        lowest: Double, highest: Double
    ) {
        self.pairing = pairing
        self.bound = bound
        self.potentiation = potentiation
        self.depression = depression
        sourceDecay = exp(-dt / tauPlus)
        targetDecay = exp(-dt / tauMinus)
        self.lowest = lowest
        self.highest = highest
    }

    /// w after a change, within its bounds.
    @inline(__always)
    package func moved(_ weight: Double, _ rise: Double, _ fall: Double) -> Double {
        let change =
            switch bound {
            case .additive: rise - fall
            case .multiplicative: (highest - weight) * rise - (weight - lowest) * fall
            }
        return min(max(weight + change, lowest), highest)
    }
}

/// The traces of a projection, and what its spikes ask for.
package struct STDPTraces: Hashable, Sendable {
    package let law: STDPLaw
    /// x by source, y by target.
    package private(set) var sources: [Double]
    package private(set) var targets: [Double]

    package init(_ law: STDPLaw, sources: Int, targets: Int) {
        self.law = law
        self.sources = [Double](repeating: 0, count: sources)
        self.targets = [Double](repeating: 0, count: targets)
    }

    package mutating func clear() {
        for i in sources.indices { sources[i] = 0 }
        for j in targets.indices { targets[j] = 0 }
    }

    /// One step; `change` is called once for each synapse that a spike touches.
    /// - Parameters:
    ///   - change: source, target, potentiation (A+ x, where the target spikes) and depression (A- y, where the source spikes).
    package mutating func step(_ sourceSpikes: [Int32], _ targetSpikes: [Int32], _ change: (Int, Int, Double, Double) -> Void) {
        for i in sources.indices { sources[i] *= law.sourceDecay }
        for j in targets.indices { targets[j] *= law.targetDecay }
        var (isSource, isTarget) = (Set<Int32>(), Set<Int32>())
        for spike in sourceSpikes { isSource.insert(spike) }
        for spike in targetSpikes { isTarget.insert(spike) }
        for spike in sourceSpikes {
            let rise = law.potentiation * sources[Int(spike)]
            for j in targets.indices { change(Int(spike), j, isTarget.contains(Int32(j)) ? rise : 0, law.depression * targets[j]) }
        }
        for spike in targetSpikes {
            for i in sources.indices where !isSource.contains(Int32(i)) { change(i, Int(spike), law.potentiation * sources[i], 0) }
        }
        for spike in sourceSpikes { sources[Int(spike)] = law.pairing == .nearest ? 1 : sources[Int(spike)] + 1 }
        for spike in targetSpikes { targets[Int(spike)] = law.pairing == .nearest ? 1 : targets[Int(spike)] + 1 }
    }
}
