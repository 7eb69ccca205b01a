import Chips
import Diagnostics
import FrontEnd
import Numerics
import Storage
import Support
import Testing
import YAML

@Suite struct ChipReaderTests {
    func tiny(_ more: String) throws -> Chip {
        try readChip(text: more, file: "test.yaml", library: ChipGoldenErrorTests.library)
    }

    @Test(arguments: 0..<100)
    func `what is printed reads back as the same chip`(_ seed: UInt64) throws {
        let chip = ChipFiles.random(seed)
        let text = printChip(chip)
        let back = try readChip(text: text, file: "printed.yaml")
        #expect(ChipFiles.withoutPlaces(back) == ChipFiles.withoutPlaces(chip), "\(text)")
        #expect(printChip(back) == text)
    }

    @Test func `the documented example is read, and its numbers arrive`() throws {
        let chip = try readChip(ChipFiles.example)
        #expect(chip.name == "hexapod")
        #expect(chip.topology.coreCount == 48)
        #expect(chip.resources.map(\.name).first == "compartments")
        #expect(chip.resources.first?.rule == .neurons(each: 1))
        #expect(chip.formats.weight.bits == [2, 4, 6])
        #expect(chip.formats.decay == DecayFormat(bits: 10, currentOffset: 0, membraneOffset: 0))
        #expect(chip.formats.delay == 0...15)
        #expect(chip.costs.events[.hopEastWest] == Costs.Cost(energy: 2e-12, time: 3e-9))
        #expect(chip.costs.barrierMaximum == 3e-7)
        guard case .integerCurrent(let law) = chip.arithmetic else { return }
        #expect(law.stateBits == 20)
        #expect(law.resets == [.zero, .subtract])
    }

    @Test func `a description can change single keys of a known chip`() throws {
        let base = try tiny("spikewright: 1\nbase: tiny\n")
        let chip = try tiny(
            """
            spikewright: 1
            base: tiny
            faults: {dead_cores: [2, 5], dead_links: [[0, 2]]}
            """)
        #expect(chip.name == "tiny")
        #expect(chip.faults.deadCores == [2, 5])
        #expect(chip.faults.deadLinks == [RouterLink(from: 0, to: 2), RouterLink(from: 2, to: 0)])
        var expected = base
        expected.faults = chip.faults
        #expect(ChipFiles.withoutPlaces(chip) == ChipFiles.withoutPlaces(expected))
    }

    @Test func `numbers that replace those of the base keep their own sources`() throws {
        let chip = try tiny(
            """
            spikewright: 1
            base: tiny
            chip: wide
            topology: {mesh: {tiles: [4, 4]}}
            resources: {compartments: {limit: 32}, synapse_memory: null, memory: {limit: 4096, rule: input_axons}}
            formats: {payload_bits: 8}
            sources: {topology: measured here, resources: measured here, formats: a later revision}
            """)
        #expect(chip.name == "wide")
        #expect(chip.topology == .mesh(Mesh(chips: [1, 1], tiles: [4, 4], coresPerTile: 2)))
        #expect(chip.resources.map(\.name) == ["compartments", "memory"])
        #expect(chip.resources[0].limit == 32)
        let sources = Dictionary(uniqueKeysWithValues: chip.sources.map { ($0.path, $0.text) })
        #expect(sources["formats"] == "invented")
        #expect(sources["formats.payload_bits"] == "a later revision")
        #expect(sources["topology.mesh.tiles"] == "measured here")
        #expect(sources["resources.compartments.limit"] == "measured here")
        #expect(try ChipFiles.withoutPlaces(readChip(text: printChip(chip), file: "printed.yaml")) == ChipFiles.withoutPlaces(chip))
    }

    @Test func `another kind replaces that of the base`() throws {
        let chip = try tiny(
            """
            spikewright: 1
            base: tiny
            resources: {compartments: {rule: {output_axons: {each: 2}}}}
            sources: {resources: measured here}
            """)
        #expect(chip.resources[0].rule == .outputAxons(each: 2, offChip: 0))
    }

    @Test func `the schema names every key that is printed`() throws {
        var chip = ChipFiles.random(1)
        for event in Costs.Event.allCases { chip.costs.events[event] = Costs.Cost(energy: 1, time: 1) }
        var named: Set<String> = []
        func collect(_ value: JSONValue) {
            named.formUnion(value["properties"]?.object?.keys ?? [])
            for item in value.array ?? value.object?.values ?? [] { collect(item) }
        }
        collect(chipSchema())
        let tree = try parseYAML(printChip(chip), file: "printed.yaml")
        // What a user names is under no property.
        let own = Set(chip.resources.map(\.name) + chip.fields.map(\.name) + chip.sources.map(\.path))
        func check(_ node: Node) {
            for entry in node.mapping ?? [] {
                if !own.contains(entry.key) { #expect(named.contains(entry.key), "'\(entry.key)' is not in the schema") }
                check(entry.value)
            }
        }
        check(tree)
    }

    /// Any damage ends in a chip or in diagnostics, never in a crash, and soon.
    @Test func `no damage to a description crashes the reader`() throws {
        let original = try ByteFile.read(ChipFiles.example)
        let random = Philox(seed: 11, purpose: "test/fuzz")
        let tokens = [
            "[", "]", "{", "}", ": ", ", ", "-1", "0", "1e400", ".nan", "null", "9223372036854775807", "&a ", "*a", "- ", "\"", "\n", "\t",
            "é",
        ]
        var refused = 0
        for round in 0..<600 {
            var bytes = original
            let stream = random.split(round)
            for change in 0..<1 + stream.integer(0, below: 4) {
                let place = stream.integer(4 * change + 1, below: bytes.count)
                let end = min(bytes.count, place + stream.integer(4 * change + 2, below: 12))
                switch stream.integer(4 * change + 3, below: 4) {
                case 0: bytes.removeSubrange(place..<end)
                case 1: bytes.insert(contentsOf: tokens[stream.integer(4 * change + 4, below: tokens.count)].utf8, at: place)
                case 2: bytes.replaceSubrange(place..<end, with: tokens[stream.integer(4 * change + 4, below: tokens.count)].utf8)
                default: bytes[place] = UInt8(truncatingIfNeeded: stream.integer(4 * change + 4, below: 256))
                }
                if bytes.isEmpty { bytes = [0x20] }
            }
            do throws(DiagnosticsError) {
                let chip = try readChip(bytes: bytes, file: "fuzz.yaml")
                let back = try readChip(text: printChip(chip), file: "printed.yaml")
                #expect(ChipFiles.withoutPlaces(back) == ChipFiles.withoutPlaces(chip))
            } catch {
                refused += 1
                #expect(!error.diagnostics.isEmpty)
            }
        }
        #expect(refused > 200)
    }
}
