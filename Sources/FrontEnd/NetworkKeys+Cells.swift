import Networks

extension KeyTable {
    /// All cells, in the order of the documentation.
    package static var cells: [KeyTable] {
        [
            KeyTable(name: "input", summary: "Activity that is given from outside: by the task's encoder, or by a stimulus.", keys: []),
            KeyTable(
                name: "spike_source_array", summary: "Given spikes.",
                keys: [
                    Key(
                        "spike_times", .spikeTimes, default: nil, "in ms, ascending; one list for all neurons or one for each",
                        "[[1, 5], [2.5]]")
                ]),
            KeyTable(
                name: "spike_source_poisson", summary: "Independent Poisson trains, at most one spike in a step.",
                keys: [
                    Key("rate", .parameter(unit: "Hz"), default: "\(text(SourceDefaults.rate)) Hz", "mean rate", "50 Hz"),
                    Key("start", .number(unit: "ms"), default: "\(text(SourceDefaults.start)) ms", "when the trains begin", "100 ms"),
                    Key("duration", .number(unit: "ms"), default: "\(text(SourceDefaults.duration)) ms", "how long they last", "1 s"),
                ]),
        ] + NeuronModel.Kind.allCases.map(neuron)
    }

    private static func neuron(_ kind: NeuronModel.Kind) -> KeyTable {
        let parameters = kind.parameters.map { definition in
            let unit = unitName(definition.unit)
            // A start that is not given is rest.
            let standard =
                definition.name == .vInit && kind.definition(of: .vRest) != nil
                ? "`v_rest`" : "\(text(definition.defaultValue))\(unit.map { " \($0)" } ?? "")"
            return Key(
                definition.name.rawValue, .parameter(unit: unit), default: standard,
                definition.summary + rangeWords(definition.range), text(definition.defaultValue))
        }
        let model = NeuronModel(kind)
        func attribute<Value: CaseIterable & RawRepresentable<String>>(_ name: String, _ value: Value, _ summary: String) -> Key {
            let words = Value.allCases.map(\.rawValue)
            return Key(name, .choice(words), default: "`\(value.rawValue)`", summary, words.first ?? "")
        }
        let attributes = [
            attribute("integration", model.integration, "how the differential equation becomes a step"),
            attribute("reset", model.reset, "what a spike does to the membrane potential"),
            attribute("threshold", model.comparison, "when the threshold counts as crossed"),
            attribute("order", model.order, "whether arrivals act on the membrane in their own step"),
            attribute("input_scaling", model.inputScaling, "whether weights are scaled by 1 - decay before they are added"),
            attribute("refractory", model.refractory, "whether the membrane is held in refractory steps, or only spiking is blocked"),
            Key(
                "reset_amount", .choice(NeuronModel.ResetAmount.allCases.map(\.rawValue)),
                default: "`adapted`; with `reset: subtract_next` `base`", "which threshold a reset by subtraction subtracts", "base"),
            attribute("adaptation_scaling", model.adaptationScaling, "whether a spike adds 1 to the adaptation, or 1 - decay"),
        ]
        return KeyTable(name: kind.rawValue, summary: summary(kind), keys: parameters + attributes)
    }

    private static func unitName(_ unit: ParameterDefinition.Unit) -> String? {
        switch unit {
        case .potential: "mV"
        case .none: nil
        default: unit.rawValue
        }
    }

    private static func rangeWords(_ range: ParameterDefinition.Range) -> String {
        switch range {
        case .any: ""
        case .positive: "; above 0"
        case .notNegative: "; at least 0"
        }
    }

    private static func summary(_ kind: NeuronModel.Kind) -> String {
        switch kind {
        case .integrateAndFire: "Integrate-and-fire without leak."
        case .leaky: "Leaky integrate-and-fire; weights act on the membrane potential at once, or on a current when `tau_syn` is above 0."
        case .adaptive: "Leaky integrate-and-fire whose threshold rises with each of its spikes and decays back (Bellec et al. 2018)."
        case .currentDelta: "PyNN's IF_curr_delta: weights in mV are added to the membrane potential."
        case .currentExponential: "PyNN's IF_curr_exp: weights in nA are added to exponentially decaying currents."
        case .conductanceExponential:
            "PyNN's IF_cond_exp: weights in µS are added to exponentially decaying conductances, each of which pulls the membrane towards its "
                + "reversal potential. A weight's sign chooses its receptor, its magnitude is the conductance."
        case .currentAlpha: "PyNN's IF_curr_alpha: weights in nA are the peaks of alpha-shaped currents."
        case .leakyReadout: "A leaky integrator that never spikes, for readouts of the membrane potential."
        case .rate: "A rectified linear unit that sends its value in every step; leaky where `negative_slope` is above 0."
        }
    }
}
