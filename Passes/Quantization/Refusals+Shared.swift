import Chips
import Diagnostics
import Networks

/// What several kinds of arithmetic refuse, each in the same words; nil: nothing to refuse.
extension Quantization {
    /// - Parameter cells: what to use instead.
    func rateUnit(_ population: Population, _ dynamics: Dynamics, cells: String = "'if' or 'lif'") -> Diagnostic? {
        guard dynamics.isRate, !chip.arithmetic.hasRateUnits else { return nil }
        return Diagnostic(
            "quantize-rate-unit",
            "population '\(population.name)' has cell 'rate', which sends values, and '\(chip.name)' computes spiking neurons only",
            at: population.place, help: "use \(cells) with weights scaled by the largest activation (rate conversion)")
    }

    func alphaSynapse(_ population: Population, _ dynamics: Dynamics) -> Diagnostic? {
        guard dynamics.synapse == .alpha else { return nil }
        return Diagnostic(
            "quantize-alpha-synapse", "population '\(population.name)' has alpha-shaped currents, and '\(chip.name)' has exponential ones",
            at: population.place, help: "use 'if_curr_exp' with a tau_syn of about the alpha time constant")
    }

    /// - Parameter does: what the chip does with currents.
    func conductance(_ population: Population, _ dynamics: Dynamics, does: String = "has") -> Diagnostic? {
        guard dynamics.synapse == .conductance else { return nil }
        return Diagnostic(
            "quantize-conductance", "population '\(population.name)' has conductances, and '\(chip.name)' \(does) currents",
            at: population.place,
            help: "use 'if_curr_exp' with weights of the conductance times its driving force, or choose a target with conductances")
    }

    /// A threshold that is not above what a spike leaves behind.
    func lowThreshold(_ population: Population, _ dynamics: Dynamics) -> Diagnostic? {
        guard let lowest = zip(dynamics.threshold, dynamics.resetValue).map({ $0 - (dynamics.reset == .toValue ? $1 : 0) }).min(),
            lowest <= 0
        else { return nil }
        return Diagnostic(
            "quantize-threshold",
            "population '\(population.name)' has a threshold \(-lowest) below its reset value, so a neuron would spike at every step",
            at: population.place, help: "set v_thresh above v_reset")
    }

    /// Inputs that send values, where spikes carry none.
    func gradedInput(_ network: Network) -> Diagnostic? {
        guard let task = network.task, task.encoder.gainOfValues != nil else { return nil }
        let others = if case .direct = task.encoder { "encode with 'rate' or 'latency', or " } else { "" }
        return Diagnostic(
            "quantize-graded-input",
            "the encoder '\(task.encoder.name)' sends a value at every step, and spikes of '\(chip.name)' carry none", at: task.place,
            help: "\(others)choose a target whose spikes carry a payload")
    }
}
