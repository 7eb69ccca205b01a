import Chips
import Diagnostics
import Lowering
import Networks
import Numerics
import Passes
import Support
import Testing

@Suite struct RoutingTests {
    static func routed(_ network: Network, on chip: Chip) throws(DiagnosticsError) -> RoutedGraph {
        try Routing().run(Placement().run(Partitioning().run(.plain(network, on: chip))))
    }

    /// Who has a synapse where, from the rows alone, against what the axons of the connections say.
    static func expectEverySynapseHasItsAxon(_ routed: RoutedGraph) {
        let graph = routed.placed.coreGraph
        let numbering = AxonNumbering(graph)
        // Axons of each core: [core][axon] = (population, neuron).
        var axons = [[(Int, Int)]](repeating: [], count: graph.cores.count)
        for connection in routed.connections {
            let net = graph.nets[connection.net]
            let sources = numbering.sources(of: net, on: connection.target)
            #expect(sources.count == connection.axonCount && connection.firstAxon == axons[connection.target.index].count)
            axons[connection.target.index] += sources.map { (graph.population(of: net).index, $0) }
        }
        for (core, list) in axons.enumerated() {
            var expected: Set<[Int]> = []
            for projection in graph.network.projections.ids {
                let rows = SynapseRows(projection, of: graph.network)
                var row = SynapseRow()
                let held = graph.cores.elements[core].slices.map { graph.slices[$0] }
                    .filter { $0.population == graph.network.projections[projection].post }
                for source in 0..<rows.sourceCount {
                    rows.read(source, into: &row)
                    if row.targets.contains(where: { target in held.contains { $0.neurons.contains(Int(target)) } }) {
                        expected.insert([graph.network.projections[projection].pre.index, source])
                    }
                }
            }
            #expect(list.count == expected.count && Set(list.map { [$0.0, $0.1] }) == expected)
        }
    }

    @Test(arguments: 0..<25) func everySynapseHasItsAxon(seed: Int) throws {
        let chip = Chip.testMesh(chips: [4, 4], tiles: [2, 2], coresPerTile: 2, neurons: 32, words: 1200)
        let routed: RoutedGraph
        do {
            routed = try Self.routed(.random(seed: seed), on: chip)
        } catch {
            #expect(error.isRefusal)
            return
        }
        try routed.placed.coreGraph.verify()
        try routed.placed.verify()
        try routed.verify()
        Self.expectEverySynapseHasItsAxon(routed)
        #expect(abs(routed.routedHops - routed.placed.hops) < 1e-6 * max(1, routed.placed.hops))
    }

    static func layered(_ sizes: [Int]) -> Network {
        var network = Network(name: "layers")
        for (index, size) in sizes.enumerated() {
            let id = network.populations.append(
                Population("layer\(index)", shape: [size], cell: index == 0 ? .input : .neuron(NeuronModel(.leaky))))
            if index > 0 {
                network.projections.append(
                    Projection("p\(index)", from: ID(index - 1), to: id, .allToAll(allowSelf: true), weight: .constant(1)))
            }
        }
        return network
    }

    /// With a fifth of all links dead, every way is still a way, and as short as breadth-first search finds.
    @Test(arguments: 0..<8) func waysLeadAroundDeadLinks(seed: Int) throws {
        var chip = Chip.testMesh(tiles: [6, 6], coresPerTile: 1, neurons: 8, words: 4000)
        for index in chip.resources.indices where chip.resources[index].rule == .inputAxons || chip.resources[index].name == "output_axons"
        {
            chip.resources[index].limit = 4000
        }
        var random = TestRandom(seed, "links")
        while chip.faults.deadLinks.count < 12 {
            let router = random.integer(in: 0...35)
            if random.chance(0.5), router % 6 < 5 { chip.faults.deadLinks.insert(RouterLink(from: router, to: router + 1)) }
            if router < 30 { chip.faults.deadLinks.insert(RouterLink(from: router + 6, to: router)) }
        }
        let routed: RoutedGraph
        do {
            routed = try Self.routed(Self.layered([20, 64, 64, 30]), on: chip)
        } catch {
            #expect(error.diagnostics.map(\.id) == ["fit-route"])
            return
        }
        try routed.verify()
        // In dense layers all neurons of a net go everywhere, and a tree takes no more links than its ways one by one.
        #expect(routed.treeLength <= routed.routedHops * 1.000001)
        let dead = chip.faults.deadLinks
        for connection in routed.connections where !connection.path.isEmpty {
            let (start, end) = (connection.path[0], connection.path[connection.path.count - 1])
            var distance = [start: 0]
            var queue = [start]
            while !queue.isEmpty {
                let router = queue.removeFirst()
                for other in [router - 1, router + 1, router - 6, router + 6] where (0..<36).contains(other) && distance[other] == nil {
                    if abs(other - router) == 1 && other / 6 != router / 6 { continue }
                    if dead.contains(RouterLink(from: router, to: other)) || dead.contains(RouterLink(from: other, to: router)) { continue }
                    distance[other] = distance[router]! + 1
                    queue.append(other)
                }
            }
            #expect(distance[end] == connection.path.count - 1)
        }
    }

    @Test func coresBehindDeadLinksAreNamed() throws {
        var chip = Chip.testMesh(tiles: [2, 1], coresPerTile: 1, neurons: 16, words: 4000)
        chip.faults.deadLinks = [RouterLink(from: 0, to: 1)]
        let error = #expect(throws: DiagnosticsError.self) { try Self.routed(Self.layered([4, 16, 16]), on: chip) }
        #expect(error?.isRefusal == true && error?.diagnostics.map(\.id) == ["fit-route"])
        if let error { expectGolden(Golden.rendered(error, quoting: []), "errors/fit/route.expected") }
    }

    @Test func aWayGoesAlongXThenAlongY() {
        let mesh = Mesh(chips: [1, 1], tiles: [4, 3], coresPerTile: 1)
        #expect(mesh.straightPath(from: 0, to: 10) == [0, 1, 2, 6, 10])
        #expect(mesh.straightPath(from: 11, to: 4) == [11, 10, 9, 8, 4])
        #expect(mesh.straightPath(from: 5, to: 5) == [5])
    }
}
