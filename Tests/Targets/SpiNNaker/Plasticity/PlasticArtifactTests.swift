import Chips
import Diagnostics
import Learning
import Lowering
import Networks
import Numerics
import Passes
import Simulation
import Spikewright
import Storage
import Support
import Targets
import Testing

/// Rows that learn in artifacts, and the emulator that runs them from the files alone.
@Suite struct PlasticArtifactTests {
    struct Setting: Sendable, CustomTestStringConvertible {
        var cell: String
        var isNearest = false
        var isMultiplicative = false
        var delay = 1.0
        var neuronsPerCore: Int?

        var testDescription: String { "\(cell), nearest \(isNearest), multiplicative \(isMultiplicative), delay \(delay)" }

        static let all = [
            Setting(cell: "lif"), Setting(cell: "lif", isMultiplicative: true, delay: 2), Setting(cell: "lif", isNearest: true, delay: 3),
            Setting(cell: "lif", isNearest: true, isMultiplicative: true), Setting(cell: "if_curr_exp", delay: 4),
            Setting(cell: "if_curr_exp", isNearest: true, neuronsPerCore: 3), Setting(cell: "if_curr_delta", delay: 2, neuronsPerCore: 3),
        ]

        func network(seed: Int) -> Network {
            var network = Network(name: "plastic", seed: UInt64(seed))
            let pre = network.populations.append(Population("in", shape: [9], cell: .input))
            var model = NeuronModel(cell == "lif" ? .leaky : cell == "if_curr_exp" ? .currentExponential : .currentDelta)
            let isNormalized = cell == "lif"
            if isNormalized {
                model[.tauM] = .uniform(10)
                model[.vThresh] = .uniform(1)
                model.reset = .subtract
            }
            let post = network.populations.append(
                Population("out", shape: [5], cell: .neuron(model), units: isNormalized ? .normalized : .physical))
            // Strong enough to let a few inputs fire a neuron.
            let strength = Float(cell == "if_curr_exp" ? 8 : cell == "if_curr_delta" ? 8 : 0.4)
            network.projections.append(
                Projection(
                    "learns", from: pre, to: post, .allToAll(allowSelf: true), weight: .drawn(.uniform(low: 0, high: Double(strength))),
                    delay: .constant(delay)))
            network.projections.append(
                Projection(
                    "stays", from: post, to: post, .allToAll(allowSelf: false), weight: .constant(-Double(strength) / 8), isTrainable: false
                ))
            func option(_ key: String, _ value: OptionTree.Value) -> OptionTree.Entry { .init(key, OptionTree(value)) }
            network.learning = LearningSpecification(
                rule: "stdp",
                options: OptionTree(
                    .map([
                        option("pairing", .text(isNearest ? "nearest" : "all")),
                        option("bound", .text(isMultiplicative ? "multiplicative" : "additive")),
                        option("potentiation", .number(isMultiplicative ? 0.05 : 0.02 * Double(strength), unit: "")),
                        option("depression", .number(isMultiplicative ? 0.04 : 0.015 * Double(strength), unit: "")),
                        option("weight_max", .number(Double(strength), unit: "")),
                    ])))
            return network
        }
    }

    static func routed(_ network: Network, neuronsPerCore: Int? = nil, isPlastic: Bool = true) throws -> RoutedGraph {
        var options = LoweringOptions()
        options.isPlastic = isPlastic
        options.neuronsPerCore = neuronsPerCore
        return try Pipeline(to: try chip(named: "spin5"), options).run(network)
    }

    static func stimulus(steps: Int, sources: Int, rate: Double, seed: UInt64) -> Stimulus {
        let random = Philox(seed: seed, purpose: "test/stimulus")
        var events = Stimulus.Events(offsets: [0], neurons: [])
        for step in 0..<steps {
            for source in 0..<sources where random.split(step).uniform(source) < rate { events.neurons.append(Int32(source)) }
            events.offsets.append(Int32(events.neurons.count))
        }
        return Stimulus([("in", events)])
    }

    /// Weights of the rows of the first block, [row × synapse].
    static func weights(_ matrix: [UInt32], stride: Int, rows: Int, headerWords: Int, synapses: Int) -> [UInt16] {
        (0..<rows).flatMap { row in
            (0..<synapses).map { UInt16(truncatingIfNeeded: matrix[row * stride + 1 + headerWords + $0 / 2] >> ($0 & 1 == 0 ? 0 : 16)) }
        }
    }

