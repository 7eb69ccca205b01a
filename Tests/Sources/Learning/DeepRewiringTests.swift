import Diagnostics
import FrontEnd
import Learning
import Networks
import Numerics
import Simulation
import Support
import Testing

/// Deep rewiring from outside: the number of connections, signs, checkpoints, and what the trained network computes.
@Suite struct DeepRewiringTests {
    /// Three clusters in 16 numbers, as `TrainingTests.points`; image → rate units → rate readout.
    static func network(
        _ options: [OptionTree.Entry] = [], connector: Connector = .fixedNumberPost(5, withReplacement: false, allowSelf: true)
    )
        -> Network
    {
        var network = Network(name: "rates", seed: 5)
        let image = network.populations.append(Population("image", shape: [16], cell: .input))
        let hidden = network.populations.append(Population("hidden", shape: [24], cell: .neuron(NeuronModel(.rate)), units: .normalized))
        let out = network.populations.append(Population("out", shape: [3], cell: .neuron(NeuronModel(.rate)), units: .normalized))
        let weight = ValueRule.drawn(.normal(mean: 0, sigma: 0.3))
        network.projections.append(Projection("in", from: image, to: hidden, connector, weight: weight))
        network.projections.append(
            Projection("out", from: hidden, to: out, .fixedNumberPost(1, withReplacement: false, allowSelf: true), weight: weight))
        network.task = Task(data: .named("none"), encoder: .direct(gain: 1), input: image, split: .given, steps: 3)
        network.readout = Readout(out, .meanMembrane, skip: 2)
        let common = [
            option("epochs", .number(12, unit: "")), option("rate", .number(0.3, unit: "")), option("batch", .number(10, unit: "")),
        ]
        network.learning = LearningSpecification(rule: DeepRewiring.name, options: OptionTree(.map(common + options)))
        return network
    }

    static func spiking(_ options: [OptionTree.Entry] = [], recurrent: Connector? = nil) -> Network {
        var network = SmallNetwork(
            "points", SmallNetwork.model(.leaky, [.tauM: .uniform(10)]), size: 40, weight: 0.3, recurrent: recurrent,
            inputConnector: .fixedProbability(0.3, allowSelf: true)
        ).network
        let common = [
            option("epochs", .number(6, unit: "")), option("rate", .number(0.1, unit: "")), option("batch", .number(10, unit: "")),
        ]
        network.learning = LearningSpecification(rule: DeepRewiring.name, options: OptionTree(.map(common + options)))
        return network
    }

    static func trainer(_ network: Network) throws -> any Trainer {
        try DeepRewiring.makeTrainer(TrainingRequest(network: network, samples: TrainingTests.points))
    }

    static func counts(_ network: Network) -> [Int] { network.projections.ids.map { SynapseRows($0, of: network).synapseCount } }

    @Test(arguments: [network(), network([choice("connections", "fraction", ["of": 0.2])], connector: .allToAll(allowSelf: true))])
    func `rate networks learn with as many connections as they may have`(network: Network) throws {
        let trainer = try Self.trainer(network)
        let start = Self.counts(trainer.network)
        var moved: [Set<Connector.Pair>] = []
        while trainer.epochsDone < trainer.epochs {
            _ = try trainer.runEpoch { _ in true }
            #expect(Self.counts(trainer.network) == start)
            if case .list(let pairs) = trainer.network.projections[ID(0)].connector { moved.append(Set(pairs)) }
        }
        let places = network.projections.ids.map { id in
            let projection = network.projections[id]
            return network.populations[projection.pre].size * network.populations[projection.post].size
        }
        #expect(start == (network.projections[ID(0)].connector == .allToAll(allowSelf: true) ? [77, 14] : [80, 24]), "of \(places) pairs")
        #expect(moved.first != moved.last, "no connection moved")
        let accuracy = try trainer.evaluate(TrainingTests.points).accuracy
        #expect(accuracy >= 0.95, "\(accuracy)")
    }

