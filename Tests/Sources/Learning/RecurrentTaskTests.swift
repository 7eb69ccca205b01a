import Diagnostics
import FrontEnd
import Learning
import Networks
import Numerics
import Storage
import Support
import Testing

/// A few dozen steps on every task in time: the error falls.
@Suite struct RecurrentTaskTests {
    /// 30 LIF and 30 ALIF neurons, with a readout of `outputs` potentials.
    static func network(inputs: Int, outputs: Int, gain: Double, _ options: [OptionTree.Entry]) -> Network {
        var network = Network(name: "task", seed: 2)
        let input = network.populations.append(Population("input", shape: [inputs], cell: .input))
        var lif = NeuronModel(.leaky, [.tauM: .uniform(20), .vThresh: .uniform(0.6), .tauRefrac: .uniform(2)])
        lif.reset = .subtractNext
        lif.refractory = .blocked
        var alif = NeuronModel(
            .adaptive,
            [.tauM: .uniform(20), .vThresh: .uniform(0.6), .tauRefrac: .uniform(2), .tauAdapt: .uniform(200), .beta: .uniform(0.17)])
        alif.reset = .subtractNext
        alif.refractory = .blocked
        let first = network.populations.append(Population("lif", shape: [30], cell: .neuron(lif), units: .normalized))
        let second = network.populations.append(Population("alif", shape: [30], cell: .neuron(alif), units: .normalized))
        var li = NeuronModel(.leakyReadout, [.tauM: .uniform(20)])
        li.inputScaling = .oneMinusDecay
        let out = network.populations.append(Population("out", shape: [outputs], cell: .neuron(li), units: .normalized))
        func connect(_ from: ID<Population>, _ to: ID<Population>, _ sigma: Double) {
            network.projections.append(
                Projection(
                    "\(from.index) \(to.index)", from: from, to: to, .allToAll(allowSelf: from != to),
                    weight: .drawn(.normal(mean: 0, sigma: sigma))))
        }
        for target in [first, second] {
            connect(input, target, gain)
            connect(first, target, 0.13)
            connect(second, target, 0.13)
            connect(target, out, 0.13)
        }
        network.readout = Readout(out, .meanMembrane)
        network.learning = LearningSpecification(rule: "eprop", options: OptionTree(.map(options)))
        return network
    }

    static func number(_ key: String, _ value: Double) -> OptionTree.Entry { option(key, .number(value, unit: "")) }
    static func adam(_ rate: Double) -> OptionTree.Entry {
        option("optimizer", .map([.init("adam", OptionTree(.map([number("rate", rate)])))]))
    }

    /// Mean errors of the first and the last `window` batches.
    static func errors(_ network: Network, window: Int, search: [String] = []) throws -> (first: Double, last: Double) {
        let data = try #require(try loadData(of: network, searchPath: DataSearch(folders: search)))
        let trainer = try learningRule(of: network).makeTrainer(TrainingRequest(network: network, samples: data.train))
        while !trainer.isDone { _ = try trainer.runEpoch { _ in true } }
        let last = try #require(trainer.curve.recentError(window))
        return (trainer.curve.error.prefix(window).reduce(0) { $0 + Double($1) } / Double(window), last)
    }

    static func generated(
        _ kind: DataSource.TrialGenerator.Kind, _ encoder: Encoder, steps: Int, train: Int, _ values: [String: Double],
        _ network: Network
    ) -> Network {
        var network = network
        let generator = DataSource.TrialGenerator(kind, train: train, test: 4, seed: 5, values: values)
        network.task = Task(data: .generated(.trials(generator)), encoder: encoder, input: ID(0), split: .given, steps: steps)
        return network
    }

