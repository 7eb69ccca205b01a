import Chips
import Diagnostics
import Lowering
import Networks
import Numerics

extension Quantization {
    /// What physical neurons cannot be calibrated to, and what their synapses do not have; all of it at once.
    func refuseWhatPhysicalNeuronsLack(
        _ network: Network, _ law: AnalogArithmetic, _ statistics: [WeightStatistics]
    ) throws(DiagnosticsError) {
        var refusals: [Diagnostic] = []
        for id in network.populations.ids {
            let population = network.populations[id]
            guard let model = population.cell.neuron, let dynamics = network.dynamics(of: id) else { continue }
            refusals += lacks(population, model, dynamics, law)
            refusals += outOfRange(id, dynamics, network, law)
        }
        for id in network.projections.ids {
            if let refusal = delayed(network.projections[id], statistics[id.index], network) { refusals.append(refusal) }
            if let refusal = otherReceptor(id, statistics[id.index], network) { refusals.append(refusal) }
        }
        if let refusal = gradedInput(network) { refusals.append(refusal) }
        if !refusals.isEmpty { throw DiagnosticsError(refusals, isRefusal: true) }
    }

    private func lacks(_ population: Population, _ model: NeuronModel, _ dynamics: Dynamics, _ law: AnalogArithmetic) -> [Diagnostic] {
        var refusals: [Diagnostic] = []
        func refuse(_ id: String, _ message: String, help: String) {
            refusals.append(Diagnostic(id, "population '\(population.name)' \(message)", at: population.place, help: help))
        }
        if let refusal = rateUnit(population, dynamics, cells: "'if_curr_exp'") { return [refusal] }
        if dynamics.isAdaptive {
            refuse(
                "quantize-adaptation", "has an adaptive threshold, and the neurons of '\(chip.name)' have a constant one",
                help: "set beta to 0, or use 'if_curr_exp'")
        }
        refusals += [alphaSynapse(population, dynamics), conductance(population, dynamics, does: "is used with")].compactMap { $0 }
        if dynamics.synapse == .delta {
            refuse(
                "analog-delta-synapse", "adds weights to its membrane at once, and the synapses of '\(chip.name)' are exponential currents",
                help: "use 'if_curr_exp', or set tau_syn to \(shortest(law.synapseTime.lowerBound * law.speedup / 1000)) ms or more")
        }
        if model.kind == .integrateAndFire {
            refuse(
                "analog-leak", "has no leak, and membranes of '\(chip.name)' leak within \(shortest(law.membraneTime.upperBound)) µs",
                help: "use 'lif' with tau_m up to \(shortest(law.membraneTime.upperBound * law.speedup / 1000)) ms")
        }
        guard model.spikes else { return refusals }
        if dynamics.reset != .toValue {
            refuse(
                "quantize-reset", "has reset '\(dynamics.reset.rawValue)', and '\(chip.name)' has to_value",
                help: "set reset: to_value and train with it")
        }
        if let lowest = zip(dynamics.threshold, dynamics.resetValue).map({ $0 - $1 }).min(), lowest <= 0 {
            refuse(
                "quantize-threshold", "has a threshold \(shortest(-lowest)) below its reset value, so a neuron would spike at every step",
                help: "set v_thresh above v_reset")
        }
        return refusals
    }

