import Chips
import Diagnostics
import Drawing
import Foundation
import Lowering
import Numerics
import Storage
import Support
import Testing

@Suite struct PlacementDrawingTests {
    /// A placement with uneven use, loads and some dead cores, made by rule.
    static func summary(chips: [Int], tiles: [Int], coresPerTile: Int, used: Double) -> PlacementSummary {
        let mesh = Mesh(chips: chips, tiles: tiles, coresPerTile: coresPerTile)
        let random = Philox(seed: 3, purpose: "drawing")
        let names = ["input_layer", "hidden", "readout"]
        var cores: [PlacementSummary.Core] = []
        for number in 0..<mesh.coreCount where random.uniform(number) < used {
            cores.append(
                PlacementSummary.Core(
                    number: number, parts: [PlacementSummary.Part(population: names[number % 3], neurons: 0..<(number + 1))],
                    usage: [random.integer(number, below: 101), 20]))
        }
        var links: [LinkLoad] = []
        for router in 0..<mesh.routerCount {
            let (x, y) = mesh.position(ofRouter: router)
            if x + 1 < mesh.width {
                links.append(LinkLoad(link: RouterLink(from: router, to: router + 1), packetsPerStep: random.uniform(router)))
            }
            if y + 1 < mesh.height {
                links.append(
                    LinkLoad(link: RouterLink(from: router, to: router + mesh.width), packetsPerStep: 2 * random.uniform(router + 999)))
                links.append(LinkLoad(link: RouterLink(from: router + mesh.width, to: router), packetsPerStep: 0.2))
            }
        }
        return PlacementSummary(
            network: "drawn", target: "test-mesh", topology: .mesh(mesh), cores: cores,
            resources: [
                .init(name: "compartments", limit: 100, unit: "compartments"), .init(name: "axons", limit: 100, unit: "axons"),
            ], deadCores: [mesh.coreCount - 1], links: links.sorted { $0.link < $1.link })
    }

    /// Dead chips and links of a torus are drawn, its cores counted as they are.
    @Test func deadPartsOfATorusAreDrawn() throws {
        var torus = HexagonalTorus(
            width: 4, height: 4, coresPerChip: 18, cores: [Int](repeating: 18, count: 16), monitors: 1, routerEntries: 1023)
        torus.cores[5] = 17
        let summary = PlacementSummary(
            network: "drawn", target: "torus", topology: .hexagonalTorus(torus), cores: [], resources: [], deadCores: [19], links: [],
            deadChips: [2], deadLinks: [RouterLink(from: 8, to: 9), RouterLink(from: 9, to: 8)])
        let again = try PlacementSummary(summary.json, file: "placement.json")
        #expect(again == summary)
        let svg = try String(decoding: PlacementDrawing(again).graph.render(.svg), as: UTF8.self)
        #expect(svg.contains("0 of 287 cores"))
        #expect(svg.contains("chip (2, 0): dead") && svg.contains("dead link between chips 8 and 9"))
        #expect(!svg.contains("<title>core36</title>") && svg.contains("<title>core54</title>"))
    }

    @Test(arguments: [[1, 1, 2, 2, 2], [1, 1, 8, 4, 4], [4, 2, 8, 4, 4]])
    func everyCoreAndLinkIsDrawn(shape: [Int]) throws {
        let summary = Self.summary(chips: [shape[0], shape[1]], tiles: [shape[2], shape[3]], coresPerTile: shape[4], used: 0.8)
        let drawing = PlacementDrawing(summary)
        let svg = try String(decoding: drawing.graph.render(.svg), as: UTF8.self)
        let lines = Set(svg.split(separator: "\n").map(String.init))
        for core in 0..<summary.topology.coreCount { #expect(lines.contains("<title>core\(core)</title>")) }
        let links = lines.compactMap { $0.firstMatch(of: /router (\d+) to (\d+):/) }.map { RouterLink(from: Int($0.1)!, to: Int($0.2)!) }
        #expect(Set(links) == Set(summary.links.map(\.link)))
        #expect(svg.contains("drawn on test&#45;mesh: \(summary.cores.count) of \(summary.topology.coreCount) cores"))
        let png = try drawing.graph.render(.png)
        #expect(png.starts(with: [0x89, 0x50, 0x4E, 0x47]))
        #expect(png.count > 10_000)
        if let folder = ProcessInfo.processInfo.environment["SPIKEWRIGHT_DRAWINGS"] {
            try png.write(to: URL(filePath: "\(folder)/placement-\(summary.topology.coreCount).png"))
        }
    }

    @Test func drawingTwiceGivesTheSameBytes() throws {
        let graph = PlacementDrawing(Self.summary(chips: [1, 1], tiles: [2, 2], coresPerTile: 2, used: 0.7)).graph
        for format in DrawingFormat.allCases { #expect(try graph.render(format) == graph.render(format)) }
    }

    @Test func theSummarySurvivesItsFile() throws {
        let summary = Self.summary(chips: [2, 1], tiles: [2, 2], coresPerTile: 2, used: 0.7)
        #expect(try PlacementSummary(summary.json, file: "placement.json") == summary)
        #expect(throws: DiagnosticsError.self) { try PlacementSummary(.null, file: "placement.json") }
    }
}
