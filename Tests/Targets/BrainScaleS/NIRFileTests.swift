import Foundation
import FrontEnd
import Lowering
import Networks
import Passes
import Simulation
import Storage
import Support
import Targets
import Testing

/// `network.nir` as hxtorch's importer sees it: nodes of the five types that it takes, and numbers that mean the lowered network.
@Suite struct NIRFileTests {
    private struct Graph {
        var nodes: [String: String] = [:]
        var edges: [(from: String, to: String)] = []
    }

    private static func graph(_ file: HDF5File) throws -> Graph {
        var graph = Graph()
        for name in try file.members(of: "node/nodes") { graph.nodes[name] = try file.readString("node/nodes/\(name)/type") }
        let edges = try file.readStrings("node/edges")
        for index in stride(from: 0, to: edges.count, by: 2) { graph.edges.append((edges[index], edges[index + 1])) }
        return graph
    }

    @Test func `nodes are of the types that the importer takes, and every edge joins two of them`() throws {
        try BrainScaleSArtifactTests.compiled(BrainScaleSFixture.layered([6, 8, 3])) { path in
            let file = try HDF5File.open(path + "/network.nir")
            let graph = try Self.graph(file)
            #expect(Set(graph.nodes.values).isSubset(of: ["Linear", "CubaLI", "CubaLIF", "Input", "Output"]))
            #expect(try file.readString("node/type") == "NIRGraph")
            #expect(graph.edges.count == 5)
            for edge in graph.edges { #expect(graph.nodes[edge.from] != nil && graph.nodes[edge.to] != nil, "\(edge)") }
            #expect(try file.describe("node/nodes/linear_0/weight").shape == [8, 6], "output first, as nir.Linear has it")
            let keys = ["tau_mem", "tau_syn", "r", "v_leak", "w_in", "v_threshold", "v_reset", "type"]
            #expect(try file.members(of: "node/nodes/layer1").sorted() == keys.sorted())
            for key in keys.dropLast() { #expect(try file.describe("node/nodes/layer1/\(key)").shape == [8]) }
        }
    }

    /// τ_mem dv/dt = v_leak - v + r I, τ_syn dI/dt = -I + w_in w δ(t - tᵢ), in seconds. A neuron is held after its first spike, which NIR
    /// has no word for.
    @Test func `NIR's equations with the file's numbers give the spike times of the lowered network`() throws {
        let network = BrainScaleSEmulatorTests.network()
        var reference = try ContinuousEngine(network)
        let expected = try BrainScaleSEmulatorTests.run(network, &reference)
        let graph = try Pipeline(to: try Targets.target("brainscales2-ideal"), LoweringOptions()).run(network)
        try withTemporaryDirectory { directory in
            _ = try BrainScaleSFamily().write(graph, to: directory + "/out", threads: 1)
            let file = try HDF5File.open(directory + "/out/network.nir")
            let core = ContinuousCore(try Self.network(file, ["input", "bias", "hidden", "label"]))
            let data = try #require(try loadData(of: network, searchPath: DataSearch(modelFile: nil, dataFolders: [])))
            var encoder = StimulusEncoder(network, steps: 240)
            var compared = 0
            for sample in 0..<data.test.count {
                var given = [[TimedSpike]](repeating: [], count: 4)
                for (name, events) in encoder.stimulus(data.test, sample).populations {
                    given[name == "input" ? 0 : 1] = events.timed(timestep: 0.1).map { TimedSpike(time: $0.time * 1e-6, neuron: $0.neuron) }
                }
                let spikes = core.run(given, until: 24e-6)
                for (place, name) in [(2, "hidden"), (3, "label")] {
                    let recorded = zip(expected[sample].spikes[name] ?? [], expected[sample].times[name] ?? [])
                    for (spike, time) in recorded {
                        let own = try #require(spikes[place].first { Int($0.neuron) == Int(spike.neuron) }, "\(name) \(spike.neuron)")
                        // The file holds single precision.
                        #expect(abs(own.time * 1e6 - time) < 1e-3, "\(name) \(spike.neuron): \(own.time * 1e6) µs for \(time)")
                        compared += 1
                    }
                }
            }
            #expect(compared > 50)
        }
    }

    private static func network(_ file: HDF5File, _ names: [String]) throws -> ContinuousNetwork {
        func values(_ node: String, _ key: String) throws -> [Double] { try file.read("node/nodes/\(node)/\(key)").doubles }
        let graph = try Self.graph(file)
        var network = ContinuousNetwork(populations: [], bundles: [])
        for name in names {
            if graph.nodes[name] == "Input" {
                let size = try file.readIntegers("node/nodes/\(name)/shape")[0]
                network.populations.append(.init(name, size: size, neurons: nil))
                continue
            }
            let (threshold, time) = (try values(name, "v_threshold"), try values(name, "tau_syn"))
            let neurons = ContinuousNeurons(
                leak: try values(name, "v_leak"), membraneTime: try values(name, "tau_mem"), threshold: threshold,
                reset: try values(name, "v_reset"), refractory: threshold.map { _ in 1 }, initial: try values(name, "v_leak"),
                channelTime: [time])
            network.populations.append(.init(name, size: threshold.count, neurons: neurons))
        }
        for edge in graph.edges where graph.nodes[edge.to] == "Linear" {
            guard let post = graph.edges.first(where: { $0.from == edge.to })?.to, let from = names.firstIndex(of: edge.from),
                let to = names.firstIndex(of: post)
            else { continue }
            let (weights, shape) = (try values(edge.to, "weight"), try file.describe("node/nodes/\(edge.to)/weight").shape)
            let (strength, r) = (try values(post, "w_in"), try values(post, "r"))
            let (membrane, synapse) = (try values(post, "tau_mem"), try values(post, "tau_syn"))
            var bundle = ContinuousNetwork.Bundle(pre: from, post: to, offsets: [0], targets: [], channels: [], jumps: [])
            for source in 0..<shape[1] {
                for target in 0..<shape[0] {
                    bundle.targets.append(Int32(target))
                    bundle.channels.append(0)
                    bundle.jumps.append(
                        r[target] * strength[target] * weights[target * shape[1] + source] / (membrane[target] * synapse[target]))
                }
                bundle.offsets.append(Int32(bundle.targets.count))
            }
            network.bundles.append(bundle)
        }
        return network
    }
}
