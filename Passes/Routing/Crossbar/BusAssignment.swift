import Chips

/// Part of a source's synapses that one bus serves.
struct Strand: Hashable, Sendable {
    /// One of `of` equal parts.
    struct Share: Hashable, Sendable {
        var index: Int
        var of: Int

        /// How many of `count` synapses are in the part, and how many are in the parts before it.
        func part(_ count: Int) -> (first: Int, count: Int) {
            (index * (count / of) + min(index, count % of), count / of + (index < count % of ? 1 : 0))
        }
    }

    var source: Int
    /// Of the chip.
    var bus: Int
    /// Of the synapses onto neurons that are in both hemispheres.
    var flexible: Share?
    /// Of those onto neurons that are only in the bus's hemisphere.
    var fixed: Share?

    func share(_ site: CircuitPlacement.Site, hemisphere: Int) -> Share? {
        site.hemisphere == nil ? flexible : site.hemisphere == hemisphere ? fixed : nil
    }
}

/// Rows that the synapses on some drivers need: the fullest neuron decides.
struct RowLoad: Sendable {
    /// By neuron.
    var excitatory: [Int32]
    var inhibitory: [Int32]
    var excitatoryRows = 0
    var inhibitoryRows = 0

    init(neurons: Int) {
        excitatory = [Int32](repeating: 0, count: neurons)
        inhibitory = excitatory
    }

    var rows: Int { excitatoryRows + inhibitoryRows }
    /// Rows of two signs may share a driver.
    var drivers: Int { (rows + LabelledCrossbar.rowsPerDriver - 1) / LabelledCrossbar.rowsPerDriver }

    /// The rows that would be needed with a strand added.
    func rows(with strand: Strand, _ demands: CrossbarDemands, _ sites: [CircuitPlacement.Site], hemisphere: Int) -> (Int, Int) {
        var (mostE, mostI) = (excitatoryRows, inhibitoryRows)
        for cells in demands.cells[strand.source] {
            let target = Int(cells.target)
            guard let share = strand.share(sites[target], hemisphere: hemisphere) else { continue }
            let width = sites[target].width(in: hemisphere)
            let e = Int(excitatory[target]) + share.part(Int(cells.excitatory)).count
            let i = Int(inhibitory[target]) + share.part(Int(cells.inhibitory)).count
            mostE = max(mostE, (e + width - 1) / width)
            mostI = max(mostI, (i + width - 1) / width)
        }
        return (mostE, mostI)
    }

    mutating func add(_ strand: Strand, _ demands: CrossbarDemands, _ sites: [CircuitPlacement.Site], hemisphere: Int) {
        (excitatoryRows, inhibitoryRows) = rows(with: strand, demands, sites, hemisphere: hemisphere)
        for cells in demands.cells[strand.source] {
            let target = Int(cells.target)
            guard let share = strand.share(sites[target], hemisphere: hemisphere) else { continue }
            excitatory[target] += Int32(share.part(Int(cells.excitatory)).count)
            inhibitory[target] += Int32(share.part(Int(cells.inhibitory)).count)
        }
    }
}

/// Which bus serves which source: events of neurons can reach one bus of each hemisphere, those of the host any.
struct BusAssignment: Sendable {
    var strands: [Strand] = []
    /// By bus.
    var loads: [RowLoad]
    var users: [Int]

    private let crossbar: LabelledCrossbar
    private let demands: CrossbarDemands
    private let sites: [CircuitPlacement.Site]
    private let penalties: [Int]

    /// Greedy: neurons before the host's sources, each where the fewest rows are needed then.
    /// - Parameter penalties: by bus: rows that a search before this one found too many.
    init(
        _ problem: CrossbarProblem, _ demands: CrossbarDemands, _ placement: CircuitPlacement, penalties: [Int]
    ) {
        crossbar = problem.crossbar
        self.demands = demands
        sites = placement.sites
        self.penalties = penalties
        loads = (0..<crossbar.busCount).map { _ in RowLoad(neurons: problem.neurons.count) }
        users = [Int](repeating: 0, count: crossbar.busCount)
        func size(_ source: Int) -> Int { demands.cells[source].reduce(0) { $0 + Int($1.excitatory + $1.inhibitory) } }
        let sizes = problem.sources.indices.map(size)
        let turns = problem.sources.indices.filter { sizes[$0] > 0 }.sorted { left, right in
            let (a, b) = (problem.sources[left].isExternal ? 1 : 0, problem.sources[right].isExternal ? 1 : 0)
            return (a, -sizes[left], left) < (b, -sizes[right], right)
        }
        for source in turns { assign(source, problem.sources[source]) }
    }

