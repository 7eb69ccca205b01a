public import Chips

extension Chip {
    /// Loihi's capacities, by hand: 128 cores to a chip, as references for mapping state them.
    public static func testLoihi(chips: [Int] = [1, 1], spareWordFrom: Int? = nil) -> Chip {
        var chip = Chip.testMesh(chips: chips, tiles: [8, 4], coresPerTile: 4, neurons: 1024, words: 16384)
        chip.name = "test-loihi"
        for index in chip.resources.indices {
            guard case .synapseMemory(var packing) = chip.resources[index].rule else { continue }
            packing.spareWordFrom = spareWordFrom
            chip.resources[index].rule = .synapseMemory(packing)
        }
        return chip
    }
}
