import Diagnostics
import Foundation
import FrontEnd
import Learning
import Networks
import Numerics
import Simulation
import Support
import Testing

/// Training of the rules beside `bptt`: what they promise about results, interruptions and numbers.
@Suite struct RateTrainingTests {
    /// image [4, 4] → hidden (16) → out (3), leaky rate units.
    static func network(_ rule: String, _ options: [OptionTree.Entry] = [], slope: Double = 0.1) -> Network {
        let unit = SmallNetwork.model(.rate, [.negativeSlope: .uniform(slope)])
        var network =
            SmallNetwork(
                "rates", unit, output: SmallNetwork.model(.rate, [.negativeSlope: .uniform(slope)]), decode: .meanMembrane,
                encoder: .direct(gain: 1), size: 16, weight: 0.2
            ).network
        network.readout?.skip = 2
        network.learning = LearningSpecification(rule: rule, options: OptionTree(.map(options)))
        return network
    }

    static let quick = [option("epochs", .number(6, unit: "")), option("batch", .number(10, unit: ""))]

    @Test(arguments: ["backprop", "gait-prop", "dfa"])
    func `a rate network learns, resumes to the same bits, and computes what its trainer computes`(rule: String) throws {
        let network = Self.network(rule, Self.quick + (rule == "dfa" ? [option("epochs", .number(20, unit: ""))] : []))
        let trainer = try TrainingTests.trainer(network)
        let untrained = try trainer.evaluate(TrainingTests.points)
        try withTemporaryDirectory { folder in
            for _ in 0..<3 { _ = try trainer.runEpoch { _ in true } }
            try trainer.state.write(to: folder + "/training.h5")
            let second = try TrainingTests.trainer(network)
            try second.restore(TrainerState(readingFrom: folder + "/training.h5"))
            while trainer.epochsDone < trainer.epochs { _ = try trainer.runEpoch { _ in true } }
            while second.epochsDone < second.epochs { _ = try second.runEpoch { _ in true } }
            #expect(second.state == trainer.state)
        }
        let trained = try trainer.evaluate(TrainingTests.points)
        #expect(trained.accuracy >= 0.95, "\(untrained.accuracy) before training, \(trained.accuracy) after")
        #expect(trained.loss < untrained.loss / 2)

        let learned = trainer.network
        let engine = try ReferenceEngine<Double>(learned)
        let (task, readout) = (try #require(learned.task), try #require(learned.readout))
        let out = learned.populations[readout.population].name
        var encoder = StimulusEncoder(learned, steps: task.steps)
        for sample in stride(from: 0, to: TrainingTests.points.count, by: 10) {
            engine.reset()
            let recording = try engine.run(
                encoder.stimulus(TrainingTests.points, sample), steps: task.steps, record: RecordingRequest(for: readout, named: out))
            #expect(Decoding(readout, named: out, size: 3, from: recording).label == trained.predictions[sample])
        }
    }

    @Test func `gait-prop's gamma drowns in 16 bits, and another is taken`() throws {
        let fixed = OptionTree.Entry("numbers", OptionTree(.text("fixed")))
        let trainer = try TrainingTests.trainer(Self.network("gait-prop", Self.quick + [fixed]))
        #expect(trainer.notes.map(\.id) == ["learning-gamma-drowns"])
        while trainer.epochsDone < trainer.epochs { _ = try trainer.runEpoch { _ in true } }
        #expect(try trainer.evaluate(TrainingTests.points).accuracy >= 0.95)
        #expect(try TrainingTests.trainer(Self.network("gait-prop", Self.quick)).notes.isEmpty)
    }

    @Test func `in the loop, clapp's layers see the weights of a chip`() throws {
        var request = TrainingRequest(network: Self.network("clapp", slope: 0), samples: TrainingTests.points)
        let own = try learningRule(of: request.network).makeTrainer(request)
        request.lowered = EvenSteps(levels: 1)
        let lowered = try learningRule(of: request.network).makeTrainer(request)
        for trainer in [own, lowered] { _ = try trainer.runEpoch { _ in true } }
        #expect(own.network != lowered.network)
        #expect(own.state.signature != lowered.state.signature)
    }

    @Test func `numbers in fixed point are rounded and saturate`() {
        var values = [0.1, -0.1, 9, -9, 0.126]
        RateFormat.fixed(bits: 6, fraction: 2).round(&values)
        #expect(values == [0, 0, 7.75, -8, 0.25])
        var chance = [0.1, 0.1]
        RateFormat.fixed(bits: 6, fraction: 2).round(&chance) { $0 == 0 ? 0.39 : 0.41 }
        #expect(chance == [0.25, 0])
    }

    @Test func `orthogonal rows are orthonormal`() {
        let rows = Orthogonality.rows(5, width: 8, random: Philox(seed: 1, purpose: "test"))
        let more = Orthogonality.rows(3, width: 8, besides: rows, random: Philox(seed: 2, purpose: "test"))
        let all = rows + more
        for i in 0..<8 {
            for j in 0..<8 {
                let product = (0..<8).reduce(0.0) { $0 + all[i * 8 + $1] * all[j * 8 + $1] }
                #expect(abs(product - (i == j ? 1 : 0)) < 1e-12)
            }
        }
    }

    @Test(arguments: ["stdp", "r-stdp"])
    func `plasticity moves weights within their bounds, and resumes to the same bits`(rule: String) throws {
        let lif = SmallNetwork.model(.leaky, [.tauM: .uniform(10)])
        var network = SmallNetwork("plastic", lif, output: lif, decode: .spikeCount, weight: 0.3).network
        for id in network.projections.ids { network.projections[id].weight = .drawn(.uniform(low: 0.1, high: 0.4)) }
        network.learning = LearningSpecification(
            rule: rule, options: OptionTree(.map([option("epochs", .number(2, unit: "")), option("weight_max", .number(0.5, unit: ""))])))
        let samples = TrainingTests.points.prefix(30)
        let trainer = try TrainingTests.trainer(network, samples: samples)
        _ = try trainer.runEpoch { _ in true }
        let half = trainer.state
        _ = try trainer.runEpoch { _ in true }
        let second = try TrainingTests.trainer(network, samples: samples)
        try second.restore(half)
        _ = try second.runEpoch { _ in true }
        #expect(second.state == trainer.state)
        let learned = trainer.network
        for id in learned.projections.ids {
            guard case .tensor(let tensor) = learned.projections[id].weight else { continue }
            let before = try #require(SynapseRows(id, of: network).denseWeights())
            #expect(tensor.values != before, "'\(network.projections[id].name)' did not move")
            #expect(tensor.values.allSatisfy { $0 >= 0 && $0 <= 0.5 })
        }
        #expect(try TrainingTests.trainer(learned, samples: samples).evaluate(samples) == trainer.evaluate(samples))
    }

    @Test(arguments: ["clapp", "clapp-s"], [true, false])
    func `layers learn to predict themselves, and the readout reads them`(rule: String, isConvolution: Bool) throws {
        let rate = SmallNetwork.model(.rate)
        var network =
            isConvolution
            ? SmallNetwork(
                "patches", rate, output: rate, decode: .meanMembrane, encoder: .direct(gain: 1), weight: 0.3,
                inputConnector: .convolution(Convolution(kernel: [2, 2], stride: [1, 1], padding: [0, 0], dilation: [1, 1])),
                hiddenShape: [6, 3, 3]
            ).network
            : SmallNetwork(
                "views", rate, output: rate, decode: .meanMembrane, encoder: .direct(gain: 1), size: 24, weight: 0.3
            ).network
        network.readout?.skip = 2
        network.learning = LearningSpecification(
            rule: rule,
            options: OptionTree(
                .map([
                    option("epochs", .number(4, unit: "")), option("batch", .number(10, unit: "")),
                    option("rate", .number(0.005, unit: "")),
                    option("shift", .number(1, unit: "")),
                    option(
                        "probe",
                        .map([
                            option("epochs", .number(20, unit: "")), option("rate", .number(0.05, unit: "")), option("layers", .flag(true)),
                        ])),
                ])))
        let trainer = try TrainingTests.trainer(network)
        var losses: [Double] = []
        for _ in 0..<4 { losses.append(try trainer.runEpoch { _ in true }.loss) }
        let middle = trainer.state
        while trainer.epochsDone < trainer.epochs { _ = try trainer.runEpoch { _ in true } }
        #expect(losses[3] < losses[0], "\(losses)")
        let evaluation = try trainer.evaluate(TrainingTests.points)
        #expect(evaluation.accuracy > 0.8, "\(evaluation.accuracy)")
        #expect(trainer.notes.map(\.id) == ["learning-probes"])
        let second = try TrainingTests.trainer(network)
        try second.restore(middle)
        while second.epochsDone < second.epochs { _ = try second.runEpoch { _ in true } }
        #expect(second.state == trainer.state)
    }
}
