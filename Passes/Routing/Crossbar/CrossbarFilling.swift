import Chips
import Lowering

/// Writes what the searches decided into a configuration: labels, nodes, masks, rows, synapses.
struct CrossbarFilling {
    let problem: CrossbarProblem
    let demands: CrossbarDemands
    let sites: [CircuitPlacement.Site]
    let strands: [Strand]
    /// By neuron.
    let kinds: [EventCode.Kind]
    /// By bus of the chip.
    let plans: [BusPlan]
    /// By event output.
    let codes: [EventCode]

    private var crossbar: LabelledCrossbar { problem.crossbar }

    func configuration() -> CrossbarConfiguration {
        var result = CrossbarConfiguration(crossbar)
        let places = strandPlaces()
        let addresses = addresses(places)
        result.neurons = problem.neurons.indices.map { neuron in
            let site = sites[neuron]
            let circuits = (0..<LabelledCrossbar.hemispheres).filter { site.width(in: $0) > 0 }.flatMap { hemisphere in
                site.columns.map { crossbar.circuit(column: $0, hemisphere: hemisphere) }
            }
            return .init(
                population: problem.neurons[neuron].population, index: problem.neurons[neuron].index, circuits: circuits,
                spikeMaster: addresses[neuron] == nil ? nil : circuits.first, address: addresses[neuron])
        }
        let externals = externalLabels(places, addresses)
        fillNodes(&result, addresses, hasExternals: externals.buses)
        for bus in 0..<crossbar.busCount {
            for group in plans[bus].groups {
                fill(&result, bus, group) { strand in
                    if case .neuron(let neuron) = problem.sources[strands[strand].source] {
                        return (addresses[neuron] ?? 0) & (crossbar.labelCount - 1)
                    }
                    return externals.synapseLabels[strand] ?? 0
                }
            }
        }
        var labels: [CrossbarProblem.Source: [Int]] = [:]
        for (strand, label) in externals.labels { labels[problem.sources[strands[strand].source], default: []].append(label) }
        result.externals = problem.sources.compactMap { source in
            guard case .external(let population, let index) = source, let own = labels[source] else { return nil }
            return .init(population: population, index: index, labels: own.sorted())
        }.sorted { ($0.population, $0.index) < ($1.population, $1.index) }
        return result
    }

    /// By strand: its group on its bus.
    private func strandPlaces() -> [Int] {
        var places = [Int](repeating: 0, count: strands.count)
        for plan in plans { for (number, group) in plan.groups.enumerated() { for strand in group.strands { places[strand] = number } } }
        return places
    }

    /// The bits that each sending neuron chooses: a code for the hemispheres, and a label that no other source of its groups has.
    private func addresses(_ places: [Int]) -> [Int?] {
        var addresses = [Int?](repeating: nil, count: problem.neurons.count)
        var strandsOf = [[Int]](repeating: [], count: problem.neurons.count)
        for (index, strand) in strands.enumerated() {
            if case .neuron(let neuron) = problem.sources[strand.source] { strandsOf[neuron].append(index) }
        }
        var used: [[Int]: Set<Int>] = [:]
        // Those that both hemispheres hear have the fewest labels to choose from.
        for kind in [EventCode.Kind.both, .top, .bottom, .none] {
            for neuron in problem.neurons.indices where kinds[neuron] == kind {
                if kind == .none, !problem.neurons[neuron].isRecorded { continue }
                let output = crossbar.eventOutput(ofColumn: sites[neuron].columns.lowerBound)
                // A group of a bus, or the neurons of an output that no bus hears.
                let scopes = strandsOf[neuron].map { [strands[$0].bus, places[$0]] } + [[-1 - output, kind.rawValue]]
                let label = (0..<crossbar.labelCount).first { label in scopes.allSatisfy { used[$0]?.contains(label) != true } } ?? 0
                for scope in scopes { used[scope, default: []].insert(label) }
                addresses[neuron] = codes[output].value(kind) << crossbar.labelBits | label
            }
        }
        return addresses
    }

    /// Labels of the host's events: the input that belongs to the bus, a bit for the hemisphere, the group's row select, a free label.
    private func externalLabels(
        _ places: [Int], _ addresses: [Int?]
    ) -> (labels: [(strand: Int, label: Int)], synapseLabels: [Int: Int], buses: Set<Int>) {
        var labels: [(strand: Int, label: Int)] = []
        var synapseLabels: [Int: Int] = [:]
        var buses: Set<Int> = []
        for bus in 0..<crossbar.busCount {
            for group in plans[bus].groups {
                var used: Set<Int> = []
                for strand in group.strands {
                    if case .neuron(let neuron) = problem.sources[strands[strand].source], let address = addresses[neuron] {
                        used.insert(address & (crossbar.labelCount - 1))
                    }
                }
                for strand in group.strands where problem.sources[strands[strand].source].isExternal {
                    guard let label = (0..<crossbar.labelCount).first(where: { !used.contains($0) }) else { continue }
                    used.insert(label)
                    synapseLabels[strand] = label
                    let select = group.selects.first ?? 0
                    labels.append(
                        (
                            strand,
                            (bus % crossbar.buses) << crossbar.filterBits | hemisphereBit(bus) | select << crossbar.labelBits | label
                        ))
                    buses.insert(bus)
                }
            }
        }
        return (labels, synapseLabels, buses)
    }

