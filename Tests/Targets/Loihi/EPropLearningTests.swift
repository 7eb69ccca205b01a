import Diagnostics
import Foundation
import Learning
import Networks
import Numerics
import Spikewright
import Testing

/// e-prop in the integers of Loihi 2.
@Suite struct EPropLearningTests {
    /// One cue, a short silence, an answer.
    static func text(_ learning: String, reset: String = "subtract_next") -> String {
        """
        spikewright: 1
        network: short_choice
        setup: {timestep: 1 ms, seed: 3}
        task:
          data: {evidence_accumulation: {train: 800, test: 200, cues: 1, delay: 100 ms, recall: 100 ms, probability: 1}}
          encode: {schedule: {segments: [100 ms, 50 ms, 100 ms, 100 ms], max: 40 Hz}}
        populations:
          cues: {size: 40, cell: input}
          lif:
            size: 20
            units: normalized
            cell: {lif: {tau_m: 20 ms, v_thresh: 0.6, tau_refrac: 4 ms, reset: \(reset), refractory: blocked}}
          alif:
            size: 20
            units: normalized
            cell: {alif: {tau_m: 20 ms, v_thresh: 0.6, tau_refrac: 4 ms, tau_adapt: 400 ms, beta: 0.087, reset: \(reset), refractory: blocked}}
          side: {size: 2, units: normalized, cell: {li: {tau_m: 20 ms, input_scaling: one_minus_decay}}}
        projections:
          - {pre: cues, post: lif, connector: all_to_all, weight: {normal: {sigma: 0.158}}}
          - {pre: cues, post: alif, connector: all_to_all, weight: {normal: {sigma: 0.158}}}
          - {pre: lif, post: lif, connector: {all_to_all: {allow_self: false}}, weight: {normal: {sigma: 0.16}}}
          - {pre: lif, post: alif, connector: all_to_all, weight: {normal: {sigma: 0.16}}}
          - {pre: alif, post: lif, connector: all_to_all, weight: {normal: {sigma: 0.16}}}
          - {pre: alif, post: alif, connector: {all_to_all: {allow_self: false}}, weight: {normal: {sigma: 0.16}}}
          - {pre: lif, post: side, connector: all_to_all, weight: {normal: {sigma: 0.3}}}
          - {pre: alif, post: side, connector: all_to_all, weight: {normal: {sigma: 0.3}}}
        readout: {population: side, decode: mean_membrane, skip: 250 ms}
        learning:
          rule: eprop
          damp: 2
          precision: {weights: 8, traces: 8}
          rate_regularization: {strength: 1, target: 10 Hz}
        \(learning)
        """
    }

    static let immediate = """
          form: immediate
          optimizer: {sgd: {rate: 0.05}}
          batch: 1
          epochs: 1
          compare: 20
        """