    @Test(arguments: Setting.all) func `the emulator's weights are the engine's, bit for bit`(_ setting: Setting) throws {
        let network = setting.network(seed: 11)
        let graph = try Self.routed(network, neuronsPerCore: setting.neuronsPerCore)
        let quantized = graph.placed.coreGraph.quantized
        let neurons = try #require(quantized.neurons(of: ID(1))?.fixedPoint)
        let pairs = try #require(neurons.plasticity?.pairs)
        let steps = 400
        let stimulus = Self.stimulus(steps: steps, sources: 9, rate: 0.08, seed: 5)
        try withTemporaryDirectory { folder in
            _ = try family(of: graph.chip).write(graph, to: folder + "/out", threads: 1)
            var machine = try #require(try SpiNNakerFamily().boot(folder + "/out", threads: 2) as? EmulatedSpiNNaker)
            let recording = try machine.run(stimulus, steps: steps, record: RecordingRequest(spikes: ["out"]))
            let sent = try #require(recording.spikes["out"])
            #expect(sent.count > 20, "\(sent.count) spikes")
            // The engine's ticks are the machine's: no step is added to them.
            let count = setting.neuronsPerCore ?? 5
            let synapses = RowSynapses(
                pairs, PlasticWeights(scale: neurons.weightScale, shift: neurons.shifts[0], addedDelay: 0), sources: 9, targets: count,
                weights: Self.start(network, quantized, targets: count), time: 0)
            let events = stimulus.populations[0].events
            for step in 0..<steps {
                let fired = sent.filter { $0.step == step && $0.neuron < count }.map(\.neuron)
                _ = synapses.step(Array(events.neurons[Int(events.offsets[step])..<Int(events.offsets[step + 1])]), fired)
            }
            // A spike of the last tick is looked up in the one that did not come.
            let last = Array(events.neurons[Int(events.offsets[steps - 1])..<Int(events.offsets[steps])])
            let matrix = try #require(machine.learntMatrix(of: "out"))
            let stride = 3 + pairs.rowWords(count)
            let found = Self.weights(matrix, stride: stride, rows: 9, headerWords: pairs.headerWords, synapses: count)
            for source in 0..<9 where !last.contains(Int32(source)) {
                let places = source * count..<(source + 1) * count
                #expect(Array(found[places]) == Array(synapses.words[places]), "source \(source)")
            }
            let unit = quantized.synapses(of: ID(0)).unit
            let started = Self.start(network, quantized, targets: count).map { UInt16(($0 / unit).rounded()) }
            #expect(zip(found, started).filter { $0 != $1 }.count > 20)
            // The rows of the artifact are back after a reset.
            machine.reset()
            let again = try machine.run(stimulus, steps: steps, record: RecordingRequest(spikes: ["out"]))
            #expect(again.spikes["out"] == sent)
            #expect(machine.learntMatrix(of: "out") == matrix)
        }
    }

    /// The quantized weights at the start, [source × target], in the model's unit.
    private static func start(_ network: Network, _ quantized: QuantizedNetwork, targets: Int) -> [Double] {
        let rows = QuantizedRows(ID(0), of: quantized)
        var (scratch, row) = (SynapseRow(), QuantizedRow())
        return (0..<9).flatMap { source -> [Double] in
            rows.read(source, scratch: &scratch, into: &row)
            return (0..<row.count).filter { row.targets[$0] < Int32(targets) }.map {
                Double(row.mantissas[$0]) * quantized.synapses(of: ID(0)).unit
            }
        }
    }

