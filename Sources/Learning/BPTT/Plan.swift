package import Networks
import Numerics

/// A network as training walks through it: populations in the order of signal flow, synapses as matrices or compressed rows, and every
/// number that training may change in one flat vector.
package struct TrainingPlan: Sendable {
    package struct PopulationPlan: Sendable {
        package var name: String
        package var size: Int
        /// Nil for sources.
        package var dynamics: Dynamics?
        /// Synaptic currents kept apart: 2 where excitation and inhibition differ, else 1.
        package var channels: Int
        /// Sends values instead of spikes.
        package var isGraded: Bool
        /// Indices of projections.
        package var incoming: [Int] = []
        package var outgoing: [Int] = []
        /// The range of its trained drive in the parameter vector.
        package var drive: Range<Int>?
    }

    package struct ProjectionPlan: Sendable {
        package var name: String
        package var pre: Int
        package var post: Int
        package var form: Form
        /// Where its weights lie in the parameter vector.
        package var parameters: Range<Int>
        package var isTrainable: Bool
        package var receptor: Receptor
        /// Whether the sign of a weight chooses the channel.
        package var splitsBySign: Bool
        /// The only channel that it feeds, unless it splits.
        package var channel: Int
    }

    package enum Form: Sendable {
        /// [pre × post], one delay.
        case dense(delay: Int, skipsSelf: Bool)
        case compressed(CompressedRows)
    }

    package var populations: [PopulationPlan]
    package var projections: [ProjectionPlan]
    /// Populations that depend on each other, in the order of signal flow.
    package var components: [Component]
    /// Weights of all projections, then trained drives: the start of training.
    package var initial: [Double]
    package var steps: Int
    package var input: Int?

    package struct Component: Sendable {
        package var populations: [Int]
        package var isRecurrent: Bool
    }

    /// - Parameters:
    ///   - steps: time steps of a sample.
    ///   - trainsDrive: whether each neuron's drive (bias or constant current) is a parameter.
    package init(_ network: Network, steps: Int, trainsDrive: Bool) {
        self.steps = steps
        input = network.task?.input.index
        let isDirect: Bool = if case .direct = network.task?.encoder { true } else { false }
        populations = network.populations.ids.map { id in
            let dynamics = network.dynamics(of: id)
            return PopulationPlan(
                name: network.populations[id].name, size: network.populations[id].size, dynamics: dynamics,
                channels: dynamics?.needsTwoChannels == true ? 2 : 1,
                isGraded: dynamics?.isRate ?? (isDirect && id == network.task?.input))
        }
        projections = []
        initial = []
        for id in network.projections.ids {
            let projection = network.projections[id]
            let rows = SynapseRows(id, of: network)
            let first = initial.count
            let form: Form
            if let delay = rows.commonDelay, let weights = rows.denseWeights() {
                initial += weights.map(Double.init)
                form = .dense(delay: delay, skipsSelf: rows.structure == .denseWithoutSelf)
            } else {
                let compressed = CompressedRows(rows)
                initial += compressed.initial
                form = .compressed(compressed)
            }
            let post = projection.post.index
            let isSplit = populations[post].channels == 2
            populations[projection.pre.index].outgoing.append(projections.count)
            populations[post].incoming.append(projections.count)
            projections.append(
                ProjectionPlan(
                    name: projection.name, pre: projection.pre.index, post: post, form: form, parameters: first..<initial.count,
                    isTrainable: projection.isTrainable && rows.parameterCount > 0, receptor: projection.receptor,
                    splitsBySign: isSplit && projection.receptor == .bySign,
                    channel: isSplit && projection.receptor == .inhibitory ? 1 : 0))
        }
        if trainsDrive {
            for p in populations.indices {
                guard let dynamics = populations[p].dynamics else { continue }
                populations[p].drive = initial.count..<initial.count + dynamics.count
                initial += dynamics.drive
            }
        }
        components = Self.order(populations, projections)
    }

    package var parameterCount: Int { initial.count }

    /// The ranges that an optimiser may change.
    package var trainable: [Range<Int>] {
        projections.filter(\.isTrainable).map(\.parameters) + populations.compactMap(\.drive)
    }

    /// Samples that are computed together: a function of the network alone, so that sums do not depend on the machine.
    package var chunk: Int {
        let values = max(1, steps * populations.reduce(0) { $0 + $1.size })
        return min(32, max(1, (1 << 23) / values))
    }

    /// Strongly connected components in the order of signal flow (Tarjan 1972, iteratively).
    private static func order(_ populations: [PopulationPlan], _ projections: [ProjectionPlan]) -> [Component] {
        let count = populations.count
        var index = [Int](repeating: -1, count: count)
        var low = index
        var onStack = [Bool](repeating: false, count: count)
        var stack: [Int] = []
        var components: [Component] = []
        var next = 0
        for root in 0..<count where index[root] < 0 {
            var work = [(node: root, edge: 0)]
            while let (node, edge) = work.last {
                if edge == 0 {
                    index[node] = next
                    low[node] = next
                    next += 1
                    stack.append(node)
                    onStack[node] = true
                }
                if edge < populations[node].outgoing.count {
                    work[work.count - 1].edge += 1
                    let target = projections[populations[node].outgoing[edge]].post
                    if index[target] < 0 {
                        work.append((target, 0))
                    } else if onStack[target] {
                        low[node] = min(low[node], index[target])
                    }
                    continue
                }
                work.removeLast()
                if let parent = work.last { low[parent.node] = min(low[parent.node], low[node]) }
                guard low[node] == index[node] else { continue }
                var members: [Int] = []
                while let member = stack.popLast() {
                    onStack[member] = false
                    members.append(member)
                    if member == node { break }
                }
                members.sort()
                let loops = members.contains { member in
                    populations[member].outgoing.contains { projections[$0].post == member }
                }
                components.append(Component(populations: members, isRecurrent: members.count > 1 || loops))
            }
        }
        return components.reversed()
    }
}

extension Dynamics {
    /// Whether excitation and inhibition decay or act differently anywhere.
    var needsTwoChannels: Bool {
        [currentDecay, currentGain, alphaJump, alphaFeed, alphaGain].contains { $0[0] != $0[1] }
    }
}

extension TrainingPlan {
    /// Mean spikes per neuron and step of the populations that spike.
    /// - Parameters:
    ///   - spikes: by population, over all samples.
    func rates(_ spikes: [Int], samples: Int) -> [EpochSummary.Rate] {
        populations.enumerated().compactMap { index, population in
            guard population.dynamics?.spikes == true else { return nil }
            return .init(
                population: population.name, spikesPerStep: Double(spikes[index]) / Double(population.size * steps * max(1, samples)))
        }
    }
}
