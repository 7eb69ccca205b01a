import Chips
import Lowering
import Networks
import Numerics
import Passes
import Support
import Testing

/// Each stage's verifier notices when one of its invariants is broken.
@Suite struct VerificationTests {
    static func stage() throws -> RoutedGraph {
        let chip = Chip.testMesh(chips: [2, 1], tiles: [3, 3], coresPerTile: 1, neurons: 32, words: 4096)
        return try RoutingTests.routed(RoutingTests.layered([20, 120, 90, 10]), on: chip)
    }

    @Test func whatThePassesMakeIsRight() throws {
        let routed = try Self.stage()
        try routed.placed.coreGraph.verify()
        try routed.placed.verify()
        try routed.verify()
    }

    @Test(arguments: 0..<14) func aBrokenCoreGraphIsNoticed(number: Int) throws {
        var graph = try Self.stage().placed.coreGraph
        switch number {
        case 0: graph.slices.elements[1].neurons = graph.slices.elements[1].neurons.dropLast()
        case 1: graph.slices.elements.swapAt(0, graph.slices.count - 1)
        case 2: graph.slices.elements[0].core = ID(1)
        case 3: graph.slices.elements[0].offset = 1
        case 4: graph.cores.elements[0].usage[0] += 1
        case 5: graph.cores.elements[0].usage[3] = 1_000_000
        case 6: graph.cores.elements[0].usage.removeLast()
        case 7: graph.cores.append(VirtualCore(slices: [], usage: graph.chip.resources.map { _ in 0 }))
        case 8: graph.nets.elements[0].targets.reverse()
        case 9: graph.nets.elements[1].axonCounts[0] = 0
        case 10: graph.nets.elements.removeLast()
        case 11: graph.nets.append(graph.nets.elements[0])
        case 12: graph.nets.elements[0].traffic = -.infinity
        default: graph.quantized.chip.faults.deadCores = Set(0..<13)
        }
        let failure = #expect(throws: VerificationFailure.self) { try graph.verify() }
        #expect(failure?.stage == "CoreGraph" && failure?.violations.isEmpty == false)
    }

    @Test(arguments: 0..<5) func aBrokenPlacedGraphIsNoticed(number: Int) throws {
        var placed = try Self.stage().placed
        switch number {
        case 0: placed.physicalCores[0] = placed.physicalCores[1]
        case 1: placed.coreGraph.quantized.chip.faults.deadCores = [placed.physicalCores[0]]
        case 2: placed.physicalCores[0] = 1000
        case 3: placed.physicalCores.removeLast()
        default:
            // On one chip by right, and now one core on the other.
            let free = Set(0..<18).subtracting(placed.physicalCores)
            let home = placed.chip.chip(ofCore: placed.physicalCores[0])
            placed.physicalCores[0] = try #require(free.sorted().first { placed.chip.chip(ofCore: $0) != home })
        }
        let failure = #expect(throws: VerificationFailure.self) { try placed.verify() }
        #expect(failure?.stage == "PlacedGraph" && failure?.violations.isEmpty == false)
    }

    @Test(arguments: 0..<9) func aBrokenRoutedGraphIsNoticed(number: Int) throws {
        var routed = try Self.stage()
        let long = try #require(routed.connections.firstIndex { $0.path.count > 2 })
        let fromHost = try #require(routed.connections.firstIndex { $0.path.isEmpty })
        switch number {
        case 0: routed.connections.removeLast()
        case 1: routed.connections[1].firstAxon += 1
        case 2: routed.connections[1].axonCount -= 1
        case 3: routed.connections[long].path.remove(at: 1)
        case 4: routed.connections[long].path.removeLast()
        case 5: routed.connections[fromHost].path = [0]
        case 6: routed.linkLoads[0].packetsPerStep *= 2
        case 7: routed.linkLoads.reverse()
        default:
            let path = routed.connections[long].path
            routed.placed.coreGraph.quantized.chip.faults.deadLinks = [RouterLink(from: path[1], to: path[0])]
        }
        let failure = #expect(throws: VerificationFailure.self) { try routed.verify() }
        #expect(failure?.stage == "RoutedGraph" && failure?.violations.isEmpty == false)
    }
}
