import Diagnostics
import FrontEnd
import Networks
import Numerics
import Support
import Testing

/// What a description says is what the network holds.
@Suite struct NetworkReadingTests {
    /// A network of an input, a hidden and a readout population around the given lines.
    private func read(
        _ body: String, sourceLocation: SourceLocation = #_sourceLocation
    ) throws -> (network: Network, warnings: [Diagnostic]) {
        try readNetwork("spikewright: 1\nnetwork: test\n" + body, file: "test.yaml", folder: Golden.directory)
    }

    @Test func `the shipped digits model reads without a warning`() throws {
        let (network, warnings) = try readNetwork(at: Golden.repository + "/Models/digits.yaml")
        #expect(warnings.isEmpty)
        #expect(network.name == "digits")
        #expect(network.populations.map(\.name) == ["image", "hidden", "digit"])
        #expect(network.populations.map(\.shape) == [[8, 8], [128], [10]])
        #expect(network.projections.map(\.name) == ["image->hidden", "hidden->digit"])
        #expect(network.task?.data == .named("digits8x8"))
        #expect(network.task?.encoder == .regular(maximum: 250))
        #expect(network.task?.steps == 32)
        #expect(network.task?.input == ID(0))
        #expect(network.task?.split == .fraction(0.2))
        #expect(network.readout == Readout(ID(2), .spikeCount))
        #expect(network.learning?.rule == "bptt")
        #expect(network.fidelity == FidelitySpecification(maximumDrop: 0.01))
        let hidden = try #require(network.populations[ID(1)].cell.neuron)
        #expect(hidden.kind == .leaky)
        #expect(hidden[.tauM] == .uniform(16))
        #expect(hidden.reset == .toValue)
    }

    @Test func `units are converted and bare numbers are in PyNN's units`() throws {
        let network = try read(
            """
            setup: {timestep: 100 us}
            populations:
              a: {size: 2, cell: {if_curr_exp: {tau_m: 0.02 s, cm: 250 pF, v_rest: -0.07 V, i_offset: 500 pA, tau_syn_E: 2}}}
            projections:
              - {pre: a, post: a, connector: all_to_all, weight: 100 pA, delay: 1.5}
            """
        ).network
        let model = try #require(network.populations[ID(0)].cell.neuron)
        #expect(network.timestep == 0.1)
        #expect(model[.tauM] == .uniform(20))
        #expect(model[.cm] == .uniform(0.25))
        #expect(model[.vRest] == .uniform(-70))
        #expect(model[.iOffset] == .uniform(0.5))
        #expect(model[.tauSynE] == .uniform(2))
        #expect(network.projections[ID(0)].weight == .constant(0.1))
        #expect(network.projections[ID(0)].delay == .constant(15))
    }

    @Test func `every choice about dynamics can be made`() throws {
        let network = try read(
            """
            populations:
              a:
                size: 1
                units: normalized
                cell:
                  lif:
                    integration: euler
                    reset: subtract_next
                    threshold: at_or_above
                    order: membrane_first
                    input_scaling: one_minus_decay
            """
        ).network
        let model = try #require(network.populations[ID(0)].cell.neuron)
        #expect(model.integration == .euler)
        #expect(model.reset == .subtractNext)
        #expect(model.comparison == .atOrAbove)
        #expect(model.order == .membraneFirst)
        #expect(model.inputScaling == .oneMinusDecay)
    }

    @Test func `parameters are numbers, lists or distributions`() throws {
        let network = try read(
            """
            populations:
              a:
                shape: [2, 2]
                cell: {lif: {tau_m: [[10, 20], [30 ms, 0.04 s]], v_thresh: [1, 2, 3, 4], bias: {normal: {sigma: 0.5}}}}
            """
        ).network
        let model = try #require(network.populations[ID(0)].cell.neuron)
        #expect(model[.tauM] == .perNeuron([10, 20, 30, 40]))
        #expect(model[.vThresh] == .perNeuron([1, 2, 3, 4]))
        #expect(model[.bias] == .drawn(.normal(mean: 0, sigma: 0.5)))
    }

    @Test func `listed synapses are sorted with their weights and delays`() throws {
        let network = try read(
            """
            populations:
              a: {size: 3, cell: input}
              b: {size: 2, cell: lif}
            projections:
              - {pre: a, post: b, connector: {list: [[2, 0, 0.5, 2 ms], [0, 1, 1 mV, 1], [0, 0, -1, 3]]}}
            """
        ).network
        let projection = network.projections[ID(0)]
        #expect(projection.connector == .list([.init(source: 0, target: 0), .init(source: 0, target: 1), .init(source: 2, target: 0)]))
        #expect(projection.weight == .tensor(Tensor(shape: [3], values: [-1, 1, 0.5])))
        #expect(projection.delay == .tensor(Tensor(shape: [3], values: [3, 1, 2])))
    }

