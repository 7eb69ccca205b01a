import Chips
import Diagnostics
import Lowering
import Networks
import Numerics

extension Placement {
    /// The physical core of each virtual one: chips by `TorusPlacement`, cores of a chip in the order of the virtual ones.
    func place(_ graph: CoreGraph, on torus: HexagonalTorus) throws(DiagnosticsError) -> [Int] {
        let machine = TorusMachine(torus, graph.chip.faults)
        let placement = TorusPlacement(TorusNets(graph), machine, rounds: rounds)
        let routers = placement.routers
        guard routers.count == graph.cores.count else {
            throw DiagnosticsError(
                Diagnostic(
                    "fit-joined-cores",
                    "network '\(graph.name)' needs \(counted(graph.cores.count, "core")); the largest part of '\(graph.chip.name)' whose chips are "
                        + "joined by living links has \(placement.room)",
                    help: "use a machine with fewer dead links, or with more chips"), isRefusal: true)
        }
        var free: [Int: [Int]] = [:]
        for router in Set(routers) { free[Int(router)] = graph.chip.usableCores(ofRouter: Int(router), of: torus).reversed() }
        return routers.map { free[Int($0)]?.popLast() ?? -1 }
    }
}

extension TorusNets {
    /// The nets between the cores of a core graph; cores of one population are a group.
    init(_ graph: CoreGraph) {
        let groups = graph.cores.ids.map { id in
            (graph.cores[id].slices.first ?? graph.delayedSlice(of: id)).map { graph.slices[$0].population.index } ?? -1
        }
        let nets = graph.nets.compactMap { net -> (source: Int, weight: Double, targets: [Int32])? in
            guard let core = graph.sourceCore(of: net) else { return nil }
            return (core.index, net.traffic, net.targets.map { Int32($0.index) })
        }
        // Traffic is packets per step, and a step is so many milliseconds.
        self.init(coreCount: graph.cores.count, groups: groups, nets: nets, unit: graph.network.timestep / 1000)
    }
}
