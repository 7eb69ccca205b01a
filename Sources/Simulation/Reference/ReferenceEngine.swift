public import Diagnostics
public import Networks
public import Numerics

/// Runs the unlowered network: exactly as `Dynamics` states it, event by event over compressed rows.
///
/// `Double` for checks, `Float` for speed. A target sums what arrives in a fixed order: projections in order, delays ascending, sources
/// ascending; so results do not depend on the number of threads, to the bit. A reference type: `copy()` gives an engine of its own that
/// shares the synapses.
///
/// Sources: `input` populations send what the stimulus holds; `spike_source_array` and `spike_source_poisson` send their own spikes,
/// unless the stimulus holds an entry for them. An event of step t acts in step t + delay.
public final class ReferenceEngine<Real: EngineScalar>: Engine {
    public let network: Network
    public let inputs: [String]
    public let populations: [String]
    let tables: ReferenceTables<Real>
    let core: ReferenceCore<Real>
    private let team: WorkerTeam

    /// Materialises the network.
    /// - Parameters:
    ///   - threads: at most so many; fewer where the work of a step does not pay for meeting at its end.
    ///   - dynamics: replace those of the network, by population.
    ///   - rows: replace those of the network, by projection; nil keeps them.
    ///   - leastWork: nanoseconds of estimated work between two meetings below which one thread does it all.
    public init(
        _ network: Network, threads: Int = 1, dynamics: [ID<Population>: Dynamics] = [:],
        rows: ((ID<Projection>) -> (any RowSource)?)? = nil, leastWork: Double = 20_000
    ) throws(DiagnosticsError) {
        let sources = network.projections.ids.map { id -> any RowSource in rows?(id) ?? SynapseRows(id, of: network) }
        let parts = Self.parts(network, threads: threads, leastWork: leastWork)
        self.network = network
        inputs = network.populations.filter(\.cell.isSource).map(\.name)
        populations = network.populations.map(\.name)
        tables = try ReferenceTables(network, parts: parts, threads: threads, dynamics: dynamics) { sources[$0.index] }
        core = ReferenceCore(tables)
        team = WorkerTeam(count: parts)
    }

    private init(_ other: ReferenceEngine) {
        (network, inputs, populations, tables) = (other.network, other.inputs, other.populations, other.tables)
        core = ReferenceCore(other.tables)
        team = WorkerTeam(count: other.tables.parts)
    }

    /// An engine at the start, with state of its own and the same synapses.
    public func copy() -> ReferenceEngine { ReferenceEngine(self) }

    /// Synapses held.
    public var synapseCount: Int { tables.synapseCount }

    /// Threads that a run takes.
    public var threads: Int { team.count }

    /// How many parts pay: below about 20 µs of work between two barriers more threads lose (measured).
    private static func parts(_ network: Network, threads: Int, leastWork: Double) -> Int {
        let neurons = network.populations.reduce(0.0) { $0 + Double($1.size) }
        let synapses = network.projections.reduce(0.0) { sum, projection in
            let (pre, post) = (Double(network.populations[projection.pre].size), Double(network.populations[projection.post].size))
            return switch projection.connector {
            case .allToAll: sum + pre * post
            case .oneToOne: sum + pre
            case .fixedProbability(let p, _): sum + pre * post * p
            case .fixedNumberPre(let count, _, _): sum + Double(count) * post
            case .fixedNumberPost(let count, _, _): sum + Double(count) * pre
            case .fixedTotalNumber(let count, _): sum + Double(count)
            case .list(let pairs): sum + Double(pairs.count)
            case .convolution(let convolution): sum + post * Double(convolution.kernel.reduce(1, *))
            case .pooling: sum + pre
            }
        }
        // Half a nanosecond for a neuron, as much for a synapse that one source in a hundred uses.
        let work = 0.5 * neurons + 0.005 * synapses
        return max(1, min(threads, leastWork <= 0 ? threads : Int(work / leastWork)))
    }

    public func reset() { core.reset() }

