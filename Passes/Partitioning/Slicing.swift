import Lowering
import Networks
import Numerics

/// Finds into how few slices of nearly equal size a population can be cut, so that each fits on a core alone.
struct Slicing {
    let population: ID<Population>
    let problem: PartitionProblem
    let assignment: CoreAssignment
    /// By population: slices to assume for targets that are not cut yet.
    private(set) var estimate: [[Int]?]
    /// What the attempt that came nearest had too much of, when there is no way: the worst of each capacity.
    private(set) var shortages: [Shortage] = []
    /// Neurons in a slice of that attempt.
    private(set) var neuronsPerSlice = 0
    private var nearest = Double.infinity

    private let size: Int
    private var reach: Reach?
    /// Whether output axons are counted; without, for estimates of populations in a loop.
    private let countsOutputs: Bool

    init(
        _ population: ID<Population>, of problem: PartitionProblem, _ assignment: CoreAssignment, estimate: [[Int]?],
        countsOutputs: Bool = true
    ) {
        self.population = population
        self.problem = problem
        self.assignment = assignment
        self.estimate = estimate
        self.countsOutputs = countsOutputs
        size = problem.network.populations[population].size
    }

    /// The slices, at least `fewest` of them; nil when not even single neurons fit, and `shortages` tells why.
    mutating func demands(atLeast fewest: Int) -> [SliceDemand]? {
        if countsOutputs { estimateTargets() }
        var low = min(size, max(fewest, 1, (size + problem.mostNeurons - 1) / max(problem.mostNeurons, 1)))
        var count = low
        var found: [SliceDemand]
        var step = 1
        while true {
            let (demands, worst) = attempt(count)
            if worst <= 1 {
                found = demands
                break
            }
            if count == size { return nil }
            low = count + 1
            // What is over by a factor mostly needs as many more slices; what hardly shrinks with them gets ever longer steps.
            count = min(size, max(count + step, Int((Double(count) * min(worst, 64)).rounded(.up))))
            step *= 2
        }
        // The leap may have gone too far. Each attempt on irregular rows reads all of them, so few are made.
        var attempts = isCheap ? Int.max : 3
        while low < found.count, attempts > 0 {
            let middle = (low + found.count) / 2
            let (demands, worst) = attempt(middle)
            if worst <= 1 { found = demands } else { low = middle + 1 }
            attempts -= 1
        }
        return found
    }

    private var isCheap: Bool {
        (problem.incoming[population.index]
            + problem.outgoing[population.index].filter { problem.network.projections[$0].post == population })
            .allSatisfy { problem.rows[$0.index].structure != .irregular }
    }

    /// Cuts into `count` slices and tells how far over the worst one is; at most 1: all fit.
    private mutating func attempt(_ count: Int) -> ([SliceDemand], worst: Double) {
        let boundaries = (0...count).map { size * $0 / count }
        var demands = problem.demands(of: population, boundaries: boundaries)
        if countsOutputs { countOutputs(boundaries, &demands) }
        var worst: [Shortage.Capacity: Shortage] = [:]
        for demand in demands {
            for shortage in problem.shortages(of: CoreLoad(demand, of: problem))
            where shortage.needed > worst[shortage.capacity]?.needed ?? 0 {
                worst[shortage.capacity] = shortage
            }
        }
        let ratio = worst.values.map(\.ratio).max() ?? 1
        if ratio <= nearest {
            nearest = ratio
            shortages = worst.values.sorted { ($0.capacity.rank, $0.needed) < ($1.capacity.rank, $1.needed) }
            neuronsPerSlice = (size + count - 1) / count
        }
        return (demands, ratio)
    }

    private mutating func countOutputs(_ boundaries: [Int], _ demands: inout [SliceDemand]) {
        let isLoop = problem.outgoing[population.index].contains { problem.network.projections[$0].post == population }
        let counted = (isLoop ? nil : reach) ?? Reach(population, cut: boundaries, of: problem, assignment, estimate: estimate)
        reach = counted
        for (slice, demand) in demands.enumerated() {
            demands[slice].reached = counted.all[demand.neurons.upperBound] - counted.all[demand.neurons.lowerBound]
            demands[slice].reachedElsewhere = counted.elsewhere[demand.neurons.upperBound] - counted.elsewhere[demand.neurons.lowerBound]
        }
    }

