import Diagnostics
import FrontEnd
import Learning
import Networks
import Numerics
import Simulation
import Storage
import Testing

/// The rule as a whole, on small yin-yang sets.
@Suite struct TTFSTrainingTests {
    static func network(epochs: Int = 8, hidden: Int = 24) -> Network {
        var network = Network(name: "yin-yang", timestep: 0.1, time: .continuous, seed: 1)
        var cell = NeuronModel(.currentExponential)
        for (name, value) in [
            (ParameterName.tauM, 12.0), (.tauSynE, 6), (.tauSynI, 6), (.cm, 6), (.vRest, 0), (.vReset, 0), (.vThresh, 1), (.tauRefrac, 30),
        ] { cell[name] = .uniform(value) }
        network.populations = [
            Population("input", shape: [4], cell: .input), Population("bias", shape: [1], cell: .spikeSourceArray(times: [[5.4]])),
            Population("hidden", shape: [hidden], cell: .neuron(cell)), Population("label", shape: [3], cell: .neuron(cell)),
        ]
        func project(_ pre: Int, _ post: Int, _ mean: Double) -> Projection {
            Projection(
                "\(pre)->\(post)", from: ID(pre), to: ID(post), .allToAll(allowSelf: true),
                weight: .drawn(.normal(mean: mean, sigma: 0.8)), delay: .constant(0))
        }
        network.projections = [project(0, 2, 1.5), project(1, 2, 1.5), project(2, 3, 0.5), project(1, 3, 0.5)]
        network.task = Task(
            data: .generated(.yinYang(train: 600, test: 200, seed: 42)), encoder: .spikeTime(SpikeTimeCode(early: 0.9, late: 12)),
            input: ID(0), split: .given, steps: 300)
        network.readout = Readout(ID(3), .firstSpike)
        network.learning = LearningSpecification(
            rule: "ttfs", options: OptionTree(.map([.init("epochs", OptionTree(.number(Double(epochs), unit: "")))])))
        return network
    }

    static func data(_ network: Network) throws -> DataSet {
        try #require(try loadData(of: network, searchPath: DataSearch(modelFile: nil, dataFolders: [])))
    }

    static func trained(threads: Int, epochs: Int = 8) throws -> (any Trainer, DataSet) {
        let network = network(epochs: epochs)
        let data = try data(network)
        let trainer = try TTFS.makeTrainer(TrainingRequest(network: network, samples: data.train, threads: threads))
        while trainer.epochsDone < trainer.epochs { _ = try trainer.runEpoch { _ in true } }
        return (trainer, data)
    }

    @Test func `learns most of yin-yang from 600 samples`() throws {
        let (trainer, data) = try Self.trained(threads: 2, epochs: 80)
        let evaluation = try trainer.evaluate(data.test)
        #expect(evaluation.accuracy > 0.7, "\(evaluation.accuracy)")
    }

    @Test func `any number of threads learns the same bits`() throws {
        let (one, _) = try Self.trained(threads: 1, epochs: 2)
        let (three, _) = try Self.trained(threads: 3, epochs: 2)
        #expect(one.state == three.state)
    }

    @Test func `an interrupted training goes on to the same bits`() throws {
        let network = Self.network(epochs: 4)
        let data = try Self.data(network)
        let (whole, _) = try Self.trained(threads: 1, epochs: 4)
        let first = try TTFS.makeTrainer(TrainingRequest(network: network, samples: data.train))
        for _ in 0..<2 { _ = try first.runEpoch { _ in true } }
        let second = try TTFS.makeTrainer(TrainingRequest(network: network, samples: data.train))
        try second.restore(first.state)
        while second.epochsDone < second.epochs { _ = try second.runEpoch { _ in true } }
        #expect(second.state == whole.state)
    }

    @Test func `the continuous engine gives the spike times of the closed form`() throws {
        let (trainer, data) = try Self.trained(threads: 2, epochs: 3)
        let network = trainer.network
        let engine = try ContinuousEngine(network)
        var encoder = StimulusEncoder(network, steps: 300)
        let evaluation = try trainer.evaluate(data.test)
        var answers: [Int] = []
        for sample in 0..<data.test.count {
            let recording = try engine.run(
                encoder.stimulus(data.test, sample), steps: 300, record: RecordingRequest(spikes: ["hidden", "label"]))
            answers.append(Decoding(Readout(ID(3), .firstSpike), named: "label", size: 3, from: recording).label)
            guard sample < 20 else { continue }
            let times = try SpikeTimeNetwork(network).firstSpikes(of: network, values: data.test.values(sample))
            for (name, expected) in zip(["hidden", "label"], times) {
                var seen = [Double](repeating: .infinity, count: expected.count)
                for (spike, time) in zip(recording.spikes[name] ?? [], recording.times[name] ?? []) {
                    seen[Int(spike.neuron)] = min(seen[Int(spike.neuron)], time)
                }
                for n in expected.indices {
                    #expect(seen[n] == expected[n] || abs(seen[n] - expected[n]) < 1e-9, "\(name) \(n): \(seen[n]) for \(expected[n])")
                }
            }
        }
        #expect(answers == evaluation.predictions)
    }

    @Test func `what has no closed form is refused`() throws {
        var network = Self.network()
        network.populations[ID(2)].cell.neuron?[.tauM] = .uniform(9)
        network.projections[ID(0)].delay = .constant(2)
        let samples = try Self.data(Self.network()).train
        let error = #expect(throws: DiagnosticsError.self) {
            try TTFS.makeTrainer(TrainingRequest(network: network, samples: samples))
        }
        #expect(error?.diagnostics.first?.id == "ttfs-cell")
        network.time = .steps
        let stepped = #expect(throws: DiagnosticsError.self) {
            try TTFS.makeTrainer(TrainingRequest(network: network, samples: samples))
        }
        #expect(stepped?.diagnostics.first?.id == "ttfs-time")
    }
}
