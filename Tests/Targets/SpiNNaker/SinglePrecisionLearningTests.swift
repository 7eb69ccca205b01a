import Chips
import Diagnostics
import FrontEnd
import Learning
import Lowering
import Networks
import Numerics
import Passes
import Simulation
import Support
import Targets
import Testing

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// e-prop in the arithmetic of SpiNNaker 2: what it computes is what the chip would, and what does not fit is refused with numbers.
@Suite struct SinglePrecisionLearningTests {
    /// A short form of evidence accumulation: 3 cues, `size` LIF and `size` ALIF neurons.
    static func network(size: Int = 20, inputs: Int = 16, _ options: [OptionTree.Entry] = []) -> Network {
        var network = Network(name: "cues", seed: 5)
        let input = network.populations.append(Population("input", shape: [inputs], cell: .input))
        func neuron(_ kind: NeuronModel.Kind, _ more: [ParameterName: Parameter]) -> NeuronModel {
            var model = NeuronModel(
                kind, [.tauM: .uniform(20), .vThresh: .uniform(0.6), .tauRefrac: .uniform(4)].merging(more) { $1 })
            model.reset = .subtractNext
            model.refractory = .blocked
            return model
        }
        let adaptive = neuron(.adaptive, [.tauAdapt: .uniform(500), .beta: .uniform(0.07)])
        let first = network.populations.append(Population("lif", shape: [size], cell: .neuron(neuron(.leaky, [:])), units: .normalized))
        let second = network.populations.append(Population("alif", shape: [size], cell: .neuron(adaptive), units: .normalized))
        var readout = NeuronModel(.leakyReadout, [.tauM: .uniform(20)])
        readout.inputScaling = .oneMinusDecay
        let out = network.populations.append(Population("out", shape: [2], cell: .neuron(readout), units: .normalized))
        func connect(_ name: String, _ pre: ID<Population>, _ post: ID<Population>, mean: Double = 0, sigma: Double) {
            network.projections.append(
                Projection(
                    name, from: pre, to: post, .allToAll(allowSelf: pre != post), weight: .drawn(.normal(mean: mean, sigma: sigma))))
        }
        for target in [first, second] {
            connect("in \(target.index)", input, target, mean: 0.1, sigma: 0.3)
            for source in [first, second] { connect("\(source.index) \(target.index)", source, target, sigma: 0.15) }
            connect("out \(target.index)", target, out, sigma: 0.2)
        }
        let generator = DataSource.TrialGenerator(
            .evidenceAccumulation, train: 64, test: 64, seed: 3,
            values: ["cues": 3, "cue": 40, "pause": 20, "delay": 60, "recall": 60, "group": 4])
        network.task = Task(
            data: .generated(.trials(generator)), encoder: .schedule(segments: [40, 20, 40, 20, 40, 20, 60, 60], maximum: 100),
            input: input, split: .given, steps: 300)
        network.readout = Readout(out, .meanMembrane, skip: 240)
        func number(_ key: String, _ value: Double) -> OptionTree.Entry { .init(key, OptionTree(.number(value, unit: ""))) }
        network.learning = LearningSpecification(
            rule: "eprop", options: OptionTree(.map([number("batch", 16), number("epochs", 2), number("clip", 0.05)] + options)))
        return network
    }

    static func rates(_ strength: Double) -> OptionTree.Entry {
        .init("rate_regularization", OptionTree(.map([.init("strength", OptionTree(.number(strength, unit: "")))])))
    }

    static func hardware(_ network: Network, _ chip: Chip) throws -> any EPropHardware {
        let numbers = try QuantizedForward(network, Quantization(to: chip))
        return try #require(try family(of: chip).learningHardware(of: chip, numbers: numbers) as? any EPropHardware)
    }

