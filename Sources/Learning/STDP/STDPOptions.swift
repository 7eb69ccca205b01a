/// Options that STDP and reward-modulated STDP share, and their reading.
enum STDPOptions {
    static func definitions(own: [OptionDefinition]) -> [OptionDefinition] {
        [
            OptionDefinition("epochs", .integer(1, in: 0...1_000_000), "how often every training sample is shown"),
            OptionDefinition(
                "pairing",
                .choice(
                    "all",
                    [
                        .init("all", "every pair of spikes counts: a spike adds 1 to its trace"),
                        .init("nearest", "the last spike counts: a spike sets its trace to 1"),
                    ]), "which spikes form pairs"),
            OptionDefinition(
                "potentiation", .number(0.01, in: 0...1000, .none), "A+: what a target's spike adds, times the source's trace"),
            OptionDefinition(
                "depression", .number(0.012, in: 0...1000, .none), "A-: what a source's spike takes, times the target's trace"),
            OptionDefinition("tau_plus", .number(20, in: 0.001...1e6, .milliseconds), "time constant of the sources' traces"),
            OptionDefinition("tau_minus", .number(20, in: 0.001...1e6, .milliseconds), "time constant of the targets' traces"),
            OptionDefinition("weight_min", .number(0, in: 0...1e6, .none), "lowest weight"),
            OptionDefinition("weight_max", .number(1, in: 0...1e6, .none), "highest weight"),
        ] + own + [
            OptionDefinition(
                "teacher", .number(0, in: 0...1e6, .none),
                "added to the membrane of the label's readout neuron at every step while training, and taken from the others"),
            OptionDefinition(
                "normalization", .number(0, in: 0...1e9, .none),
                "after each sample, the weights onto a neuron are scaled so that they sum to this; 0: never"),
        ]
    }

    static func law(_ values: OptionValues, timestep: Double) -> STDPLaw {
        STDPLaw(
            pairing: STDPLaw.Pairing(rawValue: values.choice("pairing")) ?? .all,
            bound: values.isKnown("bound") ? STDPLaw.Bound(rawValue: values.choice("bound")) ?? .additive : .additive,
            potentiation: values.number("potentiation"), depression: values.number("depression"), tauPlus: values.number("tau_plus"),
            tauMinus: values.number("tau_minus"), dt: timestep, lowest: values.number("weight_min"), highest: values.number("weight_max"))
    }
}
