import Chips
import Lowering
import Networks

extension Quantization {
    /// Whether a population needs neurons of microcode: an adaptive threshold, a reset that is subtracted a step later or that is not
    /// the threshold itself, or a refractory time that only blocks spikes.
    func needsProgram(_ dynamics: Dynamics) -> Bool {
        guard dynamics.spikes else { return false }
        let blocks = dynamics.refractory == .blocked && dynamics.refractorySteps.contains { $0 > 0 }
        return dynamics.isAdaptive || dynamics.reset == .subtractNext || blocks
    }

    /// The programs of a population's neurons; nil where fixed compartments do.
    /// - Parameter registers: with scale and thresholds.
    func adaptiveThresholds(of dynamics: Dynamics, _ registers: IntegerCompartments) -> [AdaptiveThreshold]? {
        guard case .integerCurrent(let arithmetic) = chip.arithmetic, arithmetic.adaptiveThreshold, needsProgram(dynamics) else {
            return nil
        }
        let one = Double(chip.formats.decay.one)
        let isAdapted = dynamics.resetAmount == .adapted
        let law: AdaptiveThreshold.ResetLaw =
            switch dynamics.reset {
            case .toValue: .base
            case .subtract: isAdapted ? .adapted : .base
            case .subtractNext: isAdapted ? .laterAdapted : .later
            }
        return (0..<dynamics.count).map { n in
            AdaptiveThreshold(
                decay: Int(((1 - dynamics.adaptationDecay[n]) * one).rounded(.toNearestOrEven)),
                jump: Int((dynamics.beta[n] * registers.scale).rounded(.toNearestOrEven)), reset: law,
                laterReset: dynamics.reset == .subtractNext ? registers.thresholdMantissa[n] << chip.formats.threshold.shift : 0,
                blocks: dynamics.refractory == .blocked)
        }
    }
}
