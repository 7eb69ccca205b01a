import Chips
import Diagnostics
import Lowering
import Networks
import Numerics

extension Partitioning {
    /// For chips whose cores each hold neurons of one population and look delays up in ring buffers: full cores first, sources on cores
    /// of their own, and a delay extension beside every core whose spikes must wait longer than a ring buffer reaches.
    ///
    /// A population whose cores would overflow is cut finer by powers of two: fewer neurons also leave the ring buffer more bits of delay.
    func sliceUniformly(_ quantized: QuantizedNetwork, _ arithmetic: FixedPointArithmetic) throws(DiagnosticsError) -> CoreGraph {
        let traffic = try TrafficModel(quantized.network, rates: rates, defaultRate: defaultRate)
        let network = quantized.network
        var sizes = network.populations.map { mostNeurons(of: $0, on: quantized.chip) }
        while true {
            let cut = UniformCut(quantized, arithmetic, neuronsPerCore: sizes)
            let loads = UniformLoads(cut, threads: 1)
            var finer = sizes
            var faults: [Diagnostic] = []
            for id in network.populations.ids where network.populations[id].cell.neuron != nil {
                let shortages = loads.shortages(of: id)
                guard !shortages.isEmpty else { continue }
                if cut.fullCore(id) > 1 {
                    finer[id.index] = 1 << (Int.bitWidth - 1 - (cut.fullCore(id) - 1).leadingZeroBitCount)
                } else {
                    faults += shortages.map { loads.refusal(of: $0, id) }
                }
            }
            if !faults.isEmpty { throw DiagnosticsError(faults, isRefusal: true) }
            if finer == sizes {
                let graph = UniformGraph(cut, loads, traffic).graph
                try refuseTooManyCores(graph)
                return graph
            }
            sizes = finer
        }
    }

    private func mostNeurons(of population: Population, on chip: Chip) -> Int {
        var most = Int.max
        for resource in chip.resources {
            switch resource.rule {
            case .neurons(let each) where !population.cell.isSource: most = min(most, resource.limit / max(each, 1))
            case .sourceNeurons where population.cell.isSource: most = min(most, resource.limit)
            default: continue
            }
        }
        if let neuronsPerCore, !population.cell.isSource { most = min(most, neuronsPerCore) }
        return max(most, 1)
    }

    private func refuseTooManyCores(_ graph: CoreGraph) throws(DiagnosticsError) {
        let chip = graph.quantized.chip
        let usable = chip.usableCoreCount
        guard graph.cores.count > usable else { return }
        var notes: [Diagnostic.Note] = []
        for zone in graph.zones().sorted(by: { ($1.cores.count, $0.population.index) < ($0.cores.count, $1.population.index) }).prefix(4) {
            let population = graph.quantized.network.populations[zone.population]
            let what = zone.stepsPerStage == nil ? "is on" : "has delay extensions on"
            notes.append(Diagnostic.Note("'\(population.name)' \(what) \(counted(zone.cores.count, "core"))", at: population.place))
        }
        throw DiagnosticsError(
            Diagnostic(
                "fit-cores", "the network needs \(counted(graph.cores.count, "core")), and '\(chip.name)' has \(usable) usable",
                notes: notes,
                help: "use a machine of more boards, or fewer neurons"), isRefusal: true)
    }
}
