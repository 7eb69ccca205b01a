import Networks
import Numerics

/// Draws networks that use every part of the description, each from its seed alone.
struct RandomNetworks {
    private var random: Philox
    private var index = 0

    init(seed: UInt64) { random = Philox(seed: seed, purpose: "test/random-networks") }

    static func network(_ seed: UInt64) -> Network {
        var draws = RandomNetworks(seed: seed)
        return draws.network()
    }

    private mutating func below(_ bound: Int) -> Int {
        index += 1
        return random.integer(index, below: bound)
    }

    private mutating func chance(_ probability: Double) -> Bool {
        index += 1
        return random.uniform(index) < probability
    }

    /// A number that is not round, so that printing must keep every digit.
    private mutating func real(_ low: Double, _ high: Double) -> Double {
        index += 1
        let value = low + (high - low) * random.uniform(index)
        return chance(0.5) ? value.rounded(.up) : value
    }

    private mutating func pick<Element>(_ elements: [Element]) -> Element { elements[below(elements.count)] }

    mutating func network() -> Network {
        var network = Network(
            name: "random_\(below(1000))", timestep: pick([1, 0.1, 0.5, 2, 0.3, 1.0 / 3]), seed: random.bits(0), steps: 1 + below(100_000))
        network.populations.append(Population("image", shape: [1 + below(3), 5 + below(4), 5 + below(4)], cell: .input))
        for index in 1...(2 + below(4)) { network.populations.append(population(index, network.timestep)) }
        for index in 0..<(1 + below(6)) {
            if let projection = projection(index, network) { network.projections.append(projection) }
        }
        addConvolution(to: &network)
        if chance(0.7) {
            network.task = task(network.timestep)
            network.readout = readout(network)
            if chance(0.5) { network.learning = learning() }
        }
        if chance(0.5) {
            network.fidelity = FidelitySpecification(maximumDrop: real(0, 0.9), samples: chance(0.5) ? 1 + below(100) : nil)
        }
        if chance(0.3) { network.published = ["97.5 % on Loihi (somebody 2020)", "no: \"quotes\", # and [brackets]"] }
        return network
    }

    private mutating func population(_ index: Int, _ timestep: Double) -> Population {
        let shape = chance(0.5) ? [1 + below(7)] : [1 + below(3), 1 + below(4)]
        var population = Population("p\(index)", shape: shape, cell: .input)
        switch below(8) {
        case 0:
            population.cell = .spikeSourceArray(
                times: (0..<population.size).map { _ in (0..<below(4)).map { _ in real(0, 50) }.sorted() })
        case 1:
            population.cell = .spikeSourcePoisson(
                rate: parameter(1, 300, population.size), start: real(0, 9), duration: chance(0.5) ? 1e10 : real(1, 50))
        default:
            population.cell = .neuron(neuron(population.size))
            if !population.cell.neuron!.kind.rawValue.hasPrefix("if_"), chance(0.5) { population.units = .normalized }
        }
        if let kind = population.cell.neuron?.kind {
            let known: [Recordable] = kind == .rate ? [.v] : kind == .leakyReadout ? [.v, .i] : [.spikes, .v, .i]
            for recordable in known where chance(0.4) { population.record.insert(recordable) }
        }
        return population
    }

    private mutating func parameter(_ low: Double, _ high: Double, _ size: Int) -> Parameter {
        switch below(4) {
        case 0: .perNeuron((0..<size).map { _ in real(low, high) })
        case 1: .drawn(.uniform(low: low, high: real(low + 0.25 * (high - low), high)))
        default: .uniform(real(low, high))
        }
    }

    private mutating func neuron(_ size: Int) -> NeuronModel {
        var model = NeuronModel(pick(NeuronModel.Kind.allCases))
        for definition in model.kind.parameters where chance(0.5) {
            switch definition.name {
            case .vThresh: model[.vThresh] = parameter(2, 5, size)
            case .vRest: model[.vRest] = parameter(-80, -70, size)
            case .vReset: model[.vReset] = parameter(-80, -70, size)
            default: model[definition.name] = parameter(1, 50, size)
            }
        }
        if chance(0.7) {
            model.integration = pick(NeuronModel.Integration.allCases)
            model.reset = pick(NeuronModel.Reset.allCases)
            model.comparison = pick(NeuronModel.Comparison.allCases)
            model.order = pick(NeuronModel.Order.allCases)
            model.inputScaling = pick(NeuronModel.InputScaling.allCases)
            model.refractory = pick(NeuronModel.Refractory.allCases)
            model.resetAmount = pick(NeuronModel.ResetAmount.allCases)
            model.adaptationScaling = pick(NeuronModel.InputScaling.allCases)
        }
        return model
    }

