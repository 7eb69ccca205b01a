import Chips
import Foundation
import Lowering
import Networks
import Passes
import Storage
import Support
import Targets
import Testing

/// The files of an artifact: names and ranges are those of the public stack, and the same network gives the same bytes.
@Suite struct BrainScaleSArtifactTests {
    static func compiled<Result>(_ network: Network, _ body: (String) throws -> Result) throws -> Result {
        let graph = try BrainScaleSFixture.routed(network)
        return try withTemporaryDirectory { directory in
            let path = directory + "/out"
            _ = try BrainScaleSFamily().write(graph, to: path, threads: 1)
            return try body(path)
        }
    }

    @Test func `256-246-10 is one execution that takes the whole chip`() throws {
        try Self.compiled(BrainScaleSFixture.layered([256, 246, 10])) { path in
            let file = try JSONValue(file: path + "/chip-0.bss2.json")
            #expect(file["neurons"]?.array?.count == 256)
            #expect(file["decode"]?.array?.count == 256)
            #expect(!FileManager.default.fileExists(atPath: path + "/chip-1.bss2.json"))
        }
    }

    @Test func `784-256-10 takes five executions at most, each behind those that it replays`() throws {
        try Self.compiled(BrainScaleSFixture.layered([784, 256, 10])) { path in
            let executions = try #require(JSONValue(file: path + "/manifest.json")["executions"]?.array)
            #expect((1...5).contains(executions.count))
            for (number, execution) in executions.enumerated() {
                #expect(try #require(execution["depends_on"]?.ints).allSatisfy { $0 < number })
            }
            let last = try JSONValue(file: path + "/chip-\(executions.count - 1).bss2.json")
            let replayed = try #require(last["external_labels"]?.array).compactMap { $0["population"]?.string }
            #expect(replayed.contains("layer1"), "the readout hears the hidden neurons of the executions before")
        }
    }

    @Test func `twice the same bytes`() throws {
        let network = BrainScaleSFixture.layered([100, 70, 10])
        let read = { (path: String) throws in
            try ["chip-0.bss2.json", "manifest.json", "placement.json"].map { try ByteFile.readText("\(path)/\($0)") }
        }
        #expect(try Self.compiled(network, read) == Self.compiled(network, read))
    }

    /// Ranges as the headers of haldls and halco declare them.
    @Test func `every number is within the range of its type`() throws {
        let ranges = try JSONValue(file: vectorsFolder("references/brainscales") + "/ranges_from_headers.json")
        func range(_ name: String, of owner: String? = nil) throws -> ClosedRange<Int> {
            for library in ["haldls", "halco"] {
                for headers in ranges[library]?.object?.values ?? [] {
                    for entry in headers.array ?? []
                    where entry["name"]?.string == name && (owner == nil || entry["owner"]?.string == owner) {
                        if let low = entry["min"]?.int, let high = entry["max"]?.int { return low...high }
                    }
                }
            }
            throw Missing(name: name)
        }
        try Self.compiled(BrainScaleSFixture.layered([784, 64, 10])) { path in
            let file = try JSONValue(file: path + "/chip-0.bss2.json")
            func expect(_ values: [Int], _ name: String, of owner: String? = nil) throws {
                let range = try range(name, of: owner)
                #expect(!values.isEmpty && values.allSatisfy(range.contains), "\(name)")
            }
            let nodes = try #require(file["crossbar_nodes"]?.array)
            #expect(nodes.count == 76)
            try expect(nodes.compactMap { $0["mask"]?.int } + nodes.compactMap { $0["target"]?.int }, "NeuronLabel")
            let drivers = try #require(file["synapse_drivers"]?.array)
            #expect(drivers.count == 256)
            try expect(drivers.compactMap { $0["row_address_compare_mask"]?.int }, "RowAddressCompareMask", of: "SynapseDriverConfig")
            for key in ["utilization", "offset", "recovery"] {
                try expect(
                    drivers.compactMap { $0["stp"]?[key]?.int }, key.prefix(1).uppercased() + key.dropFirst(), of: "SynapseDriverConfig")
            }
            for block in try #require(file["synapse_blocks"]?.array) {
                let weights = try #require(block["weights"]?.string.flatMap { Data(base64Encoded: $0) })
                let labels = try #require(block["labels"]?.string.flatMap { Data(base64Encoded: $0) })
                #expect(weights.count == 65536 && labels.count == 65536)
                try expect(weights.map { Int($0) }, "Value", of: "SynapseWeightQuad")
                try expect(labels.map { Int($0) }, "SynapseLabel")
            }
            let neurons = try #require(file["neurons"]?.array)
            try expect(neurons.compactMap { $0["event_address"]?.int }, "NeuronBackendAddressOut")
            try expect(
                neurons.flatMap { $0["calibration_target"]?["i_synin_gm"]?.ints ?? [] }, "Value", of: "CapMemCell")
            let labels = try #require(file["external_labels"]?.array).flatMap { $0["labels"]?.array ?? [] }.flatMap { $0.ints ?? [] }
            try expect(labels.map { $0 >> 14 }, "SPL1Address")
            try expect(labels.map { $0 & 0x3fff }, "NeuronLabel")
            try expect(labels.map { $0 >> 6 & 31 }, "PADIRowSelectAddress")
            try expect(file["background"]?.array?.compactMap { $0["period"]?.int } ?? [], "Period", of: "BackgroundSpikeSource")
        }
    }

    /// Keys are the names of haldls' fields without its prefix `value.m_`, where a field of one name and meaning exists.
    @Test func `keys are those of the public stack`() throws {
        let fields = try JSONValue(file: vectorsFolder("references/brainscales") + "/cereal_json_fields_haldls.json")
        func names(_ type: String) -> Set<String> {
            Set((fields["haldls::vx::\(type)"]?.array ?? []).compactMap { $0.string?.replacing("value.m_", with: "") })
        }
        try Self.compiled(BrainScaleSFixture.layered([4, 3])) { path in
            let file = try JSONValue(file: path + "/chip-0.bss2.json")
            let background = try #require(file["background"]?[0]?.object)
            #expect(Set(background.keys) == names("BackgroundSpikeSource"))
            let node = try #require(file["crossbar_nodes"]?[0]?.object)
            #expect(Set(node.keys).subtracting(["input", "output"]).isSubset(of: names("CrossbarNode")))
            let driver = try #require(file["synapse_drivers"]?[0]?.object)
            // lola and the Python names write `enable` in full.
            let written = driver.keys.filter { $0 != "driver" && $0 != "stp" }.map { $0.replacing("enable_", with: "en_") }
            #expect(Set(written).isSubset(of: names("SynapseDriverConfig")))
        }
    }

    struct Missing: Error { var name: String }
}