    /// Cuts targets that are not cut yet as if they had no targets themselves.
    private mutating func estimateTargets() {
        for projection in problem.outgoing[population.index] {
            let post = problem.network.projections[projection].post
            if post == population || assignment.boundaries[post.index] != nil || estimate[post.index] != nil { continue }
            var slicing = Slicing(post, of: problem, assignment, estimate: estimate, countsOutputs: false)
            let demands = slicing.demands(atLeast: 1)
            estimate[post.index] = demands.map { [0] + $0.map(\.neurons.upperBound) } ?? [0, problem.network.populations[post].size]
        }
    }
}

extension Shortage.Capacity {
    /// Orders capacities in messages.
    var rank: Int {
        switch self {
        case .resource(let index): index
        case .axonWords(let index): 1000 + index
        case .index: 2000
        case .exponent: 3000
        }
    }
}

/// How many cores the neurons of a population reach; prefix sums over the neurons.
struct Reach {
    /// [size + 1].
    private(set) var all: [Int] = [0]
    /// Those cores that may be on another chip.
    private(set) var elsewhere: [Int] = [0]

    init(
        _ population: ID<Population>, cut boundaries: [Int], of problem: PartitionProblem, _ assignment: CoreAssignment,
        estimate: [[Int]?]
    ) {
        let projections = problem.outgoing[population.index]
        // Slices that have no core yet count as one core each.
        var next = assignment.coreCount
        var firstOfUnplaced: [ID<Population>: Int] = [:]
        var walks: [SliceHits] = []
        var cores: [[Int]] = []
        for projection in projections {
            let post = problem.network.projections[projection].post
            let cut =
                post == population
                ? boundaries : assignment.boundaries[post.index] ?? estimate[post.index] ?? [0, problem.network.populations[post].size]
            walks.append(
                SliceHits(problem.rows[projection.index], kept: problem.kept[projection.index], boundaries: cut, packings: [], channels: 0))
            if assignment.boundaries[post.index] != nil {
                cores.append(assignment.cores[post.index])
            } else {
                let first = firstOfUnplaced[post] ?? next
                if firstOfUnplaced[post] == nil {
                    firstOfUnplaced[post] = first
                    next += cut.count - 1
                }
                cores.append((0..<cut.count - 1).map { first + $0 })
            }
        }
        let size = problem.network.populations[population].size
        all.reserveCapacity(size + 1)
        elsewhere.reserveCapacity(size + 1)
        var lastSeen = [Int](repeating: -1, count: next)
        let groups = SourceGroups(count: size, walks)
        var counts: [(all: Int, elsewhere: Int)] = []
        for (mark, group) in groups.groups.enumerated() {
            var (reached, own) = (0, 0)
            for number in walks.indices {
                walks[number].find(group.source)
                let isLoop = problem.network.projections[projections[number]].post == population
                let ownSlice = isLoop ? walks[number].slice(of: group.source) : -1
                for hit in walks[number].hits {
                    let core = cores[number][hit.slice]
                    if hit.slice == ownSlice { own = 1 }
                    if lastSeen[core] == mark { continue }
                    lastSeen[core] = mark
                    reached += 1
                }
            }
            // Sources of one pattern are on several slices; that one of them may reach its own is left out of account.
            counts.append((reached, assignment.mayLeaveChip ? reached - (groups.pattern == nil ? own : 0) : 0))
        }
        if let pattern = groups.pattern {
            let rows = walks[pattern].rows
            for source in 0..<size { append(counts[rows.pattern(of: source) ?? 0]) }
        } else {
            for (group, count) in zip(groups.groups, counts) {
                for _ in 0..<group.count { append(count) }
            }
        }
    }

    private mutating func append(_ count: (all: Int, elsewhere: Int)) {
        all.append(all[all.count - 1] + count.all)
        elsewhere.append(elsewhere[elsewhere.count - 1] + count.elsewhere)
    }
}
