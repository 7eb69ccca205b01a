import Chips
import Fidelity
import Foundation
import Lowering
import Networks
import Numerics
import Storage

/// What quantization did: the model's numbers beside the chip's, and the error of every projection.
struct QuantizationTables {
    let quantized: QuantizedNetwork

    init(_ quantized: QuantizedNetwork) { self.quantized = quantized }

    var text: String {
        "quantized for '\(quantized.chip.name)'\n\n" + weights.text + "\n\n" + registers.text + "\n"
            + (quantized.chip.formats.weight.scope == .receptor ? "\n" + WeightLoss.table(WeightLoss.all(in: quantized)) + "\n" : "")
    }

    private var weights: TextTable {
        var table = TextTable(header: [
            "projection", "range", "bits", "mode", "exponent", "unit", "clipped", "zeroed", "rms error", "largest error", "delays cut",
        ])
        for id in quantized.network.projections.ids {
            let (synapses, error) = (quantized.synapses(of: id), quantized.synapses(of: id).error)
            table.add([
                quantized.network.projections[id].name, "\(brief(error.lowest))…\(brief(error.highest))", "\(synapses.bits)",
                synapses.mode.rawValue, "\(synapses.exponent)", brief(synapses.unit), "\(error.clipped)", "\(error.zeroed)",
                brief(error.rootMeanSquare), brief(error.largest), "\(error.delaysClipped)",
            ])
        }
        return table
    }

    /// The first neuron of each population; the range where neurons differ.
    private var registers: TextTable {
        var table = TextTable(header: ["population", "parameter", "model", "register", "stands for"])
        for id in quantized.network.populations.ids {
            if let targets = quantized.neurons(of: id)?.analog {
                addTargets(targets, of: quantized.network.populations[id].name, to: &table)
            }
            guard let exact = quantized.network.dynamics(of: id), let effective = quantized.effectiveDynamics(of: id),
                let neurons = quantized.neurons(of: id)
            else { continue }
            let name = quantized.network.populations[id].name
            if let words = neurons.fixedPoint { addFixedPoint(words, name, exact, effective, to: &table) }
            guard let registers = neurons.compartments else { continue }
            table.add([name, "scale", "1", "", brief(registers.scale)])
            func add(_ parameter: String, _ exact: [Double], _ registers: [Int], _ effective: [Double]) {
                table.add([name, parameter, span(exact.map(brief)), span(registers.map(String.init)), span(effective.map(brief))])
            }
            add("membrane kept per step", exact.membraneDecay, registers.membraneDecay, effective.membraneDecay)
            add("current kept per step", exact.currentDecay[0], registers.currentDecay, effective.currentDecay[0])
            if registers.spikes { add("threshold", exact.threshold, registers.thresholdMantissa, effective.threshold) }
            let biases = zip(registers.biasMantissa, registers.biasExponent).map { $0 << $1 }
            add("bias per step", exact.drive, biases, effective.drive)
            add("steps held", exact.refractorySteps.map(Double.init), registers.refractorySteps, effective.refractorySteps.map(Double.init))
        }
        return table
    }

    /// Where words say several things at once, only what they stand for is told.
    private func addFixedPoint(
        _ words: FixedPointNeurons, _ name: String, _ exact: Dynamics, _ effective: Dynamics, to table: inout TextTable
    ) {
        table.add([name, "cell", "", words.cell.rawValue, ""])
        table.add([name, "scale", "1", "", brief(words.potentialScale)])
        table.add([name, "ring buffer shifts", "", words.shifts.map(String.init).joined(separator: ", "), ""])
        func add(_ parameter: String, _ exact: [Double], _ effective: [Double]) {
            table.add([name, parameter, span(exact.map(brief)), "", span(effective.map(brief))])
        }
        add("membrane kept per step", exact.membraneDecay, effective.membraneDecay)
        add("current kept per step", exact.currentDecay[0], effective.currentDecay[0])
        add("gain of a current", exact.currentGain[0], effective.currentGain[0])
        if words.spikes { add("threshold", exact.threshold, effective.threshold) }
        add("bias per step", exact.drive, effective.drive)
    }

