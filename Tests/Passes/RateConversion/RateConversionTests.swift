import Chips
import Diagnostics
import FrontEnd
import Learning
import Networks
import Numerics
import Passes
import Simulation
import Support
import Targets
import Testing

/// Rate units beside the spiking neurons that they become: rates, answers, and what fails.
@Suite struct RateConversionTests {
    // MARK: Rates

    /// A stack of dense layers, or a convolution, a pooling and a dense layer, with weights and biases drawn from a seed.
    static func random(_ seed: UInt64, hasPooling: Bool) -> Network {
        var network = Network(name: "random", seed: seed)
        let image = network.populations.append(Population("image", shape: [1, 6, 6], cell: .input))
        let random = Philox(seed: seed, purpose: "test/biases")
        func units(_ name: String, _ shape: [Int]) -> ID<Population> {
            var model = NeuronModel(.rate)
            model[.bias] = .perNeuron((0..<shape.reduce(1, *)).map { 0.1 * random.normal($0) })
            return network.populations.append(Population(name, shape: shape, cell: .neuron(model), units: .normalized))
        }
        func connect(_ pre: ID<Population>, _ post: ID<Population>, _ connector: Connector, _ sigma: Double) {
            network.projections.append(
                Projection(
                    "\(pre.index)->\(post.index)", from: pre, to: post, connector,
                    weight: { if case .pooling = connector { .constant(1) } else { .drawn(.normal(mean: 0.2 * sigma, sigma: sigma)) } }()))
        }
        let first = units("first", hasPooling ? [4, 4, 4] : [30])
        let second = units("second", hasPooling ? [4, 2, 2] : [20])
        let out = units("out", [5])
        if hasPooling {
            connect(image, first, .convolution(Convolution(kernel: [3, 3], stride: [1, 1], padding: [0, 0], dilation: [1, 1])), 0.3)
            connect(first, second, .pooling(Pooling(seed.isMultiple(of: 2) ? .average : .sum, window: [2, 2], stride: [2, 2])), 1)
        } else {
            connect(image, first, .allToAll(allowSelf: true), 0.2)
            connect(first, second, .fixedProbability(0.5, allowSelf: true), 0.3)
        }
        connect(second, out, .allToAll(allowSelf: true), 0.4)
        network.task = Task(data: .named("none"), encoder: .direct(gain: 1), input: image, split: .given, steps: 4)
        network.readout = Readout(out, .meanMembrane, skip: 3)
        return network
    }

    static func samples(_ count: Int, size: Int) -> DataSamples {
        let random = Philox(seed: 9, purpose: "test/inputs")
        return DataSamples(
            table: .floats((0..<count * size).map { Float(random.uniform($0)) }), sampleSize: size, scale: 1, rows: Array(0..<Int32(count)),
            labels: [Int32](repeating: 0, count: count))
    }

