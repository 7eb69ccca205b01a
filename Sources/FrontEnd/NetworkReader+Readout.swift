import Diagnostics
import Networks
import Numerics
import YAML

extension NetworkReader {
    mutating func readReadout(_ node: Node, task: Task?) -> Readout? {
        var reader = MappingReader(node, of: "the readout")
        let populationNode = reader.required("population")
        let decodeNode = reader.optional("decode")
        let decode = decodeNode.flatMap { reader.read($0, as: "decode", .choice(of: Readout.Decode.self)) } ?? .spikeCount
        let skipNode = reader.optional("skip")
        let isSound = !reader.collector.hasErrors
        reader.finish(into: &collector)
        let skip = skipNode.map { steps($0, "'skip' of the readout", atLeast: 0) } ?? 0
        guard let populationNode, let id = population(populationNode, "'population' of the readout") else { return nil }
        let draft = drafts[id.index]
        if let cell = draft.cell { checkDecode(decode, cell, draft, at: decodeNode?.place ?? populationNode.place) }
        if let skip, let task, skip >= task.steps {
            collector.report(
                Diagnostic(
                    .skipTooLong, "the readout skips \(count(skip, "step")), but a sample has only \(task.steps)", at: skipNode?.place,
                    help: "skip less than \(text(tidy(Double(task.steps) * timestep))) ms, or lengthen the encoder's duration"))
        }
        guard isSound, let skip else { return nil }
        return Readout(id, decode, skip: skip)
    }

    private mutating func checkDecode(_ decode: Readout.Decode, _ cell: Cell, _ draft: PopulationDraft, at place: SourceRange?) {
        switch decode {
        case .spikeCount, .firstSpike:
            guard let model = cell.neuron, !model.spikes else { return }
            collector.report(
                Diagnostic(
                    .readoutSilent,
                    "the readout decodes '\(decode.rawValue)', but \(draft.owner) has the cell '\(cell.name)', which never spikes",
                    at: place, help: "write 'decode: max_membrane' or 'decode: mean_membrane', or give '\(draft.name)' a cell that spikes"))
        case .maximalMembrane, .meanMembrane:
            guard cell.isSource else { return }
            collector.report(
                Diagnostic(
                    .readoutSource,
                    "the readout decodes '\(decode.rawValue)', but \(draft.owner) has the cell '\(cell.name)' without a membrane",
                    at: place, help: "read out a population of neurons, or write 'decode: spike_count'"))
        }
    }

    mutating func readFidelity(_ node: Node) -> FidelitySpecification? {
        var reader = MappingReader(node, of: "the fidelity")
        var fidelity = FidelitySpecification()
        fidelity.metric = reader.value("metric", .choice(of: FidelitySpecification.Metric.self), default: fidelity.metric)
        fidelity.maximumDrop = reader.value("max_drop", .fraction, default: fidelity.maximumDrop)
        if let samples = reader.optional("samples"), samples.scalar?.text != "all" {
            fidelity.samples = reader.read(samples, as: "samples", .integer(atLeast: 1))
        }
        reader.finish(into: &collector)
        return fidelity
    }

    /// The rule's name, and all else as options for the rule to read.
    mutating func readLearning(_ node: Node) -> LearningSpecification? {
        guard node.mapping != nil else {
            let name = attempt { () throws(DiagnosticsError) in try Reading.text.parse(node, "the learning rule") }
            return name.map { LearningSpecification(rule: $0, place: node.place) }
        }
        var reader = MappingReader(node, of: "the learning")
        let rule = reader.required("rule", .text)
        let entries = (node.mapping ?? []).filter { $0.key != "rule" }
        let options = attempt { () throws(DiagnosticsError) in try optionTree(Node(.mapping(entries), at: node.place), "'learning'") }
        for diagnostic in reader.collector.diagnostics { collector.report(diagnostic) }
        guard let rule, let options else { return nil }
        return LearningSpecification(rule: rule, options: options, place: node.place)
    }
}

/// The options of a rule as they are written: numbers with their units, texts, truth values, lists and mappings.
func optionTree(_ node: Node, _ name: String) throws(DiagnosticsError) -> OptionTree {
    switch node.content {
    case .null:
        throw DiagnosticsError(
            Diagnostic(
                .emptyOption, "\(name) has no value", at: node.place,
                help: "write a value behind the colon, or remove the option for its default"))
    case .scalar(let scalar):
        if scalar.style == .plain, let flag = try? node.asBool() { return OptionTree(.flag(flag), at: node.place) }
        // A text is a quantity also in quotes, as the printer may leave them out; a bare number in quotes is text.
        if let quantity = try? Quantity(node), quantity.unit != nil || scalar.style == .plain {
            return OptionTree(.number(quantity.value, unit: quantity.unit ?? ""), at: node.place)
        }
        // A number that does not fit says so; all else is text.
        if !scalar.isString { _ = try node.asDouble(name) }
        return OptionTree(.text(scalar.text), at: node.place)
    case .sequence(let nodes):
        var items: [OptionTree] = []
        for (index, node) in nodes.enumerated() { items.append(try optionTree(node, "item \(index + 1) of \(name)")) }
        return OptionTree(.list(items), at: node.place)
    case .mapping(let entries):
        var options: [OptionTree.Entry] = []
        for entry in entries {
            options.append(.init(entry.key, at: entry.keyPlace, try optionTree(entry.value, "'\(entry.key)' of \(name)")))
        }
        return OptionTree(.map(options), at: node.place)
    }
}
