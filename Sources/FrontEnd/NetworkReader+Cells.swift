import Diagnostics
import Networks
import Numerics
import YAML

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

extension NetworkReader {
    /// A cell by name, with the parameters that its kind defines and the attributes of its dynamics.
    mutating func readCell(_ variant: Variant, _ draft: PopulationDraft) -> Cell? {
        switch variant.name {
        case "input":
            var reader = MappingReader(variant.options, of: draft.owner, keys: "cell parameter")
            reader.finish(into: &collector)
            return .input
        case "spike_source_array": return readSpikeSourceArray(variant, draft)
        case "spike_source_poisson": return readSpikeSourcePoisson(variant, draft)
        default: return NeuronModel.Kind(rawValue: variant.name).flatMap { readNeuron($0, variant, draft) }
        }
    }

    private mutating func readNeuron(_ kind: NeuronModel.Kind, _ variant: Variant, _ draft: PopulationDraft) -> Cell? {
        var reader = MappingReader(variant.options, of: draft.owner, keys: "cell parameter")
        var model = NeuronModel(kind)
        let before = collector.diagnostics.count
        var places: [ParameterName: SourceRange] = [:]
        for definition in kind.parameters {
            guard let node = reader.optional(definition.name.rawValue) else { continue }
            places[definition.name] = node.place
            if let parameter = readParameter(node, definition, draft) { model[definition.name] = parameter }
        }
        model.integration = attribute("integration", &reader, draft, default: model.integration)
        model.reset = attribute("reset", &reader, draft, default: model.reset)
        model.comparison = attribute("threshold", &reader, draft, default: model.comparison)
        model.order = attribute("order", &reader, draft, default: model.order)
        model.inputScaling = attribute("input_scaling", &reader, draft, default: model.inputScaling)
        model.refractory = attribute("refractory", &reader, draft, default: model.refractory)
        model.resetAmount = attribute("reset_amount", &reader, draft, default: model.resetAmount)
        model.adaptationScaling = attribute("adaptation_scaling", &reader, draft, default: model.adaptationScaling)
        warnAboutAttributesWithoutEffect(kind, &reader, draft)
        reader.finish(into: &collector)
        guard collector.diagnostics.count == before || !collector.diagnostics[before...].contains(where: { $0.severity == .error })
        else { return nil }
        check(model, draft, places, at: variant.place)
        return .neuron(model)
    }

    /// One of the explicit choices about dynamics; a number there was meant for the parameter of a similar name.
    private mutating func attribute<Value: CaseIterable & RawRepresentable<String> & Sendable>(
        _ key: String, _ reader: inout MappingReader, _ draft: PopulationDraft, default standard: Value
    ) -> Value {
        guard let node = reader.optional(key) else { return standard }
        let parameter = key == "threshold" ? "v_thresh" : "v_reset"
        if key == "threshold" || key == "reset", (try? Quantity(node)) != nil {
            reader.report(
                Diagnostic(
                    .numberForAttribute, "'\(key)' of \(draft.owner) says how, not how much: it cannot be \(node.summary)", at: node.place,
                    label: "did you mean '\(parameter)'?",
                    help:
                        "write '\(parameter): \(node.scalar?.text ?? "")'; '\(key)' is one of "
                        + "\(Value.allCases.map(\.rawValue).joined(separator: ", "))"
                ))
            return standard
        }
        return reader.read(node, as: key, .choice(of: Value.self)) ?? standard
    }

    private mutating func warnAboutAttributesWithoutEffect(
        _ kind: NeuronModel.Kind, _ reader: inout MappingReader, _ draft: PopulationDraft
    ) {
        for key in attributesWithoutEffect(kind) {
            guard let entry = reader.entry(key) else { continue }
            reader.report(
                Diagnostic(
                    .withoutEffect, "'\(key)' of \(draft.owner) has no effect on the cell '\(kind.rawValue)'", at: entry.keyPlace,
                    help: "remove it", severity: .warning))
        }
    }

