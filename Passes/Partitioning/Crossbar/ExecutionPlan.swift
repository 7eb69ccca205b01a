import Chips
import Diagnostics
import Lowering
import Networks
import Numerics

/// Cuts a network into executions that run one after the other on one chip.
///
/// Everything runs at once when it fits. Otherwise populations are taken in the order of the data flow, each loop of them as one: as many
/// as fit share an execution; one that does not fit alone is cut into equal slices, first by the published rule of BrainScaleS
/// (circuits for the fan-in, neurons by circuits, slices by neurons; Arnold et al. 2025), then finer until every slice fits. Loops cannot be
/// cut, for executions exchange spikes only when they are over.
struct ExecutionPlan {
    let quantized: QuantizedNetwork
    let crossbar: LabelledCrossbar

    /// How an execution fits: what it takes of the chip.
    struct Execution {
        var contents: ExecutionContents
        var configuration: CrossbarConfiguration
    }

    func run() throws(DiagnosticsError) -> [Execution] {
        let components = dataFlow()
        if components.isEmpty { return [] }
        if case .fits(let execution) = attempt(components.flatMap { $0.populations.map(whole) }) { return [execution] }
        var executions: [Execution] = []
        var open: Execution?
        for component in components {
            let parts = component.populations.map(whole)
            if let current = open, case .fits(let execution) = attempt(current.contents.parts + parts) {
                open = execution
                continue
            }
            if let current = open { executions.append(current) }
            open = nil
            switch attempt(parts) {
            case .fits(let execution): open = execution
            case .lacks(let shortage, let contents, let problem):
                if component.isLoop { throw refuse(loop: component.populations, shortage, contents, problem) }
                let slices = try slices(of: component.populations[0])
                executions += slices.dropLast()
                open = slices.last
            }
        }
        if let open { executions.append(open) }
        return executions
    }

    private func whole(_ id: ID<Population>) -> ExecutionContents.Part {
        .init(population: id, neurons: 0..<quantized.network.populations[id].size)
    }

    private enum Attempt {
        case fits(Execution)
        case lacks(CrossbarShortage, ExecutionContents, CrossbarProblem)
    }

    private func attempt(_ parts: [ExecutionContents.Part]) -> Attempt {
        let contents = ExecutionContents(parts)
        let neurons = parts.reduce(0) { $0 + $1.neurons.count }
        guard neurons <= crossbar.circuitCount else {
            // Every neuron takes a circuit, so that no synapse need be looked at.
            let shortage = CrossbarShortage(.circuits, needed: neurons, available: crossbar.circuitCount)
            return .lacks(shortage, contents, CrossbarProblem(crossbar, neurons: [], sources: [], entries: [], largestWeight: 1))
        }
        let problem = contents.problem(of: quantized, on: crossbar)
        switch CrossbarSearch().run(problem) {
        case .found(let configuration, _): return .fits(Execution(contents: contents, configuration: configuration))
        case .failed(let shortage): return .lacks(shortage, contents, problem)
        }
    }

    /// Equal slices, the fewest that all fit.
    private func slices(of id: ID<Population>) throws(DiagnosticsError) -> [Execution] {
        let size = quantized.network.populations[id].size
        var count = slicesByRule(id)
        while true {
            let ranges = (0..<count).map { size * $0 / count..<size * ($0 + 1) / count }
            var executions: [Execution] = []
            for range in ranges.sorted(by: { $1.count < $0.count }) {
                switch attempt([.init(population: id, neurons: range)]) {
                case .fits(let execution): executions.append(execution)
                case .lacks(let shortage, let contents, let problem):
                    if count >= size { throw DiagnosticsError([shortage.refusal(contents, problem, quantized)], isRefusal: true) }
                }
                if executions.isEmpty { break }
            }
            if executions.count == count {
                return executions.sorted { $0.contents.parts[0].neurons.lowerBound < $1.contents.parts[0].neurons.lowerBound }
            }
            count = min(size, count + max(1, count / 8))
        }
    }

    /// Circuits for the widest fan-in with two rows to a source, made even; neurons that so many circuits leave room for; slices of them.
    private func slicesByRule(_ id: ID<Population>) -> Int {
        let size = quantized.network.populations[id].size
        // The first neurons stand for all; slices that do not fit are made smaller anyway.
        let sample = ExecutionContents.Part(population: id, neurons: 0..<min(size, crossbar.circuitCount))
        let problem = ExecutionContents([sample]).problem(of: quantized, on: crossbar)
        var fanIn = [Int](repeating: 0, count: problem.neurons.count)
        for row in problem.entries { for entry in row { fanIn[Int(entry.target)] += 1 } }
        let circuits = max(1, ((fanIn.max() ?? 0) + crossbar.rows / 2 - 1) / (crossbar.rows / 2))
        let used = circuits == 1 ? 1 : (circuits + 1) / 2 * 2
        let neurons = max(1, crossbar.circuitCount / used)
        return max(1, (size + neurons - 1) / neurons)
    }

    private func refuse(
        loop: [ID<Population>], _ shortage: CrossbarShortage, _ contents: ExecutionContents, _ problem: CrossbarProblem
    ) -> DiagnosticsError {
        var refusal = shortage.refusal(contents, problem, quantized)
        let names = loop.map { "'\(quantized.network.populations[$0].name)'" }.joined(separator: ", ")
        refusal.notes.append(
            Diagnostic.Note("\(names) are connected in a loop, and all of a loop must run at once: executions cannot exchange spikes"))
        return DiagnosticsError([refusal], isRefusal: true)
    }
}

extension ExecutionPlan {
    /// Populations of neurons that are connected in a loop, or one that is in none.
    struct Component {
        var populations: [ID<Population>]
        var isLoop: Bool
    }

    /// Components, each behind all that it receives from.
    func dataFlow() -> [Component] {
        let network = quantized.network
        let count = network.populations.count
        var reaches = [[Bool]](repeating: [Bool](repeating: false, count: count), count: count)
        for projection in network.projections { reaches[projection.pre.index][projection.post.index] = true }
        for middle in 0..<count {
            for from in 0..<count where reaches[from][middle] {
                for to in 0..<count where reaches[middle][to] { reaches[from][to] = true }
            }
        }
        let neurons = network.populations.ids.filter { !network.populations[$0].cell.isSource && network.populations[$0].size > 0 }
        var left = neurons
        var components: [Component] = []
        while !left.isEmpty {
            // The first whose sources are all done, but for those of its own loop.
            guard
                let next = left.first(where: { id in
                    left.allSatisfy { !reaches[$0.index][id.index] || reaches[id.index][$0.index] }
                })
            else { preconditionFailure("bug: partitioning found no order of populations") }
            let loop = left.filter { $0 == next || reaches[$0.index][next.index] && reaches[next.index][$0.index] }
            components.append(Component(populations: loop, isLoop: reaches[next.index][next.index]))
            left.removeAll { loop.contains($0) }
        }
        return components
    }
}
