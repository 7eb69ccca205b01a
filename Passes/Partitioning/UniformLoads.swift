import Chips
import Diagnostics
import Lowering
import Networks
import Numerics

/// What the cores of evenly cut populations use of each capacity.
struct UniformLoads {
    let cut: UniformCut
    /// By projection onto neurons.
    private let lengths: [RowLengths]
    /// By population of neurons.
    private let plans: [SynapticMatrixPlan?]

    /// A capacity that a core of a population exceeds.
    struct Shortage {
        var resource: CoreResource
        var needed: Int
    }

    private var chip: Chip { cut.quantized.chip }
    private var network: Network { cut.quantized.network }

    init(_ cut: UniformCut, threads: Int) {
        self.cut = cut
        let network = cut.quantized.network
        let found = parallelMap(Array(network.projections.ids), threads: threads) { id in
            cut.quantized.neurons(of: network.projections[id].post) == nil ? RowLengths() : RowLengths(id, cut)
        }
        lengths = found
        plans = network.populations.ids.map { id in
            cut.quantized.neurons(of: id) == nil ? nil : SynapticMatrixPlan(into: id, cut) { found[$0.index] }
        }
    }

    /// Used by core number `core` of a population, by resource.
    func usage(of id: ID<Population>, core: Int) -> [Int] {
        let neurons = cut.neurons(of: id, core: core).count
        guard let parameters = cut.quantized.neurons(of: id)?.fixedPoint, let plan = plans[id.index] else {
            return chip.resources.map { $0.rule == .sourceNeurons ? neurons : 0 }
        }
        return chip.resources.map { resource in
            switch resource.rule {
            case .neurons(let each): each * neurons
            case .ringBuffer: slots(of: id)
            case .delayStages: stages(into: id)
            case .rowWords: plan.blocks.map(\.rowLength).max() ?? 0
            case .tableAddresses: addresses(of: plan)
            case .rowMemory: plan.reservedBytes
            case .workingMemory: workingMemory(of: id, plan, words: parameters.words.count)
            default: 0
            }
        }
    }

    func shortages(of id: ID<Population>) -> [Shortage] {
        zip(chip.resources, usage(of: id, core: 0)).filter { $0.limit < $1 }.map { Shortage(resource: $0, needed: $1) }
    }

    private func slots(of id: ID<Population>) -> Int {
        let bits = FixedPointArithmetic.bits(for: cut.fullCore(id)) + FixedPointArithmetic.bits(for: FixedPointArithmetic.receptors)
        return cut.steps(into: id) << bits
    }

    private func stages(into id: ID<Population>) -> Int {
        network.projections.filter { $0.post == id }.map { cut.stages(from: $0.pre, into: id) }.max() ?? 0
    }

    /// An address for each projection, and one more where synapses come through a delay extension.
    private func addresses(of plan: SynapticMatrixPlan) -> Int { plan.blocks.count }

    /// Ring buffers of 16 bits, the words of the neurons with as many derived ones, the population table, two row buffers, and a buffer of
    /// 256 spikes; for rows that learn, histories and tables (Documentation/Targets/spinnaker.md).
    private func workingMemory(of id: ID<Population>, _ plan: SynapticMatrixPlan, words: Int) -> Int {
        let row = (plan.blocks.map(\.stride).max() ?? 0) * 4
        let table = (2 + 5 * plan.blocks.count + addresses(of: plan)) * 4
        let pairs = cut.quantized.neurons(of: id)?.fixedPoint?.plasticity?.pairs
        let learning = pairs.map { $0.historyBytes * cut.fullCore(id) + $0.tableBytes } ?? 0
        return learning + 2 * slots(of: id) + 2 * 4 * words * cut.fullCore(id) + table + 2 * row + 4 * 256
    }

    /// Says what one neuron of a population has too much of.
    func refusal(of shortage: Shortage, _ id: ID<Population>) -> Diagnostic {
        let population = network.populations[id]
        let resource = shortage.resource
        let message =
            "one neuron of population '\(population.name)' (\(counted(population.size, "neuron"))) needs \(shortage.needed) \(resource.unit) of '\(resource.name)', and a core of '\(chip.name)' has \(resource.limit)"
        let inputs = network.projections.filter { $0.post == id }
        let notes = inputs.prefix(4).map { projection in
            Diagnostic.Note(
                "it receives from '\(network.populations[projection.pre].name)' (\(counted(network.populations[projection.pre].size, "neuron"))) by \(projection.connector.name)",
                at: projection.place)
        }
        func fault(_ diagnostic: String, help: String) -> Diagnostic {
            Diagnostic(diagnostic, message, at: population.place, notes: notes, help: help)
        }
        switch resource.rule {
        case .delayStages:
            let most = cut.steps(into: id) * (resource.limit + 1)
            return fault("fit-delay-stages", help: "shorten the delays of projections to '\(population.name)' to at most \(most) steps")
        case .ringBuffer:
            return fault("fit-ring-buffer", help: "shorten the delays of projections to '\(population.name)'")
        case .rowWords:
            return fault("fit-row-words", help: "give a pair of neurons at most \(resource.limit) synapses")
        case .tableAddresses:
            return fault("fit-table-addresses", help: "merge some of the \(inputs.count) projections to '\(population.name)'")
        default:
            return fault(
                "fit-shared-memory", help: "reduce its fan-in to about \(100 * resource.limit / max(shortage.needed, 1)) % of what it is")
        }
    }
}