    @Test func `rows and regions lie as sPyNNaker lays them out`() throws {
        let graph = try Self.routed(Setting(cell: "if_curr_exp").network(seed: 3))
        let cores = try #require(SpiNNakerCores(graph, threads: 1))
        let id = try #require(graph.cores.ids.first { graph.cores[$0].role == .neurons })
        let memory = cores.memory(of: id)
        #expect(memory.binary == "IF_curr_exp_stdp_mad_pair_additive")
        // The first 8 digits of its MD5.
        #expect(memory.region(0)?.words.first == 0x5BE7_B87E)
        let pairs = try #require(graph.placed.coreGraph.quantized.neurons(of: ID(1))?.fixedPoint?.plasticity?.pairs)
        let region = try #require(memory.region(7)?.words)
        // Tables of 154 entries, each with a count and a shift; four numbers for each synapse type.
        #expect(region.count == 1 + 2 * (1 + 77) + 8)
        #expect(region[0] == 0 && region[1] == 154 && region[2] == 2048 | 1948 << 16 && region[79] == 154)
        #expect(region[157...160].map { Int32(bitPattern: $0) } == [pairs.lowest, pairs.highest, pairs.potentiation, pairs.depression])
        // Five synapses: two header words, three of weights; no fixed ones; three words of controls.
        let matrix = try #require(memory.region(6)?.words)
        #expect(pairs.rowWords(5) == 8)
        #expect(matrix[0] == 5 && matrix[1] == 0 && matrix[2] == 0 && matrix[6] == 0 && matrix[7] == 5)
        #expect(matrix[11] == 5)
        // A delay of two steps in a ring buffer of four, behind 3 bits of neuron and one of type: targets 0 and 1.
        #expect(matrix[8] == 2 << 4 | (2 << 4 | 1) << 16)
        #expect(Int(try #require(memory.region(4)?.words)[4]) == 2)
    }

    @Test func `what does not learn is written as ever`() throws {
        let network = Setting(cell: "lif").network(seed: 4)
        var plain = network
        plain.learning = nil
        let (graph, other) = (try Self.routed(network, isPlastic: false), try Self.routed(plain, isPlastic: false))
        let (cores, others) = (try #require(SpiNNakerCores(graph, threads: 1)), try #require(SpiNNakerCores(other, threads: 1)))
        for id in graph.cores.ids {
            let (left, right) = (cores.memory(of: id), others.memory(of: id))
            #expect(left.binary == right.binary && left.regions.map(\.words) == right.regions.map(\.words))
            #expect(left.region(7) == nil)
        }
    }

    @Test func `a lowered stage with rows that learn survives being printed and read`() throws {
        let network = try Model(at: "digits-stdp", usesTrained: false).network
        let quantized = try Quantization(to: try chip(named: "spin5"), isPlastic: true).run(network)
        #expect(quantized.neurons(of: ID(1))?.fixedPoint?.plasticity?.projections == [ID(0)])
        try withTemporaryDirectory { folder in
            let stage = Stage.quantized(quantized)
            try ByteFile.write(try stage.text(), to: folder + "/quantized.yaml")
            let read = try Stage(at: folder + "/quantized.yaml")
            #expect(read.quantized?.neurons(of: ID(1))?.fixedPoint == quantized.neurons(of: ID(1))?.fixedPoint)
        }
    }

    @Test func `networks whose rows cannot learn are refused`() throws {
        func ids(_ change: (inout Network) -> Void, chip name: String = "spin5") throws -> [String] {
            var network = Setting(cell: "lif").network(seed: 2)
            change(&network)
            let chip = try chip(named: name)
            let error = #expect(throws: DiagnosticsError.self) { _ = try Quantization(to: chip, isPlastic: true).run(network) }
            #expect(error?.isRefusal == true)
            return error?.diagnostics.map(\.id) ?? []
        }
        #expect(try ids { $0.learning = LearningSpecification(rule: "bptt") } == ["plastic-rule"])
        #expect(try ids { $0.learning = LearningSpecification(rule: "r-stdp") } == ["on-chip-reward"])
        #expect(try ids { $0.projections[ID(0)].weight = .constant(-0.1) } == ["plastic-projection"])
        #expect(try ids { $0.projections[ID(0)].delay = .drawn(.uniformInteger(low: 1, high: 5)) } == ["plastic-projection"])
        #expect(try ids { $0.projections[ID(0)].isTrainable = false } == ["plastic-projection"])
        #expect(try ids({ _ in }, chip: "loihi2") == ["plastic-chip"])
        #expect(
            try ids {
                $0 = Setting(cell: "if_curr_delta", isMultiplicative: true).network(seed: 2)
            } == ["plastic-binary"])
    }
}
