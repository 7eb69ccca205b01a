import Diagnostics
import FrontEnd
import Learning
import Networks
import Numerics
import Support
import Testing

/// Training by e-prop from outside: what it promises about threads, interruptions, forms and results.
@Suite struct EPropTests {
    /// A short form of evidence accumulation: 3 cues, 20 LIF and 20 ALIF neurons.
    static func network(_ options: [OptionTree.Entry] = [], train: Int = 64) -> Network {
        var network = Network(name: "cues", seed: 5)
        let input = network.populations.append(Population("input", shape: [16], cell: .input))
        var lif = NeuronModel(.leaky, [.tauM: .uniform(20), .vThresh: .uniform(0.6), .tauRefrac: .uniform(4)])
        lif.reset = .subtractNext
        lif.refractory = .blocked
        var alif = NeuronModel(
            .adaptive,
            [.tauM: .uniform(20), .vThresh: .uniform(0.6), .tauRefrac: .uniform(4), .tauAdapt: .uniform(500), .beta: .uniform(0.07)])
        alif.reset = .subtractNext
        alif.refractory = .blocked
        let first = network.populations.append(Population("lif", shape: [20], cell: .neuron(lif), units: .normalized))
        let second = network.populations.append(Population("alif", shape: [20], cell: .neuron(alif), units: .normalized))
        var li = NeuronModel(.leakyReadout, [.tauM: .uniform(20)])
        li.inputScaling = .oneMinusDecay
        let out = network.populations.append(Population("out", shape: [2], cell: .neuron(li), units: .normalized))
        for target in [first, second] {
            network.projections.append(
                Projection(
                    "in \(target.index)", from: input, to: target, .allToAll(allowSelf: true),
                    weight: .drawn(.normal(mean: 0.1, sigma: 0.3))))
            for source in [first, second] {
                network.projections.append(
                    Projection(
                        "\(source.index) \(target.index)", from: source, to: target, .allToAll(allowSelf: false),
                        weight: .drawn(.normal(mean: 0, sigma: 0.15))))
            }
            network.projections.append(
                Projection(
                    "out \(target.index)", from: target, to: out, .allToAll(allowSelf: true), weight: .drawn(.normal(mean: 0, sigma: 0.2))))
        }
        let generator = DataSource.TrialGenerator(
            .evidenceAccumulation, train: train, test: 64, seed: 3,
            values: ["cues": 3, "cue": 40, "pause": 20, "delay": 60, "recall": 60, "group": 4])
        network.task = Task(
            data: .generated(.trials(generator)), encoder: .schedule(segments: [40, 20, 40, 20, 40, 20, 60, 60], maximum: 100),
            input: input, split: .given, steps: 300)
        network.readout = Readout(out, .meanMembrane, skip: 240)
        network.learning = LearningSpecification(
            rule: "eprop",
            options: OptionTree(.map([option("batch", .number(16, unit: "")), option("epochs", .number(2, unit: ""))] + options)))
        return network
    }

    static func trainer(_ network: Network, threads: Int = 1) throws -> (any Trainer, DataSet) {
        let data = try #require(try loadData(of: network, searchPath: DataSearch(folders: [])))
        return (try learningRule(of: network).makeTrainer(TrainingRequest(network: network, samples: data.train, threads: threads)), data)
    }

    static func parameters(_ trainer: any Trainer) -> [Float] {
        if case .floats(let values) = trainer.state["parameters"] { values } else { [] }
    }

    static let feedbacks: [[OptionTree.Entry]] = [
        [option("feedback", .text("symmetric"))], [option("feedback", .text("random"))],
        [choice("feedback", "adaptive", ["sigma": 0.3, "decay": 0.01])], [option("feedback", .text("exact"))],
        [option("form", .text("online"))],
        [option("precision", .map([option("weights", .number(8, unit: "")), option("traces", .number(8, unit: ""))]))],
        [option("average", .map([option("decay", .number(0.9, unit: ""))])), option("clip", .number(0.01, unit: ""))],
        [option("reward", .map([option("critic", .number(0.5, unit: ""))])), option("feedback", .text("random"))],
    ]

    @Test(arguments: feedbacks) func `the number of threads changes no bit, and a checkpoint resumes to the same bits`(
        _ options: [OptionTree.Entry]
    ) throws {
        let network = Self.network(options)
        let (straight, _) = try Self.trainer(network)
        let (threaded, _) = try Self.trainer(network, threads: 3)
        _ = try straight.runEpoch { _ in true }
        _ = try threaded.runEpoch { _ in true }
        #expect(straight.state == threaded.state)
        try withTemporaryDirectory { folder in
            let path = folder + "/training.h5"
            try straight.state.write(to: path)
            let (second, _) = try Self.trainer(network)
            try second.restore(TrainerState(readingFrom: path))
            _ = try straight.runEpoch { _ in true }
            _ = try second.runEpoch { _ in true }
            #expect(Self.parameters(second) == Self.parameters(straight))
            #expect(second.curve == straight.curve)
            #expect(second.curve.loss.count == 8)
        }
    }