    @Test func `a convolution with the same padding keeps the size`() throws {
        let network = try read(
            """
            populations:
              a: {shape: [2, 6, 6], cell: input}
              b: {shape: [4, 6, 6], cell: lif}
              c: {shape: [4, 3, 3], cell: lif}
            projections:
              - {pre: a, post: b, connector: {conv2d: {kernel: 3, padding: same, groups: 2}}, weight: 0.1}
              - {pre: b, post: c, connector: {avg_pool: {window: 2}}}
            """
        ).network
        #expect(
            network.projections[ID(0)].connector
                == .convolution(Convolution(kernel: [3, 3], stride: [1, 1], padding: [1, 1], dilation: [1, 1], groups: 2)))
        #expect(network.projections[ID(1)].connector == .pooling(Pooling(.average, window: [2, 2], stride: [2, 2])))
        #expect(network.projections[ID(1)].weight == .constant(1))
        #expect(!network.projections[ID(1)].isTrainable)
    }

    @Test func `learning options keep their units, kinds and places`() throws {
        let network = try read(
            """
            populations: {a: {size: 1, cell: input}, b: {size: 1, cell: lif}}
            task: {data: yin_yang, encode: {latency: {duration: 30 ms, last: 20 ms}}}
            readout: {population: b}
            learning: {rule: eprop, rate: 1e-3, tau: 20 ms, symmetric: true, layers: [1, two]}
            """
        ).network
        let options = try #require(network.learning?.options.value)
        guard case .map(let entries) = options else {
            Issue.record("options are \(options)")
            return
        }
        #expect(entries.map(\.key) == ["rate", "tau", "symmetric", "layers"])
        #expect(entries[0].value.value == .number(1e-3, unit: ""))
        #expect(entries[1].value.value == .number(20, unit: "ms"))
        #expect(entries[2].value.value == .flag(true))
        #expect(entries[3].value.place?.start.line == 6)
        #expect(network.task?.encoder == .latency(first: 0, last: 20, threshold: 0))
        #expect(network.task?.split == .given)
    }

    @Test func `what is rounded is told with the numbers`() throws {
        let warnings = try read(
            """
            setup: {timestep: 1 ms, duration: 10.4 ms}
            populations:
              a: {size: 1, cell: {spike_source_array: {spike_times: [1, 2.5]}}}
              b: {size: 1, cell: {lif: {tau_refrac: 1.5}}}
            projections:
              - {pre: a, post: b, connector: one_to_one, weight: 1, delay: 2.3}
            """
        ).warnings
        #expect(
            warnings.map(\.id) == [
                "network-duration-rounded", "network-spike-time-rounded", "network-refractory-rounded", "network-delay-rounded",
            ])
        #expect(warnings.allSatisfy { $0.severity == .warning && $0.place != nil && $0.help != nil })
    }

    @Test func `several faults are told at once, in the order of the file`() {
        #expect {
            try read(
                """
                populations:
                  a: {size: 0, cell: input}
                  b: {size: 2, cell: {lif: {tau_m: -1}}}
                projections:
                  - {pre: a, post: c, connector: all_to_all, weight: 1}
                """)
        } throws: { error in
            let diagnostics = (error as? DiagnosticsError)?.diagnostics ?? []
            return diagnostics.map(\.id) == ["yaml-out-of-bounds", "network-parameter-range", "network-unknown-population"]
        }
    }
}

/// Time and memory stay in proportion to the file.
@Suite struct NetworkLimitTests {
    @Test func `many populations and projections are read in proportion`() throws {
        let count = 8000
        let populations = (0..<count).map { "  p\($0): {size: 1, cell: lif}" }.joined(separator: "\n")
        let projections = (0..<count).map { "  - {pre: p\($0), post: p\(count - 1 - $0), connector: one_to_one, weight: 1}" }
        let text = "spikewright: 1\nnetwork: many\npopulations:\n\(populations)\nprojections:\n\(projections.joined(separator: "\n"))\n"
        #expect(try readNetwork(text, file: "many.yaml").network.projections.count == count)
    }

    @Test func `numbers for the synapses between billions of neurons are refused at once`() throws {
        let text = """
            spikewright: 1
            network: large
            populations: {a: {size: 2000000000, cell: lif}}
            projections: [{pre: a, post: a, connector: {fixed_probability: {p: 0.5}}, weight: [1, 2]}]
            """
        let error = try #require(throws: DiagnosticsError.self) { try readNetwork(text, file: "large.yaml") }
        #expect(error.diagnostics.map(\.id) == ["network-weights-for-random"])
    }

    @Test func `a network of billions of neurons and synapses is read as structure`() throws {
        let text = """
            spikewright: 1
            network: large
            populations:
              a: {shape: [1000, 1000, 1000], cell: {spike_source_poisson: {rate: 5 Hz}}}
              b: {size: 2000000000, cell: {if_curr_exp: {v_thresh: {normal: {mean: -50, sigma: 1}}}}}
            projections:
              - {pre: a, post: b, connector: {fixed_number_pre: {n: 1000}}, weight: {normal: {mean: 0.1, sigma: 0.01}}, delay: 2 ms}
            """
        let network = try readNetwork(text, file: "large.yaml").network
        #expect(network.populations.map(\.size) == [1_000_000_000, 2_000_000_000])
        #expect(printNetwork(network).utf8.count < 2000)
    }
}
