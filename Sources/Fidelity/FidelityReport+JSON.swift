public import Simulation
public import Storage

extension FidelityReport {
    /// The report for machines; keys are stable and documented in Documentation/Fidelity.md.
    ///
    /// `seconds` and the counters of the host are the only values that differ between two equal runs.
    public var json: JSONValue {
        var members: [(String, JSONValue)] = [
            ("network", .string(network)), ("target", .string(target)), ("metric", .string(metric)),
            ("reference", .number(reference)), ("lowered", .number(lowered)), ("drop", .number(drop)),
            (
                "confidence",
                .object(JSONObject([("reference", .number(referenceConfidence)), ("lowered", .number(loweredConfidence))]))
            ),
            ("without_training_in_loop", withoutTrainingInTheLoop.map { .number($0) } ?? .null),
            ("agreement", .number(agreement)), ("samples", .integer(samples)),
            ("populations", .array(populations.map(\.json))),
            (
                "attribution",
                .array(attribution.map { .object(JSONObject([("step", .string($0.step)), ("drop", .number($0.drop))])) })
            ),
            (
                "resources",
                .array(
                    resources.map {
                        .object(
                            JSONObject([
                                ("name", .string($0.name)), ("used", .integer($0.used)), ("available", .integer($0.available)),
                                ("mean", .number($0.mean)),
                            ]))
                    })
            ),
            (
                "traffic",
                .object(
                    JSONObject([
                        ("hops", .number(traffic.hops)), ("max_link_load", .number(traffic.maximumLinkLoad)),
                        ("most_loaded_link", .string(traffic.mostLoadedLink)),
                    ]))
            ),
            ("overflows", .integer(overflows)), ("weights", .array(weights.map(\.json))), ("energy_J", .number(energy)),
            ("time_s", .number(time)),
        ]
        if !counters.isEmpty { members.append(("counters", .object(JSONObject(counters.map { ($0.name, .integer($0.value)) })))) }
        if let core = busiestCore { members.append(("busiest_core", core.json)) }
        members.append(("seconds", .number(seconds)))
        return .object(JSONObject(members))
    }
}

extension EmulatorStatistics.CoreLoad {
    /// The load for machines.
    public var json: JSONValue {
        .object(
            JSONObject([
                ("core", .integer(core)), ("label", .string(label)), ("packets", .integer(packets)),
                ("most_packets_per_step", .integer(mostPackets)), ("most_synapses_per_step", .integer(mostSynapticOperations)),
                ("overloaded_steps", .integer(overloadedSteps)),
            ]))
    }
}

extension PopulationFidelity {
    fileprivate var json: JSONValue {
        .object(
            JSONObject([
                ("name", .string(name)), ("reference_rate", .number(referenceRate)), ("lowered_rate", .number(loweredRate)),
                ("count_correlation", .number(countCorrelation)), ("spike_time_distance", .number(spikeTimeDistance)),
                ("first_divergence", firstDivergence.map { .number($0) } ?? .null), ("identical_samples", .number(identicalSamples)),
            ]))
    }
}