    @Test func `delayed match to sample`() throws {
        let network = Self.generated(
            .delayedMatch, .schedule(segments: [60, 60, 60, 60], maximum: 100), steps: 240, train: 960,
            ["stimulus": 60, "delay": 60, "answer": 60, "group": 5],
            Self.network(
                inputs: 20, outputs: 2, gain: 0.3,
                [
                    Self.number("batch", 16), Self.number("epochs", 2), Self.adam(1e-2), Self.number("clip", 0.05),
                    option("feedback", .text("exact")),
                ]))
        let errors = try Self.errors(network, window: 10)
        #expect(errors.first > 0.4 && errors.last < 0.3, "\(errors)")
    }

    @Test func `the adding problem`() throws {
        let network = Self.generated(
            .adding, .series(gain: 1), steps: 100, train: 960, ["numbers": 4, "number": 20, "answer": 20],
            Self.network(inputs: 2, outputs: 1, gain: 0.2, [Self.number("batch", 16), Self.number("epochs", 3), Self.adam(5e-3)]))
        let errors = try Self.errors(network, window: 10)
        #expect(errors.last < 0.5 * errors.first && errors.last < 1, "\(errors)")
    }

    @Test func `a pattern in three dimensions`() throws {
        var network = Self.generated(
            .patternGeneration, .spikes, steps: 300, train: 1, ["duration": 300, "inputs": 40, "outputs": 3],
            Self.network(
                inputs: 40, outputs: 3, gain: 0.3, [Self.number("batch", 1), Self.number("epochs", 150), Self.adam(5e-3)]))
        network.seed = 3
        let errors = try Self.errors(network, window: 5)
        #expect(errors.first > 0.8 && errors.last < 0.2, "\(errors)")
    }

    /// Measured elsewhere along this training: 0.49 to 0.85 between symmetric e-prop and backpropagation (100 LIF neurons, float64).
    @Test func `along pattern generation the update follows the gradient`() throws {
        let path = "\(Golden.repository)/Models/pattern-generation.yaml"
        let network = try readNetwork(at: path, usesTrained: false).network
        let data = try #require(try loadData(of: network, searchPath: DataSearch(folders: [])))
        let trainer = try learningRule(of: network).makeTrainer(TrainingRequest(network: network, samples: data.train, epochs: 260))
        while !trainer.isDone { _ = try trainer.runEpoch { _ in true } }
        let cosines = trainer.curve.cosine.map(\.cosine)
        #expect(cosines.count == 6)
        #expect(cosines.allSatisfy { $0 > 0.49 }, "\(cosines)")
        #expect(try #require(trainer.curve.recentError(10)) < 0.05)
    }

    /// Lists of events in ReckOn's format: two groups of cues, then an answer.
    @Test func `cues from lists of events`() throws {
        let random = Philox(seed: 9, purpose: "test/events")
        let trials = 48
        var text = "\(trials)\n"
        for trial in 0..<trials {
            let label = trial % 2
            var events: [(time: Int, address: Int)] = []
            for step in 0..<150 {
                for address in 0..<12 where random.uniform((trial * 150 + step) * 12 + address) < 0.06 {
                    // Groups of four: left cues, right cues, recall.
                    let group = address / 4
                    if group == 2 ? step >= 100 : step < 60 && group == label { events.append((step, address)) }
                }
            }
            text += events.filter { $0.time < 100 }.map { "\($0.address), \($0.time)\n" }.joined()
            text += "-2, \(label)\n"
            text += events.filter { $0.time >= 100 }.map { "\($0.address), \($0.time)\n" }.joined()
            text += "-1, 150\n"
        }
        try withTemporaryDirectory { folder in
            try ByteFile.write(text, to: "\(folder)/cues.dat")
            var network = Self.network(
                inputs: 12, outputs: 2, gain: 0.3, [Self.number("batch", 8), Self.number("epochs", 25), Self.adam(5e-3)])
            network.task = Task(
                data: .files(.init(format: .events, samples: "cues.dat", testSamples: "cues.dat")), encoder: .spikes, input: ID(0),
                split: .given, steps: 150)
            network.readout?.skip = 100
            let errors = try Self.errors(network, window: 6, search: [folder])
            #expect(errors.first > 0.3 && errors.last < 0.12, "\(errors)")
        }
    }
}
