import Chips
import Diagnostics
import Lowering
import Networks
import Numerics

/// Which slices there are, and which core each is on; filled from the last layer backwards.
struct CoreAssignment {
    /// By population: first neurons of its slices and the end of the last; nil: not cut yet.
    var boundaries: [[Int]?]
    /// By population and slice; empty: not placed yet.
    var cores: [[Int]]
    /// What is on each core.
    private(set) var contents: [[SliceDemand]] = []
    /// The load of each core, as far as its slices alone tell.
    private var loads: [CoreLoad] = []
    /// Whether the cores take more than one chip, so that any other core may be on another one.
    let mayLeaveChip: Bool

    var coreCount: Int { contents.count }

    /// Open cores that are tried for a slice, newest first.
    private static let mostTries = 32

    init(populations: Int, mayLeaveChip: Bool) {
        boundaries = [[Int]?](repeating: nil, count: populations)
        cores = [[Int]](repeating: [], count: populations)
        self.mayLeaveChip = mayLeaveChip
    }

    /// Puts the slices of a population on cores: on one that has room, when they may share, else on a new one.
    mutating func place(_ demands: [SliceDemand], of population: ID<Population>, shareCores: Bool, in problem: PartitionProblem) {
        cores[population.index] = demands.map { demand in
            let load = CoreLoad(demand, of: problem)
            if shareCores, let (core, together) = coreWithRoom(for: demand, load, in: problem) {
                contents[core].append(demand)
                loads[core] = together
                return core
            }
            contents.append([demand])
            loads.append(load)
            return contents.count - 1
        }
    }

    private func coreWithRoom(for demand: SliceDemand, _ load: CoreLoad, in problem: PartitionProblem) -> (Int, CoreLoad)? {
        for core in contents.indices.suffix(Self.mostTries).reversed() {
            if contents[core].contains(where: { $0.population == demand.population }) { continue }
            if problem.cannotShare(loads[core], load) { continue }
            let together = CoreLoad(contents[core] + [demand], of: problem)
            if problem.shortages(of: together).isEmpty { return (core, together) }
        }
        return nil
    }
}

extension CoreMeasure {
    /// Cuts all populations and puts them on cores, until nothing is over its limit.
    ///
    /// A population in a loop is cut before one of its targets is, from an estimate; when the count of the whole finds a core over its
    /// limit, its populations are cut finer, and everything is done again. Slices only get smaller, so this ends.
    static func found(for problem: PartitionProblem, shareCores: Bool, mayLeaveChip: Bool) throws(DiagnosticsError) -> CoreMeasure {
        let populations = problem.network.populations.count
        var fewest = [Int](repeating: 1, count: populations)
        var estimate = [[Int]?](repeating: nil, count: populations)
        while true {
            var assignment = CoreAssignment(populations: populations, mayLeaveChip: mayLeaveChip)
            var refusals: [Diagnostic] = []
            for population in problem.order where problem.network.populations[population].size > 0 {
                var slicing = Slicing(population, of: problem, assignment, estimate: estimate)
                guard let demands = slicing.demands(atLeast: fewest[population.index]) else {
                    refusals += problem.refusals(of: slicing.shortages, population, neurons: slicing.neuronsPerSlice)
                    continue
                }
                estimate = slicing.estimate
                fewest[population.index] = demands.count
                assignment.boundaries[population.index] = [0] + demands.map(\.neurons.upperBound)
                assignment.place(demands, of: population, shareCores: shareCores, in: problem)
            }
            if !refusals.isEmpty { throw DiagnosticsError(refusals, isRefusal: true) }

            let measure = CoreMeasure(problem, assignment)
            var isOver = false
            for (core, load) in measure.loads.enumerated() {
                let shortages = problem.shortages(of: load)
                guard let worst = shortages.map(\.ratio).max() else { continue }
                isOver = true
                for slice in assignment.contents[core] {
                    let (count, size) = (fewest[slice.population.index], problem.network.populations[slice.population].size)
                    let more = min(size, max(count + 1, Int((Double(count) * min(worst, 2)).rounded(.up))))
                    fewest[slice.population.index] = more
                }
                if assignment.contents[core].allSatisfy({ $0.neurons.count == 1 }), !shareCores || assignment.contents[core].count == 1 {
                    refusals += problem.refusals(of: shortages, assignment.contents[core][0].population, neurons: 1)
                }
            }
            if !refusals.isEmpty { throw DiagnosticsError(refusals, isRefusal: true) }
            if !isOver { return measure }
            estimate = assignment.boundaries
        }
    }
}
