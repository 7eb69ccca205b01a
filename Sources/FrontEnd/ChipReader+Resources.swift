import Chips
import Diagnostics
import YAML

extension ChipReader {
    /// The capacities of a core, in the order of the file.
    mutating func resources(_ node: Node) -> [CoreResource]? {
        guard let entries = node.mapping, !entries.isEmpty else {
            collector.report(
                Diagnostic(
                    "chip-no-resource", "the chip states no capacity of its cores", at: node.place,
                    help: "write at least one: 'resources: {compartments: {limit: 1024, unit: compartments, rule: {neurons: {each: 1}}}}'"))
            return nil
        }
        var resources: [CoreResource] = []
        var isComplete = true
        for entry in entries {
            if !Self.isName(entry.key) { collector.report(Self.badName(entry.key, at: entry.keyPlace)) }
            if let resource = resource(entry.key, entry.value) { resources.append(resource) } else { isComplete = false }
        }
        return isComplete ? resources : nil
    }

    private mutating func resource(_ name: String, _ node: Node) -> CoreResource? {
        let owner = "resource '\(name)'"
        var reader = MappingReader(node, of: owner)
        let limit = reader.required("limit", .integer(atLeast: 1, atMost: Self.largestCapacity))
        let unit = reader.value("unit", .text, default: name)
        let rule = reader.required("rule").flatMap { self.rule($0, of: owner) }
        reader.finish(into: &collector)
        guard let limit, let rule else { return nil }
        return CoreResource(name, limit: limit, unit: unit, rule)
    }

    private static let rules = [
        "neurons", "input_axons", "output_axons", "synapse_memory", "profiles", "synapse_formats", "delay_slots", "shared_memory",
        "crossbar",
        "source_neurons", "ring_buffer", "delay_stages", "row_words", "table_addresses", "row_memory", "working_memory",
    ]

    private mutating func rule(_ node: Node, of owner: String) -> CapacityRule? {
        guard let variant = read(node, "'rule' of \(owner)", .variant(among: Self.rules)) else { return nil }
        let count = Reading<Int>.integer(atLeast: 1, atMost: 1 << 20)
        if variant.name == "profiles" {
            return read(variant.options, "'profiles' of \(owner)", .choice(of: CapacityRule.Profile.self)).map { .profiles($0) }
        }
        if variant.name == "crossbar" {
            return read(variant.options, "'crossbar' of \(owner)", .choice(of: CapacityRule.CrossbarPart.self)).map { .crossbar($0) }
        }
        var reader = MappingReader(variant.options, of: "rule '\(variant.name)' of \(owner)")
        var rule: CapacityRule?
        switch variant.name {
        case "neurons": rule = .neurons(each: reader.value("each", count, default: 1))
        case "input_axons": rule = .inputAxons
        case "output_axons":
            rule = .outputAxons(
                each: reader.value("each", count, default: 1),
                offChip: reader.value("off_chip", .integer(atLeast: 0, atMost: 1 << 20), default: 0))
        case "synapse_memory": rule = packing(&reader).map { .synapseMemory($0) }
        case "synapse_formats": rule = .synapseFormats
        case "delay_slots": rule = .delaySlots
        case "shared_memory":
            let perNeuron = reader.required("per_neuron", .integer(atLeast: 0, atMost: 1 << 20))
            var packed: SynapsePacking?
            if let node = reader.required("packing") {
                var packingReader = MappingReader(node, of: "'packing' of \(owner)")
                packed = packing(&packingReader)
                packingReader.finish(into: &collector)
            }
            if let perNeuron, let packed { rule = .sharedMemory(perNeuron: perNeuron, packed) }
        case "source_neurons": rule = .sourceNeurons
        case "ring_buffer": rule = .ringBuffer
        case "delay_stages": rule = .delayStages
        case "row_words": rule = .rowWords
        case "table_addresses": rule = .tableAddresses
        case "row_memory": rule = .rowMemory
        case "working_memory": rule = .workingMemory
        default: preconditionFailure("bug: the chip reader knows no rule '\(variant.name)'")
        }
        reader.finish(into: &collector)
        return rule
    }

    private func packing(_ reader: inout MappingReader) -> SynapsePacking? {
        let wordBits = reader.required("word_bits", .integer(atLeast: 1, atMost: 4096))
        let synapsesPerEntry = reader.required("synapses_per_entry", .integer(atLeast: 1, atMost: 1 << 20))
        let prefixBits = reader.value("prefix_bits", .integer(atLeast: 0, atMost: 4096), default: 0)
        let weightBits = reader.required("weight_bits", .widths(0...32))
        let indexBits = reader.required("index_bits", .widths(0...32))
        let delayBits = reader.value("delay_bits", .widths(0...20), default: [0])
        let longest = reader.optional("maximum_words_per_axon", .integer(atLeast: 1, atMost: Self.largestCapacity))
        let spare = reader.optional("spare_word_from", .integer(atLeast: 1, atMost: wordBits ?? 4096))
        let compressions = reader.value("compressions", .distinct(SynapsePacking.Compression.self), default: [.dense, .sparse])
        guard let wordBits, let synapsesPerEntry, let weightBits, let indexBits else { return nil }
        return SynapsePacking(
            wordBits: wordBits, synapsesPerEntry: synapsesPerEntry, prefixBits: prefixBits, weightBits: weightBits, indexBits: indexBits,
            delayBits: delayBits, maximumWordsPerAxon: longest, spareWordFrom: spare, compressions: compressions)
    }
}
