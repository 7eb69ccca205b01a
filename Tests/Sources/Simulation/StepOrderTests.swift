import Networks
import Numerics
import Simulation
import Testing

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Random networks against a plain interpreter of the step that `Dynamics` documents: one neuron at a time, one list of all synapses,
/// no parts, no vectors, no tables.
struct PlainInterpreter {
    var network: Network
    var spikes: [String: [Recording.Spike]] = [:]
    var membranes: [String: [Double]] = [:]

    mutating func run(_ stimulus: Stimulus, steps: Int) {
        struct Synapse {
            var source: Int
            var target: Int
            var weight: Double
            var delay: Int
            var receptor: Int
        }
        let models = network.populations.ids.map { network.dynamics(of: $0) }
        let synapses = network.projections.ids.map { id -> [Synapse] in
            let rows = SynapseRows(id, of: network)
            var row = SynapseRow()
            return (0..<rows.sourceCount).flatMap { source -> [Synapse] in
                rows.read(source, into: &row)
                return (0..<row.count).map { k in
                    let receptor =
                        switch network.projections[id].receptor {
                        case .excitatory: 0
                        case .inhibitory: 1
                        case .bySign: row.weights[k] >= 0 ? 0 : 1
                        }
                    return Synapse(
                        source: source, target: Int(row.targets[k]), weight: Double(row.weights[k]), delay: Int(row.delays[k]),
                        receptor: receptor)
                }
            }
        }
        var sent = network.populations.map { _ in [[Double]]() }  // [population][step][neuron]: values sent
        var v = models.map { $0?.initialMembrane ?? [] }
        var i = models.map { m in (0..<2).map { _ in [Double](repeating: 0, count: m?.count ?? 0) } }
        var x = i
        var a = models.map { [Double](repeating: 0, count: $0?.count ?? 0) }
        var z = a
        var held = models.map { [Int](repeating: 0, count: $0?.count ?? 0) }
        for t in 0..<steps {
            var g = i.map { $0.map { $0.map { _ in 0.0 } } }
            for id in network.projections.ids {
                let (pre, post) = (network.projections[id].pre.index, network.projections[id].post.index)
                for s in synapses[id.index] where t - s.delay >= 0 {
                    let value = sent[pre][t - s.delay][s.source]
                    if value != 0 { g[post][s.receptor][s.target] += value * s.weight }
                }
            }
            for id in network.populations.ids {
                let q = id.index
                let population = network.populations[id]
                var out = [Double](repeating: 0, count: population.size)
                guard let m = models[q] else {
                    if let events = stimulus.populations.first(where: { $0.name == population.name })?.events, t < events.steps {
                        for k in events.offsets[t]..<events.offsets[t + 1] {
                            out[Int(events.neurons[Int(k)])] += events.values.isEmpty ? 1 : Double(events.values[Int(k)])
                        }
                    }
                    sent[q].append(out)
                    continue
                }
                for n in 0..<m.count {
                    func arrive() {
                        for r in 0..<2 {
                            if m.synapse == .alpha {
                                let old = x[q][r][n]
                                x[q][r][n] = m.currentDecay[r][n] * old + m.alphaJump[r][n] * g[q][r][n]
                                i[q][r][n] = m.currentDecay[r][n] * i[q][r][n] + m.alphaFeed[r][n] * old
                            } else {
                                i[q][r][n] = m.currentDecay[r][n] * i[q][r][n] + g[q][r][n]
                            }
                        }
                    }
                    if m.order == .arrivalsFirst { arrive() }
                    let kept = v[q][n] - (m.reset == .subtractNext ? m.threshold[n] * z[q][n] : 0)
                    var next = m.membraneDecay[n] * v[q][n] + m.drive[n] - (m.reset == .subtractNext ? m.threshold[n] * z[q][n] : 0)
                    for r in 0..<2 { next += m.currentGain[r][n] * i[q][r][n] + m.alphaGain[r][n] * x[q][r][n] }
                    if m.order == .membraneFirst { arrive() }
                    a[q][n] = m.adaptationDecay[n] * a[q][n] + z[q][n]
                    z[q][n] = 0
                    if m.isRate {
                        v[q][n] = next
                        out[n] = next > 0 ? next : m.negativeSlope[n] * next
                        continue
                    }
                    if held[q][n] > 0 {
                        held[q][n] -= 1
                        v[q][n] = kept
                        continue
                    }
                    v[q][n] = next
                    let limit = m.threshold[n] + m.beta[n] * a[q][n]
                    if m.spikes, m.comparison == .above ? next > limit : next >= limit {
                        out[n] = 1
                        z[q][n] = 1
                        held[q][n] = m.refractorySteps[n]
                        if m.reset == .toValue { v[q][n] = m.resetValue[n] } else if m.reset == .subtract { v[q][n] = next - limit }
                        spikes[population.name, default: []].append(Recording.Spike(step: Int32(t), neuron: Int32(n)))
                    }
                }
                membranes[population.name, default: []] += zip(v[q], m.rest).map { $0 + $1 }
                sent[q].append(out)
            }
        }
    }
}

