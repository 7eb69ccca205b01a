import Chips
import Diagnostics
import Foundation
import Lowering
import Networks
import Numerics
import Passes
import Simulation
import Storage
import Support
import Targets
import Testing

/// What the compiler writes, the emulator computes: artifacts are booted and held against the quantized network's plain definition.
@Suite struct LoihiEmulatorTests {
    /// Networks that use every way of packing: dense, sparse and shared rows, several slices, delays, loops, conv, biases, resets.
    static let networks: [(name: String, chip: String)] = [
        ("dense", "loihi1"), ("sparse with delays", "loihi1"), ("recurrent", "loihi1"), ("convolution", "loihi1"), ("subtract", "loihi2"),
        ("graded", "loihi2"), ("two chips", "loihi1x2"), ("zero weights", "loihi2"),
    ]

    static func network(_ name: String) -> Network {
        var network = Network(name: name, seed: 11)
        func population(_ name: String, _ shape: [Int], _ cell: Cell) -> ID<Population> {
            network.populations.append(Population(name, shape: shape, cell: cell, units: .normalized))
        }
        var model = NeuronModel(.leaky, [.tauM: .uniform(10), .bias: .uniform(0.02), .vThresh: .uniform(1)])
        let normal = ValueRule.drawn(.normal(mean: 0.05, sigma: 0.3))
        switch name {
        case "sparse with delays":
            let input = population("input", [50], .input)
            let hidden = population("hidden", [120], .neuron(model))
            let output = population("output", [40], .neuron(model))
            let delays = ValueRule.drawn(.uniformInteger(low: 1, high: 63))
            network.projections.append(
                Projection("a", from: input, to: hidden, .fixedProbability(0.2, allowSelf: true), weight: normal, delay: delays))
            network.projections.append(
                Projection(
                    "b", from: hidden, to: output, .fixedNumberPost(15, withReplacement: true, allowSelf: true), weight: normal,
                    delay: .drawn(.uniformInteger(low: 1, high: 7))))
        case "recurrent":
            model[.tauRefrac] = .uniform(2)
            let input = population("input", [30], .input)
            let hidden = population("hidden", [90], .neuron(model))
            network.projections.append(Projection("in", from: input, to: hidden, .allToAll(allowSelf: true), weight: normal))
            network.projections.append(
                Projection(
                    "loop", from: hidden, to: hidden, .allToAll(allowSelf: false), weight: .drawn(.normal(mean: -0.02, sigma: 0.1)),
                    delay: .constant(3)))
        case "zero weights":
            // Rows that are dense until their zeros go: some keep a few synapses, some none.
            let input = population("input", [40], .input)
            let hidden = population("hidden", [128], .neuron(model))
            let weights = (0..<40 * 128).map { index -> Float in
                let (source, target) = (index / 128, index % 128)
                return source % 3 == 0 || (source % 3 == 1 && target % 40 == source % 40) ? Float(sin(Double(index))) * 0.5 : 0
            }
            network.projections.append(
                Projection(
                    "in", from: input, to: hidden, .allToAll(allowSelf: true), weight: .tensor(Tensor(shape: [40, 128], values: weights))))
        case "convolution":
            let input = population("input", [1, 12, 12], .input)
            let hidden = population("hidden", [4, 10, 10], .neuron(model))
            let output = population("output", [10], .neuron(NeuronModel(.leakyReadout, [.tauM: .uniform(20)])))
            network.projections.append(
                Projection(
                    "conv", from: input, to: hidden,
                    .convolution(Convolution(kernel: [3, 3], stride: [1, 1], padding: [0, 0], dilation: [1, 1])),
                    weight: .tensor(Tensor(shape: [4, 1, 3, 3], values: (0..<36).map { Float(sin(Double($0))) * 0.4 }))))
            network.projections.append(Projection("out", from: hidden, to: output, .allToAll(allowSelf: true), weight: normal))
        case "subtract", "graded":
            model.reset = .subtract
            let input = population("input", [64], .input)
            let hidden = population("hidden", [100], .neuron(model))
            let output = population("output", [10], .neuron(model))
            network.projections.append(Projection("in", from: input, to: hidden, .allToAll(allowSelf: true), weight: normal))
            network.projections.append(Projection("out", from: hidden, to: output, .allToAll(allowSelf: true), weight: normal))
            if name == "graded" {
                network.task = Task(
                    data: .named("digits8x8"), encoder: .direct(gain: 1), input: input, split: .given, steps: 20)
            }
        default:
            let wide = name == "two chips"
            let input = population("input", [wide ? 40 : 200], .input)
            let hidden = population("hidden", [wide ? 1500 : 300], .neuron(model))
            let output = population("output", [10], .neuron(model))
            network.projections.append(Projection("in", from: input, to: hidden, .allToAll(allowSelf: true), weight: normal))
            network.projections.append(Projection("out", from: hidden, to: output, .allToAll(allowSelf: true), weight: normal))
        }
        return network
    }