    @Test func `traces step by step give the gradient of the factored form`() throws {
        let plain = option("optimizer", .map([.init("sgd", OptionTree(.map([option("rate", .number(1, unit: ""))])))]))
        let rates = option("rate_regularization", .map([option("strength", .number(1, unit: ""))]))
        let network = Self.network([plain, rates], train: 16)
        let start = Self.parameters(try Self.trainer(network).0)
        func change(_ options: [OptionTree.Entry]) throws -> [Float] {
            let (trainer, _) = try Self.trainer(Self.network([plain, rates] + options, train: 16))
            _ = try trainer.runEpoch { _ in true }
            return zip(Self.parameters(trainer), start).map { $0 - $1 }
        }
        let factored = try change([])
        #expect(Self.cosine(factored, try change([option("form", .text("online"))])) > 0.99999)
        let rounded = try change([option("precision", .map([option("traces", .number(8, unit: ""))]))])
        #expect(Self.cosine(factored, rounded) > 0.97, "cosine \(Self.cosine(factored, rounded)) with traces of 8 bits")
    }

    static func cosine(_ one: [Float], _ other: [Float]) -> Float {
        func product(_ a: [Float], _ b: [Float]) -> Float { zip(a, b).reduce(0) { $0 + $1.0 * $1.1 } }
        return product(one, other) / (product(one, one) * product(other, other)).squareRoot()
    }

    @Test func `training learns the task, and its network computes what the trainer computes`() throws {
        let network = Self.network(
            [
                option("epochs", .number(3, unit: "")), option("rate_regularization", .map([option("strength", .number(0.1, unit: ""))])),
                option("compare", .number(10, unit: "")),
            ], train: 512)
        let (trainer, data) = try Self.trainer(network)
        while !trainer.isDone { _ = try trainer.runEpoch { _ in true } }
        let evaluation = try trainer.evaluate(data.test)
        #expect(evaluation.accuracy > 0.8, "accuracy \(evaluation.accuracy)")
        #expect(trainer.curve.cosine.count == 10)
        // Of single batches it is anywhere; in the mean the update follows the gradient.
        let cosines = trainer.curve.cosine.map(\.cosine)
        #expect(cosines.allSatisfy { abs($0) <= 1.0001 } && cosines.reduce(0, +) / 10 > 0.2, "\(cosines)")
        let readout = try #require(network.readout)
        let trace = ForwardTrace(trainer.network, data.test.prefix(12), steps: 300, readout: readout)
        #expect(trace.predictions == Array(evaluation.predictions.prefix(12)))
    }

    /// Kolen and Pollack 1994: equal increments and a common decay draw B towards W_outᵀ, wherever both start.
    @Test func `adaptive feedback turns towards the readout's weights`() throws {
        func alignment(_ trainer: any Trainer, _ network: Network) throws -> Float {
            guard case .floats(let feedback) = trainer.state["feedback"] else { return 0 }
            let width = feedback.count / 2
            var (ours, theirs): ([Float], [Float]) = ([], [])
            for (place, name) in ["out 1", "out 2"].enumerated() {
                let projection = try #require(trainer.network.projections.elements.first { $0.name == name })
                guard case .tensor(let weights) = projection.weight else { continue }
                for n in 0..<20 {
                    for k in 0..<2 {
                        ours.append(weights.values[n * 2 + k])
                        theirs.append(feedback[k * width + place * 20 + n])
                    }
                }
            }
            return Self.cosine(ours, theirs)
        }
        let network = Self.network(
            [
                choice("feedback", "adaptive", ["sigma": 0.3, "decay": 0.02]), option("epochs", .number(4, unit: "")),
                option("optimizer", .map([.init("adam", OptionTree(.map([option("rate", .number(1e-2, unit: ""))])))])),
            ], train: 320)
        let (trainer, _) = try Self.trainer(network)
        _ = try trainer.runEpoch { _ in true }
        let early = try alignment(trainer, network)
        while !trainer.isDone { _ = try trainer.runEpoch { _ in true } }
        let late = try alignment(trainer, network)
        #expect(late > 0.9 && late > early, "cosine of B and W_out from \(early) to \(late)")
    }

    @Test func `the mean of the weights is what is tested and written`() throws {
        let options = [option("average", .map([option("decay", .number(0.5, unit: ""))]))]
        let (trainer, _) = try Self.trainer(Self.network(options))
        let (plain, _) = try Self.trainer(Self.network())
        _ = try trainer.runEpoch { _ in true }
        _ = try plain.runEpoch { _ in true }
        // Training goes the same way.
        #expect(Self.parameters(trainer) == Self.parameters(plain))
        guard case .floats(let mean) = trainer.state["average"], case .tensor(let written) = trainer.network.projections[ID(0)].weight
        else {
            Issue.record("no mean is kept")
            return
        }
        #expect(mean != Self.parameters(plain))
        #expect(Array(mean[..<written.values.count]) == written.values)
    }

    @Test func `an early end is kept by a checkpoint`() throws {
        let stop = option("stop", .map([option("error", .number(2, unit: "")), option("window", .number(2, unit: ""))]))
        let (trainer, _) = try Self.trainer(Self.network([stop]))
        _ = try trainer.runEpoch { _ in true }
        #expect(trainer.isDone)
        #expect(trainer.curve.error.count == 2)
        let (second, _) = try Self.trainer(Self.network([stop]))
        try second.restore(trainer.state)
        #expect(second.isDone)
    }

    @Test func `networks that e-prop does not know are refused with all reasons`() throws {
        var network = Self.network()
        network.populations[ID(1)].cell.neuron?.refractory = .held
        network.populations[ID(2)].cell.neuron?.reset = .toValue
        network.projections[ID(0)].delay = .drawn(.uniformInteger(low: 1, high: 4))
        let error = #expect(throws: DiagnosticsError.self) { try Self.trainer(network) }
        #expect(error?.diagnostics.map(\.id) == Array(repeating: "learning-eprop-network", count: 3))
    }
}