    /// Contradictions between the parameters of a neuron.
    private mutating func check(
        _ model: NeuronModel, _ draft: PopulationDraft, _ places: [ParameterName: SourceRange], at cellPlace: SourceRange?
    ) {
        func place(_ name: ParameterName) -> SourceRange? { places[name] ?? cellPlace }
        let unit = draft.units == .physical ? " mV" : ""
        if model.spikes, let size = draft.size, let (neuron, threshold, rest) = firstNotAbove(model, .vThresh, .vRest, size) {
            let numbers = "v_thresh \(text(threshold))\(unit) is not above v_rest \(text(rest))\(unit)"
            collector.report(
                Diagnostic(
                    .thresholdBelowRest, "\(draft.owner): \(numbers)\(neuron), so that a neuron at rest spikes without end",
                    at: place(places[.vThresh] != nil ? .vThresh : .vRest),
                    help: "raise v_thresh above \(text(rest))\(unit), or lower v_rest"))
        } else if model.spikes, model.reset == .toValue, let size = draft.size,
            let (neuron, threshold, reset) = firstNotAbove(model, .vThresh, .vReset, size)
        {
            collector.report(
                Diagnostic(
                    .resetAboveThreshold,
                    "\(draft.owner): v_reset \(text(reset))\(unit) is not below v_thresh \(text(threshold))\(unit)\(neuron), so that "
                        + "the first spike is followed by others without end",
                    at: place(places[.vReset] != nil ? .vReset : .vThresh), help: "lower v_reset below \(text(threshold))\(unit)"))
        }
        if model.reset != .toValue, model.spikes, places[.vReset] != nil {
            collector.report(
                Diagnostic(
                    .withoutEffect, "'v_reset' of \(draft.owner) has no effect with reset: \(model.reset.rawValue)", at: place(.vReset),
                    help: "remove it, or write 'reset: to_value'", severity: .warning))
        }
        if places[.tauRefrac] != nil, case .uniform(let refractory) = model[.tauRefrac], !isWhole(refractory / timestep) {
            let steps = (refractory / timestep).rounded()
            collector.report(
                Diagnostic(
                    .refractoryRounded,
                    "'tau_refrac' of \(draft.owner), \(text(refractory)) ms, is no multiple of the timestep of \(text(timestep)) ms "
                        + "and becomes \(text(steps)) steps",
                    at: place(.tauRefrac), help: "write \(text(tidy(steps * timestep))) ms, or choose a timestep that divides it",
                    severity: .warning))
        }
        if model.integration == .euler, case .uniform(let tau) = model[.tauM], model.kind.definition(of: .tauM) != nil, tau <= timestep {
            collector.report(
                Diagnostic(
                    .timestepCoarse,
                    "'tau_m' of \(draft.owner), \(text(tau)) ms, is not above the timestep of \(text(timestep)) ms: with Euler "
                        + "integration the membrane forgets everything in a step",
                    at: place(.tauM), help: "write 'integration: exact', or choose a timestep below \(text(tau)) ms", severity: .warning))
        }
    }

    /// The first neuron whose parameter `upper` is not above its `lower`, as far as that is known without drawing more than a million.
    private func firstNotAbove(
        _ model: NeuronModel, _ upper: ParameterName, _ lower: ParameterName, _ size: Int
    ) -> (neuron: String, upper: Double, lower: Double)? {
        if case .uniform(let high) = model[upper], case .uniform(let low) = model[lower] { return high <= low ? ("", high, low) : nil }
        let count = min(size, 1_000_000)
        func values(_ name: ParameterName) -> [Double] {
            switch model[name] {
            case .uniform(let value): [Double](repeating: value, count: count)
            case .perNeuron(let values): values
            // The centre stands for the draws.
            case .drawn(let distribution):
                [Double](repeating: distribution.center, count: count)
            }
        }
        let (highs, lows) = (values(upper), values(lower))
        for n in 0..<min(highs.count, lows.count) where highs[n] <= lows[n] { return (" in neuron \(n)", highs[n], lows[n]) }
        return nil
    }
}

extension Distribution {
    /// Where its mass is: the mean, or the middle.
    var center: Double {
        switch self {
        case .uniform(let low, let high): low + (high - low) / 2
        case .uniformInteger(let low, let high): Double(low) + Double(high - low) / 2
        case .normal(let mean, _): mean
        case .normalClipped(let mean, _, let low, let high), .normalClippedToBoundary(let mean, _, let low, let high):
            min(max(mean, low), high)
        case .lognormal(let mean, let sigma): exp(mean + sigma * sigma / 2)
        case .exponential(let mean): mean
        }
    }
}

/// The attributes that change nothing for a kind of neuron.
func attributesWithoutEffect(_ kind: NeuronModel.Kind) -> [String] {
    switch kind {
    case .rate: ["integration", "reset", "threshold", "order", "input_scaling", "refractory", "reset_amount", "adaptation_scaling"]
    case .leakyReadout: ["reset", "threshold", "refractory", "reset_amount", "adaptation_scaling"]
    case .integrateAndFire, .conductanceExponential: ["input_scaling", "reset_amount", "adaptation_scaling"]
    case .adaptive: []
    default: ["reset_amount", "adaptation_scaling"]
    }
}
