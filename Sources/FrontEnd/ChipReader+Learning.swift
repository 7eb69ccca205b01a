import Chips
import Diagnostics
import YAML

extension ChipReader {
    /// What learning rules may use on the chip.
    mutating func learning(_ node: Node) -> LearningResources? {
        var reader = MappingReader(node, of: "'learning'")
        let count = Reading<Int>.integer(atLeast: 0, atMost: 1 << 20)
        let timing = reader.required("timing", .distinct(LearningResources.Timing.self))
        let weightBits = reader.required("weight_bits", .integer(atLeast: 1, atMost: 64))
        let perSynapse = reader.optional("synapse").map { fields($0, "'synapse' of 'learning'") } ?? []
        let perNeuron = reader.optional("neuron").map { fields($0, "'neuron' of 'learning'") } ?? []
        var counts = [0, 0, 0]
        if let broadcasts = reader.optional("broadcasts") {
            var inner = MappingReader(broadcasts, of: "'broadcasts' of 'learning'")
            counts = LearningResources.Reach.allCases.map { inner.value($0.rawValue, count, default: 0) }
            inner.finish(into: &collector)
        }
        let isFloating = reader.value("floating_point", .bool, default: false)
        let transposes = reader.value("transposes_weights", .bool, default: false)
        reader.finish(into: &collector)
        guard let timing, let weightBits else { return nil }
        return LearningResources(
            timing: timing, weightBits: weightBits, perSynapse: perSynapse, perNeuron: perNeuron, everywhere: counts[0],
            eachNeuron: counts[1],
            eachSynapse: counts[2], isFloatingPoint: isFloating, transposesWeights: transposes)
    }

    /// Names and bits, in the order of the file.
    private mutating func fields(_ node: Node, _ owner: String) -> [LearningResources.Field] {
        var reader = MappingReader(node, of: owner)
        var fields: [LearningResources.Field] = []
        for entry in node.mapping ?? [] {
            if !Self.isName(entry.key) { collector.report(Self.badName(entry.key, at: entry.keyPlace)) }
            if let bits = reader.required(entry.key, .integer(atLeast: 1, atMost: 64)) { fields.append(.init(entry.key, bits: bits)) }
        }
        reader.finish(into: &collector)
        return fields
    }
}

extension LearningResources {
    var yaml: Node {
        func fields(_ fields: [Field]) -> Node { Node(.mapping(fields.map { Node.Entry($0.name, Node($0.bits)) })) }
        return [
            "timing": Node(timing.map { Node($0.rawValue) }), "weight_bits": Node(weightBits), "synapse": fields(perSynapse),
            "neuron": fields(perNeuron),
            "broadcasts": Node(.mapping(Reach.allCases.map { Node.Entry($0.rawValue, Node(count(of: $0))) })),
            "floating_point": Node(isFloatingPoint), "transposes_weights": Node(transposesWeights),
        ]
    }
}
