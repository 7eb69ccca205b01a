import Chips
public import Diagnostics
public import Lowering
import Networks
import Numerics

/// Finds the way of every net to each of its target cores, and numbers the axons there.
///
/// What differs between topologies is in a file for each kind (`Routing+….swift`).
public struct Routing: Pass {
    public static let name = "routing"
    public static let summary = "find the way of every spike, and number the axons that receive it"

    public init() {}

    public func run(_ placed: PlacedGraph) throws(DiagnosticsError) -> RoutedGraph {
        switch placed.chip.topology {
        case .mesh(let mesh): try route(placed, on: mesh)
        case .hexagonalTorus(let torus): try route(placed, on: torus)
        case .crossbar(let crossbar): try route(placed, on: crossbar)
        }
    }

    /// Connections by net, then target, with axons numbered on at each target, and no path yet.
    func connections(of placed: PlacedGraph) -> [Connection] {
        var next = [Int](repeating: 0, count: placed.coreGraph.cores.count)
        var connections: [Connection] = []
        for id in placed.coreGraph.nets.ids {
            let net = placed.coreGraph.nets[id]
            for (target, axons) in zip(net.targets, net.axonCounts) {
                connections.append(Connection(net: id, target: target, firstAxon: next[target.index], axonCount: axons, path: []))
                next[target.index] += axons
            }
        }
        return connections
    }
}
