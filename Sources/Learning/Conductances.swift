import Diagnostics
import Networks

/// Refusals of a rule that differentiates through currents: of each population with conductances.
func conductanceFaults(_ network: Network, rule: String) -> [Diagnostic] {
    network.populations.filter { $0.cell.neuron?.kind == .conductanceExponential }.map { population in
        Diagnostic(
            "learning-conductance",
            "population '\(population.name)' has conductances ('if_cond_exp'), and \(rule) differentiates through currents",
            at: population.place ?? network.learning?.place,
            help: "train with 'if_curr_exp': weights in nA, the conductance times the distance of its reversal potential from v_rest")
    }
}