    static func model(_ text: String) throws -> Model {
        let folder = FileManager.default.temporaryDirectory.appending(path: "eprop-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let path = folder.appending(path: "model.yaml").path
        try text.write(toFile: path, atomically: true, encoding: .utf8)
        return try Model(at: path)
    }

    static func options(_ target: Target = .loihi2) -> TrainingOptions {
        var options = TrainingOptions()
        options.target = target
        options.onChip = true
        return options
    }

    @Test func `a choice is learnt in the chip's integers, along floating e-prop's gradient`() throws {
        let result = try train(Self.model(Self.text(Self.immediate)), options: Self.options())
        #expect(result.notes.map(\.id) == ["on-chip-rule", "on-chip-cosine"])
        let (start, end) = (result.curve.error.prefix(100), result.curve.error.suffix(200))
        #expect(start.reduce(0, +) / 100 > 0.15)
        #expect(end.reduce(0, +) / 200 < 0.08)
        #expect(result.evaluation.accuracy > 0.92)
        let cosines = result.curve.cosine.map { Double($0.cosine) }
        #expect(cosines.count == 40)
        #expect(cosines.reduce(0, +) / Double(cosines.count) > 0.9)
        // Weights are whole numbers of a unit, 8 bits wide.
        for id in result.model.network.projections.ids {
            guard case .tensor(let tensor) = result.model.network.projections[id].weight else { continue }
            let unit = try #require(tensor.values.map { abs($0) }.filter { $0 > 0 }.min())
            #expect(tensor.values.allSatisfy { abs($0 / unit - ($0 / unit).rounded()) < 1e-3 })
            #expect(tensor.values.allSatisfy { abs($0) <= 127.001 * unit })
        }
    }

    @Test func `it runs from the artifact as it was learnt`() throws {
        let result = try train(Self.model(Self.text(Self.immediate)), options: Self.options())
        let report = try verify(result.model, on: .loihi2)
        #expect(report.lowered == result.evaluation.accuracy)
        #expect(report.attribution.first { $0.step == "weights" }?.drop == 0)
    }

    @Test(arguments: [
        ("  form: immediate\n", ["rule-fit-synapse-state"]),
        ("  form: online\n  optimizer: {sgd: {rate: 0.05}}\n  batch: 1\n", ["rule-fit-synapse-state", "rule-fit-neuron-state"]),
        (
            "  form: immediate\n  optimizer: {sgd: {rate: 0.05}}\n  clip: 0.1\n",
            ["learning-eprop-immediate", "learning-eprop-immediate"]
        ),
    ])
    func `what has no room is refused with its cure`(learning: String, ids: [String]) throws {
        let error = #expect(throws: DiagnosticsError.self) {
            try train(Self.model(Self.text(learning)), options: Self.options())
        }
        #expect(error?.diagnostics.map(\.id) == ids)
        #expect(error?.diagnostics.allSatisfy { $0.help?.isEmpty == false } == true)
    }

    @Test func `a reset that hides the membrane is refused`() throws {
        let error = #expect(throws: DiagnosticsError.self) {
            try train(Self.model(Self.text(Self.immediate, reset: "subtract")), options: Self.options())
        }
        #expect(error?.isRefusal == true)
        #expect(error?.diagnostics.map(\.id) == ["on-chip-eprop-neurons", "on-chip-eprop-neurons"])
    }

    @Test func `compartments without microcode compute no pseudo-derivative`() throws {
        let error = #expect(throws: DiagnosticsError.self) {
            try train(Self.model(Self.text(Self.immediate)), options: Self.options(.loihi1))
        }
        #expect(error?.isRefusal == true)
    }

    @Test func `without a chip weights move after every trial`() throws {
        var options = TrainingOptions()
        options.epochs = 1
        let result = try train(Self.model(Self.text(Self.immediate)), options: options)
        #expect(result.evaluation.accuracy > 0.9)
    }

    @Test func `what Loihi 2 learnt in evidence accumulation answers from its artifact`() throws {
        var options = VerificationOptions()
        options.samples = 64
        options.attributesLoss = false
        let report = try verify(Model(at: "evidence-accumulation-loihi2"), on: .loihi2, options: options)
        #expect(report.lowered >= 0.85)
    }

    @Test func `learning goes on from learnt weights in their own unit`() throws {
        var options = Self.options()
        let learnt = try train(Self.model(Self.text(Self.immediate)), options: options)
        options.epochs = 1
        let further = try train(learnt.model, options: options)
        #expect(further.evaluation.accuracy > 0.92)
        func unit(_ model: Model) throws -> Float {
            guard case .tensor(let tensor) = model.network.projections[ID(0)].weight else { return 0 }
            return try #require(tensor.values.map { abs($0) }.filter { $0 > 0 }.min())
        }
        // The same, or finer where the mantissa has room.
        let ratio = try unit(learnt.model) / unit(further.model)
        #expect(ratio > 0.99 && abs(ratio - ratio.rounded()) < 1e-3)
    }
}
