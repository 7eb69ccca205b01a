import Chips
import Diagnostics
import Lowering
import Networks
import Numerics

extension Quantization {
    /// Dynamics that no cell of the chip can compute, all of them.
    func refuseWhatFixedPointLacks(_ network: Network, _ arithmetic: FixedPointArithmetic, _ faults: inout DiagnosticCollector) {
        for id in network.populations.ids {
            let population = network.populations[id]
            guard population.cell.neuron != nil, let dynamics = network.dynamics(of: id) else { continue }
            func refuse(_ id: String, _ message: String, help: String) {
                faults.report(Diagnostic(id, "population '\(population.name)' \(message)", at: population.place, help: help))
            }
            if let refusal = rateUnit(population, dynamics) ?? alphaSynapse(population, dynamics) {
                faults.report(refusal)
            } else if fixedPointCell(of: dynamics, timestep: network.timestep, arithmetic) == nil {
                refuse(
                    "quantize-cell",
                    "needs a cell that '\(chip.name)' lacks: it has \(arithmetic.cells.map(\.rawValue).joined(separator: ", "))",
                    help:
                        "use reset: to_value, refractory: held, no adaptation and a leak, or list 'spikewright_threshold' in the arithmetic of the target"
                )
            } else if dynamics.spikes, let refusal = lowThreshold(population, dynamics) {
                faults.report(refusal)
            }
        }
        if let refusal = gradedInput(network) { faults.report(refusal) }
    }

    /// Currents of a sign that their receptor does not have. It does not matter where both receptors decay alike.
    func refuseReceptorSigns(_ network: Network, _ loads: [ReceptorLoad], _ faults: inout DiagnosticCollector) {
        for (projection, load) in zip(network.projections, loads) where projection.receptor != .bySign {
            guard let dynamics = network.dynamics(of: projection.post), network.fixedPointReceptor(of: projection) == nil,
                dynamics.currentDecay[0] != dynamics.currentDecay[1]
            else { continue }
            let wrong = projection.receptor == .excitatory ? load.lowest < 0 : load.highest > 0
            guard wrong else { continue }
            let sign = projection.receptor == .excitatory ? "below" : "above"
            faults.report(
                Diagnostic(
                    "quantize-receptor-sign",
                    "projection '\(projection.name)' has weights \(sign) 0 on its \(projection.receptor.rawValue) receptor, and '\(chip.name)' keeps the sign of a current in the receptor",
                    at: projection.place, help: "leave 'receptor' out, or give both receptors one time constant"))
        }
    }

    /// A parameter that s16.15 cannot hold.
    func outOfRange(_ bad: (column: FixedPointNeurons.Column, value: Double), _ population: Population) -> Diagnostic {
        Diagnostic(
            "quantize-fixed-range",
            "population '\(population.name)' needs a \(bad.column.rawValue.replacing("_", with: " ")) of \(shortest(bad.value)), and numbers of '\(chip.name)' are below 65536",
            at: population.place, help: "choose parameters, weights and biases of a smaller range")
    }
}
