import Chips
import Diagnostics
import Learning
import Lowering
import Networks
import Numerics

extension Quantization {
    /// Rows that learn, where the chip's arithmetic has none.
    func refusePlasticity(of network: Network) throws(DiagnosticsError) {
        guard isPlastic else { return }
        if case .fixedPoint = chip.arithmetic { return }
        throw DiagnosticsError(
            [
                Diagnostic(
                    "plastic-chip", "artifacts of '\(chip.name)' carry no synapses that learn", at: chip.place,
                    help: "leave --plastic out, or compile for SpiNNaker 1 (spin3, spin5, spin5x3)")
            ], isRefusal: true)
    }

    /// By projection: how its rows learn; nil: they do not.
    /// - Throws: refusals of networks whose rule no row can run.
    func pairRules(of network: Network) throws(DiagnosticsError) -> [PairRule?] {
        guard isPlastic else { return network.projections.ids.map { _ in nil } }
        var faults: [Diagnostic] = []
        var rules: [PairRule?] = []
        for id in network.projections.ids {
            let projection = network.projections[id]
            guard projection.isTrainable, network.populations[projection.post].cell.neuron != nil else {
                rules.append(nil)
                continue
            }
            let rows = SynapseRows(id, of: network)
            let load = receptorLoad(of: id, in: network)
            if load.lowest < 0 || network.fixedPointReceptor(of: projection) == 1 {
                faults.append(
                    Diagnostic(
                        "plastic-projection",
                        "rows that learn hold excitatory weights, and '\(projection.name)' has weights down to \(shortest(load.lowest)) or is inhibitory",
                        at: projection.place, help: "write `trainable: false` there, or draw its weights from 0 up"))
            }
            guard let delay = rows.commonDelay else {
                faults.append(
                    Diagnostic(
                        "plastic-projection",
                        "rows that learn count the time between spikes by one delay, and '\(projection.name)' has several",
                        at: projection.place, help: "write `trainable: false` there, or give it one delay"))
                rules.append(nil)
                continue
            }
            guard let rule = try PairRule.asked(of: network, delay: delay) else {
                let name = network.learning.map { "'\($0.rule)'" } ?? "no rule"
                throw DiagnosticsError(
                    [
                        Diagnostic(
                            "plastic-rule", "rows that learn run 'stdp', and the network '\(network.name)' asks for \(name)",
                            at: network.learning?.place, help: "leave --plastic out, or write `learning: {rule: stdp}`")
                    ], isRefusal: true)
            }
            rules.append(rule)
        }
        if faults.isEmpty, rules.allSatisfy({ $0 == nil }) {
            faults.append(
                Diagnostic(
                    "plastic-projection", "no projection of '\(network.name)' learns", at: network.learning?.place,
                    help: "leave --plastic out, or leave `trainable: false` out at one projection onto neurons"))
        }
        guard faults.isEmpty else { throw DiagnosticsError(faults, isRefusal: true) }
        return rules
    }

    /// The rule of all rows into one population, which its cores hold once.
    func plasticity(
        of projections: [ID<Projection>], _ rules: [PairRule?], _ neurons: FixedPointNeurons, in network: Network
    ) throws(DiagnosticsError) -> FixedPointPlasticity? {
        let format = PlasticWeights(scale: neurons.weightScale, shift: neurons.shifts[0], addedDelay: neurons.addedDelay)
        var found: FixedPointPlasticity?
        for id in projections {
            guard let rule = rules[id.index] else { continue }
            let pairs = try FixedPointPairs(rule, format, chip: chip.name)
            if let found, found.pairs != pairs {
                throw DiagnosticsError(
                    [
                        Diagnostic(
                            "plastic-projection",
                            "a core learns by one rule, and the projections that learn and arrive where '\(network.projections[id].name)' does have different delays",
                            at: network.projections[id].place, help: "give them one delay, or write `trainable: false` at some")
                    ], isRefusal: true)
            }
            found = FixedPointPlasticity(projections: (found?.projections ?? []) + [id], pairs: pairs)
        }
        let isReleased = neurons.cell == .threshold || neurons.cell == .currentExponential
        if let found, found.pairs.isMultiplicative, !isReleased {
            throw DiagnosticsError(
                [
                    Diagnostic(
                        "plastic-binary",
                        "sPyNNaker 7.4.1 has no binary of '\(neurons.cell.rawValue)' with multiplicative bounds, which '\(network.populations[network.projections[found.projections[0]].post].name)' needs",
                        at: network.learning?.place, help: "write `bound: additive`, or use the cell if_curr_exp")
                ], isRefusal: true)
        }
        return found
    }
}

extension ReceptorLoad {
    /// What the projection brings when all its weights have grown to the rule's bound, as sPyNNaker 7.4.1 counts rows that learn
    /// (`synapse_dynamics_stdp.py`); their sum onto a neuron is not more than that to which a host scales them.
    func learning(by rule: PairRule) -> ReceptorLoad {
        var load = self
        let part = parts[0]
        let largest = max(rule.highest, part.largest)
        (load.parts[0].mean, load.parts[0].variance, load.parts[0].largest) = (largest, 0, largest)
        let most = Double(part.mostInputs) * largest
        load.parts[0].sums = part.sums.isEmpty ? [] : [max(min(most, rule.largestSum ?? most), part.sums.max() ?? 0, largest)]
        return load
    }
}
