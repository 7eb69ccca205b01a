import Diagnostics
import Networks
import Numerics
import Simulation
import Testing

@Suite struct ReferenceEngineTests {
    static let names: Set<String> = ["n0", "n1", "n2"]
    static let everything = RecordingRequest(spikes: names.union(["in"]), membranes: names)

    @Test(arguments: 0..<8) func resultsAreTheSameForAnyNumberOfThreads(_ seed: Int) throws {
        let network = randomNetwork(seed)
        let stimulus = randomStimulus(network, steps: 60)
        let one = try ReferenceEngine<Float>(network).run(stimulus, steps: 60, record: Self.everything)
        for threads in 2...4 {
            let engine = try ReferenceEngine<Float>(network, threads: threads, leastWork: 0)
            #expect(engine.threads == threads)
            #expect(try engine.run(stimulus, steps: 60, record: Self.everything) == one, "\(threads) threads")
        }
    }

    @Test(arguments: 0..<8) func aRunInPiecesIsTheRun(_ seed: Int) throws {
        let network = randomNetwork(seed)
        let stimulus = randomStimulus(network, steps: 60)
        let engine = try ReferenceEngine<Double>(network)
        let whole = try engine.run(stimulus, steps: 60, record: Self.everything)
        engine.reset()
        #expect(try engine.run(stimulus, steps: 60, record: Self.everything) == whole, "after a reset")
        let copy = engine.copy()
        var pieces = try copy.run(Self.part(stimulus, 0..<25), steps: 25, record: Self.everything)
        let rest = try copy.run(Self.part(stimulus, 25..<60), steps: 35, record: Self.everything)
        for (name, spikes) in rest.spikes {
            pieces.spikes[name]! += spikes.map { Recording.Spike(step: $0.step + 25, neuron: $0.neuron) }
        }
        for (name, membranes) in rest.membranes { pieces.membranes[name]! += membranes }
        #expect(pieces.spikes == whole.spikes)
        #expect(pieces.membranes == whole.membranes)
    }

    static func part(_ stimulus: Stimulus, _ steps: Range<Int>) -> Stimulus {
        Stimulus(
            stimulus.populations.map { name, events in
                let (low, high) = (events.offsets[steps.lowerBound], events.offsets[steps.upperBound])
                return (
                    name,
                    Stimulus.Events(
                        offsets: events.offsets[steps.lowerBound...steps.upperBound].map { $0 - low },
                        neurons: Array(events.neurons[Int(low)..<Int(high)]),
                        values: events.values.isEmpty ? [] : Array(events.values[Int(low)..<Int(high)]))
                )
            })
    }

    @Test func singlePrecisionStaysNearDouble() throws {
        // Without spikes nothing amplifies a rounding: 300 steps of 6e-8 each.
        var network = randomNetwork(3)
        for id in network.populations.ids { network.populations[id].cell.neuron?[.vThresh] = .uniform(1e6) }
        let stimulus = randomStimulus(network, steps: 300)
        let request = RecordingRequest(membranes: Self.names)
        let double = try ReferenceEngine<Double>(network).run(stimulus, steps: 300, record: request)
        let single = try ReferenceEngine<Float>(network).run(stimulus, steps: 300, record: request)
        for name in Self.names.sorted() {
            let scale = double.membranes[name]!.reduce(1) { max($0, abs($1)) }
            let largest = zip(double.membranes[name]!, single.membranes[name]!).reduce(0.0) { max($0, abs($1.0 - $1.1)) }
            #expect(largest < 2e-5 * scale, "\(name): \(largest) of \(scale)")
            #expect(largest > 0)
        }
    }

    @Test func replacedDynamicsAndRowsAct() throws {
        struct Doubled: RowSource {
            var rows: SynapseRows
            var sourceCount: Int { rows.sourceCount }
            var targetCount: Int { rows.targetCount }
            var maximumDelay: Int { rows.maximumDelay + 2 }
            func read(_ source: Int, into row: inout SynapseRow) {
                rows.read(source, into: &row)
                for k in 0..<row.count {
                    row.weights[k] *= 2
                    row.delays[k] += 2
                }
            }
        }
        let network = Network(
            name: "pair",
            populations: [
                Population("in", shape: [1], cell: .input),
                Population("n", shape: [3], cell: .neuron(NeuronModel(.leaky, [.vThresh: .uniform(100)]))),
            ], projections: [Projection("p", from: ID(0), to: ID(1), .allToAll(allowSelf: true), weight: .constant(3))])
        let once = Stimulus([("in", Stimulus.Events(offsets: [0, 1], neurons: [0]))])
        var dynamics = try #require(network.dynamics(of: ID(1)))
        dynamics.membraneDecay = [0.5, 0.5, 0.5]
        let rows = Doubled(rows: SynapseRows(ID(0), of: network))
        for threads in [1, 2] {
            let engine = try ReferenceEngine<Double>(
                network, threads: threads, dynamics: [ID(1): dynamics], rows: { _ in rows }, leastWork: 0)
            let membranes = try engine.run(once, steps: 5, record: RecordingRequest(membranes: ["n"])).membranes["n"]
            #expect(membranes == [0, 0, 0, 6, 3].flatMap { [$0, $0, $0] })
        }
    }

