import Chips
package import Simulation

/// Constants of the machine that no description states.
enum SpiNNakerCosts {
    /// Static synapses that a core processes in a second (sPyNNaker 1!7.4.1, `synapse_dynamics_static.py`).
    static let synapsesPerSecond = 13_000_000.0
}

extension EmulatedSpiNNaker {
    package var statistics: EmulatorStatistics {
        var statistics = EmulatorStatistics()
        statistics.steps = stepCount
        var counters = CoreCounters()
        var (lost, unwanted) = (0, 0)
        var loads = [Int](repeating: 0, count: plan.links.count)
        for (index, state) in states.enumerated() {
            if let counts = state.neurons?.counters ?? state.delay?.counters {
                counters.add(counts)
                statistics.coreLoads.append(load(of: image.cores[index], counts))
            }
            if case .neurons(let program) = image.cores[index].program { statistics.neuronUpdates += stepCount * program.kernel.count }
            for (way, sent) in zip(plan.ways[index], state.sent) {
                statistics.packets += sent * way.deliveries
                lost += sent * way.lost
                unwanted += sent * way.unwanted
                for hop in way.hops { loads[Int(hop)] += sent }
            }
        }
        statistics.spikes = counters.spikes
        statistics.synapticOperations = counters.synapses
        statistics.overflows = counters.saturations
        for (number, load) in loads.enumerated() where load > 0 {
            // A diagonal link counts as one along x.
            if plan.directions[number] == 2 { statistics.hopsNorthSouth += load } else { statistics.hopsEastWest += load }
            statistics.linkLoads.append(.init(from: plan.links[number].from, to: plan.links[number].to, packets: load))
        }
        statistics.linkLoads.sort { ($0.from, $0.to) < ($1.from, $1.to) }
        statistics.counters = named(counters, lost: lost, unwanted: unwanted)
        let learners = states.compactMap { $0.neurons?.learner }
        if !learners.isEmpty {
            let lost = learners.reduce(0) { $0 + $1.histories.lost }
            statistics.counters.append(.init("history_lost", "spikes pushed out of the histories of rows that learn", lost))
        }
        let seconds = Double(stepCount) * image.timestep / 1000
        statistics.femtoseconds = Int(femto: seconds)
        statistics.femtojoules = energy(statistics, seconds: seconds)
        return statistics
    }

    private func load(of core: SpiNNakerCore, _ counters: CoreCounters) -> EmulatorStatistics.CoreLoad {
        let (x, y) = image.torus.position(ofRouter: image.torus.router(ofCore: core.number))
        return EmulatorStatistics.CoreLoad(
            core: core.number, label: "\(x),\(y) core \(core.number % image.torus.coresPerChip): \(core.label)", packets: counters.packets,
            mostPackets: counters.mostPacketsInTick, mostSynapticOperations: counters.mostSynapsesInTick,
            overloadedSteps: counters.overloadedTicks)
    }

    private func named(_ counters: CoreCounters, lost: Int, unwanted: Int) -> [EmulatorStatistics.Counter] {
        [
            .init("weight_sums_saturated", "sums of weights cut to 65,535", counters.saturations),
            .init("packets_lost", "packets lost for want of a route", lost),
            .init("packets_unwanted", "packets delivered to a core that has no rows for them", unwanted),
            .init("packets_late", "packets looked up after their tick", counters.latePackets),
            .init("synapses_late", "synapses of late packets whose time was over", counters.lateSynapses),
            .init("packets_overrun", "packets that found the buffer of waiting ones full", counters.overrun),
            .init("rows_bad", "packets whose row is not in the matrix", counters.badRows),
            .init("overloaded_ticks", "ticks of a core with more synapses than it has time for", counters.overloadedTicks),
            .init(
                "most_packets_per_core_and_tick", "most packets that a core got in a tick", counters.mostPacketsInTick, combines: .maximum),
            .init(
                "most_synapses_per_core_and_tick", "most synapses that a core processed in a tick", counters.mostSynapsesInTick,
                combines: .maximum),
        ]
    }

    /// Chips and cores in use draw their power all the time, and each hop takes its energy.
    private func energy(_ statistics: EmulatorStatistics, seconds: Double) -> Int {
        let chips = Set(image.cores.map { image.torus.router(ofCore: $0.number) }).count
        let costs = image.chip.costs
        let idle = (Double(chips) * costs.power.chip + Double(image.cores.count) * costs.power.core) * seconds
        func energy(_ event: Costs.Event, _ count: Int) -> Int { count.saturatingProduct(Int(femto: costs.events[event]?.energy ?? 0)) }
        return Int(femto: idle).saturatingSum(energy(.hopEastWest, statistics.hopsEastWest))
            .saturatingSum(energy(.hopNorthSouth, statistics.hopsNorthSouth))
    }
}

extension CoreCounters {
    mutating func add(_ other: CoreCounters) {
        spikes += other.spikes
        synapses += other.synapses
        packets += other.packets
        mostPacketsInTick = max(mostPacketsInTick, other.mostPacketsInTick)
        mostSynapsesInTick = max(mostSynapsesInTick, other.mostSynapsesInTick)
        overloadedTicks += other.overloadedTicks
        saturations += other.saturations
        latePackets += other.latePackets
        lateSynapses += other.lateSynapses
        overrun += other.overrun
        badRows += other.badRows
    }
}
