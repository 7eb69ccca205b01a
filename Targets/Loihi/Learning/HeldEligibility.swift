import Chips
import Diagnostics
import Learning
import Lowering
import Networks

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// e-prop as the engine holds it: units of traces and tags, scales of products, and what a signal of 1 moves.
struct HeldEligibility {
    /// A spike's part of the 127 of a presynaptic trace: three to four spikes within a time constant fit.
    static let impulse = 32
    /// Of x1 · y1 for t and d (`EligibilityCode`): with them t is some ten units on average where evidence is accumulated, and d is far
    /// from its end.
    static let feedPower = 2
    static let slowFeedPower = 0
    static let largestSlope = 127

    let code: EligibilityCode
    /// ē, in the model's unit, of a tag of 1.
    let tagUnit: Double
    /// The largest relative error of a scale.
    let error: Double
    /// What a readout's spike adds to its filter, and the filter's sum over a constant 1.
    let gain: Double
    let filterGain: Double

    /// - Parameter feedback: what the readout's filter adds for an e of 1, and keeps of ē.
    init(_ dynamics: Dynamics, damp: Double, filter: (gain: Double, decay: Double)) {
        let slope = damp / dynamics.threshold[0] / Double(Self.largestSlope)
        let pair = slope * dynamics.currentGain[0][0] / Double(Self.impulse)
        func unit(_ power: Int) -> Double { pair * Double(8 * 128) / Double(1 << power) }
        let (fast, slow) = (unit(Self.feedPower), unit(Self.slowFeedPower))
        let beta = dynamics.beta.first ?? 0
        let isAdaptive = dynamics.isAdaptive && beta != 0
        let wanted = (
            coupling: slope * beta * slow / fast, slowCoupling: slope * beta, decay: 1 - filter.decay,
            slowDecay: isAdaptive ? 1 - (dynamics.adaptationDecay.first ?? 0) : 0
        )
        code = EligibilityCode(
            feedPower: Self.feedPower, slowFeedPower: Self.slowFeedPower, coupling: wanted.coupling, slowCoupling: wanted.slowCoupling,
            decay: wanted.decay, slowDecay: wanted.slowDecay, isAdaptive: isAdaptive)
        error = code.error(
            coupling: wanted.coupling, slowCoupling: wanted.slowCoupling, decay: wanted.decay, slowDecay: wanted.slowDecay)
        tagUnit = fast * filter.gain
        gain = filter.gain
        filterGain = filter.gain / max(1 - filter.decay, 1e-9)
    }

    static func trace(decay: Double) -> LearningCode.Trace {
        LearningCode.Trace(impulse: impulse, timeConstant: decay > 0 ? -1 / log(decay) : 0)
    }
}
