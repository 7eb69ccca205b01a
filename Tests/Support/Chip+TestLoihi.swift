public import Chips

extension Chip {
    /// Loihi's capacities, by hand: 128 cores to a chip, as references for mapping state them.
    public static func testLoihi(chips: [Int] = [1, 1], faults: Faults = Faults()) -> Chip {
        var chip = Chip.testMesh(chips: chips, tiles: [8, 4], coresPerTile: 4, neurons: 1024, words: 16384)
        chip.name = "test-loihi"
        chip.faults = faults
        return chip
    }
}
