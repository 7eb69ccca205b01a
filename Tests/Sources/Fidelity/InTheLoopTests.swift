import Fidelity
import Foundation
import Spikewright
import Support
import Testing

/// Models whose weights were trained in the loop, measured on the emulator that boots from the artifact alone.
@Suite struct InTheLoopTests {
    private static func model(_ name: String) throws -> Model { try Model(at: "\(Golden.repository)/Models/\(name).yaml") }

    /// Specimens that `yin-yang` ships weights for.
    private static let specimens = (1...5).map { Target("brainscales2@\($0)") }

    @Test func `yin-yang keeps its accuracy on five specimens, and loses much without training in the loop`() throws {
        let model = try Self.model("yin-yang")
        var (trained, plain): ([Double], [Double]) = ([], [])
        for specimen in Self.specimens {
            let report = try verify(model, on: specimen)
            #expect(report.reference >= 0.96, "\(report.reference)")
            let without = try #require(report.withoutTrainingInTheLoop, "no weights for \(specimen.name)")
            trained.append(report.lowered)
            plain.append(without)
            #expect(report.attribution.map(\.step) == ["weights", "mismatch and noise", "training in the loop"])
            #expect(abs(report.attribution.reduce(0) { $0 + $1.drop } - report.drop) < 1e-12)
        }
        // Fast & Deep: 95.0 ± 0.9 % on the chip, of 95.9 ± 0.7 % in simulation (Göltz et al. 2021).
        let (mean, without) = (trained.reduce(0, +) / 5, plain.reduce(0, +) / 5)
        #expect(mean >= 0.955, "\(trained)")
        #expect(without < mean - 0.05, "\(plain)")
    }

    @Test func `weights of six bits alone cost at most half a point`() throws {
        let report = try verify(Self.model("yin-yang"), on: "brainscales2-ideal")
        #expect(report.withoutTrainingInTheLoop == nil, "an ideal chip has no weights of its own")
        #expect(report.drop <= 0.005, "\(report.text)")
    }

    @Test func `a specimen is found under each of its names, and others are not`() throws {
        let model = try Self.model("yin-yang")
        let own = try #require(try model.weights(for: "brainscales2"))
        #expect(try model.weights(for: "brainscales2@1") == own)
        #expect(try model.weights(for: "brainscales2@2") != own)
        #expect(try model.weights(for: "brainscales2@99") == nil)
        #expect(try model.weights(for: "brainscales2-ideal") == nil)
        #expect(try model.weights(for: .loihi2) == nil)
        #expect(try model.fitted(to: "brainscales2").network != model.network)
        #expect(try model.fitted(to: "brainscales2@99").network == model.network)
    }

    @Test(arguments: ["yin-yang", "mnist-16x16", "fashion-16x16"]) func `every file of weights fits its model`(name: String) throws {
        let model = try Self.model(name)
        #expect(model.targetWeights.contains { $0.target == "brainscales2" })
        for weights in model.targetWeights {
            let fitted = try model.fitted(to: Target(weights.target))
            #expect(fitted.network != model.network, "\(weights.name)")
        }
    }

    @Test func `weights of a target that are missing are named where the model names them`() throws {
        try withTemporaryDirectory { folder in
            let text = """
                spikewright: 1
                network: small
                setup: {time: continuous}
                populations: {a: {size: 2, cell: input}, b: {size: 2, cell: if_curr_exp}}
                projections: [{pre: a, post: b, connector: all_to_all, weight: 1}]
                trained: {brainscales2: nowhere.h5}
                """
            try Data(text.utf8).write(to: URL(filePath: folder + "/small.yaml"))
            let model = try Model(at: folder + "/small.yaml")
            let error = try #require(throws: DiagnosticsError.self) { try model.fitted(to: "brainscales2") }
            #expect(error.diagnostics.first?.place?.start.line == 6)
            #expect(try Model(at: folder + "/small.yaml", usesTrained: false).targetWeights.isEmpty)
        }
    }

    /// What training sees is not a model of the chip but its emulator: the booted artifact agrees with the last epoch.
    @Test func `two epochs in the loop win back most of what a specimen loses, on the booted emulator`() throws {
        var model = try Self.model("yin-yang")
        model.network.task?.data = .generated(.yinYang(train: 1500, test: 400, seed: 42))
        let target: Target = "brainscales2@11"
        var options = VerificationOptions()
        options.attributesLoss = false
        let before = try verify(model, on: target, options: options)
        var training = TrainingOptions()
        (training.epochs, training.target, training.threads) = (2, target, 2)
        let result = try train(model, options: training)
        let booted = try #require(result.verification)
        #expect(booted.lowered >= before.lowered + 0.04, "\(booted.lowered) after \(before.lowered)")
        // Noise of 1.5 % from run to run is drawn anew.
        #expect(abs(booted.lowered - result.evaluation.accuracy) <= 0.02, "\(booted.lowered), \(result.evaluation.accuracy)")
        // What is written are whole steps of the chip.
        let graph = try lower(result.model, to: target)
        for id in graph.network.projections.ids {
            let error = graph.quantized.synapses(of: id).error
            #expect(error.rootMeanSquare < 1e-6 && error.clipped == 0, "\(error)")
        }
    }

    static let isFull = ProcessInfo.processInfo.environment["SPIKEWRIGHT_FULL"] == "1"

    /// As the models' headers say that their weights were found, with the test accuracy that they state.
    static let trainings: [(model: String, target: String, stated: Double)] =
        specimens.map { ("yin-yang", $0.name, 0.955) }
        + [("mnist-16x16", "brainscales2", 0.97), ("fashion-16x16", "brainscales2", 0.85)]

    @Test(.enabled(if: isFull, "minutes of training: Scripts/test --full"), arguments: trainings.indices)
    func `training in the loop reaches what the model states`(_ index: Int) throws {
        let (name, target, stated) = Self.trainings[index]
        var options = TrainingOptions()
        (options.target, options.threads) = (Target(target), 2)
        let result = try train(Self.model(name), options: options)
        let booted = try #require(result.verification)
        #expect(booted.lowered >= stated, "\(name) on \(target): \(booted.lowered)")
    }
}