    private mutating func assign(_ source: Int, _ kind: CrossbarProblem.Source) {
        let parts = self.parts(of: source)
        var hemispheres: [Int] = []
        for hemisphere in 0..<LabelledCrossbar.hemispheres where parts.fixed[hemisphere] > 0 { hemispheres.append(hemisphere) }
        let buses: (Int) -> [Int]
        switch kind {
        case .neuron(let neuron):
            let bus = crossbar.bus(ofEventOutput: crossbar.eventOutput(ofColumn: sites[neuron].columns.lowerBound))
            buses = { [crossbar] in [$0 * crossbar.buses + bus] }
        case .external:
            buses = { [crossbar] hemisphere in (0..<crossbar.buses).map { hemisphere * crossbar.buses + $0 } }
        }
        // A strand for each bus that must be served, and more where one bus has too few rows for all parallel synapses.
        var open: [Strand] = []
        for hemisphere in hemispheres {
            let candidates = buses(hemisphere)
            for index in 0..<min(parts.fixed[hemisphere], candidates.count) {
                let share = Strand.Share(index: index, of: min(parts.fixed[hemisphere], candidates.count))
                let taken = Set(open.map(\.bus))
                let options = candidates.filter { !taken.contains($0) }.map { Strand(source: source, bus: $0, flexible: nil, fixed: share) }
                if let best = cheapest(options) { open.append(best) }
            }
        }
        if parts.flexible > 0 {
            let every = (0..<LabelledCrossbar.hemispheres).flatMap(buses)
            let count = min(parts.flexible, every.count)
            for index in 0..<count {
                let share = Strand.Share(index: index, of: count)
                let used = Set(open.filter { $0.flexible != nil }.map(\.bus))
                // Along with a strand that there is, no further event is needed.
                let along = open.filter { $0.flexible == nil }.map { strand in
                    var strand = strand
                    strand.flexible = share
                    return strand
                }
                let others = every.filter { bus in !used.contains(bus) && !open.contains { $0.bus == bus } }
                    .map { Strand(source: source, bus: $0, flexible: share, fixed: nil) }
                guard let best = cheapest(along.isEmpty ? others : along) else { continue }
                if let place = open.firstIndex(where: { $0.bus == best.bus }) { open[place] = best } else { open.append(best) }
            }
        }
        for strand in open {
            loads[strand.bus].add(strand, demands, sites, hemisphere: strand.bus / crossbar.buses)
            users[strand.bus] += 1
            strands.append(strand)
        }
    }

    /// On how many buses the synapses of a source must be, for its parallel synapses not to need more rows than a bus has.
    private func parts(of source: Int) -> (flexible: Int, fixed: [Int]) {
        var (flexible, fixed) = (0, [Int](repeating: 0, count: LabelledCrossbar.hemispheres))
        for cells in demands.cells[source] {
            let site = sites[Int(cells.target)]
            let rows = cells.excitatory > 0 && cells.inhibitory > 0 ? crossbar.driversPerBus : crossbar.rowsPerBus
            let most = Int(max(cells.excitatory, cells.inhibitory))
            let parts = (most + rows * site.columns.count - 1) / (rows * site.columns.count)
            if let hemisphere = site.hemisphere {
                fixed[hemisphere] = max(fixed[hemisphere], parts)
            } else {
                flexible = max(flexible, parts)
            }
        }
        return (flexible, fixed)
    }

    private func cheapest(_ options: [Strand]) -> Strand? {
        var best: (score: (Int, Int, Int, Int), strand: Strand)?
        for strand in options {
            let (e, i) = loads[strand.bus].rows(with: strand, demands, sites, hemisphere: strand.bus / crossbar.buses)
            let rows = e + i + penalties[strand.bus]
            let score = (
                max(0, rows - crossbar.rowsPerBus), users[strand.bus] < crossbar.labelCount ? 0 : 1, rows, users[strand.bus]
            )
            if best.map({ score < $0.score }) ?? true { best = (score, strand) }
        }
        return best?.strand
    }
}

extension CrossbarProblem.Source {
    var isExternal: Bool { if case .external = self { true } else { false } }
}
