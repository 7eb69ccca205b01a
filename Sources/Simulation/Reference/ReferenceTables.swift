import Diagnostics
import Networks
import Numerics

/// What the step loop reads of one population. Trivial: it owns nothing.
struct PopulationPlan<Real: EngineScalar>: BitwiseCopyable {
    enum Source: BitwiseCopyable {
        /// Neurons.
        case none
        /// Events given with each run.
        case input
        case given(GivenSpikes)
        case poisson(PoissonSpikes)
    }

    let size: Int
    let source: Source
    let neurons: NeuronCoefficients<Real>?
    /// [parts + 1]: the neurons of each part; multiples of the block, but the last is the padded size.
    let bounds: UnsafeMutablePointer<Int>
    /// Projections that arrive here, in order.
    var firstProjection = 0
    var lastProjection = 0
    /// The longest delay of those that leave.
    var longestDelay = 1
}

/// What the step loop reads of one projection onto one receptor. Trivial: it owns nothing.
struct ProjectionPlan<Real: EngineScalar>: BitwiseCopyable {
    let pre: Int
    let receptor: Int
    /// Whether graded events are summed apart before they are added: sources that send to this projection with one delay.
    let sumsApart: Bool
    /// [parts].
    let tables: UnsafeMutablePointer<PartTable<Real>>
}

/// Coefficients and synapses of a network, laid out for the reference engine; immutable, and shared by copies of the engine.
final class ReferenceTables<Real: EngineScalar>: @unchecked Sendable {
    let network: Network
    let parts: Int
    /// The shortest delay: parts run on by themselves for so many steps.
    let window: Int
    let populations: UnsafeMutablePointer<PopulationPlan<Real>>
    let projections: UnsafeMutablePointer<ProjectionPlan<Real>>
    let projectionCount: Int
    /// Relative to rest, by population; empty for sources.
    let initialMembranes: [[Double]]
    /// Absolute, by population; empty for sources.
    let rests: [[Double]]
    let synapseCount: Int
    private let arena: Arena

    init(
        _ network: Network, parts: Int, threads: Int, dynamics: [ID<Population>: Dynamics], rows: (ID<Projection>) -> any RowSource
    ) throws(DiagnosticsError) {
        let arena = Arena()
        self.network = network
        self.parts = parts
        self.arena = arena
        let models = network.populations.ids.map { dynamics[$0] ?? network.dynamics(of: $0) }
        initialMembranes = models.map { $0?.initialMembrane ?? [] }
        rests = models.map { $0?.rest ?? [] }
        populations = arena.copy(
            network.populations.ids.map { id in Self.plan(network.populations[id], of: network, models[id.index], parts: parts, in: arena) }
        )

        // Projections sorted by target, each once or (where its signs feed receptors that differ) twice.
        let sources = network.projections.ids.map(rows)
        let order = network.projections.ids.sorted { (network.projections[$0].post, $0) < (network.projections[$1].post, $1) }
        var plans: [ProjectionPlan<Real>] = []
        var synapses = 0
        var shortest = Int.max
        for id in order {
            let projection = network.projections[id]
            let post = projection.post.index
            guard let model = populations[post].neurons else { continue }
            if plans.isEmpty || populations[post].lastProjection == 0 { populations[post].firstProjection = plans.count }
            for receptor in model.traits.isMerged ? [0] : [0, 1] {
                let isWanted: @Sendable (Float) -> Bool =
                    switch projection.receptor {
                    case _ where model.traits.isMerged: { _ in true }
                    case .excitatory: { _ in receptor == 0 }
                    case .inhibitory: { _ in receptor == 1 }
                    case .bySign: { $0 >= 0 ? receptor == 0 : receptor == 1 }
                    }
                let tables = try Self.tables(
                    sources[id.index], projection, populations[post], parts, threads, isWanted, magnitudes: model.conductance != nil, arena)
                for part in 0..<parts {
                    let delays = UnsafeBufferPointer(start: tables[part].delays, count: tables[part].delayCount)
                    shortest = min(shortest, Int(delays.first ?? .max))
                    populations[projection.pre.index].longestDelay = max(
                        populations[projection.pre.index].longestDelay, Int(delays.last ?? 1))
                    synapses += tables[part].synapses
                }
                let delays = Set((0..<parts).flatMap { part in (0..<tables[part].delayCount).map { tables[part].delays[$0] } })
                if delays.isEmpty { continue }
                let sumsApart = delays.count == 1 && populations[projection.pre.index].neurons == nil
                plans.append(
                    ProjectionPlan(pre: projection.pre.index, receptor: receptor, sumsApart: sumsApart, tables: tables))
            }
            populations[post].lastProjection = plans.count
        }
        projections = arena.copy(plans)
        projectionCount = plans.count
        synapseCount = synapses
        // Without synapses parts never meet; a bound keeps the rings of spikes short.
        window = min(shortest, 64)
    }

    private static func plan(_ population: Population, of network: Network, _ model: Dynamics?, parts: Int, in arena: Arena)
        -> PopulationPlan<Real>
    {
        let padded = (population.size + laneBlock - 1) / laneBlock * laneBlock
        let bounds = (0...parts).map { padded / laneBlock * $0 / parts * laneBlock }
        let source: PopulationPlan<Real>.Source =
            switch population.cell {
            case .input: .input
            case .spikeSourceArray(let times): .given(GivenSpikes(times: times, timestep: network.timestep, in: arena))
            case .spikeSourcePoisson: PoissonSpikes(population, of: network, in: arena).map { .poisson($0) } ?? .input
            case .neuron: .none
            }
        return PopulationPlan(
            size: population.size, source: source, neurons: model.map { NeuronCoefficients($0, in: arena) }, bounds: arena.copy(bounds))
    }

    /// The tables of a projection onto every part, built in parallel where the parts are several.
    private static func tables(
        _ rows: any RowSource, _ projection: Projection, _ post: PopulationPlan<Real>, _ parts: Int, _ threads: Int,
        _ isWanted: @Sendable (Float) -> Bool, magnitudes: Bool, _ arena: Arena
    ) throws(DiagnosticsError) -> UnsafeMutablePointer<PartTable<Real>> {
        let ranges = (0..<parts).map { min(post.bounds[$0], post.size)..<min(post.bounds[$0 + 1], post.size) }
        let maximumDelay = max(rows.maximumDelay, 1)
        let builders = parallelMap(ranges, threads: threads) { range in
            var builder = TableBuilder(
                sources: rows.sourceCount, part: range, maximumDelay: maximumDelay, keepsMagnitudes: magnitudes)
            var row = SynapseRow()
            for source in 0..<rows.sourceCount {
                if parts == 1 { rows.read(source, into: &row) } else { rows.read(source, targets: range, into: &row) }
                builder.append(row, isWanted)
            }
            return builder
        }
        let tables = arena.allocate(PartTable<Real>.self, count: parts)
        for part in 0..<parts {
            guard let table = builders[part].finish(Real.self, in: arena) else {
                throw DiagnosticsError(
                    Diagnostic(
                        "simulation-too-many-synapses",
                        "projection '\(projection.name)' has more than \(UInt32.max) synapses onto one part of its target population",
                        at: projection.place, help: "simulate with more threads, or divide the population"),
                    isRefusal: true)
            }
            tables[part] = table
        }
        return tables
    }
}
