import Chips
import Diagnostics
import Lowering
import Networks
import Numerics

extension PartitionProblem {
    /// Says what so many neurons of a population have too much of, for each capacity that is exceeded; one neuron but in loops, where
    /// cutting finer does not help.
    func refusals(of shortages: [Shortage], _ population: ID<Population>, neurons: Int) -> [Diagnostic] {
        shortages.map { refusal(of: $0, population, neurons: neurons) }
    }

    private func refusal(of shortage: Shortage, _ id: ID<Population>, neurons: Int) -> Diagnostic {
        let population = network.populations[id]
        let subject =
            "\(neurons == 1 ? "one neuron" : "a slice of \(neurons) neurons") of population '\(population.name)' (\(counted(population.size, "neuron")))"
        switch shortage.capacity {
        case .resource(let index):
            return refusal(of: chip.resources[index], shortage, id, subject)
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

    /// A resource of which there is too little, with a cure for its kind.
    private func refusal(of resource: CoreResource, _ shortage: Shortage, _ id: ID<Population>, _ subject: String) -> Diagnostic {
        let name = network.populations[id].name
        let place = network.populations[id].place
        let notes = notes(resource.rule, id)
        let message =
            "\(subject) needs \(shortage.needed) \(resource.unit) of '\(resource.name)', and a core of '\(chip.name)' has \(shortage.available)"
        let bits = incoming[id.index].map { quantized.synapses(of: $0).bits }.max() ?? 0
        let lessMemory =
            "reduce its fan-in to about \(100 * shortage.available / shortage.needed) % of what it is, or use fewer weight bits (\(bits) now) or shorter delays"
        switch resource.rule {
        case .neurons:
            return Diagnostic(
                "fit-neurons", message, at: place, notes: notes,
                help: "use a target whose cores hold at least \(shortage.needed) \(resource.unit)")
        case .inputAxons:
            return Diagnostic(
                "fit-input-axons", message, at: place, notes: notes,
                help:
                    "reduce its fan-in to \(shortage.available) distinct sources, for instance with fixed_number_pre or smaller source populations"
            )
        case .outputAxons:
            return Diagnostic(
                "fit-output-axons", message, at: place, notes: notes,
                help:
                    "let it reach fewer cores: fewer or smaller target populations, or targets that need less synapse memory and so fewer cores"
            )
        case .synapseMemory: return Diagnostic("fit-synapse-memory", message, at: place, notes: notes, help: lessMemory)
        case .sharedMemory: return Diagnostic("fit-shared-memory", message, at: place, notes: notes, help: lessMemory)
        case .profiles:
            return Diagnostic(
                "fit-profiles", message, at: place, notes: notes,
                help: "use a target whose cores have at least \(shortage.needed) \(resource.unit)")
        case .synapseFormats:
            return Diagnostic(
                "fit-synapse-formats", message, at: place, notes: notes,
                help:
                    "merge some of the \(incoming[id.index].count) projections to '\(name)', or give them equal weight bits, exponents and delays"
            )
        case .sourceNeurons, .ringBuffer, .delayStages, .rowWords, .tableAddresses, .rowMemory, .workingMemory:
            return Diagnostic("fit-shared-memory", message, at: place, notes: notes, help: lessMemory)
        case .delaySlots:
            let bits = Int.bitWidth - 1 - max(shortage.available, 1).leadingZeroBitCount
            return Diagnostic(
                "fit-delay-slots", message, at: place, notes: notes,
                help: "shorten the delays of projections to '\(name)' to at most \(1 << bits) steps")
        case .crossbar:
            return Diagnostic(
                "fit-crossbar", message, at: place, notes: notes, help: "lower the fan-in or the number of neurons of '\(name)'")
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
        let usable = chip.usableCoreCount
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

/// `1 neuron`, `12 neurons`.
func counted(_ count: Int, _ noun: String) -> String { "\(count) \(noun)\(count == 1 ? "" : "s")" }