    @Test func `the trained network computes on the reference engine what the trainer computes`() throws {
        let trainer = try Self.trainer(Self.network([option("biases", .flag(true))]))
        for _ in 0..<3 { _ = try trainer.runEpoch { _ in true } }
        let evaluation = try trainer.evaluate(TrainingTests.points)
        let network = trainer.network
        let (task, readout) = (try #require(network.task), try #require(network.readout))
        let engine = try ReferenceEngine<Double>(network)
        var encoder = StimulusEncoder(network, steps: task.steps)
        for sample in 0..<50 {
            engine.reset()
            let recording = try engine.run(
                encoder.stimulus(TrainingTests.points, sample), steps: task.steps, record: RecordingRequest(for: readout, named: "out"))
            #expect(Decoding(readout, named: "out", size: 3, from: recording).label == evaluation.predictions[sample])
        }
    }

    @Test func `signs are those that the weight rule gives each place`() throws {
        let network = Self.network()
        let trainer = try Self.trainer(network)
        for _ in 0..<4 { _ = try trainer.runEpoch { _ in true } }
        var all = network
        all.projections[ID(0)].connector = .allToAll(allowSelf: true)
        let rule = try #require(SynapseRows(ID(0), of: all).denseWeights())
        let trained = SynapseRows(ID(0), of: trainer.network)
        var row = SynapseRow()
        for source in 0..<16 {
            trained.read(source, into: &row)
            for k in 0..<row.count where row.weights[k] != 0 {
                #expect((row.weights[k] < 0) == (rule[source * 24 + Int(row.targets[k])] < 0))
            }
        }
    }

    @Test(arguments: [
        network(), network([choice("form", "soft", ["lowest": -0.001])]), network([option("scope", .text("network"))]), spiking(),
        spiking([option("biases", .flag(true))], recurrent: .fixedProbability(0.1, allowSelf: false)),
    ])
    func `a checkpoint resumes to the same bits`(network: Network) throws {
        let straight = try Self.trainer(network)
        for _ in 0..<3 { _ = try straight.runEpoch { _ in true } }
        let first = try Self.trainer(network)
        _ = try first.runEpoch { _ in true }
        let second = try Self.trainer(network)
        // Through a file: names of entries are names of data sets.
        try withTemporaryDirectory { (folder: String) throws in
            try first.state.write(to: folder + "/checkpoint")
            try second.restore(TrainerState(readingFrom: folder + "/checkpoint"))
        }
        for _ in 0..<2 { _ = try second.runEpoch { _ in true } }
        #expect(second.state == straight.state)
        #expect(second.network == straight.network)
    }

    @Test func `over the whole network the total is kept, and connections move between projections`() throws {
        let trainer = try Self.trainer(Self.network([option("scope", .text("network"))]))
        let start = Self.counts(trainer.network)
        // After every step of the training, not only where an epoch ends.
        var seen: Set<[Int]> = [start]
        for _ in 0..<6 {
            _ = try trainer.runEpoch { _ in
                seen.insert(Self.counts(trainer.network))
                return true
            }
        }
        #expect(seen.allSatisfy { $0.reduce(0, +) == start.reduce(0, +) }, "\(seen)")
        #expect(seen.allSatisfy { $0[0] <= 384 && $0[1] <= 72 })
        #expect(seen.count >= 3, "no connection moved from one projection to the other: \(seen)")
    }

    @Test func `spiking networks learn with as many connections as they may have`() throws {
        let network = Self.spiking(recurrent: .fixedProbability(0.1, allowSelf: false))
        let trainer = try Self.trainer(network)
        let start = Self.counts(trainer.network)
        let before = try trainer.evaluate(TrainingTests.points)
        while trainer.epochsDone < trainer.epochs {
            let summary = try trainer.runEpoch { _ in true }
            #expect(summary.rates.map(\.population) == ["hidden"])
        }
        let after = try trainer.evaluate(TrainingTests.points)
        #expect(Self.counts(trainer.network) == start)
        #expect(after.accuracy >= 0.9, "\(before.accuracy) before training, \(after.accuracy) after")
        guard case .list(let pairs) = trainer.network.projections[ID(1)].connector else { throw Missing() }
        #expect(!pairs.contains { $0.source == $0.target }, "a neuron reaches itself")
    }

    struct Missing: Error {}

    @Test func `connections of the whole network are shared out like the sides of its matrices`() throws {
        let counts = choice("connections", "count", ["total": 60])
        let trainer = try Self.trainer(Self.network([counts], connector: .allToAll(allowSelf: true)))
        // 60 · 40 / 67 and 60 · 27 / 67.
        #expect(Self.counts(trainer.network) == [36, 24])
    }
}
