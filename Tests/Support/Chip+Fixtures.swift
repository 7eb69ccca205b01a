public import Chips

extension Chip {
    /// A small mesh with Loihi's number formats, built by hand so that suites of passes do not depend on the shipped descriptions.
    public static func testMesh(
        chips: [Int] = [1, 1], tiles: [Int] = [2, 2], coresPerTile: Int = 2, neurons: Int = 64, words: Int = 1024, payloadBits: Int = 0,
        resets: [IntegerCurrentArithmetic.Reset] = [.zero], weightScope: WeightFormat.Scope = .projection
    ) -> Chip {
        let packing = SynapsePacking(
            wordBits: 64, synapsesPerEntry: 64, prefixBits: 10, weightBits: [1, 2, 3, 4, 5, 6, 8], indexBits: [6, 7, 8, 9, 10, 11, 12],
            delayBits: [0, 3, 4, 5, 6], maximumWordsPerAxon: 256)
        return Chip(
            name: "test-mesh", title: "A mesh for tests", family: "plain",
            topology: .mesh(Mesh(chips: chips, tiles: tiles, coresPerTile: coresPerTile)),
            resources: [
                CoreResource("compartments", limit: neurons, unit: "compartments", .neurons(each: 1)),
                CoreResource("input_axons", limit: 4 * neurons, unit: "axons", .inputAxons),
                CoreResource("output_axons", limit: 4 * neurons, unit: "entries", .outputAxons(each: 1, offChip: 1)),
                CoreResource("synapse_memory", limit: words, unit: "64-bit words", .synapseMemory(packing)),
                CoreResource("neuron_profiles", limit: 32, unit: "profiles", .profiles(.neuron)),
                CoreResource("threshold_profiles", limit: 16, unit: "profiles", .profiles(.threshold)),
                CoreResource("synapse_formats", limit: 15, unit: "formats", .synapseFormats),
                CoreResource("delay_slots", limit: 8192, unit: "slots", .delaySlots),
            ],
            formats: NumberFormats(
                weight: WeightFormat(
                    bits: [1, 2, 3, 4, 5, 6, 8], exponent: -8...7, shift: 6, modes: [.mixed, .excitatory, .inhibitory], scope: weightScope),
                decay: DecayFormat(bits: 12, currentOffset: 1, membraneOffset: 0),
                threshold: MantissaFormat(mantissa: 0...131071, shift: 6),
                bias: MantissaFormat(mantissa: -4096...4095, exponent: 0...7), delay: 0...62, refractory: 0...62, payloadBits: payloadBits),
            arithmetic: .integerCurrent(
                IntegerCurrentArithmetic(
                    stateBits: 23, currentOverflow: .wrap, membraneOverflow: .saturate, accumulatorBits: nil, exponentAppliesTo: .weight,
                    negativeMixedRounding: .towardZero, resets: resets)))
    }
}
