import Diagnostics
import Foundation
import Numerics
import Passes
import Spikewright
import Storage
import Support
import Targets
import Testing

/// The client's script and a Python that can run it; nil where the environment names no Python that has PACMAN.
private enum PACMANClient {
    static let installed: (script: String, python: String)? = {
        let environment = ProcessInfo.processInfo.environment
        guard let python = environment["SPIKEWRIGHT_PACMAN_PYTHON"] else { return nil }
        return (environment["SPIKEWRIGHT_PACMAN_CLIENT"] ?? testsFolder + "/../Scripts/pacman_client.py", python)
    }()
}

/// Mappings loaded into PACMAN 1!7.4.1, which checks them by itself, before and after compression.
///
/// Runs when `SPIKEWRIGHT_PACMAN_PYTHON` names a Python that has sPyNNaker 1!7.4.1, as `Scripts/test` sees to;
/// `SPIKEWRIGHT_PACMAN_CLIENT` may name another client than ours (it takes a spinnaker-map and exits with 0 when all is well).
@Suite(.enabled(if: PACMANClient.installed != nil, "set SPIKEWRIGHT_PACMAN_PYTHON to what 'Scripts/pacman-client --python' prints"))
struct PACMANClientTests {
    /// Exit status and what the client printed.
    static func run(_ map: JSONValue) throws -> (status: Int32, text: String) {
        let client = try #require(PACMANClient.installed)
        return try withTemporaryDirectory { (folder: String) throws in
            let path = "\(folder)/map.json"
            try map.write(to: path, pretty: false)
            let process = Process()
            process.executableURL = URL(filePath: client.python)
            process.arguments = [client.script, path]
            let pipe = Pipe()
            process.standardOutput = pipe
            process.standardError = pipe
            try process.run()
            let text = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
            process.waitUntilExit()
            return (process.terminationStatus, text)
        }
    }

    static func map(_ name: String) throws -> JSONValue {
        try export(coreGraph: "\(vectorsFolder("mapping/coregraphs"))/\(name).json.gz", for: nil, as: .spinnakerMap)
    }

    @Test(arguments: ["mlp_1000", "grid_1000", "pd_1000", "cnn_10000", "random_10000", "mlp_100000", "grid_100000"])
    func acceptsCoreGraphs(name: String) throws {
        let (status, text) = try Self.run(try Self.map(name))
        #expect(status == 0, "\(text.suffix(2000))")
    }

    /// Every model that is here with its data and that the chip can hold; on small cores, so that there is something to route.
    @Test(arguments: ["spin3", "spin5", "spin5x3"], [nil, 48]) func acceptsModels(target: String, neuronsPerCore: Int?) throws {
        let folder = testsFolder + "/../Models"
        let names = try FileManager.default.contentsOfDirectory(atPath: folder).filter { $0.hasSuffix(".yaml") }.sorted()
        var accepted = 0
        for name in names {
            var options = LoweringOptions()
            options.neuronsPerCore = neuronsPerCore
            let map: JSONValue
            do {
                map = try export(try Model(at: "\(folder)/\(name)"), for: Target(target), as: .spinnakerMap, options: options)
            } catch let error as DiagnosticsError {
                // A board of four chips is small, and some data sets do not ship.
                let isExpected = error.isRefusal || error.diagnostics.allSatisfy { $0.id == "data-missing" }
                #expect(isExpected, "\(name): \(error)")
                continue
            }
            let (status, text) = try Self.run(map)
            #expect(status == 0, "\(name) on \(target): \(text.suffix(2000))")
            accepted += 1
        }
        #expect(accepted >= 10)
    }

    @Test func acceptsDelayExtensions() throws {
        let (status, text) = try withTemporaryDirectory { (folder: String) throws in
            try """
            spikewright: 1
            network: far
            setup: {timestep: 1 ms}
            populations:
              pre: {size: 300, cell: {spike_source_poisson: {rate: 20 Hz}}}
              post: {size: 300, cell: {if_curr_exp: {}}}
            projections:
              - {pre: pre, post: post, connector: {fixed_probability: {p: 0.1}}, weight: 0.1, delay: {uniform_int: {low: 1, high: 90}}}
              - {pre: post, post: post, connector: {fixed_probability: {p: 0.1}}, weight: 0.1, delay: {uniform_int: {low: 1, high: 60}}}
            """.write(toFile: "\(folder)/far.yaml", atomically: true, encoding: .utf8)
            let map = try export(try Model(at: "\(folder)/far.yaml"), for: "spin5", as: .spinnakerMap)
            #expect(map["vertices"]?.array?.contains { $0["population"]?.string == "pre delayed" } == true)
            return try Self.run(map)
        }
        #expect(status == 0, "\(text.suffix(2000))")
    }