    /// Time constants and potentials beyond what a calibration reaches.
    private func outOfRange(_ id: ID<Population>, _ dynamics: Dynamics, _ network: Network, _ law: AnalogArithmetic) -> [Diagnostic] {
        let population = network.populations[id]
        /// ms of the model in 1 µs of the hardware.
        let time = law.speedup / 1000
        var refusals: [Diagnostic] = []
        func check(_ name: ParameterName, _ range: ClosedRange<Double>, lowest: Double) {
            guard let values = network.values(of: name, in: id),
                let bad = values.first(where: { !(lowest...range.upperBound).contains($0 / time) })
            else { return }
            // Neurons without any synaptic current are refused for that.
            if name == .tauSyn, bad == 0 { return }
            refusals.append(
                Diagnostic(
                    "analog-time-constant",
                    "population '\(population.name)' has \(name.rawValue) \(shortest(bad)) ms, which is \(shortest(bad / time)) µs on the hardware, and '\(chip.name)' can be calibrated from \(shortest(range.lowerBound)) to \(shortest(range.upperBound)) µs",
                    at: population.place,
                    help:
                        "set \(name.rawValue) between \(shortest(range.lowerBound * time)) and \(shortest(range.upperBound * time)) ms, or scale all times of the model alike"
                ))
        }
        if population.cell.neuron?.kind != .integrateAndFire { check(.tauM, law.membraneTime, lowest: law.membraneTime.lowerBound) }
        for name in [ParameterName.tauSyn, .tauSynE, .tauSynI] { check(name, law.synapseTime, lowest: law.synapseTime.lowerBound) }
        check(.tauRefrac, law.refractoryTime, lowest: 0)
        guard dynamics.spikes, dynamics.reset == .toValue, let height = dynamics.threshold.max(), height > 0 else {
            if dynamics.spikes, dynamics.reset == .toValue {
                refusals.append(
                    Diagnostic(
                        "analog-potential",
                        "population '\(population.name)' has a threshold at or below its rest, where '\(chip.name)' leaks to",
                        at: population.place, help: "set v_thresh above v_rest"))
            }
            return refusals
        }
        let scale = (law.levels.threshold - law.levels.leak) / height
        let highest = law.levels.leak + scale * (dynamics.resetValue.max() ?? 0)
        let lowest = law.levels.leak + scale * (dynamics.threshold.min() ?? 0)
        if highest > law.reset.upperBound || lowest < law.threshold.lowerBound {
            refusals.append(
                Diagnostic(
                    "analog-potential",
                    "population '\(population.name)' needs potentials from \(shortest(lowest)) to \(shortest(highest)) LSB, and '\(chip.name)' has thresholds from \(shortest(law.threshold.lowerBound)) and resets up to \(shortest(law.reset.upperBound)) LSB",
                    at: population.place, help: "bring v_thresh and v_reset of its neurons closer to each other"))
        }
        return refusals
    }

    private func delayed(_ projection: Projection, _ statistics: WeightStatistics, _ network: Network) -> Diagnostic? {
        if network.time == .continuous, projection.delay == .constant(0) { return nil }
        guard statistics.longestDelay > 1 || network.time == .continuous else { return nil }
        let most = network.timestep * Double(statistics.longestDelay)
        return Diagnostic(
            "analog-delay",
            "projection '\(projection.name)' has delays up to \(statistics.longestDelay) steps (\(shortest(most)) ms), and synapses of '\(chip.name)' have none",
            at: projection.place,
            help:
                "leave 'delay' out, or put a population of relay neurons between '\(network.populations[projection.pre].name)' and '\(network.populations[projection.post].name)' whose rise to threshold takes that long: --relay-delays does it"
        )
    }

    /// A synapse's row has the sign, and its sign chooses the time constant.
    private func otherReceptor(_ id: ID<Projection>, _ statistics: WeightStatistics, _ network: Network) -> Diagnostic? {
        let projection = network.projections[id]
        guard let dynamics = network.dynamics(of: projection.post), dynamics.currentDecay[0] != dynamics.currentDecay[1] else { return nil }
        let isOther =
            switch projection.receptor {
            case .bySign: false
            case .excitatory: statistics.lowest < 0
            case .inhibitory: statistics.highest > 0
            }
        guard isOther else { return nil }
        return Diagnostic(
            "analog-receptor",
            "projection '\(projection.name)' has weights of the other sign than its receptor '\(projection.receptor.rawValue)', and a row of '\(chip.name)' has one sign and one time constant",
            at: projection.place, help: "leave 'receptor' out, or set tau_syn_E and tau_syn_I of the target to the same value")
    }
}
