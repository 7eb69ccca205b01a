import Chips
import Lowering
import Numerics
import Storage

extension ExecutionFile {
    /// The file's content.
    /// - Parameters:
    ///   - populations: names in the network's order.
    ///   - sizes: of the populations.
    ///   - scales: what the integers mean, as the writer measured it.
    func json(network: String, populations: [String], sizes: [Int], scales: JSONValue, speedup: Double) -> JSONValue {
        let crossbar = configuration.crossbar
        return .object(
            JSONObject([
                ("format", "bss2/1"), ("target", ["chip": "HICANN-X", "revision": "v3", "speedup": .number(speedup)]),
                ("compiler", "Spikewright"), ("network", .string(network)), ("execution", .integer(number)),
                ("populations", .array(populations.map { .string($0) })), ("neurons", .array(neurons(populations))),
                (
                    "synapse_rows",
                    .array(configuration.rowModes.enumerated().map { ["row": .integer($0), "mode": .string($1.rawValue)] })
                ), ("synapse_drivers", .array(drivers)),
                (
                    "synapse_blocks",
                    .array(
                        (0..<LabelledCrossbar.hemispheres).map { hemisphere in
                            let block = hemisphere * crossbar.rows * crossbar.columns..<(hemisphere + 1) * crossbar.rows * crossbar.columns
                            return [
                                "weights": .string(base64(Array(configuration.weights[block]))),
                                "labels": .string(base64(Array(configuration.labels[block]))),
                            ]
                        })
                ),
                (
                    "crossbar_nodes",
                    .array(
                        configuration.nodes.map {
                            [
                                "input": .integer($0.input), "output": .integer($0.output), "mask": .integer($0.mask),
                                "target": .integer($0.target),
                            ]
                        })
                ),
                (
                    "padi",
                    .array(
                        (0..<LabelledCrossbar.hemispheres).map { _ in
                            ["enable_spl1": .array([JSONValue](repeating: true, count: crossbar.buses))]
                        })
                ), ("background", .array(background.map(\.json))), ("external_labels", externalLabels(populations, sizes)),
                ("decode", decode), ("scales", scales), ("batch", ["slot_us": .number(slot), "wait_us": .number(wait)]),
                ("plasticity", []), ("inter_chip", ["output_table": [], "input_table": []]),
                ("depends_on", .array(dependencies.map { .integer($0) })),
            ]))
    }

    private func neurons(_ populations: [String]) -> [JSONValue] {
        let crossbar = configuration.crossbar
        return configuration.neurons.indices.map { place in
            let (neuron, target, record) = (configuration.neurons[place], targets[place], records[place])
            let anchor = neuron.circuits.first ?? 0
            let shape = neuron.circuits.map { circuit -> JSONValue in
                [
                    .integer(crossbar.column(ofCircuit: circuit) - crossbar.column(ofCircuit: anchor)),
                    .integer(crossbar.hemisphere(ofCircuit: circuit)),
                ]
            }
            return .object(
                JSONObject([
                    ("population", .string(populations[neuron.population])), ("index", .integer(neuron.index)),
                    ("anchor", .integer(anchor)), ("circuits", .array(neuron.circuits.map { .integer($0) })), ("shape", .array(shape)),
                    ("spike_master", neuron.spikeMaster.map { .integer($0) } ?? .null),
                    ("event_address", neuron.address.map { .integer($0) } ?? .null),
                    ("record", ["spikes": .bool(record.spikes), "cadc": .bool(record.cadc), "madc": .bool(record.madc)]),
                    ("calibration_target", target.json),
                ]))
        }
    }

    private var drivers: [JSONValue] {
        configuration.driverMasks.enumerated().map { driver, mask in
            let plasticity = plasticity[driver]
            return [
                "driver": .integer(driver), "enable_receiver": .bool(mask != nil), "row_address_compare_mask": .integer(mask ?? 0),
                "enable_address_out": .bool(mask != nil),
                "stp": [
                    "enable_stp": .bool(plasticity.enabled), "utilization": .integer(plasticity.utilization),
                    "recovery": .integer(plasticity.recovery), "offset": .integer(plasticity.offset),
                    "target_voltage": .integer(plasticity.targetVoltageSet),
                ],
            ]
        }
    }

    private func externalLabels(_ populations: [String], _ sizes: [Int]) -> JSONValue {
        var labels: [Int: [JSONValue]] = [:]
        for external in configuration.externals {
            labels[external.population, default: [JSONValue](repeating: [], count: sizes[external.population])][external.index] = .array(
                external.labels.map { .integer($0) })
        }
        return .array(
            labels.keys.sorted().map { population in
                ["population": .string(populations[population]), "labels": .array(labels[population] ?? [])]
            })
    }

    private var decode: JSONValue {
        let crossbar = configuration.crossbar
        let rows = configuration.neurons.compactMap { neuron -> [Int]? in
            guard let master = neuron.spikeMaster, let address = neuron.address else { return nil }
            return [crossbar.eventOutput(ofColumn: crossbar.column(ofCircuit: master)), address, neuron.population, neuron.index]
        }
        return .array(rows.sorted { $0.lexicographicallyPrecedes($1) }.map { .array($0.map { .integer($0) }) })
    }
}

extension ExecutionFile.Target {
    fileprivate var json: JSONValue {
        func numbers(_ values: [Double]) -> JSONValue { .array(values.map { .number($0) }) }
        return .object(
            JSONObject([
                ("leak", .number(leak)), ("reset", .number(reset)), ("threshold", threshold.map { .number($0) } ?? .null),
                ("tau_mem_us", .number(membraneTime)), ("tau_syn_us", numbers(synapseTime)), ("refractory_us", .number(refractoryTime)),
                ("synapse_gain", numbers(synapseGain)), ("constant_slope", .number(constantSlope)),
                ("initial_membrane", .number(initialMembrane)), ("i_synin_gm", .array(gainBias.map { .integer(Int($0.rounded())) })),
                ("synapse_dac_bias", .integer(Int(converterBias.rounded()))), ("membrane_capacitance", .integer(capacitance)),
            ]))
    }
}

extension ExecutionFile.Background {
    fileprivate var json: JSONValue {
        [
            "enable": .bool(enabled), "enable_random": .bool(false), "period": .integer(period), "rate": .integer(rate),
            "seed": .integer(seed), "mask": .integer(mask), "neuron_label": .integer(label),
        ]
    }
}
