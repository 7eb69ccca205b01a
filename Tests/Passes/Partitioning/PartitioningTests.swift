import Chips
import Diagnostics
import Lowering
import Networks
import Numerics
import Passes
import Support
import Testing

@Suite struct PartitioningTests {
    /// Chips so small that most capacities bind in turn.
    static func chip(_ seed: Int) -> Chip {
        var random = TestRandom(seed, "chip")
        var chip = Chip.testMesh(
            chips: random.chance(0.5) ? [1, 1] : [8, 8], tiles: random.chance(0.5) ? [8, 8] : [2, 2], coresPerTile: 1,
            neurons: random.integer(in: 8...70),
            words: random.integer(in: 200...1500))
        for index in chip.resources.indices {
            switch chip.resources[index].rule {
            case .inputAxons, .outputAxons: chip.resources[index].limit = random.integer(in: 150...600)
            case .delaySlots: chip.resources[index].limit = random.integer(in: 64...1024)
            case .profiles: chip.resources[index].limit = random.integer(in: 2...8)
            case .synapseMemory(var packing):
                packing.spareWordFrom = random.chance(0.5) ? 59 : nil
                packing.compressions = random.element(of: [[.dense, .sparse], [.sparse], [.dense, .sparse], [.dense]])
                packing.synapsesPerEntry = random.element(of: [4, 60, 64])
                chip.resources[index].rule = .synapseMemory(packing)
                if random.chance(0.3) {
                    chip.resources.append(CoreResource("pool", limit: 8 * 1500, unit: "bytes", .sharedMemory(perNeuron: 24, packing)))
                }
            default: break
            }
        }
        return chip
    }

    /// What the pass says of each core is what counting every synapse gives, and nothing is over its limit.
    @Test(arguments: 0..<60) func everySynapseIsCounted(seed: Int) throws {
        let quantized = QuantizedNetwork.plain(.random(seed: seed), on: Self.chip(seed), unequal: [3])
        let graph: CoreGraph
        do {
            graph = try Partitioning(shareCores: seed % 3 != 0).run(quantized)
        } catch {
            #expect(error.isRefusal && error.diagnostics.allSatisfy { $0.id.hasPrefix("fit-") })
            return
        }
        try graph.verify()
        let checker = CapacityChecker(graph)
        #expect(checker.violations.isEmpty)
        #expect(checker.usage == graph.cores.elements.map(\.usage))
    }

    @Test func equalRunsGiveEqualGraphs() throws {
        for seed in 0..<5 {
            let quantized = QuantizedNetwork.plain(.random(seed: seed), on: Self.chip(seed), unequal: [3])
            #expect(try Partitioning().run(quantized) == Partitioning().run(quantized))
        }
    }

    /// Slices may share a core only when all their exponents are equal, on a chip that has one for all.
    @Test func coresOfOneExponentHoldOneExponent() throws {
        var network = Network(name: "exponents")
        let input = network.populations.append(Population("input", shape: [10], cell: .input))
        for index in 0..<6 {
            let id = network.populations.append(Population("cells\(index)", shape: [5], cell: .neuron(NeuronModel(.leaky))))
            network.projections.append(Projection("p\(index)", from: input, to: id, .allToAll(allowSelf: true), weight: .constant(1)))
        }
        let graph = try Partitioning().run(.plain(network, on: .testMesh(weightScope: .core)))
        // The exponents are 0, 1, 2, 0, 1, 2.
        #expect(graph.cores.count == 3)
        #expect(graph.slices.elements.map(\.core.index) == [0, 1, 2, 0, 1, 2])
    }

    @Test func expectedTrafficFollowsTheRates() throws {
        var network = Network(name: "traffic", timestep: 0.5)
        let poisson = network.populations.append(
            Population("poisson", shape: [10], cell: .spikeSourcePoisson(rate: .uniform(100), start: 0, duration: 100)))
        let cells = network.populations.append(Population("cells", shape: [8], cell: .neuron(NeuronModel(.leaky))))
        let last = network.populations.append(Population("last", shape: [4], cell: .neuron(NeuronModel(.leaky))))
        network.projections.append(Projection("a", from: poisson, to: cells, .allToAll(allowSelf: true), weight: .constant(1)))
        network.projections.append(Projection("b", from: cells, to: last, .oneToOne, weight: .constant(1)))
        network.projections.elements[1].connector = .allToAll(allowSelf: true)
        let quantized = QuantizedNetwork.plain(network, on: .testMesh())
        let standard = try Partitioning().run(quantized)
        #expect(standard.nets.elements.map(\.traffic) == [0.5, 0.4])
        let given = try Partitioning(shareCores: false, rates: ["cells": 0.25, "poisson": 1]).run(quantized)
        #expect(given.nets.elements.map(\.traffic) == [10, 2])
        #expect(given.connectivity == 2 && given.maximumAxons == 10 && given.capacityViolations == 0)
    }
}
