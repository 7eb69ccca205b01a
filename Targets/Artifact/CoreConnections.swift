import Chips
import Lowering
import Networks
import Numerics

/// Which axons the connections of each core have: what every writer asks the last stage.
struct CoreConnections: Sendable {
    private let graph: RoutedGraph
    /// By connection: its net's neurons with an axon on the target, ascending; nil: all of them.
    private let sources: [[Int32]?]
    /// By target core: the numbers of its connections, by first axon.
    let into: [[Int]]
    /// By source core: the numbers of its connections.
    let from: [[Int]]

    init(_ graph: RoutedGraph, threads: Int) {
        self.graph = graph
        let numbering = AxonNumbering(graph.placed.coreGraph)
        sources = parallelMap(graph.connections, threads: threads) { connection in
            let net = graph.nets[connection.net]
            if connection.axonCount == net.neurons.count { return nil }
            let sources = numbering.sources(of: net, on: connection.target).map { Int32($0) }
            precondition(sources.count == connection.axonCount, "bug: routing counted \(connection.axonCount) axons for \(sources.count)")
            return sources
        }
        var into = [[Int]](repeating: [], count: graph.cores.count)
        var from = into
        for (index, connection) in graph.connections.enumerated() {
            into[connection.target.index].append(index)
            if case .slice(let slice) = graph.nets[connection.net].source { from[graph.slices[slice].core.index].append(index) }
        }
        self.into = into.map { $0.sorted { graph.connections[$0].firstAxon < graph.connections[$1].firstAxon } }
        self.from = from
    }

    /// The net's neurons with an axon on the connection's target; the axons are `firstAxon` and on.
    func sources(of connection: Int) -> [Int32] {
        if let list = sources[connection] { return list }
        return graph.nets[graph.connections[connection].net].neurons.map { Int32($0) }
    }

    /// The ways from a core that are not the straight ones, by target core.
    func routes(from core: ID<VirtualCore>, mesh: Mesh) -> [RouteEntry] {
        var routes: Set<RouteEntry> = []
        let start = mesh.router(ofCore: graph.placed.physicalCore(of: core))
        for index in from[core.index] {
            let connection = graph.connections[index]
            let target = graph.placed.physicalCore(of: connection.target)
            if connection.path.isEmpty || connection.path == mesh.straightPath(from: start, to: mesh.router(ofCore: target)) { continue }
            routes.insert(RouteEntry(core: target, routers: connection.path))
        }
        let sorted = routes.sorted { $0.core < $1.core }
        precondition(Set(sorted.map(\.core)).count == sorted.count, "bug: routing found two ways from core \(core) to another")
        return sorted
    }
}
