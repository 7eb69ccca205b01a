import Chips
import Lowering
import Networks
import Numerics

/// Counts everything on every core of an assignment exactly, and finds the nets.
struct CoreMeasure {
    let problem: PartitionProblem
    let assignment: CoreAssignment
    /// By core.
    private(set) var loads: [CoreLoad] = []
    /// By source population, then slice.
    private(set) var nets: [SourceNet] = []

    /// The cores that the neurons of one slice, or of one host population, reach.
    struct SourceNet {
        var population: ID<Population>
        /// The slice's number within its population; nil: the host.
        var slice: Int?
        var neurons: Range<Int>
        /// Ascending.
        var cores: [Int]
        var axonCounts: [Int]
    }

    init(_ problem: PartitionProblem, _ assignment: CoreAssignment) {
        self.problem = problem
        self.assignment = assignment
        for demands in assignment.contents {
            var load = CoreLoad(packings: problem.packings.count)
            for demand in demands {
                load.neurons += demand.neurons.count
                load.neuronProfiles.formUnion(problem.neuronProfiles[demand.population.index].distinct(in: demand.neurons))
                load.thresholdProfiles.formUnion(problem.thresholdProfiles[demand.population.index].distinct(in: demand.neurons))
            }
            loads.append(load)
        }
        for population in problem.network.populations.ids where !problem.outgoing[population.index].isEmpty { count(population) }
    }

    /// Follows the spikes of one population to all cores.
    private mutating func count(_ population: ID<Population>) {
        let projections = problem.outgoing[population.index]
        let channels = problem.packings.count
        var walks = projections.map { projection in
            let post = problem.network.projections[projection].post
            return SliceHits(
                problem.rows[projection.index], kept: problem.kept[projection.index], boundaries: assignment.boundaries[post.index] ?? [0],
                packings: assignment.cores[post.index].flatMap {
                    problem.rowPackings(of: projection, neuronsOnCore: loads[$0].neurons)
                }, channels: channels)
        }
        let cores = projections.map { assignment.cores[problem.network.projections[$0].post.index] }
        var compressions = cores.map { [UInt8](repeating: 0, count: $0.count) }
        let size = problem.network.populations[population].size
        let isHost = problem.network.populations[population].cell.isSource
        let own = isHost ? [0, size] : assignment.boundaries[population.index] ?? [0, size]

        var axonWords = [Int](repeating: 0, count: loads.count * channels)
        var isTouched = [Bool](repeating: false, count: loads.count)
        var touched: [Int] = []
        var axonCounts = [Int](repeating: 0, count: loads.count)
        var slice = 0
        for range in SourceRanges(count: size, walks, extra: own).ranges {
            for number in walks.indices {
                walks[number].find(range.lowerBound)
                for (place, hit) in walks[number].hits.enumerated() {
                    let core = cores[number][hit.slice]
                    if !isTouched[core] {
                        isTouched[core] = true
                        touched.append(core)
                    }
                    compressions[number][hit.slice] |= hit.compressions | 4
                    for channel in 0..<channels {
                        axonWords[core * channels + channel] += walks[number].words[place * channels + channel]
                    }
                }
            }
            let home = isHost ? -1 : assignment.cores[population.index][slice]
            for core in touched {
                isTouched[core] = false
                loads[core].inputAxons += range.count
                axonCounts[core] += range.count
                for channel in 0..<channels {
                    let words = axonWords[core * channels + channel]
                    loads[core].words[channel] += words * range.count
                    loads[core].wordsOfLongestAxon[channel] = max(loads[core].wordsOfLongestAxon[channel], words)
                    axonWords[core * channels + channel] = 0
                }
            }
            if home >= 0 {
                loads[home].reached += touched.count * range.count
                if assignment.mayLeaveChip {
                    loads[home].reachedElsewhere += (touched.count - (touched.contains(home) ? 1 : 0)) * range.count
                }
            }
            touched.removeAll(keepingCapacity: true)
            if range.upperBound == own[slice + 1] {
                finishNet(population, isHost ? nil : slice, own[slice]..<own[slice + 1], &axonCounts)
                slice += 1
            }
        }
        for (number, projection) in projections.enumerated() {
            for (slice, found) in compressions[number].enumerated() where found != 0 {
                let core = cores[number][slice]
                loads[core].formats.formUnion(problem.formats(of: projection, compressions: found))
                loads[core].delayBits = max(loads[core].delayBits, problem.delayBits(of: projection))
            }
        }
    }

    private mutating func finishNet(_ population: ID<Population>, _ slice: Int?, _ neurons: Range<Int>, _ axonCounts: inout [Int]) {
        var net = SourceNet(population: population, slice: slice, neurons: neurons, cores: [], axonCounts: [])
        for core in axonCounts.indices where axonCounts[core] > 0 {
            net.cores.append(core)
            net.axonCounts.append(axonCounts[core])
            axonCounts[core] = 0
        }
        if !net.cores.isEmpty { nets.append(net) }
    }
}

extension CoreMeasure {
    /// The stage: cores numbered in the order of the populations and slices that they hold.
    func graph(_ traffic: TrafficModel) -> CoreGraph {
        let network = problem.network
        var numbers = [Int](repeating: -1, count: loads.count)
        var slices = Table<Slice>()
        var cores: [VirtualCore] = []
        var firstSlice = [Int](repeating: 0, count: network.populations.count)
        for population in network.populations.ids {
            firstSlice[population.index] = slices.count
            guard let boundaries = assignment.boundaries[population.index] else { continue }
            for (slice, core) in assignment.cores[population.index].enumerated() {
                if numbers[core] < 0 {
                    numbers[core] = cores.count
                    cores.append(VirtualCore(slices: [], usage: problem.usage(of: loads[core])))
                }
                let neurons = boundaries[slice]..<boundaries[slice + 1]
                let offset = cores[numbers[core]].slices.reduce(0) { $0 + slices[$1].neurons.count }
                let id = slices.append(Slice(population: population, neurons: neurons, core: ID(numbers[core]), offset: offset))
                cores[numbers[core]].slices.append(id)
            }
        }
        let nets = nets.map { net in
            let targets = zip(net.cores.map { numbers[$0] }, net.axonCounts).sorted { $0.0 < $1.0 }
            return Net(
                source: net.slice.map { .slice(ID(firstSlice[net.population.index] + $0)) } ?? .host(net.population), neurons: net.neurons,
                targets: targets.map { ID($0.0) }, axonCounts: targets.map(\.1),
                traffic: traffic.rates[net.population.index] * Double(net.neurons.count))
        }
        return CoreGraph(quantized: problem.quantized, slices: slices, cores: Table(cores), nets: Table(nets))
    }
}
