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
}