/// A random recurrent network over every choice that a neuron model leaves.
func randomNetwork(_ seed: Int) -> Network {
    let random = Philox(seed: UInt64(seed), purpose: "random network")
    var draws = 0
    func pick<Value>(_ values: [Value]) -> Value {
        draws += 1
        return values[random.integer(draws, below: values.count)]
    }
    var populations: Table<Population> = [
        Population("in", shape: [pick([5, 30, 61])], cell: .input), Population("graded", shape: [9], cell: .input),
    ]
    let kinds: [NeuronModel.Kind] = [
        .leaky, .adaptive, .integrateAndFire, .currentExponential, .currentDelta, .currentAlpha, .leakyReadout, .rate,
    ]
    for index in 0..<3 {
        let kind = kinds[(seed + 3 * index) % kinds.count]
        var model = NeuronModel(kind)
        model.reset = pick(NeuronModel.Reset.allCases)
        model.comparison = pick(NeuronModel.Comparison.allCases)
        model.order = pick(NeuronModel.Order.allCases)
        model.integration = pick(NeuronModel.Integration.allCases)
        for parameter in kind.parameters {
            switch parameter.name {
            case .tauRefrac: model[.tauRefrac] = pick([.uniform(0), .uniform(3), .drawn(.uniformInteger(low: 0, high: 4))])
            case .tauSyn: model[.tauSyn] = pick([.uniform(0), .uniform(4)])
            case .tauSynE: model[.tauSynE] = .uniform(3)
            case .tauSynI: model[.tauSynI] = pick([.uniform(3), .uniform(7)])
            case .vThresh: model[.vThresh] = pick([.uniform(1), .drawn(.uniform(low: 0.7, high: 1.4))])
            case .vRest, .vInit, .vReset: model[parameter.name] = .uniform(0)
            case .bias, .iOffset: model[parameter.name] = .drawn(.uniform(low: 0, high: 0.04))
            case .negativeSlope: model[.negativeSlope] = pick([.uniform(0), .uniform(0.2)])
            default: break
            }
        }
        populations.append(Population("n\(index)", shape: [pick([1, 16, 37, 50])], cell: .neuron(model)))
    }
    var projections: Table<Projection> = []
    for pre in 0..<5 {
        for post in 2..<5 {
            let (n, m) = (populations[ID(pre)].size, populations[ID(post)].size)
            let connector: Connector = pick([
                .allToAll(allowSelf: false), .fixedProbability(0.3, allowSelf: true), .fixedTotalNumber(n * m / 4 + 1, allowSelf: true),
                .fixedNumberPre(min(n, 3), withReplacement: false, allowSelf: true),
            ])
            let delay: ValueRule = pick([.constant(1), .constant(3), .drawn(.uniformInteger(low: 1, high: 6))])
            let sigma = 1.5 / Double(n).squareRoot()
            let weight: ValueRule = pick([.drawn(.normal(mean: sigma / 4, sigma: sigma)), .constant(sigma / 2)])
            projections.append(
                Projection(
                    "p\(pre)\(post)", from: ID(pre), to: ID(post), connector, weight: weight, delay: delay,
                    receptor: pick(Receptor.allCases)))
        }
    }
    return Network(name: "random", seed: UInt64(seed), populations: populations, projections: projections)
}

/// Spikes for `in`, values for `graded` that change now and then.
func randomStimulus(_ network: Network, steps: Int) -> Stimulus {
    let random = Philox(seed: network.seed, purpose: "random stimulus")
    let size = network.populations[ID(0)].size
    var spikes = Stimulus.Events(offsets: [0], neurons: [])
    var values = Stimulus.Events(offsets: [0], neurons: [], values: [])
    for step in 0..<steps {
        for neuron in 0..<size where random.uniform(step * size + neuron) < 0.15 { spikes.neurons.append(Int32(neuron)) }
        spikes.offsets.append(Int32(spikes.neurons.count))
        for neuron in 0..<9 {
            values.neurons.append(Int32(neuron))
            values.values.append(Float(random.split(1).uniform(step / 13 * 9 + neuron)))
        }
        values.offsets.append(Int32(values.neurons.count))
    }
    return Stimulus([("in", spikes), ("graded", values)])
}

@Suite struct StepOrderTests {
    @Test(arguments: 0..<48) func theEngineDoesWhatDynamicsSays(_ seed: Int) throws {
        let network = randomNetwork(seed)
        let stimulus = randomStimulus(network, steps: 80)
        var plain = PlainInterpreter(network: network)
        plain.run(stimulus, steps: 80)
        let names: Set<String> = ["n0", "n1", "n2"]
        let engine = try ReferenceEngine<Double>(network)
        let recording = try engine.run(stimulus, steps: 80, record: RecordingRequest(spikes: names, membranes: names))
        for name in names.sorted() {
            #expect(recording.spikes[name] == plain.spikes[name] ?? [], "\(name) of network \(seed)")
            let differences = zip(recording.membranes[name]!, plain.membranes[name]!).map { abs($0 - $1) / max(1, abs($1)) }
            #expect(differences.max()! < 1e-11, "\(name) of network \(seed)")
        }
    }
}
