import Chips
import Diagnostics
import Foundation
import Lowering
import Passes
import Storage
import Support
import Testing

/// Core graphs of the literature's families on SpiNN-5 boards, against what rig 2.4.1 and PACMAN 7.4.1 were seen to do.
@Suite struct CoreGraphVectors {
    static let folder = vectorsFolder("mapping/coregraphs")
    static let all: [String] = {
        let files = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        return files.filter { $0.hasSuffix(".json.gz") }.map { String($0.dropLast(8)) }.sorted()
    }()
    /// Graphs of more than 10,000 neurons take seconds each.
    static let chosen = all.filter { name in
        ProcessInfo.processInfo.environment["SPIKEWRIGHT_FULL"] != nil || !(name.hasSuffix("_100000") || name.hasSuffix("_1000000"))
    }

    @Test func hasGraphs() { #expect(!Self.all.isEmpty, "no core graph in \(Self.folder)") }

    @Test(arguments: chosen) func beatsWhatWasRecorded(name: String) throws {
        let graph = try CoreGraphFile("\(Self.folder)/\(name).json.gz")
        let mapping = try CoreGraphMapping(graph, on: .boards(holding: graph.coreCount))
        #expect(mapping.violations() == [])
        #expect(mapping.treeLength >= mapping.lowerBound * (1 - 1e-9))
        guard let record = RecordedMapping.of(name) else { return }
        let family = String(name.prefix { $0 != "_" })
        // On random_1000 no placement can be better; on grid_1000 (36 cores, three chips) the record of 20 links is met and not beaten.
        let isTight = mapping.lowerBound > 0.95 * record.treeLength || name == "grid_1000"
        let share = isTight ? 1 : family == "random" ? 0.95 : family == "grid" || family == "cnn" ? 0.9 : 1
        #expect(mapping.treeLength <= share * record.treeLength * 1.0005, "\(mapping.treeLength) against \(record.treeLength)")
        #expect(mapping.maximumLinkLoad <= record.maximumLinkLoad * 1.0005, "\(mapping.maximumLinkLoad) against \(record.maximumLinkLoad)")
        if let limit = Self.largestTables[name] { #expect(mapping.largestTable <= limit, "\(mapping.largestTable) entries") }
    }

    /// The recorded best, but where the shorter trees of here need more: dense networks, whose populations PACMAN leads over one shared tree
    /// each, at up to a fifth more traffic.
    private static let largestTables = [
        "mlp_1000": 5, "random_1000": 5, "grid_1000": 28, "pd_1000": 9, "mlp_10000": 8, "cnn_10000": 52, "random_10000": 32, "pd_10000": 16,
    ]

    @Test(arguments: ["grid_1000", "random_10000", "cnn_10000"]) func isTheSameEveryTime(name: String) throws {
        try #require(Self.all.contains(name) || ProcessInfo.processInfo.environment["SPIKEWRIGHT_VECTORS"] != nil)
        guard Self.all.contains(name) else { return }
        let graph = try CoreGraphFile("\(Self.folder)/\(name).json.gz")
        let torus = HexagonalTorus.boards(holding: graph.coreCount)
        let placement = Placement(rounds: 2)
        let (first, second) = (
            try CoreGraphMapping(graph, on: torus, placement: placement), try CoreGraphMapping(graph, on: torus, placement: placement)
        )
        #expect(first.physicalCores == second.physicalCores && first.tables == second.tables)
    }
}
