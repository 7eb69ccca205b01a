import Chips
import Networks
import Numerics

extension FixedPointNeurons {
    /// The dynamics that the words make, in the model's units: the model's own, with decays, gains, drives and thresholds replaced by
    /// what the machine derives from the words. Rounding inside a step and saturation are not in it.
    func effectiveDynamics(of model: Dynamics, substeps: Int) -> Dynamics {
        var dynamics = model
        switch cell {
        case .threshold: replaceByWords(&dynamics)
        case .currentExponential, .currentDelta, .conductanceExponential: replaceByConstants(&dynamics, substeps: substeps)
        }
        return dynamics
    }

    private func replaceByWords(_ dynamics: inout Dynamics) {
        func fraction(_ word: Int32) -> Double {
            let bits = UInt32(bitPattern: word)
            return bits == .max ? 1 : Double(bits) / 0x1p32
        }
        let unit = potentialScale * Double(Accum.one)
        for n in 0..<count {
            dynamics.membraneDecay[n] = fraction(self[.decay][n])
            dynamics.currentDecay[0][n] = fraction(self[.excitatoryDecay][n])
            dynamics.currentDecay[1][n] = fraction(self[.inhibitoryDecay][n])
            dynamics.currentGain[0][n] = Accum.value(self[.excitatoryGain][n])
            dynamics.currentGain[1][n] = Accum.value(self[.inhibitoryGain][n])
            dynamics.drive[n] = Double(self[.drive][n]) / unit
            dynamics.initialMembrane[n] = Double(self[.membrane][n]) / unit
            guard spikes else { continue }
            dynamics.threshold[n] = Double(self[.threshold][n]) / unit
            dynamics.resetValue[n] = Double(self[.reset][n]) / unit
            dynamics.refractorySteps[n] = Int(self[.refractoryTicks][n])
            dynamics.beta[n] = Double(self[.beta][n]) / unit
            dynamics.adaptationDecay[n] = fraction(self[.adaptationDecay][n])
        }
    }

    private func replaceByConstants(_ dynamics: inout Dynamics, substeps: Int) {
        guard let model = cell.model else { return }
        let unit = potentialScale * Double(Accum.one)
        for n in 0..<count {
            let neuron = released(n)
            guard FixedPointConstants.isComputable(neuron, model, substeps: substeps) else { continue }
            let constants = FixedPointConstants(neuron, model, substeps: substeps)
            let kept = Accum.value(constants.membraneDecay)
            dynamics.membraneDecay[n] = power(kept, substeps)
            let resistance = Accum.value(constants.resistance)
            let rest = Double(neuron.rest) / unit + origin[n]
            dynamics.drive[n] =
                (1 - dynamics.membraneDecay[n]) * (resistance * Accum.value(neuron.offset) / potentialScale + rest)
            if substeps == 1, cell != .conductanceExponential {
                let jumps =
                    cell == .currentDelta
                    ? (Accum.value(constants.inverseStep), Accum.value(constants.inverseStep))
                    : (Double(constants.jump.0) / 0x1p32, Double(constants.jump.1) / 0x1p32)
                dynamics.currentGain[0][n] = (1 - kept) * resistance * jumps.0
                dynamics.currentGain[1][n] = (1 - kept) * resistance * jumps.1
            }
            if cell != .currentDelta {
                dynamics.currentDecay[0][n] = power(Double(constants.decay.0) / 0x1p32, substeps)
                dynamics.currentDecay[1][n] = power(Double(constants.decay.1) / 0x1p32, substeps)
            }
            dynamics.initialMembrane[n] = Double(neuron.membrane) / unit + origin[n]
            guard spikes else { continue }
            dynamics.threshold[n] = Double(neuron.threshold) / unit + origin[n]
            dynamics.resetValue[n] = Double(neuron.reset) / unit + origin[n]
            dynamics.refractorySteps[n] = (Int(constants.refractory) + substeps - 1) / substeps
        }
    }

    private func power(_ base: Double, _ count: Int) -> Double { (0..<count).reduce(1) { result, _ in result * base } }
}