    public func run(_ stimulus: Stimulus, steps: Int, record request: RecordingRequest) throws(DiagnosticsError) -> Recording {
        try check(stimulus, request)
        for id in network.populations.ids { core.inputs[id.index].clear() }
        for (name, events) in stimulus.populations {
            if let id = network.population(named: name) { core.inputs[id.index].take(events) }
        }
        core.prepare(steps: steps)

        var recording = Recording(steps: steps)
        for id in network.populations.ids {
            // What rate units send is no spike.
            let isOn = request.spikes.contains(network.populations[id].name) && tables.populations[id.index].neurons?.isRate != true
            for part in 0..<tables.parts {
                core.logs[id.index * tables.parts + part].isOn = isOn
                core.logs[id.index * tables.parts + part].spikes.removeAll()
            }
        }
        let recorded =
            request.membranes.isEmpty ? [] : network.populations.ids.filter { request.membranes.contains(network.populations[$0].name) }
        let arena = Arena()
        for id in recorded {
            core.membraneLogs[id.index].values = arena.allocate(count: steps * network.populations[id].size)
            core.membraneLogs[id.index].rest = UnsafePointer(arena.copy(tables.rests[id.index]))
        }
        core.run(steps: steps, on: team)
        for id in recorded {
            let membranes = UnsafeBufferPointer(start: core.membraneLogs[id.index].values, count: steps * network.populations[id].size)
            recording.membranes[network.populations[id].name] = Array(membranes)
            core.membraneLogs[id.index] = MembraneLog()
        }
        for id in network.populations.ids where request.spikes.contains(network.populations[id].name) {
            recording.spikes[network.populations[id].name] = spikes(of: id.index)
        }
        return recording
    }

    /// The parts' spikes in the order of steps, then neurons.
    private func spikes(of population: Int) -> [Recording.Spike] {
        let parts = (0..<tables.parts).map { core.logs[population * tables.parts + $0].spikes }
        if parts.count == 1 { return Array(UnsafeBufferPointer(start: parts[0].pointer, count: parts[0].count)) }
        var merged: [Recording.Spike] = []
        merged.reserveCapacity(parts.reduce(0) { $0 + $1.count })
        var next = [Int](repeating: 0, count: parts.count)
        while merged.count < merged.capacity {
            var step = Int32.max
            for part in parts.indices where next[part] < parts[part].count { step = min(step, parts[part].pointer[next[part]].step) }
            if step == .max { break }
            for part in parts.indices {
                while next[part] < parts[part].count, parts[part].pointer[next[part]].step == step {
                    merged.append(parts[part].pointer[next[part]])
                    next[part] += 1
                }
            }
        }
        return merged
    }

    /// Lists all that the stimulus and the request get wrong.
    private func check(_ stimulus: Stimulus, _ request: RecordingRequest) throws(DiagnosticsError) {
        var found = DiagnosticCollector()
        for (name, events) in stimulus.populations {
            guard let id = network.population(named: name), network.populations[id].cell.isSource else {
                found.report(
                    Diagnostic(
                        "simulation-unknown-input", "the network has no input population '\(name)'", help: known(name, among: inputs)))
                continue
            }
            let size = network.populations[id].size
            // One comparison for each neuron: negative ones are large as unsigned.
            if events.neurons.reduce(0, { max($0, UInt32(bitPattern: $1)) }) >= size,
                let neuron = events.neurons.first(where: { $0 < 0 || Int($0) >= size })
            {
                found.report(
                    Diagnostic(
                        "simulation-input-outside", "the stimulus names neuron \(neuron) of '\(name)', which has \(size)",
                        at: network.populations[id].place, help: "neurons count from 0 to \(size - 1)"))
            }
            let isWhole =
                events.offsets.first == 0 && Int(events.offsets.last ?? -1) == events.neurons.count
                && zip(events.offsets, events.offsets.dropFirst()).allSatisfy { $0 <= $1 }
                && (events.values.isEmpty || events.values.count == events.neurons.count)
            if !isWhole {
                found.report(
                    Diagnostic(
                        "simulation-broken-input",
                        "the stimulus of '\(name)' holds \(events.neurons.count) events and \(events.values.count) values, "
                            + "but its offsets end at \(events.offsets.last.map { "\($0)" } ?? "nothing")",
                        help: "offsets start at 0, never fall and end at the number of events; values are none or one for each event"))
            }
        }
        for name in request.spikes.union(request.membranes).sorted() where network.population(named: name) == nil {
            found.report(
                Diagnostic(
                    "simulation-unknown-population", "the network has no population '\(name)'", help: known(name, among: populations)))
        }
        for name in request.membranes.sorted() {
            guard let id = network.population(named: name), network.populations[id].cell.isSource else { continue }
            found.report(
                Diagnostic(
                    "simulation-no-membrane", "'\(name)' is a source of spikes and has no membrane potential to record",
                    at: network.populations[id].place, help: "record its spikes"))
        }
        try found.throwIfErrors()
    }

    private func known(_ name: String, among names: [String]) -> String {
        let nearest = nearestName(to: name, among: names).map { "did you mean '\($0)'? " } ?? ""
        return "\(nearest)there are: \(names.joined(separator: ", "))"
    }
}
