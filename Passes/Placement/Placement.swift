import Chips
public import Diagnostics
public import Lowering
import Networks
import Numerics

/// Gives every virtual core a physical one, so that spikes travel few hops.
///
/// Minimises the expected hops per time step: the sum over nets and target cores of expected spikes times links between routers. Cores
/// that fit on one chip stay on one chip. What differs between topologies is in a file for each kind (`Placement+….swift`).
public struct Placement: Pass {
    public static let name = "placement"
    public static let summary = "give every virtual core a physical one, near those that it talks to"

    public static let options = [
        PassOption("rounds", "most rounds of exchanges; each looks at every core once (default 40)")
    ]

    /// Most rounds of exchanges; each looks at every core once. 0: the first arrangement stays.
    public var rounds: Int

    public init(rounds: Int = 40) { self.rounds = rounds }

    public func run(_ graph: CoreGraph) throws(DiagnosticsError) -> PlacedGraph {
        let usable = graph.chip.usableCoreCount
        guard graph.cores.count <= usable else {
            throw DiagnosticsError(
                Diagnostic(
                    "fit-cores",
                    "network '\(graph.name)' needs \(counted(graph.cores.count, "core")), and '\(graph.chip.name)' has \(usable) usable",
                    help: "use a target of at least \(graph.cores.count) cores"), isRefusal: true)
        }
        let cores =
            switch graph.chip.topology {
            case .mesh(let mesh): place(graph, on: mesh)
            case .hexagonalTorus(let torus): try place(graph, on: torus)
            // Executions run in the order in which they were made.
            case .crossbar: Array(graph.chip.usableCores.prefix(graph.cores.count))
            }
        return PlacedGraph(coreGraph: graph, physicalCores: cores)
    }
}
