import Diagnostics
import Foundation
import FrontEnd
import Learning
import Networks
import Numerics
import Support
import Testing

/// Training from outside: what it promises about threads, interruptions and results.
@Suite struct TrainingTests {
    /// Points in the plane, three classes by angle; a few epochs are enough.
    static let points: DataSamples = {
        let random = Philox(seed: 11, purpose: "test/points")
        var values: [Float] = []
        var labels: [Int32] = []
        for sample in 0..<150 {
            let label = sample % 3
            let numbers = (0..<16).map { n in
                Float(min(1, max(0, (n % 3 == label ? 0.8 : 0.25) + 0.15 * random.split(sample).normal(n))))
            }
            values += numbers
            labels.append(Int32(label))
        }
        return DataSamples(table: .floats(values), sampleSize: 16, scale: 1, rows: Array(0..<150), labels: labels)
    }()

    static func network(_ options: [OptionTree.Entry] = [], recurrent: Connector? = nil, input: Connector = .allToAll(allowSelf: true))
        -> Network
    {
        SmallNetwork(
            "points", SmallNetwork.model(.leaky, [.tauM: .uniform(10)]), size: 40, weight: 0.3, recurrent: recurrent, inputConnector: input,
            options: [
                option("epochs", .number(4, unit: "")), option("batch", .number(25, unit: "")), option("biases", .flag(true)),
                choice("optimizer", "adam", ["rate": 0.01]),
            ] + options
        ).network
    }

    static func trainer(_ network: Network, threads: Int = 1, samples: DataSamples = points) throws -> any Trainer {
        try learningRule(of: network).makeTrainer(TrainingRequest(network: network, samples: samples, threads: threads))
    }

    @Test(arguments: [nil, Connector.allToAll(allowSelf: false), .fixedProbability(0.2, allowSelf: true)])
    func `the number of threads changes no bit`(recurrent: Connector?) throws {
        // Batches of three chunks: 75 samples of 32, 32 and 11.
        let network = Self.network([option("batch", .number(75, unit: "")), option("shift", .number(1, unit: ""))], recurrent: recurrent)
        let states = try [1, 2, 3].map { threads in
            let trainer = try Self.trainer(network, threads: threads)
            _ = try trainer.runEpoch { _ in true }
            return trainer.state
        }
        #expect(states[0] == states[1])
        #expect(states[0] == states[2])
    }

    @Test(arguments: ["adam", "sgd"]) func `a checkpoint resumes to the same bits`(optimizer: String) throws {
        let network = Self.network([choice("optimizer", optimizer, ["rate": 0.01]), option("schedule", .text("cosine"))])
        let straight = try Self.trainer(network)
        for _ in 0..<4 { _ = try straight.runEpoch { _ in true } }
        try withTemporaryDirectory { folder in
            let path = folder + "/training.h5"
            let first = try Self.trainer(network)
            for _ in 0..<2 { _ = try first.runEpoch { _ in true } }
            try first.state.write(to: path)
            let second = try Self.trainer(network)
            try second.restore(TrainerState(readingFrom: path))
            #expect(second.epochsDone == 2)
            while second.epochsDone < second.epochs { _ = try second.runEpoch { _ in true } }
            #expect(second.state["parameters"] == straight.state["parameters"])
            #expect(second.network == straight.network)
        }
    }

    @Test func `a checkpoint of another training is refused`() throws {
        let state = try Self.trainer(Self.network()).state
        let other = try Self.trainer(Self.network([option("batch", .number(10, unit: ""))]))
        let error = #expect(throws: DiagnosticsError.self) { try other.restore(state) }
        #expect(error?.diagnostics.map(\.id) == ["learning-foreign-checkpoint"])
    }

