import Chips
import Diagnostics
import Lowering
import Networks
import Numerics

extension PartitionProblem {
    /// Says what a single neuron of a population has too much of, for each capacity that is exceeded.
    func refusals(of shortages: [Shortage], _ population: ID<Population>) -> [Diagnostic] {
        shortages.map { refusal(of: $0, population) }
    }

    private func refusal(of shortage: Shortage, _ id: ID<Population>) -> Diagnostic {
        let population = network.populations[id]
        let subject = "one neuron of population '\(population.name)' (\(counted(population.size, "neuron")))"
        switch shortage.capacity {
        case .resource(let index):
            let resource = chip.resources[index]
            let (name, help) = cure(of: resource, shortage, id)
            return Diagnostic(
                name,
                "\(subject) needs \(shortage.needed) \(resource.unit) of '\(resource.name)', and a core of '\(chip.name)' has \(shortage.available)",
                at: population.place, notes: notes(resource.rule, id), help: help)
        case .axonWords:
            return Diagnostic(
                "fit-axon-words",
                "\(subject) needs \(shortage.needed) words of synapse memory for one source, and an axon of '\(chip.name)' has at most \(shortage.available)",
                at: population.place, notes: notes(.synapseFormats, id),
                help: "give a pair of neurons fewer synapses, for instance by merging projections between the same populations")
        case .index:
            return Diagnostic(
                "fit-index-bits",
                "\(subject) needs an index of more values than the \(shortage.available) that a synapse of '\(chip.name)' can hold",
                at: population.place, help: "add a wider index to the chip's packing")
        case .exponent:
            return Diagnostic(
                "fit-exponent",
                "\(subject) receives projections with \(shortage.needed) weight exponents, and a core of '\(chip.name)' has one",
                at: population.place, notes: notes(.synapseFormats, id),
                help: "give the projections to '\(population.name)' weights of one range, so that they share an exponent")
        }
    }

    /// The id and the help of a refusal, by the kind of capacity.
    private func cure(of resource: CoreResource, _ shortage: Shortage, _ id: ID<Population>) -> (id: String, help: String) {
        let name = network.populations[id].name
        let projections = incoming[id.index].map { network.projections[$0].name }
        switch resource.rule {
        case .neurons:
            return ("fit-neurons", "use a target whose cores hold at least \(shortage.needed) \(resource.unit)")
        case .inputAxons:
            return (
                "fit-input-axons",
                "reduce its fan-in to \(shortage.available) distinct sources, for instance with fixed_number_pre or smaller source populations"
            )
        case .outputAxons:
            return (
                "fit-output-axons",
                "let it reach fewer cores: fewer or smaller target populations, or targets that need less synapse memory and so fewer cores"
            )
        case .synapseMemory, .sharedMemory:
            let bits = incoming[id.index].map { quantized.synapses(of: $0).bits }.max() ?? 0
            let share = Int(100 * Double(shortage.available) / Double(shortage.needed))
            return (
                resource.rule.isShared ? "fit-shared-memory" : "fit-synapse-memory",
                "reduce its fan-in to about \(share) % of what it is, or use fewer weight bits (\(bits) now) or shorter delays"
            )
        case .profiles:
            return ("fit-profiles", "use a target with profiles: \(resource.name) is \(resource.limit)")
        case .synapseFormats:
            return (
                "fit-synapse-formats",
                "merge some of the \(projections.count) projections to '\(name)', or give them equal weight bits, exponents and delays"
            )
        case .delaySlots:
            let most = max(resource.limit, 1)
            let steps = (1 << (Int.bitWidth - 1 - most.leadingZeroBitCount)) - 1
            return ("fit-delay-slots", "shorten the delays of projections to '\(name)' to at most \(steps + 1) steps")
        }
    }