    private mutating func projection(_ index: Int, _ network: Network) -> Projection? {
        let targets = network.populations.ids.filter { !network.populations[$0].cell.isSource }
        let sources = network.populations.ids.filter { network.populations[$0].cell.neuron?.kind != .leakyReadout }
        guard !targets.isEmpty else { return nil }
        let (pre, post) = (pick(sources), pick(targets))
        let (m, n) = (network.populations[pre].size, network.populations[post].size)
        let (connector, shape) = connector(m, n)
        let isExcitatory = chance(0.2)
        return Projection(
            chance(0.3) && network.projection(named: defaultName(pre, post, network)) == nil
                ? defaultName(pre, post, network) : "projection-\(index)",
            from: pre, to: post, connector, weight: isExcitatory ? .constant(real(0, 2)) : weight(shape),
            delay: delay(shape, network.timestep), receptor: isExcitatory ? .excitatory : .bySign, isTrainable: chance(0.7))
    }

    private func defaultName(_ pre: ID<Population>, _ post: ID<Population>, _ network: Network) -> String {
        "\(network.populations[pre].name)->\(network.populations[post].name)"
    }

    /// A connector, and the shape of numbers that it takes.
    private mutating func connector(_ m: Int, _ n: Int) -> (Connector, [Int]?) {
        switch below(7) {
        case 0: return m == n ? (.oneToOne, [n]) : (.allToAll(allowSelf: true), [m, n])
        case 1: return (.fixedProbability(real(0, 1), allowSelf: chance(0.5)), nil)
        case 2: return (.fixedNumberPre(below(m), withReplacement: chance(0.5), allowSelf: chance(0.5)), nil)
        case 3: return (.fixedNumberPost(below(n), withReplacement: chance(0.5), allowSelf: true), nil)
        case 4: return (.fixedTotalNumber(m > 1 ? below(100) : 0, allowSelf: chance(0.5)), nil)
        case 5:
            var pairs: [Connector.Pair] = []
            for source in 0..<m {
                for target in 0..<n where chance(0.3) { pairs.append(.init(source: Int32(source), target: Int32(target))) }
            }
            return (.list(pairs), [pairs.count])
        default: return (.allToAll(allowSelf: chance(0.5)), [m, n])
        }
    }

    private mutating func weight(_ shape: [Int]?) -> ValueRule {
        if let shape, chance(0.5) {
            return .tensor(Tensor(shape: shape, values: (0..<shape.reduce(1, *)).map { _ in Float(real(-1, 1)) }))
        }
        return chance(0.3) ? .constant(real(-2, 2)) : .drawn(distribution(0, 3))
    }

    private mutating func delay(_ shape: [Int]?, _ timestep: Double) -> ValueRule {
        switch below(4) {
        case 0: return .constant(Double(1 + below(60)))
        case 1:
            // Seen from the file, delays are times: only what division by the timestep gives can have been read.
            return .drawn(inSteps(distribution(3 * timestep, 20 * timestep), timestep))
        case 2:
            guard let shape else { return .constant(1) }
            return .tensor(Tensor(shape: shape, values: (0..<shape.reduce(1, *)).map { _ in Float(1 + below(60)) }))
        default: return .constant(1)
        }
    }

    private func inSteps(_ distribution: Distribution, _ timestep: Double) -> Distribution {
        switch distribution {
        case .uniform(let low, let high): .uniform(low: low / timestep, high: high / timestep)
        case .uniformInteger: .uniformInteger(low: 2, high: 9)
        case .normal(let mean, let sigma): .normal(mean: mean / timestep, sigma: sigma / timestep)
        case .normalClipped(let mean, let sigma, let low, let high):
            .normalClipped(mean: mean / timestep, sigma: sigma / timestep, low: low / timestep, high: high / timestep)
        case .normalClippedToBoundary(let mean, let sigma, let low, let high):
            .normalClippedToBoundary(mean: mean / timestep, sigma: sigma / timestep, low: low / timestep, high: high / timestep)
        case .lognormal: .lognormal(mean: 1.25, sigma: 0.1)
        case .exponential(let mean): .exponential(mean: mean / timestep)
        }
    }

    private mutating func distribution(_ low: Double, _ high: Double) -> Distribution {
        let middle = low + (high - low) / 2
        let spread = (high - low) / 8
        switch below(7) {
        case 0: return .uniform(low: low, high: real(middle, high))
        case 1: return .uniformInteger(low: below(5), high: 5 + below(5))
        case 2: return .normal(mean: real(low, high), sigma: spread)
        case 3: return .normalClipped(mean: middle, sigma: spread, low: low, high: high)
        case 4: return .normalClippedToBoundary(mean: middle, sigma: real(0, spread), low: low, high: high)
        case 5: return .lognormal(mean: real(-1, 1), sigma: real(0, 0.5))
        default: return .exponential(mean: real(low + spread, high))
        }
    }