    private func stimulus(_ network: Network, steps: Int) -> Stimulus {
        var stimulus = RoutedFixture.stimulus(network, steps: steps, rate: 0.1)
        if network.task != nil {
            let values = stimulus.populations[0].events.neurons.map { 0.1 + Float($0 % 10) / 12 }
            stimulus.populations[0].events.values = values
        }
        return stimulus
    }

    @Test(arguments: networks)
    func artifactsComputeTheQuantizedNetwork(_ name: String, _ target: String) throws {
        let steps = 60
        let network = Self.network(name)
        let graph = try RoutedFixture.route(network, on: try chip(named: target))
        let stimulus = stimulus(network, steps: steps)
        let expected = PlainIntegerModel(graph.placed.coreGraph.quantized).run(stimulus, steps: steps)
        try withTemporaryDirectory { directory in
            _ = try LoihiFamily().write(graph, to: "\(directory)/out", threads: 2)
            for threads in 1...3 {
                var emulator = try bootArtifact("\(directory)/out", threads: threads)
                let names = Set(emulator.populations)
                // In two parts, with a reset before, so that what is on its way is kept and cleared as it must.
                _ = try emulator.run(stimulus, steps: 7, record: RecordingRequest())
                emulator.reset()
                let recording = try emulator.run(stimulus, steps: steps, record: RecordingRequest(spikes: names, membranes: names))
                var total = 0
                for population in emulator.populations {
                    let spikes = (recording.spikes[population] ?? []).map { [Int($0.step), Int($0.neuron)] }
                    #expect(spikes == expected.spikes[population], "\(population)")
                    total += spikes.count
                    let id = try #require(network.population(named: population))
                    let quantized = graph.placed.coreGraph.quantized
                    let scale = try #require(quantized.compartments(of: id)?.scale)
                    let size = network.populations[id].size
                    let last = (recording.membranes[population] ?? []).suffix(size)
                    let potentials = try #require(expected.membranes[population]).map { Double($0) / scale }
                    #expect(Array(last) == potentials, "\(population)")
                }
                #expect(total > 100, "a silent network shows nothing")
            }
        }
    }

    @Test func runsThatGoOnAreOneRun() throws {
        let network = Self.network("sparse with delays")
        let graph = try RoutedFixture.route(network, on: try chip(named: "loihi1"))
        let stimulus = RoutedFixture.stimulus(network, steps: 50, rate: 0.2)
        try withTemporaryDirectory { directory in
            _ = try LoihiFamily().write(graph, to: "\(directory)/out", threads: 1)
            var whole = try bootArtifact("\(directory)/out")
            var parts = try bootArtifact("\(directory)/out")
            let all = try whole.run(stimulus, steps: 50, record: RecordingRequest(spikes: ["output"])).spikes["output"] ?? []
            var pieces: [Recording.Spike] = []
            for start in stride(from: 0, to: 50, by: 10) {
                let events = stimulus.populations[0].events
                let (low, high) = (Int(events.offsets[start]), Int(events.offsets[start + 10]))
                let part = Stimulus([
                    (
                        "input",
                        Stimulus.Events(
                            offsets: (start...start + 10).map { events.offsets[$0] - events.offsets[start] },
                            neurons: Array(events.neurons[low..<high]))
                    )
                ])
                let spikes = try parts.run(part, steps: 10, record: RecordingRequest(spikes: ["output"])).spikes["output"] ?? []
                pieces += spikes.map { .init(step: $0.step + Int32(start), neuron: $0.neuron) }
            }
            #expect(all == pieces && !all.isEmpty)
            #expect(whole.statistics == parts.statistics)
        }
    }

