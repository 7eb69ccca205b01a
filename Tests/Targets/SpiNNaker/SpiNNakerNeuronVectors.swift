import Chips
import Foundation
import Numerics
import Storage
import Support
import Targets
import Testing

/// A golden case of the C code of sPyNNaker's neuron models, compiled for ARM968 and run in an ARM emulator.
struct SpiNNakerNeuronVector: Sendable, CustomTestStringConvertible {
    var id: String
    var json: JSONValue

    var testDescription: String { id }

    static let all: [SpiNNakerNeuronVector] = {
        let folder = vectorsFolder("golden/spinnaker")
        let files = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        return files.filter { $0.hasSuffix(".json.gz") || $0.hasSuffix(".json") }.sorted().flatMap { file in
            let cases = (try? JSONValue(file: "\(folder)/\(file)"))?.array ?? []
            return cases.compactMap { json in json["id"]?.string.map { SpiNNakerNeuronVector(id: $0, json: json) } }
        }
    }()

    var model: FixedPointCell.Model? {
        switch json["model"]?.string {
        case "curr_exp": .currentExponential
        case "cond_exp": .conductanceExponential
        case "curr_delta": .currentDelta
        default: nil
        }
    }

    func parameter(_ name: String) -> Double { json["params"]?[name]?.double ?? .nan }

    var cell: FixedPointCell {
        func nearest(_ name: String) -> Int32 { Accum.nearest(parameter(name)) }
        var cell = FixedPointCell()
        cell.membrane = nearest("v_init")
        cell.rest = nearest("v_rest")
        cell.capacitance = nearest("cm")
        cell.membraneTime = nearest("tau_m")
        cell.offset = nearest("i_offset")
        cell.reset = nearest("v_reset")
        cell.refractoryTime = nearest("tau_refrac")
        cell.timestep = nearest("timestep")
        cell.reversal = (nearest("e_rev_E"), nearest("e_rev_I"))
        cell.threshold = nearest("v_thresh")
        cell.synapseTime = (nearest("tau_syn_E"), nearest("tau_syn_I"))
        return cell
    }
}

/// The fixed-point neurons are those of the real code, bit for bit.
@Suite struct SpiNNakerNeuronVectors {
    @Test func `there are cases of every model`() {
        for model in FixedPointCell.Model.allCases {
            #expect(SpiNNakerNeuronVector.all.contains { $0.model == model }, "no case of \(model)")
        }
    }

    @Test(arguments: SpiNNakerNeuronVector.all)
    func `derived constants are those of the machine`(vector: SpiNNakerNeuronVector) throws {
        let model = try #require(vector.model)
        let constants = FixedPointConstants(vector.cell, model, substeps: Int(vector.parameter("substeps")))
        var found = [
            "R": Int(constants.resistance), "exp_TC": Int(constants.membraneDecay), "T_refract": Int(constants.refractory),
        ]
        if model != .currentDelta {
            found["decay_E"] = Int(constants.decay.0)
            found["decay_I"] = Int(constants.decay.1)
            found["init_E"] = Int(constants.jump.0)
            found["init_I"] = Int(constants.jump.1)
        }
        let expected = try #require(vector.json["derived"])
        for (name, value) in found { #expect(expected[name]?.int == value, "\(name) is \(value)") }
    }

    @Test(arguments: SpiNNakerNeuronVector.all)
    func `every tick is that of the machine`(vector: SpiNNakerNeuronVector) throws {
        let model = try #require(vector.model)
        let excitatory = try #require(vector.json["shift_E"]?.int)
        let inhibitory = try #require(vector.json["shift_I"]?.int)
        // Three copies, so that one neuron's tick cannot leak into the next one's.
        let cells = [FixedPointCell](repeating: vector.cell, count: 3)
        var core = FixedPointCore(model, cells, substeps: Int(vector.parameter("substeps")), shifts: (excitatory, inhibitory))
        let inputs = vector.json["inputs"]?.array?.compactMap { $0.ints } ?? []
        let steps = vector.json["steps"]?.array?.compactMap { $0.ints } ?? []
        #expect(inputs.count == steps.count && !steps.isEmpty)
        var spikes = [Int32](repeating: 0, count: 3)
        for (tick, (input, expected)) in zip(inputs, steps).enumerated() {
            // Neuron 1 of 3, in rows of 4.
            var slot = [UInt16](repeating: 0, count: 8)
            slot[1] = UInt16(input[0])
            slot[5] = UInt16(input[1])
            core.take(&slot, stride: 4)
            #expect(slot.allSatisfy { $0 == 0 }, "tick \(tick) leaves something in the ring buffer")
            let (before, recorded) = (core.membrane(of: 1), core.input(of: 1))
            let spiked = core.update(spikes: &spikes)
            let isSpike = spikes[..<spiked].contains(1)
            let found = [before, recorded.excitatory, recorded.inhibitory, isSpike ? 1 : 0, core.membrane(of: 1), core.held(of: 1)]
            if found.map({ Int($0) }) != expected {
                Issue.record("tick \(tick): \(found) instead of \(expected)")
                return
            }
        }
    }
}