    @Test(arguments: [1, 2, 3]) func acceptsMachinesWithDeadParts(seed: Int) throws {
        let (status, text) = try withTemporaryDirectory { (folder: String) throws in
            let random = Philox(seed: UInt64(seed), purpose: "dead")
            let dead = (1..<144).filter { random.uniform($0) < 0.2 }.map { "[\($0 % 12), \($0 / 12)]" }
            let links = (0..<143).filter { $0 % 12 != 11 && random.uniform(200 + $0) < 0.1 }.map { "[\($0), \($0 + 1)]" }
            try """
            spikewright: 1
            chip: damaged
            base: spin5x3
            faults: {dead_chips: [\(dead.joined(separator: ", "))], dead_links: [\(links.joined(separator: ", "))]}
            """.write(toFile: "\(folder)/damaged.yaml", atomically: true, encoding: .utf8)
            let graph = "\(vectorsFolder("mapping/coregraphs"))/random_10000.json.gz"
            return try Self.run(try export(coreGraph: graph, for: Target("\(folder)/damaged.yaml"), as: .spinnakerMap))
        }
        #expect(status == 0, "\(text.suffix(2000))")
    }

    enum Damage: CaseIterable, Sendable {
        case lostLink, extraCore, doubledCore, monitorCore, missingChip, overlappingKeys, keyOutsideMask, smallRange, deadLink, wrongEntry
        case reordered, tooManyEntries
    }

    @Test(arguments: Damage.allCases) func refusesDamage(damage: Damage) throws {
        var map = try Self.map("random_1000")
        func change(_ path: [JSONStep], _ edit: (JSONValue) -> JSONValue) { map = map.changed(path, edit) }
        let tables = try #require(map["tables"]?.array)
        let table = try #require(
            tables.indices.first { tables[$0]["entries"]?.array?.contains { ($0["route"]?.int ?? 0) & 63 != 0 } == true })
        let entries = try #require(tables[table]["entries"]?.array)
        let entry = try #require(entries.indices.first { (entries[$0]["route"]?.int ?? 0) & 63 != 0 })
        let route: [JSONStep] = [.key("tables"), .index(table), .key("entries"), .index(entry), .key("route")]
        switch damage {
        case .lostLink: change(route) { .integer(($0.int ?? 0) & ~63) }
        case .extraCore: change(route) { .integer(($0.int ?? 0) ^ 1 << 23) }
        case .doubledCore:
            let first = try #require(map["placements"]?[0])
            change([.key("placements"), .index(1), .key("p")]) { _ in first["p"] ?? .null }
        case .monitorCore: change([.key("placements"), .index(0), .key("p")]) { _ in 0 }
        case .missingChip: change([.key("placements"), .index(0), .key("x")]) { _ in 7 }
        case .overlappingKeys:
            let first = try #require(map["keys"]?[0]?["key"])
            change([.key("keys"), .index(1), .key("key")]) { _ in first }
        case .keyOutsideMask: change([.key("keys"), .index(0), .key("key")]) { .integer(($0.int ?? 0) | 1) }
        case .smallRange: change([.key("keys"), .index(0), .key("mask")]) { _ in .integer(0xFFFF_FFFF) }
        case .deadLink: change(route) { .integer(($0.int ?? 0) | 0b011000) }
        case .wrongEntry:
            change([.key("compressed"), .index(0), .key("entries"), .index(0), .key("route")]) { .integer(($0.int ?? 0) ^ 1 << 8) }
        case .reordered:
            change([.key("compressed"), .index(0), .key("entries")]) {
                let wide: JSONValue = .object(JSONObject([("key", 0), ("mask", 0), ("route", 64), ("defaultable", .bool(false))]))
                return .array([wide] + ($0.array ?? []))
            }
        case .tooManyEntries:
            change([.key("compressed"), .index(0), .key("entries")]) { entries in
                let more = (0..<1024).map { number -> JSONValue in
                    .object(
                        JSONObject([
                            ("key", .integer(0x8000_0000 + number)), ("mask", .integer(0xFFFF_FFFF)), ("route", 64),
                            ("defaultable", .bool(false)),
                        ]))
                }
                return .array((entries.array ?? []) + more)
            }
        }
        let (status, text) = try Self.run(map)
        #expect(status != 0, "\(text.suffix(2000))")
    }
}

enum JSONStep {
    case key(String)
    case index(Int)
}

extension JSONValue {
    /// The same with one value inside changed.
    func changed(_ path: [JSONStep], _ edit: (JSONValue) -> JSONValue) -> JSONValue {
        guard let step = path.first else { return edit(self) }
        let rest = Array(path.dropFirst())
        switch step {
        case .key(let key):
            guard var object = object, let value = object[key] else { return self }
            object[key] = value.changed(rest, edit)
            return .object(object)
        case .index(let index):
            guard var values = array, values.indices.contains(index) else { return self }
            values[index] = values[index].changed(rest, edit)
            return .array(values)
        }
    }
}
