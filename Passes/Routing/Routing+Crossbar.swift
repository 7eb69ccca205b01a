import Chips
import Diagnostics
import Lowering
import Networks
import Numerics

extension Routing {
    /// Fits every execution onto the chip.
    func route(_ placed: PlacedGraph, on crossbar: LabelledCrossbar) throws(DiagnosticsError) -> RoutedGraph {
        let graph = placed.coreGraph
        var executions: [CrossbarConfiguration] = []
        for core in graph.cores {
            let contents = ExecutionContents(
                core.slices.map { .init(population: graph.slices[$0].population, neurons: graph.slices[$0].neurons) })
            let problem = contents.problem(of: graph.quantized, on: crossbar)
            switch CrossbarSearch().run(problem) {
            case .found(let configuration, _): executions.append(configuration)
            case .failed(let shortage):
                throw DiagnosticsError([shortage.refusal(contents, problem, graph.quantized)], isRefusal: true)
            }
        }
        return RoutedGraph(placed: placed, routes: .crossbar(CrossbarRoutes(executions: executions)), linkLoads: [])
    }
}