    /// Mean distance of the neurons' rates from the units' activations over their scale, of units that are not cut off.
    static func rateError(_ network: Network, _ converted: Network, _ samples: DataSamples) throws -> Double {
        let (units, neurons) = (try ReferenceEngine<Double>(network), try ReferenceEngine<Double>(converted))
        let steps = try #require(converted.task).steps
        var (before, after) = (StimulusEncoder(network, steps: 4), StimulusEncoder(converted, steps: steps))
        var (sum, count) = (0.0, 0)
        for sample in 0..<samples.count {
            units.reset()
            neurons.reset()
            let activity = try units.run(
                before.stimulus(samples, sample), steps: 4, record: RecordingRequest(membranes: ["first", "second"]))
            let spikes = try neurons.run(
                after.stimulus(samples, sample), steps: steps, record: RecordingRequest(spikes: ["first", "second"]))
            for name in ["first", "second"] {
                let size = network.populations[try #require(network.population(named: name))].size
                let values = try #require(activity.membranes[name]).suffix(size).map { max(0, $0) }
                var counts = [Double](repeating: 0, count: size)
                for spike in spikes.spikes[name] ?? [] { counts[Int(spike.neuron)] += 1 }
                // The scale is what makes the largest activation one spike per step.
                let scale = values.max() ?? 1
                let rates = counts.map { $0 / Double(steps) }
                let largest = rates.max() ?? 1
                guard scale > 0, largest > 0 else { continue }
                for n in 0..<size {
                    sum += abs(values[n] / scale - rates[n] / largest)
                    count += 1
                }
            }
        }
        return sum / Double(max(1, count))
    }

    @Test(arguments: [1, 2, 3, 4] as [UInt64]) func `rates come closer to activations with every step`(seed: UInt64) throws {
        let network = Self.random(seed, hasPooling: seed > 2)
        let samples = Self.samples(6, size: 36)
        for input in RateConversion.Seeing.allCases {
            let errors = try [16, 64, 512].map { steps in
                try Self.rateError(
                    network, RateConversion(steps: steps, percentile: 1, input: input, samples: samples).run(network), samples)
            }
            #expect(errors[1] < errors[0] && errors[2] < errors[1], "\(errors) with \(input.rawValue) input")
            #expect(errors[2] < 0.02, "\(errors) with \(input.rawValue) input")
        }
    }

    // MARK: Answers

    /// 8 x 8 digits: a network of rate units, trained sparsely.
    static let digits: (network: Network, data: DataSet)? = {
        var network = Network(name: "digits", seed: 3)
        let image = network.populations.append(Population("image", shape: [8, 8], cell: .input))
        let hidden = network.populations.append(Population("hidden", shape: [60], cell: .neuron(NeuronModel(.rate)), units: .normalized))
        let digit = network.populations.append(Population("digit", shape: [10], cell: .neuron(NeuronModel(.rate)), units: .normalized))
        let normal = ValueRule.drawn(.normal(mean: 0, sigma: 0.15))
        network.projections.append(Projection("in", from: image, to: hidden, .allToAll(allowSelf: true), weight: normal))
        network.projections.append(Projection("out", from: hidden, to: digit, .allToAll(allowSelf: true), weight: normal))
        network.task = Task(data: .named("digits8x8"), encoder: .direct(gain: 1), input: image, split: .fraction(0.2), steps: 3)
        network.readout = Readout(digit, .meanMembrane, skip: 2)
        func entry(_ key: String, _ number: Double) -> OptionTree.Entry { .init(key, OptionTree(.number(number, unit: ""))) }
        let fraction = OptionTree(.map([.init("fraction", OptionTree(.map([entry("of", 0.3)])))]))
        network.learning = LearningSpecification(
            rule: "deep-rewiring",
            options: OptionTree(.map([.init("connections", fraction), entry("epochs", 12), entry("batch", 10), entry("rate", 0.3)])))
        guard let data = try? loadData(of: network, searchPath: DataSearch(folders: [Golden.repository + "/Models/data"])),
            let trainer = try? DeepRewiring.makeTrainer(TrainingRequest(network: network, samples: data.train))
        else { return nil }
        while trainer.epochsDone < trainer.epochs { _ = try? trainer.runEpoch { _ in true } }
        return (trainer.network, data)
    }()

    static func accuracy(_ network: Network, _ samples: DataSamples) throws -> Double {
        let engine = try ReferenceEngine<Double>(network)
        let (task, readout) = (try #require(network.task), try #require(network.readout))
        let population = network.populations[readout.population]
        var encoder = StimulusEncoder(network, steps: task.steps)
        var correct = 0
        for sample in 0..<samples.count {
            engine.reset()
            let recording = try engine.run(
                encoder.stimulus(samples, sample), steps: task.steps, record: RecordingRequest(for: readout, named: population.name))
            correct +=
                Decoding(readout, named: population.name, size: population.size, from: recording).label == Int(samples.labels[sample])
                ? 1 : 0
        }
        return Double(correct) / Double(samples.count)
    }

    @Test(arguments: RateConversion.Sending.allCases, [NeuronModel.Reset.subtract, .toValue])
    func `digits are told as well by spikes, the better the longer they are shown`(output: RateConversion.Sending, reset: NeuronModel.Reset)
        throws
    {
        let (network, data) = try #require(Self.digits)
        let reference = try Self.accuracy(network, data.test)
        #expect(reference > 0.93, "the rate network reaches \(reference)")
        let drops = try [4, 16, 192].map { steps in
            reference
                - (try Self.accuracy(
                    RateConversion(style: .init(reset: reset), steps: steps, output: output, samples: data.train).run(network), data.test))
        }
        #expect(drops[2] <= drops[0], "\(drops)")
        // Resetting to 0 forgets what lies above the threshold (Rueckauer et al. 2017).
        #expect(drops[2] <= (reset == .subtract ? 0.006 : 0.03), "\(drops)")
    }

    @Test func `without samples, the weights bound the activations`() throws {
        let (network, data) = try #require(Self.digits)
        let converted = try RateConversion(steps: 400).run(network)
        #expect(try Self.accuracy(converted, data.test.prefix(150)) > (try Self.accuracy(network, data.test.prefix(150))) - 0.05)
    }

    @Test func `a readout that spikes is lifted above 0, and the order of scores stays`() throws {
        var (network, data) = try #require(Self.digits)
        // Scores that are all below 0: no readout would spike.
        let readout = try #require(network.readout).population
        var model = try #require(network.populations[readout].cell.neuron)
        model[.bias] = .uniform(-30)
        network.populations[readout].cell = .neuron(model)
        let reference = try Self.accuracy(network, data.test)
        let converted = try RateConversion(steps: 192, output: .spikes, samples: data.train).run(network)
        #expect(reference - (try Self.accuracy(converted, data.test)) <= 0.012)
    }

    @Test(arguments: [0.5, 0.25]) func `a slow input sends by chance, with weights as much larger`(rate: Double) throws {
        let (network, data) = try #require(Self.digits)
        let fast = try RateConversion(samples: data.train).run(network)
        let slow = try RateConversion(inputRate: rate, samples: data.train).run(network)
        #expect(slow.task?.encoder == .poisson(maximum: 1000 * rate))
        let first = ID<Projection>(0)
        guard case .tensor(let one) = fast.projections[first].weight, case .tensor(let other) = slow.projections[first].weight else {
            Issue.record("the weights are no tensors")
            return
        }
        #expect(zip(one.values, other.values).allSatisfy { abs($0 / Float(rate) - $1) <= 1e-5 * abs($1) })
        #expect(try Self.accuracy(slow, data.test) >= (try Self.accuracy(network, data.test)) - 0.04)
        #expect(try #require(RateConversion(inputRate: 0.05, samples: data.train).run(network).task).steps == 320 + 2)
    }

    @Test func `the way from the host makes an input slow`() throws {
        let network = Self.random(1, hasPooling: false)
        var chip = try chip(named: "brainscales2")
        // 36 inputs with two labels each send 72 spikes in a µs at most.
        #expect(RateConversion().fitted(to: chip, for: network).inputRate == 1)
        guard case .crossbar(var crossbar) = chip.topology else { throw DiagnosticsError([]) }
        crossbar.hostEvents = 18
        chip.topology = .crossbar(crossbar)
        #expect(abs(RateConversion().fitted(to: chip, for: network).inputRate - 0.24) < 1e-9)
    }

    // MARK: In the loop

    @Test func `in the loop, rate units see weights in the steps that their spiking neurons would have`() throws {
        let network = Self.random(1, hasPooling: false)
        let forward = try QuantizedForward(network, Quantization(to: try chip(named: "loihi2")))
        let weights = (0..<50).map { Float($0 - 20) / 40 }
        let lowered = forward.weights(of: ID(0), from: weights)
        // Mixed signs: multiples of 2 up to 254 or 256.
        let largest = lowered.map(abs).max() ?? 0
        #expect(zip(weights, lowered).allSatisfy { abs($0 - $1) <= 0.75 / 127 / 2 * 1.01 })
        func areSteps(_ levels: Float) -> Bool {
            lowered.allSatisfy { abs($0 / largest * levels - ($0 / largest * levels).rounded()) < 0.02 }
        }
        #expect([126, 127, 128].contains { areSteps($0) })
    }

    @Test func `in the loop, activities are counts of spikes, inputs are payloads, and readouts stay`() throws {
        let network = Self.random(1, hasPooling: false)
        let forward = try QuantizedForward(network, Quantization(to: try chip(named: "loihi2")))
        let hidden = try #require(network.populations.ids.first { $0 != network.readout?.population && network.dynamics(of: $0) != nil })
        let values = (0..<2000).map { Double($0 - 500) / 1000 }
        let counts = forward.activities(of: hidden, from: values)
        let largest = try #require(counts.max())
        // 99.9 % of 2000 values: all but two.
        #expect(abs(largest - 1.497) < 1e-9)
        #expect(counts.allSatisfy { abs($0 / largest * 64 - ($0 / largest * 64).rounded()) < 1e-9 && $0 >= 0 })
        #expect(zip(values, counts).allSatisfy { abs(min(max($0, 0), largest) - $1) <= largest / 128 + 1e-9 })
        let readout = try #require(network.readout?.population)
        #expect(forward.activities(of: readout, from: values) == values)
        let input = try #require(network.task?.input)
        let sent = Set(forward.activities(of: input, from: (0...1000).map { Double($0) / 1000 }))
        #expect(sent.count == 128 || sent.count == 65, "\(sent.count) values of an input")
    }

    // MARK: What is refused

    @Test func `spiking networks stay as they are`() throws {
        var network = Self.random(1, hasPooling: false)
        for id in network.populations.ids where network.populations[id].cell.neuron != nil {
            network.populations[id].cell = .neuron(NeuronModel(.leaky))
        }
        #expect(try RateConversion().run(network) == network)
    }

    @Test func `an input of spikes, or none, is refused`() throws {
        var network = Self.random(1, hasPooling: false)
        network.task?.encoder = .poisson(maximum: 100)
        let encoder = #expect(throws: DiagnosticsError.self) { try RateConversion().run(network) }
        #expect(encoder?.diagnostics.map(\.id) == ["conversion-encoder"])
        network.task = nil
        let task = #expect(throws: DiagnosticsError.self) { try RateConversion().run(network) }
        #expect(task?.diagnostics.map(\.id) == ["conversion-no-task"])
    }
}
