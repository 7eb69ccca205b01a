import Chips
import Lowering
import Networks
import Numerics
import Simulation
import Storage
import Support
import Targets
import Testing

@Suite struct NetXExportTests {
    private func layers() throws -> QuantizedNetwork { try RoutedFixture.layers([40, 30, 10], on: try chip(named: "loihi1"), sigma: 40) }

    private func reason(_ quantized: QuantizedNetwork) -> String? {
        if case .unsuitable(let reason) = NetXExport.express(quantized) { reason } else { nil }
    }

    /// The artifact's registers and its `.net` file are two forms of one network.
    @Test func bothFormsSpikeAlike() throws {
        let graph = try RoutedFixture.route(try layers())
        let stimulus = RoutedFixture.stimulus(graph.placed.coreGraph.quantized.network, steps: 80, rate: 0.15)
        try withTemporaryDirectory { directory in
            let report = try LoihiFamily().write(graph, to: "\(directory)/out", threads: 1)
            #expect(report.files.contains { $0.name == "network.net" })
            var registers = try bootArtifact("\(directory)/out")
            var netx = try NetXModel.machine(try NetXFile.read("\(directory)/out/network.net"))
            let request = RecordingRequest(spikes: ["layer1", "layer2"])
            let spikes = try registers.run(stimulus, steps: 80, record: request).spikes
            #expect(try netx.run(stimulus, steps: 80, record: request).spikes == spikes)
            #expect(spikes["layer2"]?.isEmpty == false)
        }
    }

    @Test func reasonsNameThePopulation() throws {
        var quantized = try layers()
        quantized.neurons[1]?.compartments?.refractorySteps[3] = 2
        #expect(reason(quantized)?.contains("'layer1' resets by subtraction, is held") == true)
        quantized = try layers()
        quantized.neurons[2]?.compartments?.thresholdMantissa[0] += 1
        #expect(reason(quantized)?.contains("'layer2' differ in their threshold") == true)
        quantized = try layers()
        quantized.neurons[2]?.compartments?.biasMantissa[0] = 3
        #expect(reason(quantized)?.contains("biases of 'layer2'") == true)
        quantized = try layers()
        quantized.synapses[0].exponent = 3
        #expect(reason(quantized)?.contains("'layer1' have the exponent 3") == true)
        quantized.synapses[0].exponent = -3
        #expect(reason(quantized)?.contains("finer than integers") == true)
        quantized = try layers()
        quantized.network.projections[ID(0)].weight = .constant(0)
        #expect(reason(quantized)?.contains("all weights of 'layer1' are zero") == true)
        quantized = try layers()
        quantized.network.projections[ID(1)].post = ID(1)
        #expect(reason(quantized)?.contains("follow one another") == true)
    }

    /// The rescaling of lava-dl's reader changes no weight that we export, and is seen where it would.
    @Test func weightsThatTheReaderWouldChangeAreSeen() throws {
        let even = try #require(NetXWeights([-254, 0, 2, 254]))
        #expect(even.isExact(for: [-254, 0, 2, 254]) && even.bits == 8 && even.mode == .mixed && even.exponent == 0)
        let small = try #require(NetXWeights([-3, 0, 1]))
        #expect(small.isExact(for: [-3, 0, 1]) && small.exponent < 0)
        #expect(try #require(NetXWeights([255, 1, 0])).isExact(for: [255, 1, 0]))
        #expect(!(try #require(NetXWeights([255, -2]))).isExact(for: [255, -2]))
        #expect(!(try #require(NetXWeights([-255, 0]))).isExact(for: [-255, 0]))
        #expect(!(try #require(NetXWeights([300, 1]))).isExact(for: [300, 1]))
        #expect(NetXWeights([0, 0]) == nil)
    }

    /// Delays of inputs are spread out where a list would be taken for one of outputs.
    @Test func delaysOfSquareLayersAreNotMistaken() throws {
        let layer = NetXNetwork.Layer(
            inputs: 2, outputs: 2, weights: [2, 4, 6, 8], delay: .perInput([0, 5]), currentDecay: 1024, membraneDecay: 128, threshold: 10)
        try withTemporaryDirectory { directory in
            try NetXFile.write(NetXNetwork(inputs: 2, layers: [layer], sampleSteps: 10), to: "\(directory)/a.net")
            let read = try NetXFile.read("\(directory)/a.net")
            #expect(read.layers[0].delay == .perSynapse([0, 5, 0, 5]))
        }
    }
}