    @Test func `an epoch can be stopped, and done again from its checkpoint`() throws {
        let network = Self.network()
        let trainer = try Self.trainer(network)
        let start = trainer.state
        var batches = 0
        let error = #expect(throws: DiagnosticsError.self) {
            try trainer.runEpoch { _ in
                batches += 1
                return batches < 3
            }
        }
        #expect(error?.diagnostics.map(\.id) == ["learning-interrupted"])
        #expect(batches == 3)
        try trainer.restore(start)
        let other = try Self.trainer(network)
        #expect(try trainer.runEpoch { _ in true } == other.runEpoch { _ in true })
        #expect(trainer.state == other.state)
    }

    @Test(arguments: [
        Connector.allToAll(allowSelf: true), .fixedProbability(0.6, allowSelf: true),
        .fixedNumberPre(9, withReplacement: false, allowSelf: true),
    ])
    func `training learns, and its network computes what the trainer computes`(input: Connector) throws {
        let network = Self.network(recurrent: .fixedProbability(0.1, allowSelf: false), input: input)
        let trainer = try Self.trainer(network)
        let before = try trainer.evaluate(Self.points)
        var summary: EpochSummary?
        while trainer.epochsDone < trainer.epochs { summary = try trainer.runEpoch { _ in true } }
        let after = try trainer.evaluate(Self.points)
        #expect(after.accuracy >= 0.95, "\(before.accuracy) before training, \(after.accuracy) after")
        #expect(after.loss < before.loss / 2)
        #expect(summary?.rates.map(\.population) == ["hidden"])

        let learned = trainer.network
        #expect(learned != network)
        let again = try Self.trainer(learned).evaluate(Self.points)
        #expect(again == after)
    }

    @Test func `weights in steps reach exactly both ends of their range`() throws {
        let trainer = try Self.trainer(Self.network([option("weight_levels", .number(15, unit: ""))]))
        while trainer.epochsDone < trainer.epochs { _ = try trainer.runEpoch { _ in true } }
        #expect(try trainer.evaluate(Self.points).accuracy >= 0.95)
        for projection in trainer.network.projections {
            guard case .tensor(let tensor) = projection.weight else {
                Issue.record("'\(projection.name)' has no trained weights")
                continue
            }
            let largest = tensor.values.reduce(0) { max($0, abs($1)) }
            let levels = tensor.values.map { $0 / largest * 15 }
            #expect(levels.allSatisfy { abs($0 - $0.rounded()) < 1e-4 })
            #expect(Set(levels.map { $0.rounded() }).count > 5)
            // A threshold of 1 is a whole number of steps.
            #expect(abs(15 / largest - (15 / largest).rounded()) < 1e-4)
        }
    }

    @Test func `explicit receptors keep the sign of their weights`() throws {
        var network = Self.network()
        network.projections[ID(0)].receptor = .excitatory
        network.projections[ID(0)].weight = .drawn(.uniform(low: 0, high: 0.2))
        let trainer = try Self.trainer(network)
        while trainer.epochsDone < trainer.epochs { _ = try trainer.runEpoch { _ in true } }
        guard case .tensor(let tensor) = trainer.network.projections[ID(0)].weight else { return #expect(Bool(false)) }
        #expect(tensor.values.allSatisfy { $0 >= 0 })
        #expect(tensor.values.contains(0), "no weight met the bound: the test shows nothing")
    }

    @Test func `a projection that is not trainable keeps its weights`() throws {
        var network = Self.network()
        network.projections[ID(0)].isTrainable = false
        let trainer = try Self.trainer(network)
        _ = try trainer.runEpoch { _ in true }
        #expect(trainer.network.projections[ID(0)] == network.projections[ID(0)])
        #expect(trainer.network.projections[ID(1)] != network.projections[ID(1)])
    }

    @Test func `training in the loop runs forward with the lowered numbers`() throws {
        struct Halved: LoweredForward {
            func weights(of projection: ID<Projection>, from weights: [Float]) -> [Float] { weights.map { $0 / 2 } }
        }
        let network = Self.network()
        let lowered = try learningRule(of: network).makeTrainer(
            TrainingRequest(network: network, samples: Self.points, lowered: Halved()))
        var halved = network
        for id in network.projections.ids {
            let weights = try #require(SynapseRows(id, of: network).denseWeights())
            halved.projections[id].weight = .tensor(
                Tensor(shape: [network.populations[network.projections[id].pre].size, weights.count], values: weights.map { $0 / 2 }))
        }
        #expect(try lowered.evaluate(Self.points) == Self.trainer(halved).evaluate(Self.points))
    }

    @Test func `a diverging training says so`() throws {
        let network = Self.network([
            choice("optimizer", "sgd", ["rate": 1000, "momentum": 0.99]), choice("loss", "mean_square"),
            option("epochs", .number(50, unit: "")),
        ])
        let trainer = try Self.trainer(network)
        let error = #expect(throws: DiagnosticsError.self) {
            while trainer.epochsDone < trainer.epochs { _ = try trainer.runEpoch { _ in true } }
        }
        #expect(error?.diagnostics.map(\.id) == ["learning-diverged"])
    }
}
