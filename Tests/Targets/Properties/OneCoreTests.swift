import Chips
import Spikewright
import Support
import Testing

/// LeNet-300-100 with 1.33 % of its connections in one core of SpiNNaker 2 with 64 KB, as its prototype held it (Liu et al. 2018).
@Suite struct OneCoreTests {
    static let model = "\(Golden.repository)/Models/lenet-300-100.yaml"

    @Test func `the sparse network that ships has at most 1.33 % of its connections`() throws {
        let network = try Model(at: Self.model).network
        let synapses = network.projections.ids.reduce(0) { $0 + SynapseRows($1, of: network).synapseCount }
        #expect(synapses == 3540)
        #expect(Double(synapses) <= 0.0133 * Double(784 * 300 + 300 * 100 + 100 * 10))
    }

    @Test func `it lies in 64 KB of one core`() throws {
        var options = LoweringOptions()
        options.verifies = true
        try withTemporaryDirectory { (folder: String) throws in
            let graph = try compile(Model(at: Self.model), for: Target("spinnaker2-64k"), at: folder + "/out", options: options).graph
            #expect(graph.cores.count == 1)
            let resources = graph.chip.resources
            for (resource, used) in zip(resources, graph.cores[ID(0)].usage) {
                #expect(used <= resource.limit, "\(resource.name): \(used)")
            }
            let memory = try #require(resources.firstIndex { $0.name == "sram" })
            #expect(resources[memory].limit == 64 << 10)
            #expect(graph.cores[ID(0)].usage[memory] > 48 << 10)
        }
    }
}