    /// What a calibration is to reach, in units of the hardware.
    private func addTargets(_ targets: AnalogNeurons, of name: String, to table: inout TextTable) {
        let scale = targets.scale
        func model(_ values: [Double]) -> String { span(values.map { brief(($0 - targets.leak) / scale) }) }
        func row(_ parameter: String, _ model: String, _ values: [Double], _ unit: String) {
            table.add([name, parameter, model, span(values.map(brief)), unit])
        }
        row("membrane scale", "1", [scale], "LSB")
        row("tau_m", "", targets.membraneTime, "µs")
        row("tau_syn excitatory", "", targets.synapseTime[0], "µs")
        row("tau_syn inhibitory", "", targets.synapseTime[1], "µs")
        if targets.spikes {
            row("threshold", model(targets.threshold), targets.threshold, "LSB")
            row("reset", model(targets.reset), targets.reset, "LSB")
            row("refractory time", "", targets.refractoryTime, "µs")
        }
        row("slope of a weight of 1", "", targets.gain[0], "LSB/µs")
    }

    private func brief(_ value: Double) -> String { String(format: "%.6g", value) }

    private func span(_ texts: [String]) -> String {
        guard let first = texts.first, let last = texts.last else { return "" }
        return texts.allSatisfy { $0 == first } ? first : "\(first) … \(last)"
    }

    var json: JSONValue {
        let projections = quantized.network.projections.ids.map { id -> JSONValue in
            let (synapses, error) = (quantized.synapses(of: id), quantized.synapses(of: id).error)
            return .object(
                JSONObject([
                    ("name", .string(quantized.network.projections[id].name)), ("lowest", .number(error.lowest)),
                    ("highest", .number(error.highest)), ("bits", .integer(synapses.bits)), ("mode", .string(synapses.mode.rawValue)),
                    ("exponent", .integer(synapses.exponent)), ("unit", .number(synapses.unit)), ("synapses", .integer(error.synapses)),
                    ("clipped", .integer(error.clipped)), ("zeroed", .integer(error.zeroed)),
                    ("rms_error", .number(error.rootMeanSquare)), ("largest_error", .number(error.largest)),
                    ("delays_clipped", .integer(error.delaysClipped)),
                ]))
        }
        let populations = quantized.network.populations.ids.compactMap { id -> JSONValue? in
            guard let neurons = quantized.neurons(of: id), let exact = quantized.network.dynamics(of: id),
                let effective = quantized.effectiveDynamics(of: id)
            else { return nil }
            if let words = neurons.fixedPoint { return json(words, quantized.network.populations[id].name, exact, effective) }
            guard let registers = neurons.compartments else { return nil }
            return .object(
                JSONObject([
                    ("name", .string(quantized.network.populations[id].name)), ("scale", .number(registers.scale)),
                    ("threshold", .number(exact.threshold[0])), ("threshold_mantissa", .integer(registers.thresholdMantissa[0])),
                    ("threshold_effective", .number(effective.threshold[0])), ("membrane_kept", .number(exact.membraneDecay[0])),
                    ("membrane_decay", .integer(registers.membraneDecay[0])),
                    ("membrane_kept_effective", .number(effective.membraneDecay[0])), ("current_kept", .number(exact.currentDecay[0][0])),
                    ("current_decay", .integer(registers.currentDecay[0])),
                    ("current_kept_effective", .number(effective.currentDecay[0][0])),
                ]))
        }
        return .object(
            JSONObject([
                ("projections", .array(projections)), ("populations", .array(populations)),
                ("weights", .array(WeightLoss.all(in: quantized).map(\.json))),
            ]))
    }

    private func json(_ words: FixedPointNeurons, _ name: String, _ exact: Dynamics, _ effective: Dynamics) -> JSONValue {
        .object(
            JSONObject([
                ("name", .string(name)), ("cell", .string(words.cell.rawValue)), ("scale", .number(words.potentialScale)),
                ("ring_buffer_shifts", .array(words.shifts.map { .integer($0) })), ("threshold", .number(exact.threshold[0])),
                ("threshold_effective", .number(effective.threshold[0])), ("membrane_kept", .number(exact.membraneDecay[0])),
                ("membrane_kept_effective", .number(effective.membraneDecay[0])), ("current_kept", .number(exact.currentDecay[0][0])),
                ("current_kept_effective", .number(effective.currentDecay[0][0])),
            ]))
    }
}
