import Chips
import Diagnostics
import Storage
import YAML

// What the reader, the printer and the schema know of chips with a labelled crossbar.

extension ChipReader {
    mutating func crossbar(_ node: Node) -> Topology? {
        var reader = MappingReader(node, of: "crossbar")
        func count(_ key: String, _ range: ClosedRange<Int>, _ reader: inout MappingReader) -> Int? {
            reader.required(key, .integer(atLeast: range.lowerBound, atMost: range.upperBound))
        }
        let columns = count("columns", 1...4096, &reader)
        let halves = count("halves", 1...64, &reader)
        let rows = count("rows", 2...4096, &reader)
        let buses = count("buses", 1...64, &reader)
        let labelBits = count("label_bits", 1...8, &reader)
        let selectBits = count("select_bits", 1...10, &reader)
        let addressBits = count("address_bits", 1...16, &reader)
        let filterBits = count("filter_bits", 1...20, &reader)
        let eventOutputs = count("event_outputs", 1...64, &reader)
        let externalInputs = count("external_inputs", 1...64, &reader)
        let backgroundInputs = count("background_inputs", 0...64, &reader)
        let executions = count("executions", 1...4096, &reader)
        let hostEvents = reader.optional("host_events", .real(above: 0))
        reader.finish(into: &collector)
        guard let columns, let halves, let rows, let buses, let labelBits, let selectBits, let addressBits, let filterBits,
            let eventOutputs, let externalInputs, let backgroundInputs, let executions
        else { return nil }
        let crossbar = LabelledCrossbar(
            columns: columns, halves: halves, rows: rows, buses: buses, labelBits: labelBits, selectBits: selectBits,
            addressBits: addressBits, filterBits: filterBits, eventOutputs: eventOutputs, externalInputs: externalInputs,
            backgroundInputs: backgroundInputs, executions: executions, hostEvents: hostEvents)
        if let problem = crossbar.problem {
            collector.report(
                Diagnostic(
                    "chip-crossbar-geometry", "the crossbar does not fit together: \(problem)", at: node.place,
                    help: "correct one of the two numbers; brainscales2 shows a crossbar that fits together"))
            return nil
        }
        return .crossbar(crossbar)
    }

    mutating func analog(_ node: Node) -> Arithmetic? {
        var reader = MappingReader(node, of: "arithmetic 'analog'")
        let speedup = reader.required("speedup", .real(atLeast: 1e-3))
        let membrane = reader.required("membrane_time", .interval)
        let synapse = reader.required("synapse_time", .interval)
        let refractory = reader.required("refractory_time", .interval)
        let leak = reader.required("leak", .interval)
        let reset = reader.required("reset", .interval)
        let threshold = reader.required("threshold", .interval)
        let gain = reader.required("gain", .interval)
        let bias = reader.required("converter_bias", .interval)
        var levels: AnalogArithmetic.Levels?
        if let node = reader.required("levels") {
            var levelReader = MappingReader(node, of: "'levels' of arithmetic 'analog'")
            let leak = levelReader.required("leak", .real(atLeast: 0))
            let threshold = levelReader.required("threshold", .real(atLeast: 0))
            let gain = levelReader.required("gain", .real(atLeast: 0))
            let bias = levelReader.required("converter_bias", .real(atLeast: 0))
            levelReader.finish(into: &collector)
            if let leak, let threshold, let gain, let bias {
                levels = .init(leak: leak, threshold: threshold, gain: gain, converterBias: bias)
            }
        }
        let variationNode = reader.optional("variation")
        let variation = variationNode.map { self.variation($0) } ?? AnalogVariation()
        reader.finish(into: &collector)
        guard let variation, let speedup, let membrane, let synapse, let refractory, let leak, let reset, let threshold, let gain, let bias,
            let levels
        else { return nil }
        guard levels.threshold > levels.leak else {
            collector.report(
                Diagnostic(
                    "chip-analog-levels",
                    "neurons would rest at \(levels.leak) and spike at \(levels.threshold), which is not above it", at: node.place,
                    help: "raise 'threshold' of 'levels' above 'leak'"))
            return nil
        }
        return .analog(
            AnalogArithmetic(
                speedup: speedup, membraneTime: membrane, synapseTime: synapse, refractoryTime: refractory, leak: leak, reset: reset,
                threshold: threshold, gain: gain, converterBias: bias, levels: levels, variation: variation))
    }
}

