import Chips
import Foundation
import Numerics
import Support

/// What the chip suites share.
enum ChipFiles {
    static let example = "\(testsFolder)/../Documentation/Examples/hexapod.yaml"

    /// The ids of all faults that the chip reader can report, from its sources.
    static func idsInSources() throws -> Set<String> {
        let folder = "\(testsFolder)/../Sources/FrontEnd"
        var ids: Set<String> = []
        for file in try FileManager.default.contentsOfDirectory(atPath: folder) where file.hasPrefix("Chip") {
            let text = try String(contentsOfFile: "\(folder)/\(file)", encoding: .utf8)
            for match in text.matches(of: /"(chip-[a-z-]+)"/) { ids.insert(String(match.output.1)) }
        }
        return ids
    }

    /// The chip without places, which a printed description has elsewhere.
    static func withoutPlaces(_ chip: Chip) -> Chip {
        var chip = chip
        chip.place = nil
        chip.fields = chip.fields.map { Chip.Field($0.name, $0.value) }
        return chip
    }

    /// A chip of random parts that fit together.
    static func random(_ seed: UInt64) -> Chip {
        let random = Philox(seed: seed, purpose: "test/chip")
        var drawn = 0
        func draw(_ range: ClosedRange<Int>) -> Int {
            drawn += 1
            return range.lowerBound + random.integer(drawn, below: range.count)
        }
        func pick<Item>(_ items: [Item]) -> Item { items[draw(0...items.count - 1)] }
        func some<Item>(_ items: [Item]) -> [Item] {
            let kept = items.filter { _ in draw(0...1) == 1 }
            return kept.isEmpty ? [items[0]] : kept
        }
        func span(_ low: Int, _ high: Int) -> ClosedRange<Int> {
            let (a, b) = (draw(low...high), draw(low...high))
            return min(a, b)...max(a, b)
        }
        let mesh = Mesh(chips: [draw(1...3), draw(1...3)], tiles: [draw(1...5), draw(2...5)], coresPerTile: draw(1...4))
        let widths = some([1, 2, 3, 4, 5, 6, 8])
        let packing = SynapsePacking(
            wordBits: pick([8, 32, 64]), synapsesPerEntry: draw(1...64), prefixBits: draw(0...32), weightBits: some([0, 1, 2]) + [9],
            indexBits: [6, 13], delayBits: [0, 3, 6], maximumWordsPerAxon: draw(0...1) == 0 ? nil : draw(1...256),
            spareWordFrom: draw(0...1) == 0 ? nil : draw(1...8), compressions: some(SynapsePacking.Compression.allCases))
        var resources = [
            CoreResource("compartments", limit: draw(1...8192), unit: "compartments", .neurons(each: draw(1...4))),
            CoreResource("input-axons", limit: draw(1...8192), unit: "axons", .inputAxons),
            CoreResource(
                "output_axons", limit: draw(1...8192), unit: "64-bit entries", .outputAxons(each: draw(1...4), offChip: draw(0...2))),
            CoreResource("profiles", limit: draw(1...32), unit: "yes", .profiles(pick(CapacityRule.Profile.allCases))),
            CoreResource("formats", limit: draw(1...32), unit: "1e3", .synapseFormats),
            CoreResource("slots", limit: draw(1...8192), unit: "", .delaySlots),
        ]
        let memory = draw(0...1) == 0 ? CapacityRule.synapseMemory(packing) : .sharedMemory(perNeuron: draw(0...100), packing)
        resources.append(CoreResource("memory", limit: draw(1...1 << 30), unit: "words: of \"64\" bits", memory))
        var costs = Costs()
        for event in Costs.Event.allCases where draw(0...1) == 1 {
            costs.events[event] = Costs.Cost(energy: random.uniform(draw(0...1000)) * 1e-9, time: random.uniform(draw(0...1000)) * 1e-6)
        }
        if draw(0...1) == 1 { (costs.barrierMinimum, costs.barrierMaximum, costs.barrierTiles) = (1.13e-7, 4.65e-7, draw(1...64)) }
        if draw(0...1) == 1 { costs.power = .init(chip: 0.35, core: 0.034) }
        var faults = Faults(deadCores: Set((0..<draw(0...3)).map { _ in draw(1...mesh.coreCount - 1) }))
        if draw(0...1) == 1 { faults.deadLinks = [RouterLink(from: 0, to: mesh.width), RouterLink(from: mesh.width, to: 0)] }
        let law = IntegerCurrentArithmetic(
            stateBits: draw(20...40), currentOverflow: pick(IntegerCurrentArithmetic.Overflow.allCases),
            membraneOverflow: pick(IntegerCurrentArithmetic.Overflow.allCases), accumulatorBits: draw(0...1) == 0 ? nil : draw(4...48),
            driveWraps: draw(0...1) == 1, exponentAppliesTo: pick(IntegerCurrentArithmetic.ExponentPlace.allCases),
            negativeMixedRounding: pick(IntegerCurrentArithmetic.Truncation.allCases),
            resets: some(IntegerCurrentArithmetic.Reset.allCases),
            adaptiveThreshold: draw(0...1) == 1)
        let formats = NumberFormats(
            weight: WeightFormat(
                bits: widths, exponent: span(-8, 7), shift: draw(0...8), modes: some(WeightFormat.SignMode.allCases),
                scope: pick(WeightFormat.Scope.allCases)),
            decay: DecayFormat(bits: draw(4...16), currentOffset: draw(0...15), membraneOffset: draw(0...15)),
            threshold: MantissaFormat(mantissa: 0...draw(1...1023), exponent: span(0, 4), shift: draw(0...6)),
            bias: MantissaFormat(mantissa: span(-4096, 4095), exponent: span(-7, 7), shift: draw(0...6)), delay: span(0, 62),
            refractory: span(0, 63), payloadBits: draw(0...32))
        let sections = ["topology", "resources", "formats", "arithmetic", "costs", "fields"]
        return Chip(
            name: "chip-\(seed)", title: "Chip: #\(seed) \"quoted\"", family: pick(["plain", "loihi"]), topology: .mesh(mesh),
            resources: resources,
            formats: formats, arithmetic: .integerCurrent(law), costs: costs, faults: faults,
            fields: [Chip.Field("ds_offset", "\(draw(0...9))"), Chip.Field("mode", "yes")],
            sources: sections.filter { $0 != "costs" || costs != Costs() }.map { Chip.Citation(path: $0, text: "test: \($0), § 1") })
    }
}