    @Test func valuesScaleWeightsAndRatesSendThem() throws {
        let network = Network(
            name: "rates",
            populations: [
                Population("in", shape: [2], cell: .input), Population("r", shape: [3], cell: .neuron(NeuronModel(.rate))),
                Population("out", shape: [1], cell: .neuron(NeuronModel(.rate))),
            ],
            projections: [
                Projection(
                    "a", from: ID(0), to: ID(1), .allToAll(allowSelf: true),
                    weight: .tensor(Tensor(shape: [2, 3], values: [1, -1, 0.5, 2, 0.25, -4]))),
                Projection("b", from: ID(1), to: ID(2), .allToAll(allowSelf: true), weight: .constant(10)),
            ])
        let events = Stimulus.Events(offsets: [0, 2, 4, 5], neurons: [0, 1, 0, 1, 1], values: [1, 2, 1, 2, -1])
        let engine = try ReferenceEngine<Double>(network)
        let recording = try engine.run(Stimulus([("in", events)]), steps: 5, record: RecordingRequest(membranes: ["r", "out"]))
        #expect(recording.membranes["r"] == [0, 0, 0, 5, -0.5, -7.5, 5, -0.5, -7.5, -2, -0.25, 4, 0, 0, 0])
        #expect(recording.membranes["out"] == [0, 0, 50, 50, 40])
    }

    @Test func sourcesSendWhatTheirStimulusHolds() throws {
        let network = Network(
            name: "sources", timestep: 0.5,
            populations: [
                Population("array", shape: [3], cell: .spikeSourceArray(times: [[0, 1, 1.1], [], [0.9, 20]])),
                Population("poisson", shape: [400], cell: .spikeSourcePoisson(rate: .uniform(50), start: 10, duration: 400)),
                Population("dense", shape: [40], cell: .spikeSourcePoisson(rate: .uniform(5000), start: 0, duration: 500)),
            ])
        let steps = 1000
        let names = RecordingRequest(spikes: ["array", "poisson", "dense"])
        let recording = try ReferenceEngine<Float>(network).run(Stimulus(), steps: steps, record: names)
        #expect(recording.spikes["array"] == [(0, 0), (2, 0), (2, 0), (2, 2), (40, 2)].map { Recording.Spike(step: $0, neuron: $1) })
        let poisson = try #require(recording.spikes["poisson"])
        #expect(poisson.allSatisfy { $0.step >= 20 && $0.step < 820 })
        #expect(abs(Double(poisson.count) - 8000) < 5 * 8000.0.squareRoot())
        // 2.5 expected spikes in a step: several of one neuron are several spikes.
        #expect(abs(Double(recording.spikes["dense"]!.count) - 100_000) < 5 * 100_000.0.squareRoot())
        let stimulus = Stimulus(sourcesOf: network, steps: steps)
        #expect(try ReferenceEngine<Float>(network, threads: 3, leastWork: 0).run(stimulus, steps: steps, record: names) == recording)
        #expect(try ReferenceEngine<Float>(network, threads: 3, leastWork: 0).run(Stimulus(), steps: steps, record: names) == recording)
    }

    @Test func mistakesInARunAreListed() throws {
        let engine = try ReferenceEngine<Float>(randomNetwork(0))
        let stimulus = Stimulus([
            ("inn", Stimulus.Events(offsets: [0], neurons: [])), ("in", Stimulus.Events(offsets: [0, 1], neurons: [99])),
            ("graded", Stimulus.Events(offsets: [0, 3], neurons: [1])),
        ])
        do throws(DiagnosticsError) {
            _ = try engine.run(stimulus, steps: 3, record: RecordingRequest(spikes: ["n7"], membranes: ["in"]))
            Issue.record("accepted")
        } catch {
            #expect(
                error.diagnostics.map(\.id) == [
                    "simulation-broken-input", "simulation-input-outside", "simulation-unknown-input", "simulation-unknown-population",
                    "simulation-no-membrane",
                ])
            #expect(error.diagnostics[2].help?.hasPrefix("did you mean 'in'?") == true)
        }
    }
}