    /// A convolution and a pooling behind the input, with the populations that they need.
    private mutating func addConvolution(to network: inout Network) {
        let shape = network.populations[ID(0)].shape
        let convolution = Convolution(
            kernel: [1 + below(3), 1 + below(3)], stride: [1 + below(2), 1 + below(2)], padding: [below(2), below(2)],
            dilation: [1, 1 + below(2)],
            groups: chance(0.5) ? shape[0] : 1)
        let channels = shape[0] * (1 + below(2))
        let size = convolution.outputSize(of: Array(shape.dropFirst()))
        let convolved = network.populations.append(Population("convolved", shape: [channels] + size, cell: .neuron(NeuronModel(.leaky))))
        let kernel = [channels, shape[0] / convolution.groups] + convolution.kernel
        network.projections.append(
            Projection("convolution", from: ID(0), to: convolved, .convolution(convolution), weight: weight(kernel), delay: .constant(2)))
        let pooling = Pooling(chance(0.5) ? .sum : .average, window: [1, 2], stride: [1, 1 + below(2)])
        guard size[1] >= 2 else { return }
        let pooled = network.populations.append(
            Population("pooled", shape: [channels] + pooling.outputSize(of: size), cell: .neuron(NeuronModel(.integrateAndFire))))
        network.projections.append(
            Projection("pooling", from: convolved, to: pooled, .pooling(pooling), weight: .constant(real(0, 1)), isTrainable: chance(0.5)))
    }

    private mutating func task(_ timestep: Double) -> Task {
        let steps = 10 + below(100)
        let encoder: Encoder =
            switch below(8) {
            case 0: .poisson(maximum: real(1, 300))
            case 1: .regular(maximum: real(1, 300))
            case 2: .latency(first: below(4), last: 5 + below(5), threshold: pick([0, 0.1, 1.0 / 3]))
            case 3: .direct(gain: real(-3, 3))
            case 4: .series(gain: real(-3, 3))
            case 5: .schedule(segments: [1 + below(50), 1 + below(50)], maximum: real(1, 100))
            case 6: .thresholdCrossing(levels: 1 + below(50), steps: 1 + below(3), cue: below(20))
            default: .spikes
            }
        let data: DataSource =
            switch below(6) {
            case 0: .named("mnist")
            case 1: .generated(.yinYang(train: 1 + below(100), test: 1 + below(100), seed: UInt64(2 + below(1000))))
            case 2: .generated(.trials(.init(pick(DataSource.TrialGenerator.Kind.allCases), train: 5, test: 7, seed: 9)))
            case 3:
                .generated(.trials(.init(.evidenceAccumulation, train: 5, test: 7, seed: 9, values: ["cues": 3, "delay": real(20, 30)])))
            case 4: .files(.init(format: .csv, samples: "data/a b.csv", scale: 16))
            default:
                .files(.init(format: .npy, samples: "x.npy", labels: "y.npy", testSamples: "x-test.npy", testLabels: "y-test.npy"))
            }
        var split = Split.given
        if case .files(let files) = data, files.testSamples == nil { split = chance(0.5) ? .fraction(real(0.1, 0.8)) : .tail(0.25) }
        if case .fraction(1) = split { split = .fraction(0.5) }
        var length = steps
        if case .schedule(let segments, _) = encoder { length = segments.reduce(0, +) }
        return Task(data: data, encoder: encoder, input: ID(0), split: split, steps: length)
    }

    private mutating func readout(_ network: Network) -> Readout {
        let neurons = network.populations.ids.filter { !network.populations[$0].cell.isSource }
        let id = pick(neurons)
        let spikes = network.populations[id].cell.neuron?.spikes ?? false
        let decode: Readout.Decode = spikes ? pick(Readout.Decode.allCases) : pick([.maximalMembrane, .meanMembrane])
        return Readout(id, decode, skip: below(5))
    }

    private mutating func learning() -> LearningSpecification {
        func tree(_ value: OptionTree.Value) -> OptionTree { OptionTree(value) }
        let inner: [OptionTree.Entry] = [
            .init("rate", tree(.number(real(0, 1), unit: ""))), .init("tau", tree(.number(20, unit: "ms"))),
            .init("flag", tree(.flag(true))),
        ]
        return LearningSpecification(
            rule: "bptt",
            options: tree(
                .map([
                    .init("optimizer", tree(.map([.init("adam", tree(.map(inner)))]))),
                    .init("layers", tree(.list([tree(.text("one")), tree(.text("5")), tree(.text("a: b")), tree(.number(3, unit: ""))]))),
                    .init("empty", tree(.map([]))),
                ])))
    }
}
