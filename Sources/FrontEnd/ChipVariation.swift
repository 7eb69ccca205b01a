import Chips
import Diagnostics
import Storage
import YAML

/// How specimens differ: `arithmetic: {analog: {…, variation: {…}}}`.
extension ChipReader {
    mutating func variation(_ node: Node) -> AnalogVariation? {
        var reader = MappingReader(node, of: "'variation' of arithmetic 'analog'")
        let spread = Reading.real(atLeast: 0, below: 1)
        var variation = AnalogVariation()
        variation.seed = UInt64(reader.value("seed", .integer(atLeast: 0), default: 0))
        variation.membraneTime = reader.value("membrane_time", spread, default: 0)
        variation.synapseTime = reader.value("synapse_time", spread, default: 0)
        variation.gain = reader.value("gain", spread, default: 0)
        variation.quadrantGain = reader.value("quadrant_gain", spread, default: 0)
        variation.threshold = reader.value("threshold", spread, default: 0)
        variation.thresholdNoise = reader.value("threshold_noise", spread, default: 0)
        variation.jitter = reader.value("jitter", .real(atLeast: 0), default: 0)
        variation.eventLoss = reader.value("event_loss", spread, default: 0)
        variation.saturation = reader.optional("saturation", .real(above: 0))
        let isSound = !reader.collector.hasErrors
        reader.finish(into: &collector)
        return isSound ? variation : nil
    }
}

extension AnalogVariation {
    var yaml: Node {
        var entries = [
            Node.Entry("seed", Node(Int(clamping: seed))), Node.Entry("membrane_time", Node(membraneTime)),
            Node.Entry("synapse_time", Node(synapseTime)), Node.Entry("gain", Node(gain)), Node.Entry("quadrant_gain", Node(quadrantGain)),
            Node.Entry("threshold", Node(threshold)), Node.Entry("threshold_noise", Node(thresholdNoise)),
            Node.Entry("jitter", Node(jitter)), Node.Entry("event_loss", Node(eventLoss)),
        ]
        if let saturation { entries.append(Node.Entry("saturation", Node(saturation))) }
        return Node(.mapping(entries))
    }
}

extension ChipSchema {
    static let variation: JSONValue = {
        func number(_ text: String) -> JSONValue { ["description": .string(text), "type": "number"] }
        return mapping(
            "how a specimen differs from its targets; all off by default",
            [
                ("seed", integer("which specimen", 0...Int.max)), ("membrane_time", number("spread of tau_m, a fraction")),
                ("synapse_time", number("spread of tau_syn, a fraction")),
                ("gain", number("spread of synaptic strength, neuron by neuron")),
                ("quadrant_gain", number("spread of synaptic strength, quadrant by quadrant")),
                ("threshold", number("spread of the distance from leak to threshold")),
                ("threshold_noise", number("the same from run to run")), ("jitter", number("of event times, µs of the hardware")),
                ("event_loss", number("chance that an event reaches nobody")),
                ("saturation", number("largest synaptic slope of a membrane, LSB/µs")),
            ])
    }()
}
