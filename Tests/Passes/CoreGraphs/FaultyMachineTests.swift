import Chips
import Diagnostics
import FrontEnd
import Lowering
import Numerics
import Passes
import Storage
import Support
import Testing

/// Machines with dead chips, cores and links: networks are led around them, or a message says what is missing.
@Suite struct FaultyMachineTests {
    @Test(arguments: 0..<100) func usesNothingDead(seed: Int) throws {
        let torus = HexagonalTorus.boards(holding: 800)
        #expect(torus.width == 12 && torus.cores.reduce(0, +) == 2568)
        let faults = CoreGraphFixture.faults(torus, chips: 0.2, seed: UInt64(seed))
        let graph = try CoreGraphFixture.graph(populations: 20 + seed % 40, coresEach: 4, fanOut: 5, seed: UInt64(seed))
        let mapping: CoreGraphMapping
        do {
            mapping = try CoreGraphMapping(graph, on: torus, faults: faults, placement: Placement(rounds: 1))
        } catch {
            #expect(error.isRefusal && error.diagnostics.allSatisfy { $0.help?.isEmpty == false })
            return
        }
        #expect(mapping.violations() == [])
        #expect(Set(mapping.physicalCores).count == graph.coreCount)
        for core in mapping.physicalCores {
            let router = torus.router(ofCore: core)
            #expect(torus.applicationCores(ofRouter: router).contains(core) && !faults.deadCores.contains(core))
            #expect(!faults.deadChips.contains(router))
        }
        for table in mapping.tables + mapping.uncompressed { #expect(!faults.deadChips.contains(table.router)) }
    }

    /// Populations of several chips' size, whose cores share trees and gather on their way to them.
    @Test(arguments: 0..<20) func leadsLargePopulationsAroundWhatIsDead(seed: Int) throws {
        let torus = HexagonalTorus.boards(holding: 800)
        let faults = CoreGraphFixture.faults(torus, chips: 0.2, seed: UInt64(seed))
        let graph = try CoreGraphFixture.graph(
            populations: 4 + seed % 5, coresEach: 40 + 7 * (seed % 4), fanOut: 1 + seed % 2, seed: UInt64(seed))
        let mapping: CoreGraphMapping
        do {
            mapping = try CoreGraphMapping(graph, on: torus, faults: faults, placement: Placement(rounds: 1))
        } catch {
            #expect(error.isRefusal)
            return
        }
        #expect(mapping.violations() == [])
    }

    @Test func tellsWhatIsMissing() throws {
        let torus = HexagonalTorus.boards(holding: 100)
        let graph = try CoreGraphFixture.graph(populations: 300, coresEach: 4, fanOut: 2, seed: 1)
        let error = #expect(throws: DiagnosticsError.self) { try CoreGraphMapping(graph, on: torus) }
        #expect(error?.isRefusal == true && error?.diagnostics.first?.message.contains("1200 cores") == true)
    }

    /// A row of dead chips cuts a board that does not wrap; cores are placed on one side of it.
    @Test func staysOnOnePartOfACutMachine() throws {
        let torus = HexagonalTorus.boards(holding: 100)
        let faults = Faults(deadChips: Set((0..<8).map { torus.router(x: $0, y: 3) }.filter { torus.hasChip($0) }))
        let graph = try CoreGraphFixture.graph(populations: 25, coresEach: 4, fanOut: 3, seed: 2)
        let mapping = try CoreGraphMapping(graph, on: torus, faults: faults, placement: Placement(rounds: 1))
        #expect(mapping.violations() == [])
        #expect(Set(mapping.physicalCores.map { torus.position(ofRouter: torus.router(ofCore: $0)).y < 3 }).count == 1)
    }

    /// PACMAN's machines as this project's torus makes them.
    @Test(arguments: [("machine_8x8", 48), ("machine_12x12", 900)]) func readsMachinesOfOtherTools(name: String, cores: Int) throws {
        let base = Chip.testTorus()
        let chip = try readMachine(
            try JSONValue(file: "\(vectorsFolder("mapping/coregraphs"))/\(name).json"), file: "\(name).json", like: base)
        guard case .hexagonalTorus(let torus) = chip.topology else {
            Issue.record("not a torus")
            return
        }
        var expected = HexagonalTorus.boards(holding: cores)
        expected.monitors = torus.monitors
        #expect(torus.cores == expected.cores && torus.wraps == expected.wraps && torus.ethernet == expected.ethernet)
        for router in 0..<torus.routerCount {
            for link in 0..<HexagonalTorus.linkCount { #expect(torus.neighbour(router, link) == expected.neighbour(router, link)) }
        }
    }

    @Test func readsTheDoubleLinksOfASmallBoard() throws {
        let chip = try readMachine(
            try JSONValue(file: "\(vectorsFolder("mapping/coregraphs"))/machine_2x2.json"), file: "machine_2x2.json", like: .testTorus())
        guard case .hexagonalTorus(let torus) = chip.topology else {
            Issue.record("not a torus")
            return
        }
        #expect(torus.wraps == [false, true] && torus.links(from: 0, to: 2) == [2, 5] && torus.neighbour(0, 3) == nil)
    }

    @Test(arguments: [
        #"{"width": 2}"#, #"{"width": 2, "height": 2, "chips": []}"#, #"{"width": 2, "height": 2, "chips": [[0, 0, {"cores": 19}]]}"#,
        #"{"width": 2, "height": 2, "chips": [[2, 0, {"cores": 18}]]}"#,
        #"{"width": 2, "height": 2, "chips": [[0, 0, {"cores": 18}], [0, 0, {"cores": 18}]]}"#,
        #"{"width": 2, "height": 2, "chips": [[0, 0, {"cores": 18, "deadLinks": [6]}]]}"#,
    ]) func refusesDamagedMachines(text: String) throws {
        let json = try JSONValue(parsing: text, named: "m.json")
        let error = #expect(throws: DiagnosticsError.self) { try readMachine(json, file: "m.json", like: .testTorus()) }
        #expect(error?.diagnostics.first?.id == "machine-file")
    }
}

extension Chip {
    /// A SpiNN-5 board with the formats of the test mesh.
    static func testTorus() -> Chip {
        var chip = Chip.testMesh()
        chip.topology = .hexagonalTorus(.boards(holding: 100))
        return chip
    }
}