    static func program(_ network: Network) throws -> EPropProgram {
        let (task, readout, learning) = (try #require(network.task), try #require(network.readout), try #require(network.learning))
        return EPropProgram(
            network: network, plan: try RecurrentPlan(network, task, readout),
            options: EPropOptions(try OptionValues(learning, definitions: EProp.options)), feedback: nil)
    }

    static func samples(_ network: Network) throws -> DataSet {
        try #require(try loadData(of: network, searchPath: DataSearch(folders: [])))
    }

    @Test(arguments: ["spinnaker2", "spinnaker2-64k"]) func `the forward pass of training is that of the booted artifact`(name: String)
        throws
    {
        let network = Self.network([Self.rates(1)])
        let chip = try chip(named: name)
        let program = try Self.program(network)
        let plan = program.plan
        let machine = try Self.hardware(network, chip).machine(for: program)
        let samples = try Self.samples(network).train
        let steps = plan.plan.steps
        let record = TrialRecord<Float>(plan.cell(plan.plan.populations.map(\.dynamics)), steps: steps)
        var encoder = StimulusEncoder(network, steps: steps)
        var spikes = 0
        // With the weights of the start, and with those of two batches.
        for batch in 0..<3 {
            let graph = try Pipeline(to: chip, LoweringOptions()).run(network.learned(plan.plan, machine.parameters))
            try withTemporaryDirectory { directory in
                _ = try family(of: chip).write(graph, to: "\(directory)/out", threads: 1)
                var emulator = try bootArtifact("\(directory)/out", threads: 1)
                for trial in 0..<4 {
                    let stimulus = encoder.stimulus(samples, 4 * batch + trial, presentation: 0)
                    machine.run(
                        EPropTrial(
                            inputs: plan.inputs(stimulus), learns: true, isMeasured: false, rate: 1,
                            random: Philox(seed: 1, purpose: "test"),
                            windows: samples.windows(4 * batch + trial, skip: 240, steps: steps), error: { _, _, _ in false }),
                        into: record)
                    emulator.reset()
                    let recording = try emulator.run(
                        stimulus, steps: steps, record: RecordingRequest(spikes: ["lif", "alif"], membranes: ["out"]))
                    for (index, population) in plan.hidden {
                        let own = (0..<steps).flatMap { step in
                            record.spikes(step).map { [step, Int(record.neurons[$0]) - population] }
                                .filter { (0..<plan.plan.populations[index].size).contains($0[1]) }
                        }
                        let its = (recording.spikes[plan.plan.populations[index].name] ?? []).map { [Int($0.step), Int($0.neuron)] }
                        #expect(own == its, "batch \(batch), trial \(trial), \(plan.plan.populations[index].name)")
                        spikes += own.count
                    }
                    let membranes = recording.membranes["out"] ?? []
                    let isSame =
                        membranes.count == 2 * steps
                        && membranes.indices.allSatisfy {
                            abs(membranes[$0] - Double(record.readout.pointer[$0])) <= 1e-6 * abs(membranes[$0]) + 1e-9
                        }
                    #expect(isSame, "batch \(batch), trial \(trial): readouts differ")
                }
            }
            let before = machine.parameters
            machine.step(trials: 4)
            #expect(machine.parameters != before)
        }
        #expect(spikes > 1000)
    }

    static func trainer(_ network: Network) throws -> any Trainer {
        let chip = try chip(named: "spinnaker2")
        var request = TrainingRequest(network: network, samples: try samples(network).train)
        let numbers = try QuantizedForward(network, Quantization(to: chip))
        request.lowered = numbers
        request.hardware = try family(of: chip).learningHardware(of: chip, numbers: numbers)
        return try EProp.makeTrainer(request)
    }

    @Test func `a checkpoint resumes to the same bits, and updates point as floating e-prop's do`() throws {
        let compare = OptionTree.Entry("compare", OptionTree(.number(1, unit: "")))
        let average = OptionTree.Entry("average", OptionTree(.map([.init("decay", OptionTree(.number(0.9, unit: "")))])))
        let network = Self.network([Self.rates(0.02), compare, average])
        let straight = try Self.trainer(network)
        _ = try straight.runEpoch { _ in true }
        try withTemporaryDirectory { folder in
            try straight.state.write(to: folder + "/training.h5")
            let second = try Self.trainer(network)
            try second.restore(TrainerState(readingFrom: folder + "/training.h5"))
            _ = try straight.runEpoch { _ in true }
            _ = try second.runEpoch { _ in true }
            #expect(second.state == straight.state)
            #expect(second.network == straight.network)
        }
        // The rates of the batch before stand for the trial's own.
        #expect(straight.curve.cosine.count >= 8 && straight.curve.cosine.allSatisfy { $0.cosine > 0.7 }, "\(straight.curve.cosine)")
        #expect(straight.notes.contains { $0.id == "on-chip-single-precision" && $0.message.contains("of up to 28 bytes") })
        let one = try straight.evaluate(Self.samples(network).test)
        #expect(one.samples == 64 && one.loss.isFinite)
    }

    @Test func `without the firing-rate term the gradient is that of floating e-prop`() throws {
        let compare = OptionTree.Entry("compare", OptionTree(.number(1, unit: "")))
        let trainer = try Self.trainer(Self.network([compare]))
        _ = try trainer.runEpoch { _ in true }
        #expect(trainer.curve.cosine.allSatisfy { $0.cosine > 0.999 }, "\(trainer.curve.cosine)")
    }

    static func refusal(_ network: Network, on name: String = "spinnaker2") throws -> [Diagnostic] {
        let chip = try chip(named: name)
        let (hardware, program) = (try hardware(network, chip), try program(network))
        let error = #expect(throws: DiagnosticsError.self) { _ = try hardware.machine(for: program) }
        #expect(error?.isRefusal == true)
        return error?.diagnostics ?? []
    }

    @Test func `what the memory of the cores cannot hold is refused with numbers`() throws {
        let wide = try Self.refusal(Self.network(size: 4, inputs: 4000))
        #expect(wide.map(\.id) == ["on-chip-memory"])
        #expect(wide[0].message.contains("learns 4007 synapses of 28 bytes") && wide[0].message.contains("98304"), "\(wide[0].message)")
        let large = try Self.refusal(Self.network(size: 400))
        #expect(large.map(\.id) == ["on-chip-memory"])
        #expect(large[0].message.contains("'spinnaker2' has 152"), "\(large[0].message)")
    }

    @Test func `what the program does not do is refused, all of it`() throws {
        let precision = OptionTree.Entry("precision", OptionTree(.map([.init("weights", OptionTree(.number(8, unit: "")))])))
        let adaptive = OptionTree.Entry("feedback", OptionTree(.text("adaptive")))
        let refusals = try Self.refusal(Self.network([precision, adaptive]))
        #expect(refusals.map(\.id) == ["on-chip-eprop-program", "on-chip-eprop-program"])
    }

    @Test func `the exponential of the core is that of the C library to two units`() {
        for index in 0...20_000 {
            let x = -Float(index) * 0.004
            let (own, exact) = (SinglePrecisionReadout.exponential(x), exp(Double(x)))
            #expect(abs(Double(own) - exact) <= 2 * Double(Float(exact).ulp), "\(x)")
        }
        #expect(SinglePrecisionReadout.exponential(-100) == 0)
    }
}
