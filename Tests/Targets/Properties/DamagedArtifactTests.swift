import Chips
import Diagnostics
import Foundation
import Networks
import Numerics
import Passes
import Simulation
import Storage
import Support
import Targets
import Testing

/// Damaged artifacts of every family end in a diagnostic, or boot and run; they never crash.
@Suite struct DamagedArtifactTests {
    /// One chip of each family.
    static let chips = tabled + ["spin3"]
    /// Those whose artifact is tables in HDF5.
    static let tabled = ["loihi1", "board", "graded"]

    /// Those of physical neurons, whose artifact is JSON and whose networks are of their own kind.
    static let analog = ["brainscales2"]

    @Test func `there is a damaged artifact of every family`() throws {
        let families = try (Self.chips + Self.analog).map { try PropertyChips.chip($0).family }
        #expect(Set(families) == Set(allFamilies().map { $0.name }))
    }

    @Test(arguments: chips)
    func `a file that is missing, cut or changed is named`(_ name: String) throws {
        try withArtifact(on: name) { artifact, scratch in
            for file in try Self.files(artifact) where file != "placement.json" {
                let bytes = try ByteFile.readRaw("\(artifact)/\(file)")
                var damaged: [[UInt8]?] = [nil, [], Array(bytes.prefix(bytes.count / 2)), Array(bytes.dropLast(2))]
                let random = Philox(seed: 1, purpose: file)
                for index in 0..<6 {
                    var changed = bytes
                    changed[random.integer(index, below: bytes.count)] ^= 1 << UInt8(index)
                    damaged.append(changed)
                }
                for (number, content) in damaged.enumerated() {
                    let copy = try Self.copy(artifact, to: "\(scratch)/\(file)-\(number)")
                    if let content {
                        try Data(content).write(to: URL(fileURLWithPath: "\(copy)/\(file)"))
                    } else {
                        try FileManager.default.removeItem(atPath: "\(copy)/\(file)")
                    }
                    let error = Self.boot(copy)
                    // The manifest has no digest of its own: a changed name of the network is still a manifest.
                    if file != "manifest.json" || number < 4 { #expect(error != nil, "\(file), damage \(number)") }
                    if let error { #expect(!error.diagnostics.isEmpty && error.diagnostics.allSatisfy { $0.help != nil }) }
                }
            }
        }
    }

    /// The digests are made to fit, so that the loader's own checks are what holds.
    @Test(arguments: tabled)
    func `tables with numbers that do not fit are refused or run`(_ name: String) throws {
        try withArtifact(on: name) { artifact, scratch in
            let tables = try Self.tables(in: "\(artifact)/cores.h5")
            let names = tables.map(\.name)
            #expect(names.count > 30)
            var refused = 0
            for round in 0..<150 {
                var random = TestRandom(round, "table")
                let victim = random.integer(in: 0...tables.count - 1)
                let copy = try Self.copy(artifact, to: "\(scratch)/table-\(round)")
                let file = try HDF5File.create("\(copy)/new.h5")
                for (index, table) in tables.enumerated() {
                    try file.write(index == victim ? Self.damaged(table.array, &random) : table.array, to: table.name)
                }
                try file.close()
                try FileManager.default.removeItem(atPath: "\(copy)/cores.h5")
                try FileManager.default.moveItem(atPath: "\(copy)/new.h5", toPath: "\(copy)/cores.h5")
                try Self.refreshDigest(of: "cores.h5", in: copy)
                if Self.boot(copy) != nil { refused += 1 }
                try FileManager.default.removeItem(atPath: copy)
            }
            #expect(refused > 30, "hardly any damage was seen")
        }
    }

    /// The digests are made to fit, so that the loader's own checks are what holds.
    @Test func `words that change within images and router tables are refused or run`() throws {
        try withArtifact(on: "spin3") { artifact, scratch in
            let names = try Self.files(artifact).filter { $0.hasSuffix(".bin") }
            #expect(names.count > 3)
            var refused = 0
            for round in 0..<200 {
                var random = TestRandom(round, "image")
                let name = random.element(of: names)
                var bytes = try ByteFile.readRaw("\(artifact)/\(name)")
                // The header and the first regions hold the structure, where damage does most.
                let place = random.integer(in: 0...min(bytes.count - 1, random.chance(0.7) ? 700 : .max)) / 4 * 4
                let strange = random.element(of: [0, 1, 2, 7, 255, 65_535, 1 << 16, 1 << 31, 0xFFFF_FFFF])
                for byte in 0..<4 { bytes[place + byte] = UInt8(truncatingIfNeeded: strange >> (8 * byte)) }
                let copy = try Self.copy(artifact, to: "\(scratch)/image-\(round)")
                try Data(bytes).write(to: URL(fileURLWithPath: "\(copy)/\(name)"))
                try Self.refreshDigest(of: name, in: copy)
                if Self.boot(copy) != nil { refused += 1 }
                try FileManager.default.removeItem(atPath: copy)
            }
            #expect(refused > 40, "hardly any damage was seen: \(refused)")
        }
    }

    static let impossible = [
        (#""synapse_gain"\s*:\s*\[[^\]]*\]"#, #""synapse_gain": [1e308, 1e308]"#),
        (#""refractory_us"\s*:\s*[0-9.e-]+"#, #""refractory_us": -1"#),
        (#""constant_slope"\s*:\s*[0-9.e-]+"#, #""constant_slope": 1e308"#),
        (#""tau_mem_us"\s*:\s*[0-9.e-]+"#, #""tau_mem_us": 0"#), (#""row"\s*:\s*1\b"#, #""row": 0"#),
        (#""driver"\s*:\s*1\b"#, #""driver": 0"#), (#""index"\s*:\s*[0-9]+"#, #""index": 7"#),
    ]

    @Test(arguments: analog)
    func `an execution whose values are of another kind is refused or run`(_ name: String) throws {
        var network = Network(name: "analog", timestep: 0.1)
        var cell = NeuronModel(.currentExponential)
        for (parameter, value) in [
            (ParameterName.tauM, 12.0), (.tauSynE, 6), (.tauSynI, 6), (.cm, 6), (.vRest, 0), (.vReset, 0), (.vThresh, 1), (.tauRefrac, 2),
        ] { cell[parameter] = .uniform(value) }
        network.populations = [Population("input", shape: [3], cell: .input), Population("neurons", shape: [5], cell: .neuron(cell))]
        network.projections = [
            Projection("input->neurons", from: ID(0), to: ID(1), .allToAll(allowSelf: true), weight: .constant(2))
        ]
        let chip = try PropertyChips.chip(name)
        let graph = try Pipeline(to: chip).run(network)
        try withTemporaryDirectory { scratch in
            let artifact = "\(scratch)/out"
            _ = try family(of: chip).write(graph, to: artifact, threads: 1)
            #expect(Self.boot(artifact) == nil)
            let execution = try JSONValue(file: "\(artifact)/chip-0.bss2.json")
            var refused = 0
            for round in 0..<100 {
                var random = TestRandom(round, "execution")
                let copy = try Self.copy(artifact, to: "\(scratch)/execution-\(round)")
                try Self.mutated(execution, &random).write(to: "\(copy)/chip-0.bss2.json")
                try Self.refreshDigest(of: "chip-0.bss2.json", in: copy)
                if Self.boot(copy) != nil { refused += 1 }
                try FileManager.default.removeItem(atPath: copy)
            }
            #expect(refused > 10, "hardly any damage was seen: \(refused)")
            // Numbers that no neuron has, and entries that are there twice, are refused always.
            let text = try String(contentsOfFile: "\(artifact)/chip-0.bss2.json", encoding: .utf8)
            for (number, (pattern, replacement)) in Self.impossible.enumerated() {
                let changed = text.replacingOccurrences(of: pattern, with: replacement, options: .regularExpression)
                try #require(changed != text, "\(pattern)")
                let copy = try Self.copy(artifact, to: "\(scratch)/impossible-\(number)")
                try Data(changed.utf8).write(to: URL(fileURLWithPath: "\(copy)/chip-0.bss2.json"))
                try Self.refreshDigest(of: "chip-0.bss2.json", in: copy)
                #expect(Self.boot(copy) != nil, "\(pattern)")
            }
        }
    }

    @Test(arguments: tabled)
    func `bytes that change within the tables are refused or run`(_ name: String) throws {
        try withArtifact(on: name) { artifact, scratch in
            let bytes = try ByteFile.readRaw("\(artifact)/cores.h5")
            for round in 0..<150 {
                var random = TestRandom(round, "bytes")
                var changed = bytes
                // The first kilobytes hold the structure, where damage does most.
                let place =
                    random.chance(0.7) ? random.integer(in: 0...min(bytes.count - 1, 8191)) : random.integer(in: 0...bytes.count - 1)
                changed[place] = UInt8(random.integer(in: 0...255))
                let copy = try Self.copy(artifact, to: "\(scratch)/bytes-\(round)")
                try Data(changed).write(to: URL(fileURLWithPath: "\(copy)/cores.h5"))
                try Self.refreshDigest(of: "cores.h5", in: copy)
                _ = Self.boot(copy)
                try FileManager.default.removeItem(atPath: copy)
            }
        }
    }

    @Test(arguments: chips)
    func `a chip with other numbers than those compiled for is refused or run`(_ name: String) throws {
        try withArtifact(on: name) { artifact, scratch in
            let text = try ByteFile.readText("\(artifact)/chip.yaml")
            let numbers = text.matches(of: /-?[0-9]+/).map(\.range)
            var refused = 0
            for round in 0..<200 {
                var random = TestRandom(round, "chip")
                var changed = text
                let strange = random.element(of: [-1, 0, 1, 2, 5, 13, 24, 30, 31, 32, 63, 255, 4096, 65_536, 1 << 31])
                changed.replaceSubrange(random.element(of: numbers), with: String(strange))
                let copy = try Self.copy(artifact, to: "\(scratch)/chip-\(round)")
                try Data(changed.utf8).write(to: URL(fileURLWithPath: "\(copy)/chip.yaml"))
                try Self.refreshDigest(of: "chip.yaml", in: copy)
                if Self.boot(copy) != nil { refused += 1 }
                try FileManager.default.removeItem(atPath: copy)
            }
            #expect(refused > 20, "hardly any damage was seen")
        }
    }

    @Test(arguments: chips)
    func `a manifest whose values are of another kind is refused or run`(_ name: String) throws {
        try withArtifact(on: name) { artifact, scratch in
            let manifest = try JSONValue(file: "\(artifact)/manifest.json")
            var refused = 0
            for round in 0..<300 {
                var random = TestRandom(round, "manifest")
                let copy = try Self.copy(artifact, to: "\(scratch)/manifest-\(round)")
                try Self.mutated(manifest, &random).write(to: "\(copy)/manifest.json")
                if Self.boot(copy) != nil { refused += 1 }
                try FileManager.default.removeItem(atPath: copy)
            }
            #expect(refused > 100, "hardly any damage was seen")
        }
    }

    // MARK: - Artifacts

    private func withArtifact(on name: String, _ body: (_ artifact: String, _ scratch: String) throws -> Void) throws {
        let chip = try PropertyChips.chip(name)
        var options = LoweringOptions()
        options.rateConversion = .never
        let graph = try Pipeline(to: chip, options).run(Network.random(3, for: chip))
        try withTemporaryDirectory { directory in
            _ = try family(of: chip).write(graph, to: "\(directory)/out", threads: 1)
            try body("\(directory)/out", directory)
        }
    }

    /// Boots and runs a few steps; what was thrown.
    private static func boot(_ directory: String) -> DiagnosticsError? {
        do throws(DiagnosticsError) {
            var emulator = try bootArtifact(directory)
            let stimulus = Stimulus(emulator.inputs.map { ($0, Stimulus.Events(offsets: [0, 1, 1, 2], neurons: [0, 0])) })
            _ = try emulator.run(stimulus, steps: 4, record: RecordingRequest(spikes: Set(emulator.populations)))
            return nil
        } catch { return error }
    }

    private static func files(_ folder: String) throws -> [String] { try FileManager.default.contentsOfDirectory(atPath: folder).sorted() }

    private static func copy(_ artifact: String, to folder: String) throws -> String {
        try FileManager.default.copyItem(atPath: artifact, toPath: folder)
        return folder
    }

    private static func refreshDigest(of name: String, in folder: String) throws {
        let path = "\(folder)/manifest.json"
        let manifest = try JSONValue(file: path)
        let entry = try #require(manifest["files"]?.array?.first { $0["name"]?.string == name })
        let old = try #require(entry["sha256"]?.string)
        let text = try ByteFile.readText(path).replacingOccurrences(of: old, with: try sha256(ofFile: "\(folder)/\(name)"))
        try Data(text.utf8).write(to: URL(fileURLWithPath: path))
    }

    // MARK: - Damage

    /// All datasets of a file.
    private static func tables(in path: String) throws -> [(name: String, array: NumericArray)] {
        let file = try HDF5File.open(path)
        var tables: [(name: String, array: NumericArray)] = []
        func visit(_ group: String) throws {
            for member in try file.members(of: group.isEmpty ? "/" : group).sorted() {
                let name = group.isEmpty ? member : "\(group)/\(member)"
                if file.kind(of: name) == .dataset { tables.append((name, try file.read(name))) } else { try visit(name) }
            }
        }
        try visit("")
        return tables
    }

    /// One number changed, or the table one entry shorter or longer.
    private static func damaged(_ array: NumericArray, _ random: inout TestRandom) -> NumericArray {
        guard var values = array.integers else { return NumericArray([Int32](repeating: -1, count: array.count)) }
        let strange = random.element(of: [-1, 0, 1, 7, 255, 256, 65_535, 1 << 31, -(1 << 31), 1 << 40, Int.max, Int.min])
        switch random.integer(in: 0...5) {
        case 0: if !values.isEmpty { values.removeLast() }
        case 1: values.append(strange)
        default: if values.isEmpty { values = [strange] } else { values[random.integer(in: 0...values.count - 1)] = strange }
        }
        return NumericArray(values.map { Int64($0) }, shape: array.shape.isEmpty && values.count == 1 ? [] : nil)
    }

    /// One value somewhere below is dropped or replaced.
    private static func mutated(_ value: JSONValue, _ random: inout TestRandom) -> JSONValue {
        let strange: [JSONValue] = [
            .null, .integer(-1), .integer(0), .integer(1 << 29), .integer(Int.max), .number(-0.5), .number(1e308), .string(""),
            .string("../manifest.json"), .array([]), .object(JSONObject()),
        ]
        switch value {
        case .object(let object) where object.count > 0 && random.chance(0.95):
            let victim = random.integer(in: 0...object.count - 1)
            var members: [(String, JSONValue)] = []
            for (index, (key, member)) in zip(object.keys, object.values).enumerated() {
                if index != victim {
                    members.append((key, member))
                } else if random.chance(0.9) {
                    members.append((key, mutated(member, &random)))
                }
            }
            return .object(JSONObject(members))
        case .array(let elements) where !elements.isEmpty && random.chance(0.95):
            var elements = elements
            let victim = random.integer(in: 0...elements.count - 1)
            if random.chance(0.1) { elements.remove(at: victim) } else { elements[victim] = mutated(elements[victim], &random) }
            return .array(elements)
        default: return random.element(of: strange)
        }
    }
}
