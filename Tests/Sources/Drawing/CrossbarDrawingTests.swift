import Chips
import Drawing
import Foundation
import Lowering
import Storage
import Testing

/// The drawing of a chip with a labelled crossbar.
@Suite struct CrossbarDrawingTests {
    private static let crossbar = LabelledCrossbar(
        columns: 256, halves: 2, rows: 256, buses: 4, labelBits: 6, selectBits: 5, addressBits: 8, filterBits: 14, eventOutputs: 8,
        externalInputs: 4, backgroundInputs: 8, executions: 4)

    /// Two executions, the first with neurons in whole columns, the second with one circuit each.
    private static func summary() -> PlacementSummary {
        let cores = (0..<2).map { number -> PlacementSummary.Core in
            var configuration = CrossbarConfiguration(crossbar)
            for column in 0..<(100 + number) {
                configuration.neurons.append(
                    .init(
                        population: 0, index: column, circuits: number == 0 ? [column, 256 + column] : [column], spikeMaster: column,
                        address: column % 32))
            }
            for row in 0..<40 { configuration.rowModes[row] = row % 2 == 0 ? .excitatory : .inhibitory }
            for driver in 0..<20 { configuration.driverMasks[driver] = 0 }
            configuration.weights[3] = 5
            configuration.nodes[0].target = 0
            configuration.nodes[1].mask = 1
            return PlacementSummary.Core(
                number: number, parts: [.init(population: number == 0 ? "hidden" : "a rather long name", neurons: 0..<100 + number)],
                usage: [100, 40], occupancy: CrossbarOccupancy(configuration) { _ in 0 })
        }
        return PlacementSummary(
            network: "drawn", target: "test", topology: .crossbar(crossbar), cores: cores,
            resources: [.init(name: "circuits", limit: 512, unit: "circuits"), .init(name: "rows", limit: 512, unit: "rows")],
            deadCores: [], links: [])
    }

    @Test func `every bus, run of circuits and node is drawn, and what the colours mean`() throws {
        let summary = Self.summary()
        let graph = PlacementDrawing(summary).graph
        let names = graph.nodes.map(\.name)
        #expect(Set(names).count == names.count)
        for number in 0..<2 {
            for node in Self.crossbar.nodes { #expect(names.contains("node\(number)-\(node.input)-\(node.output)")) }
            for bus in 0..<8 { #expect(names.contains("text-bus\(number)-\(bus)-name")) }
        }
        #expect(names.count { $0.hasPrefix("node0-") } == 76)
        let svg = try String(decoding: graph.render(.svg), as: UTF8.self)
        for text in [
            "drawn on test: 2 executions", "top bus 0: 5 of 32 drivers, 1 synapses", "top: 100 of 256 circuits", "node passes all",
        ] {
            #expect(svg.contains(text), "\(text)")
        }
        if let folder = ProcessInfo.processInfo.environment["SPIKEWRIGHT_DRAWINGS"] {
            try graph.render(.png).write(to: URL(filePath: "\(folder)/crossbar.png"))
        }
    }

    @Test func `what is drawn survives its file`() throws {
        let summary = Self.summary()
        #expect(try PlacementSummary(summary.json, file: "placement.json") == summary)
    }
}