extension LabelledCrossbar {
    /// What does not fit together, if anything: every division must have no rest, and labels must hold what they are to say.
    fileprivate var problem: String? {
        if columns % halves != 0 { return "\(columns) columns in \(halves) halves" }
        if columns % eventOutputs != 0 { return "\(columns) columns at \(eventOutputs) event outputs" }
        if rows % (buses * Self.rowsPerDriver) != 0 { return "\(rows) rows on \(buses) buses, two to a driver" }
        if driversPerBus > selectCount { return "\(driversPerBus) drivers on a bus and \(selectBits) bits to select them" }
        if addressBits < labelBits + 2 { return "\(addressBits) bits of address and \(labelBits) bits of label; two more are needed" }
        var outputBits = 0
        while 1 << outputBits < eventOutputs { outputBits += 1 }
        if addressBits + outputBits > labelBits + selectBits {
            return "\(addressBits) bits of address and \(eventOutputs) event outputs in \(labelBits) + \(selectBits) bits"
        }
        if filterBits < labelBits + selectBits + 1 {
            return "\(filterBits) bits to filter labels of \(labelBits) + \(selectBits) bits and one"
        }
        if eventOutputs % buses != 0 || externalInputs < buses {
            return "\(eventOutputs) event outputs, \(externalInputs) inputs, \(buses) buses"
        }
        if columnsPerOutput * Self.hemispheres > labelCount { return "\(columnsPerOutput) columns at an output and \(labelCount) labels" }
        return nil
    }

    var yaml: Node {
        let entries: Node = [
            "columns": Node(columns), "halves": Node(halves), "rows": Node(rows), "buses": Node(buses), "label_bits": Node(labelBits),
            "select_bits": Node(selectBits), "address_bits": Node(addressBits), "filter_bits": Node(filterBits),
            "event_outputs": Node(eventOutputs), "external_inputs": Node(externalInputs),
            "background_inputs": Node(backgroundInputs), "executions": Node(executions),
        ]
        let limit = hostEvents.map { [Node.Entry("host_events", Node($0))] } ?? []
        return ["crossbar": Node(.mapping((entries.mapping ?? []) + limit))]
    }
}

extension AnalogArithmetic {
    var yaml: Node {
        func interval(_ range: ClosedRange<Double>) -> Node { Node([Node(range.lowerBound), Node(range.upperBound)]) }
        return [
            "analog": [
                "speedup": Node(speedup), "membrane_time": interval(membraneTime), "synapse_time": interval(synapseTime),
                "refractory_time": interval(refractoryTime), "leak": interval(leak), "reset": interval(reset),
                "threshold": interval(threshold), "gain": interval(gain), "converter_bias": interval(converterBias),
                "levels": [
                    "leak": Node(levels.leak), "threshold": Node(levels.threshold), "gain": Node(levels.gain),
                    "converter_bias": Node(levels.converterBias),
                ], "variation": variation.yaml,
            ]
        ]
    }
}

extension ChipSchema {
    static let crossbar = mapping(
        "one chip with two hemispheres, on which spikes are labels; a core is one execution",
        [
            ("columns", integer("of synapses and circuits of a hemisphere", 1...4096)),
            ("halves", integer("parts of the columns that circuits cannot be joined across", 1...64)),
            ("rows", integer("of synapses of a hemisphere", 2...4096)), ("buses", integer("of a hemisphere", 1...64)),
            ("label_bits", integer("that a synapse compares", 1...8)), ("select_bits", integer("that a driver compares", 1...10)),
            ("address_bits", integer("that a neuron chooses", 1...16)), ("filter_bits", integer("that a node compares", 1...20)),
            ("event_outputs", integer("of the neurons into the crossbar", 1...64)),
            ("external_inputs", integer("of the host into the crossbar", 1...64)),
            ("background_inputs", integer("of generators into the crossbar", 0...64)),
            ("executions", integer("most executions of one program", 1...4096)),
            ("host_events", ["description": "events that the way from the host carries in a µs", "type": "number", "exclusiveMinimum": 0]),
        ])

    static let analog: JSONValue = {
        func interval(_ text: String) -> JSONValue {
            [
                "description": .string("\(text): lowest, highest"), "type": "array", "minItems": 2, "maxItems": 2,
                "items": ["type": "number"],
            ]
        }
        func number(_ text: String) -> JSONValue { ["description": .string(text), "type": "number"] }
        return mapping(
            "a physical membrane in continuous time",
            [
                ("speedup", number("of the hardware over the model's time")), ("membrane_time", interval("µs of the hardware")),
                ("synapse_time", interval("µs of the hardware")), ("refractory_time", interval("µs of the hardware")),
                ("leak", interval("LSB")), ("reset", interval("LSB")), ("threshold", interval("LSB")),
                ("gain", interval("bias of the synaptic inputs")), ("converter_bias", interval("bias of the weights' converters")),
                (
                    "levels",
                    mapping(
                        "what compiled neurons are given",
                        [
                            ("leak", number("LSB")), ("threshold", number("LSB")), ("gain", number("bias to start from")),
                            ("converter_bias", number("bias to start from")),
                        ])
                ), ("variation", variation),
            ])
    }()
}

extension Reading where Value == ClosedRange<Double> {
    /// Two numbers, the lower first.
    static var interval: Reading {
        Reading { node, name throws(DiagnosticsError) in
            let values = try Reading<[Double]>.list(of: .real, count: 2...2).parse(node, name)
            guard values[0] <= values[1] else {
                throw DiagnosticsError(
                    Diagnostic(
                        "chip-interval-order", "\(name) begins at \(values[0]) and ends at \(values[1])", at: node.place,
                        help: "write the lower number first"))
            }
            return values[0]...values[1]
        }
    }
}