    /// The highest bit that a node compares says which hemisphere an event of the host is for.
    private func hemisphereBit(_ bus: Int) -> Int { bus / crossbar.buses == 0 ? 1 << (crossbar.filterBits - 1) : 0 }

    private func fillNodes(_ result: inout CrossbarConfiguration, _ addresses: [Int?], hasExternals: Set<Int>) {
        var sends = [Set<EventCode.Kind>](repeating: [], count: crossbar.eventOutputs)
        for neuron in problem.neurons.indices where addresses[neuron] != nil {
            sends[crossbar.eventOutput(ofColumn: sites[neuron].columns.lowerBound)].insert(kinds[neuron])
        }
        for place in result.nodes.indices {
            let (input, output) = (result.nodes[place].input, result.nodes[place].output)
            if input < crossbar.eventOutputs {
                if output >= crossbar.busCount {
                    // The way to the host, for recording.
                    if !sends[input].isEmpty { (result.nodes[place].mask, result.nodes[place].target) = (0, 0) }
                    continue
                }
                let hemisphere = output / crossbar.buses
                let wanted: Set<EventCode.Kind> = [hemisphere == 0 ? .top : .bottom, .both]
                guard !sends[input].isDisjoint(with: wanted) else { continue }
                let (mask, target) = sends[input].isSubset(of: wanted) ? (0, 0) : codes[input].filter(forHemisphere: hemisphere)
                result.nodes[place].mask = mask << crossbar.labelBits
                result.nodes[place].target = target << crossbar.labelBits
            } else if input - crossbar.eventOutputs < crossbar.externalInputs, output < crossbar.busCount,
                input - crossbar.eventOutputs == output % crossbar.buses, hasExternals.contains(output)
            {
                result.nodes[place].mask = 1 << (crossbar.filterBits - 1)
                result.nodes[place].target = hemisphereBit(output)
            }
        }
    }

    private func fill(_ result: inout CrossbarConfiguration, _ bus: Int, _ group: BusPlan.Group, label: (Int) -> Int) {
        let hemisphere = bus / crossbar.buses
        for driver in group.drivers {
            let number = hemisphere * crossbar.driversPerHemisphere + crossbar.buses * driver.index + bus % crossbar.buses
            result.driverMasks[number] = driver.mask
        }
        let firsts = group.drivers.map { crossbar.firstRow(ofDriver: $0.index, onBus: bus) }
        let seconds = firsts.map { $0 + 1 }
        // Excitatory rows from the first ones on, inhibitory from the second ones on; what overflows meets in the middle.
        let excitatory = Array((firsts + seconds.reversed()).prefix(group.excitatoryRows))
        let inhibitory = Array((seconds + firsts.reversed()).prefix(group.inhibitoryRows))
        for row in excitatory { result.rowModes[row] = .excitatory }
        for row in inhibitory { result.rowModes[row] = .inhibitory }
        var next = [[Int]](repeating: [Int](repeating: 0, count: problem.neurons.count), count: 2)
        for strand in group.strands {
            let synapseLabel = UInt8(label(strand))
            for cells in demands.cells[strands[strand].source] {
                let target = Int(cells.target)
                guard let share = strands[strand].share(sites[target], hemisphere: hemisphere) else { continue }
                let columns = sites[target].columns
                for (receptor, rows) in [excitatory, inhibitory].enumerated() {
                    let count = Int(receptor == 0 ? cells.excitatory : cells.inhibitory)
                    let weight = Int(receptor == 0 ? cells.excitatoryWeight : cells.inhibitoryWeight)
                    let part = share.part(count)
                    for cell in part.first..<part.first + part.count {
                        let place = next[receptor][target]
                        next[receptor][target] += 1
                        let row = rows[place / columns.count]
                        let synapse = row * crossbar.columns + columns.lowerBound + place % columns.count
                        result.weights[synapse] = UInt8(weight / count + (cell < weight % count ? 1 : 0))
                        result.labels[synapse] = synapseLabel
                    }
                }
            }
        }
    }
}
