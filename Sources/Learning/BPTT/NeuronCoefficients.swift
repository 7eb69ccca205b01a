import Networks

/// The coefficients of a population in the precision of training; see `Dynamics` for their meaning.
///
/// Arrays of receptors have one entry where excitation and inhibition behave alike.
final class NeuronCoefficients<Real: TrainingScalar>: Sendable {
    let count: Int
    let channels: Int
    let isAlpha: Bool
    let arrivalsFirst: Bool
    let reset: NeuronModel.Reset
    let subtractsAdapted: Bool
    let isBlocked: Bool
    let atOrAbove: Bool
    let spikes: Bool
    let isRate: Bool
    let isAdaptive: Bool
    /// Neither currents that outlast a step nor refractory steps nor adaptation: the loop of most networks.
    let isPlain: Bool
    let membraneDecay: Slab<Real>
    let currentDecay: [Slab<Real>]
    let currentGain: [Slab<Real>]
    let alphaJump: [Slab<Real>]
    let alphaFeed: [Slab<Real>]
    let alphaGain: [Slab<Real>]
    let drive: Slab<Real>
    let threshold: Slab<Real>
    /// One over the threshold's distance from rest: what surrogates are scaled by.
    let inverseScale: Slab<Real>
    let resetValue: Slab<Real>
    let initialMembrane: Slab<Real>
    let rest: [Double]
    let refractorySteps: [Int]
    let adaptationDecay: Slab<Real>
    let beta: Slab<Real>
    let negativeSlope: Slab<Real>

    init(_ dynamics: Dynamics) {
        func slab(_ values: [Double]) -> Slab<Real> { Slab(values.map { Real($0) }) }
        func pair(_ values: [[Double]]) -> [Slab<Real>] { values.prefix(dynamics.needsTwoChannels ? 2 : 1).map(slab) }
        count = dynamics.count
        channels = dynamics.needsTwoChannels ? 2 : 1
        isAlpha = dynamics.synapse == .alpha
        arrivalsFirst = dynamics.order == .arrivalsFirst
        reset = dynamics.reset
        subtractsAdapted = dynamics.resetAmount == .adapted
        isBlocked = dynamics.refractory == .blocked
        atOrAbove = dynamics.comparison == .atOrAbove
        spikes = dynamics.spikes
        isRate = dynamics.isRate
        isAdaptive = dynamics.spikes && dynamics.isAdaptive
        isPlain =
            dynamics.synapse == .delta && dynamics.order == .arrivalsFirst && !dynamics.needsTwoChannels
            && !(dynamics.spikes && dynamics.isAdaptive) && !dynamics.currentDecay[0].contains { $0 != 0 }
            && !(dynamics.spikes && (dynamics.refractorySteps.contains { $0 > 0 } || dynamics.reset == .subtractNext))
        membraneDecay = slab(dynamics.membraneDecay)
        currentDecay = pair(dynamics.currentDecay)
        currentGain = pair(dynamics.currentGain)
        alphaJump = pair(dynamics.alphaJump)
        alphaFeed = pair(dynamics.alphaFeed)
        alphaGain = pair(dynamics.alphaGain)
        drive = slab(dynamics.drive)
        threshold = slab(dynamics.threshold)
        inverseScale = slab(dynamics.threshold.map { $0 > 0 ? 1 / $0 : 1 })
        resetValue = slab(dynamics.resetValue)
        initialMembrane = slab(dynamics.initialMembrane)
        rest = dynamics.rest
        refractorySteps = dynamics.refractorySteps
        adaptationDecay = slab(dynamics.adaptationDecay)
        beta = slab(dynamics.beta)
        negativeSlope = slab(dynamics.negativeSlope)
    }
}
