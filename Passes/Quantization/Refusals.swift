import Chips
import Diagnostics
import Lowering
import Networks
import Numerics

extension Quantization {
    /// Dynamics that no register of the chip can express, all of them at once.
    func refuseWhatTheChipLacks(_ network: Network) throws(DiagnosticsError) {
        var refusals: [Diagnostic] = []
        for id in network.populations.ids {
            let population = network.populations[id]
            guard let model = population.cell.neuron, let dynamics = network.dynamics(of: id) else { continue }
            refusals += lacks(population, model, dynamics)
            if let refusal = twoTimeConstants(id, dynamics, in: network) { refusals.append(refusal) }
        }
        if chip.formats.payloadBits < 2, let refusal = gradedInput(network) { refusals.append(refusal) }
        if !refusals.isEmpty { throw DiagnosticsError(refusals, isRefusal: true) }
    }

    /// Signs that no mode of the chip's weights has.
    func refuseSigns(_ network: Network, modes: [WeightFormat.SignMode]) throws(DiagnosticsError) {
        let known = chip.formats.weight.modes
        let refusals = zip(network.projections, modes).filter { !known.contains($0.1) }.map { projection, mode in
            let signs = mode == .mixed ? "weights of both signs" : mode == .excitatory ? "weights above 0" : "weights below 0"
            return Diagnostic(
                "quantize-sign-mode",
                "projection '\(projection.name)' has \(signs), and a projection on '\(chip.name)' is \(known.map(\.rawValue).joined(separator: " or "))",
                at: projection.place, help: "split the projection into one of each sign, or choose a target with mixed weights")
        }
        if !refusals.isEmpty { throw DiagnosticsError(refusals, isRefusal: true) }
    }

    /// A width that the chip lacks.
    func refuseUnknownWidth() throws(DiagnosticsError) {
        let format = chip.formats.weight
        guard let bits = weightBits, !format.bits.contains(bits) else { return }
        let widths = format.bits.map(String.init).joined(separator: ", ") + (format.sign == .receptor ? ", beside the sign" : "")
        throw DiagnosticsError(
            Diagnostic(
                "quantize-weight-bits", "weights of \(bits) bits are not among the widths of '\(chip.name)': \(widths)",
                help: "choose one of these widths"))
    }

    /// A width that the chip lacks, or that leaves no mantissa but 0 for the signs of a projection.
    func refuseWeightsWithoutLevels(_ network: Network, modes: [WeightFormat.SignMode]) throws(DiagnosticsError) {
        try refuseUnknownWidth()
        let bits = weightBits ?? chip.formats.weight.bits.last ?? 1
        var refusals: [Diagnostic] = []
        for (projection, mode) in zip(network.projections, modes) where mantissaLimit(mode) == 0 {
            refusals.append(
                Diagnostic(
                    "quantize-weight-bits",
                    "projection '\(projection.name)' has weights of both signs, and \(bits) bit\(bits == 1 ? "" : "s") of '\(chip.name)' hold only 0 then",
                    at: projection.place, help: "use at least \(bits + 1) bits, or weights of one sign"))
        }
        if !refusals.isEmpty { throw DiagnosticsError(refusals, isRefusal: true) }
    }

    private func lacks(_ population: Population, _ model: NeuronModel, _ dynamics: Dynamics) -> [Diagnostic] {
        guard case .integerCurrent(let arithmetic) = chip.arithmetic else { return [] }
        var refusals: [Diagnostic] = []
        func refuse(_ id: String, _ message: String, help: String) {
            refusals.append(Diagnostic(id, "population '\(population.name)' \(message)", at: population.place, help: help))
        }
        refusals += [rateUnit(population, dynamics), alphaSynapse(population, dynamics), conductance(population, dynamics)].compactMap {
            $0
        }
        if dynamics.isAdaptive, !arithmetic.adaptiveThreshold {
            refuse(
                "quantize-adaptation", "has an adaptive threshold, and the neurons of '\(chip.name)' have a constant one",
                help: "set beta to 0, or use 'lif'")
        }
        let steps = chip.formats.refractory
        if let most = dynamics.refractorySteps.max(), most > steps.upperBound, model.spikes {
            refuse(
                "quantize-refractory", "is held for \(most) steps after a spike, and '\(chip.name)' can hold \(steps.upperBound)",
                help: "shorten tau_refrac to \(steps.upperBound) steps, or lengthen the time step")
        }
        guard model.spikes else { return refusals }
        if dynamics.refractory == .blocked, !arithmetic.adaptiveThreshold, dynamics.refractorySteps.contains(where: { $0 > 0 }) {
            refuse(
                "quantize-refractory", "is only blocked from spiking after a spike, and the neurons of '\(chip.name)' are held",
                help: "write 'refractory: held' and train with it, or set tau_refrac to 0")
        }
        let wanted: IntegerCurrentArithmetic.Reset = dynamics.reset == .toValue ? .zero : .subtract
        // A reset a step later is a program of its own, whichever resets the fixed compartment has.
        let isProgrammed = dynamics.reset == .subtractNext && arithmetic.adaptiveThreshold
        if !isProgrammed, dynamics.reset == .subtractNext || !arithmetic.resets.contains(wanted) {
            let known = arithmetic.resets.map { $0 == .zero ? "to_value" : "subtract" }
            refuse(
                "quantize-reset",
                "has reset '\(dynamics.reset.rawValue)', and '\(chip.name)' has \(arithmetic.resets.map(\.rawValue).joined(separator: ", "))",
                help: "set reset: \(known.joined(separator: " or ")) and train with it")
        }
        if let refusal = lowThreshold(population, dynamics) { refusals.append(refusal) }
        return refusals
    }

    /// One compartment has one current, so receptors that are both used must decay alike.
    private func twoTimeConstants(_ id: ID<Population>, _ dynamics: Dynamics, in network: Network) -> Diagnostic? {
        guard dynamics.synapse == .exponential, dynamics.currentDecay[0] != dynamics.currentDecay[1] else { return nil }
        let population = network.populations[id]
        return Diagnostic(
            "quantize-two-time-constants",
            "population '\(population.name)' has different time constants for excitatory and inhibitory currents, and a neuron of '\(chip.name)' has one current",
            at: population.place, help: "set tau_syn_E and tau_syn_I to the same value")
    }
}
