import Chips
import Diagnostics
import FrontEnd
import Lowering
import Support
import Targets

/// The chips that the property suites run over: every one that ships, the documented example, and invented ones that differ from them
/// in every kind of number format and arithmetic.
enum PropertyChips {
    static let invented = ["core-scope", "narrow", "graded", "board"]

    static let names = chipLibrary.names.filter(computesIntegers) + ["hexapod"] + invented

    /// Whether an integer simulation of these suites is a model of the chip.
    private static func computesIntegers(_ name: String) -> Bool {
        switch (try? Targets.chip(named: name))?.arithmetic {
        case .integerCurrent, .fixedPoint: true
        default: false
        }
    }

    static func chip(_ name: String) throws(DiagnosticsError) -> Chip {
        if invented.contains(name) { return try readChip("\(Golden.directory)/chip/\(name).yaml", library: chipLibrary) }
        if name == "hexapod" { return try readChip("\(Golden.repository)/Documentation/Examples/hexapod.yaml", library: chipLibrary) }
        return try Targets.chip(named: name)
    }

    /// How many random networks a chip gets: boards of thousands of cores cost more each.
    static func seeds(_ chip: Chip) -> Range<Int> {
        let cores = chip.topology.coreCount
        return 0..<(cores > 10_000 ? 1 : cores > 1000 ? 2 : 4)
    }

    /// A chip of random formats, arithmetic and topology, with room for small networks.
    static func random(_ seed: Int) -> Chip {
        var random = TestRandom(seed, "chip")
        var chip = Chip.testMesh(
            chips: [random.integer(in: 1...2), random.integer(in: 1...2)], tiles: [random.integer(in: 3...4), random.integer(in: 3...4)],
            coresPerTile: random.integer(in: 1...3), neurons: 64, words: 1 << 14)
        // Only capacities that no choice of formats exhausts.
        chip.resources.removeAll { resource in
            switch resource.rule {
            case .neurons, .inputAxons, .profiles(.neuron): false
            default: true
            }
        }
        for index in chip.resources.indices { chip.resources[index].limit = [128, 2000, 40][index] }
        let widest = random.integer(in: 4...13)
        let narrow = random.integer(in: 2...widest)
        let stateBits = random.integer(in: 15...30)
        let weightShift = random.integer(in: 0...6)
        let thresholdShift = random.integer(in: 0...6)
        let biasShift = random.integer(in: 0...3)
        let delay = random.element(of: [0, 3, 15, 100])
        let decayBits = random.integer(in: 6...28)
        let overflows = IntegerCurrentArithmetic.Overflow.allCases
        chip.formats = NumberFormats(
            weight: WeightFormat(
                bits: narrow == widest ? [widest] : [narrow, widest], exponent: -random.integer(in: 0...8)...random.integer(in: 0...8),
                shift: weightShift, modes: random.chance(0.5) ? [.mixed] : [.mixed, .inhibitory, .excitatory],
                scope: random.chance(0.3) ? .core : .projection),
            decay: DecayFormat(bits: decayBits, currentOffset: random.integer(in: 0...2), membraneOffset: random.integer(in: 0...2)),
            threshold: MantissaFormat(mantissa: 0...(1 << (stateBits - thresholdShift)) - 1, shift: thresholdShift),
            bias: MantissaFormat(
                mantissa: -1000...999, exponent: -random.integer(in: 0...biasShift)...random.integer(in: 0...8), shift: biasShift),
            delay: 0...delay, refractory: 0...random.integer(in: 0...7), payloadBits: random.element(of: [0, 2, 8]))
        chip.arithmetic = .integerCurrent(
            IntegerCurrentArithmetic(
                stateBits: stateBits, currentOverflow: random.element(of: overflows), membraneOverflow: random.element(of: overflows),
                accumulatorBits: random.chance(0.4) ? random.integer(in: 14...31) : nil, driveWraps: random.chance(0.5),
                exponentAppliesTo: random.chance(0.5) ? .sum : .weight, negativeMixedRounding: .floor,
                resets: random.element(of: [[.zero], [.subtract], [.zero, .subtract]]), adaptiveThreshold: random.chance(0.5),
                gradedBits: random.element(of: [0, 4, 12, 24, 32])))
        chip.name = "random\(seed)"
        chip.sources = ["topology", "resources", "formats", "arithmetic"].map { Chip.Citation(path: $0, text: "invented") }
        chip.faults = Faults(deadCores: [random.integer(in: 0...3)])
        return chip
    }
}
