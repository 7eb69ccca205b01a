package import Simulation

extension EmulatedMachine {
    package var statistics: EmulatorStatistics {
        var statistics = EmulatorStatistics()
        statistics.steps = stepCount
        var active = 0
        for (core, description) in zip(cores, image.cores) {
            statistics.spikes += core.spikes
            statistics.synapticOperations += core.input.synapticOperations
            statistics.neuronUpdates += stepCount * description.count
            statistics.overflows += core.compartments.currentOverflows + core.compartments.membraneOverflows
            active += description.floatingPoint == nil ? core.compartments.activeUpdates : stepCount * description.count
        }
        let traffic = mesh.count(cores.map(\.packets))
        statistics.packets = traffic.packets
        statistics.hopsEastWest = traffic.hopsEastWest
        statistics.hopsNorthSouth = traffic.hopsNorthSouth
        statistics.linkLoads = traffic.linkLoads
        statistics.femtojoules = costs.femtojoules(
            operations: statistics.synapticOperations, active: active, inactive: statistics.neuronUpdates - active, traffic)
        statistics.femtoseconds = busyFemtoseconds
        return statistics
    }
}