    private func notes(_ rule: CapacityRule, _ id: ID<Population>) -> [Diagnostic.Note] {
        let isOutput = if case .outputAxons = rule { true } else { false }
        let projections = isOutput ? outgoing[id.index] : incoming[id.index]
        return projections.prefix(4).map { projection in
            let (pre, post) = (network.projections[projection].pre, network.projections[projection].post)
            let other = network.populations[isOutput ? post : pre]
            let connector = network.projections[projection].connector.name
            return Diagnostic.Note(
                "\(isOutput ? "it sends to" : "it receives from") '\(other.name)' (\(counted(other.size, "neuron"))) by \(connector)",
                at: network.projections[projection].place)
        }
    }

    /// Refuses projections whose weights or delays no format of the chip's memory can hold.
    func refuseMissingWidths() throws(DiagnosticsError) {
        var refusals: [Diagnostic] = []
        for id in network.projections.ids {
            let (projection, synapses) = (network.projections[id], quantized.synapses(of: id))
            if let packing = packings.first(where: { $0.delayBits(holding: synapses.maximumDelay) == nil }) {
                let longest = (1 << (packing.delayBits.last ?? 0)) - 1
                refusals.append(
                    Diagnostic(
                        "fit-delay-bits",
                        "projection '\(projection.name)' has a delay that is stored as \(synapses.maximumDelay), and the synapses of '\(chip.name)' hold at most \(longest)",
                        at: projection.place, help: "shorten its delays by \(synapses.maximumDelay - longest) steps or more"))
            }
            if let packing = packings.first(where: { $0.weightBits(holding: synapses.bits) == nil }) {
                refusals.append(
                    Diagnostic(
                        "fit-weight-bits",
                        "projection '\(projection.name)' has weights of \(synapses.bits) bits, and the synapses of '\(chip.name)' hold at most \(packing.weightBits.last ?? 0)",
                        at: projection.place, help: "quantize it to \(packing.weightBits.last ?? 0) bits"))
            }
        }
        if !refusals.isEmpty { throw DiagnosticsError(refusals, isRefusal: true) }
    }

    /// Refuses an assignment to more cores than there are, and says which populations take them and what limits those.
    func refuseTooManyCores(_ measure: CoreMeasure) throws(DiagnosticsError) {
        let usable = chip.usableCores.count
        guard measure.loads.count > usable else { return }
        var notes: [(cores: Int, note: Diagnostic.Note)] = []
        for population in network.populations.ids {
            let cores = Set(measure.assignment.cores[population.index]).sorted()
            guard !cores.isEmpty else { continue }
            let used = cores.map { usage(of: measure.loads[$0]) }
            var tightest: (name: String, share: Double)?
            for (index, resource) in chip.resources.enumerated() where resource.limit > 0 {
                let share = mean(used.map { Double($0[index]) / Double(resource.limit) })
                if share > tightest?.share ?? 0 { tightest = (resource.name, share) }
            }
            let limit = tightest.map { ", \(Int(100 * $0.share)) % full in '\($0.name)'" } ?? ""
            notes.append(
                (
                    cores.count,
                    Diagnostic.Note(
                        "'\(network.populations[population].name)' is on \(counted(cores.count, "core"))\(limit)",
                        at: network.populations[population].place)
                ))
        }
        let most = notes.enumerated().sorted { ($1.element.cores, $0.offset) < ($0.element.cores, $1.offset) }.prefix(4)
        let perChip = chip.usableCoresPerChip.max() ?? 0
        let boards = perChip > 0 ? " (\((measure.loads.count + perChip - 1) / perChip) such chips)" : ""
        throw DiagnosticsError(
            Diagnostic(
                "fit-cores",
                "network '\(network.name)' needs \(counted(measure.loads.count, "core")), and '\(chip.name)' has \(usable) usable",
                notes: most.map(\.element.note),
                help:
                    "use a target of at least \(measure.loads.count) cores\(boards), or fewer neurons or synapses in the populations that take most"
            ), isRefusal: true)
    }
}

extension CapacityRule {
    /// Whether neurons and synapses share the memory.
    fileprivate var isShared: Bool { if case .sharedMemory = self { true } else { false } }
}

/// `1 neuron`, `12 neurons`.
func counted(_ count: Int, _ noun: String) -> String { "\(count) \(noun)\(count == 1 ? "" : "s")" }