    @Test func artifactsAreTheSameBytesForAnyNumberOfThreads() throws {
        let graph = try RoutedFixture.route(Self.network("sparse with delays"), on: try chip(named: "loihi1"))
        try withTemporaryDirectory { directory in
            for threads in 1...3 { _ = try LoihiFamily().write(graph, to: "\(directory)/\(threads)", threads: threads) }
            for file in ["manifest.json", "cores.h5", "chip.yaml", "placement.json"] {
                let first = try ByteFile.readRaw("\(directory)/1/\(file)")
                #expect(!first.isEmpty)
                for threads in 2...3 { #expect(try ByteFile.readRaw("\(directory)/\(threads)/\(file)") == first, "\(file)") }
            }
        }
    }

    /// Weights without zeros take exactly the words that partitioning counted.
    @Test func memoryIsWhatPartitioningCounted() throws {
        let graph = try RoutedFixture.route(
            try RoutedFixture.layers([100, 150, 20], on: try chip(named: "loihi1"), mean: 100, sigma: 10))
        try withTemporaryDirectory { directory in
            _ = try LoihiFamily().write(graph, to: "\(directory)/out", threads: 1)
            let file = try HDF5File.open("\(directory)/out/cores.h5")
            let memory = try #require(graph.chip.resources.firstIndex { $0.name == "synapse_memory" })
            for id in graph.cores.ids {
                let written = try file.describe("chip0/core\(graph.placed.physicalCore(of: id))/synapseMem").count
                #expect(written == graph.cores[id].usage[memory])
            }
        }
    }

    /// Routing's ways around dead links are in the artifact, and the emulator counts packets on them.
    @Test func packetsGoAroundDeadLinks() throws {
        var chip = try chip(named: "loihi1")
        // All links of router 0 but the one to the right, and the first link of the row below.
        for (from, to) in [(0, 8), (9, 10), (1, 2)] {
            chip.faults.deadLinks.insert(RouterLink(from: from, to: to))
            chip.faults.deadLinks.insert(RouterLink(from: to, to: from))
        }
        let quantized = try RoutedFixture.layers([600, 500, 300], on: chip)
        let network = quantized.network
        let partitioned = try Partitioning().run(quantized)
        // Cores on the routers 0, 2 and 16 in turn.
        let places = (0..<partitioned.cores.count).map { [0, 8, 64, 1, 9, 65, 2, 10, 66, 3, 11, 67][$0] }
        let graph = try Routing().run(PlacedGraph(coreGraph: partitioned, physicalCores: places))
        try withTemporaryDirectory { directory in
            _ = try LoihiFamily().write(graph, to: "\(directory)/out", threads: 1)
            var emulator = try bootArtifact("\(directory)/out")
            _ = try emulator.run(RoutedFixture.stimulus(network, steps: 40, rate: 0.2), steps: 40, record: RecordingRequest())
            let links = emulator.statistics.linkLoads.map { RouterLink(from: $0.from, to: $0.to) }
            #expect(!links.isEmpty && Set(links).isDisjoint(with: chip.faults.deadLinks))
            let straight = emulator.statistics.linkLoads.reduce(0) { $0 + $1.packets }
            #expect(straight == emulator.statistics.hopsEastWest + emulator.statistics.hopsNorthSouth)
            // Every link that carries packets is one that routing expected packets on.
            #expect(Set(links).isSubset(of: Set(graph.linkLoads.map(\.link))))
        }
    }
}
