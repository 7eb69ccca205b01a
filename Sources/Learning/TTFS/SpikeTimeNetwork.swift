public import Diagnostics
public import Networks
public import Numerics

/// A network as `ttfs` sees it: which population is which layer, and what its numbers are in units of τ_s.
///
/// With dv/dt = -v/τ_m + Σ w e^-(t/τ_s)/C and the threshold θ above rest, the rule's weights are w τ_s / (C θ).
public struct SpikeTimeNetwork: Sendable {
    package let plan: SpikeTimePlan
    /// In ms.
    public let timeConstant: Double
    /// The population of each layer, in order.
    public let populations: [ID<Population>]
    /// The projection behind each source of each layer.
    public let projections: [[ID<Projection>]]
    /// What a weight of each layer is multiplied by to be the rule's.
    public let scales: [Double]
    let code: SpikeTimeCode
    private let input: ID<Population>

    /// - Throws: everything that keeps the network from being learnt by spike times, each at its place.
    public init(_ network: Network) throws(DiagnosticsError) {
        var found = DiagnosticCollector()
        func refuse(_ id: String, _ message: String, at place: SourceRange?, help: String) {
            found.report(Diagnostic(id, message, at: place ?? network.learning?.place, help: help))
        }
        guard let task = network.task, let readout = network.readout else {
            throw DiagnosticsError(
                Diagnostic(
                    "learning-no-task", "the network '\(network.name)' has no \(network.task == nil ? "task" : "readout") to learn",
                    at: network.learning?.place, help: "ttfs needs labelled samples and an answer: add `task:` and `readout:`"))
        }
        guard network.time == .continuous, case .spikeTime(let code) = task.encoder else {
            throw DiagnosticsError(
                Diagnostic(
                    "ttfs-time", "'\(network.name)' \(network.time == .continuous ? "encodes by '\(task.encoder.name)'" : "runs in steps")",
                    at: network.learning?.place,
                    help: "ttfs needs `setup: {time: continuous}` and `encode: {spike_time: …}`"))
        }
        if readout.decode != .firstSpike {
            refuse(
                "ttfs-readout", "the readout decodes '\(readout.decode.rawValue)', and ttfs learns first spikes", at: nil,
                help: "write `decode: first_spike`")
        }
        let order = Self.order(network)
        var cells: [Cell] = []
        for id in order { cells.append(try Cell(network, id)) }
        if order.last != readout.population {
            refuse(
                "ttfs-order", "the readout population is not the last of a feed-forward network", at: nil,
                help: "ttfs learns dense feed-forward networks; read out the last population")
        }
        let (first, tau) = (cells.first, cells.first?.tauSyn ?? 1)
        for (id, cell) in zip(order, cells) where cell.tauSyn != tau || cell.form != first?.form {
            refuse(
                "ttfs-time-constants",
                "'\(network.populations[id].name)' has other time constants than '\(network.populations[order[0]].name)'",
                at: network.populations[id].place, help: "give all neurons the same tau_m and tau_syn")
        }
        var layers: [SpikeTimePlan.Layer] = []
        var projections: [[ID<Projection>]] = []
        for (position, id) in order.enumerated() {
            let incoming = network.projections.ids.filter { network.projections[$0].post == id }
            var sources: [SpikeTimePlan.Source] = []
            for projection in incoming {
                let pre = network.projections[projection].pre
                let population = network.populations[pre]
                if case .allToAll = network.projections[projection].connector {
                } else {
                    refuse(
                        "ttfs-connector", "'\(network.projections[projection].name)' is not all_to_all",
                        at: network.projections[projection].place,
                        help: "ttfs learns dense projections")
                }
                if network.projections[projection].delay != .constant(0) {
                    refuse(
                        "ttfs-delay", "'\(network.projections[projection].name)' has a delay", at: network.projections[projection].place,
                        help: "leave the delay out: ttfs learns networks without delays")
                }
                switch population.cell {
                case .input: sources.append(.init(.sample, count: population.size))
                case .spikeSourceArray(let times):
                    sources.append(.init(.fixed(times.map { ($0.min() ?? .infinity) / tau }), count: population.size))
                default:
                    if let earlier = order[..<position].firstIndex(of: pre) {
                        sources.append(.init(.layer(earlier), count: population.size))
                    } else {
                        refuse(
                            "ttfs-order",
                            "'\(network.projections[projection].name)' does not lead forward from inputs, bias spikes or neurons",
                            at: network.projections[projection].place, help: "ttfs learns dense feed-forward networks")
                    }
                }
            }
            layers.append(.init(sources, neurons: network.populations[id].size))
            projections.append(incoming)
        }
        try found.throwIfErrors()
        self.code = code
        input = task.input
        timeConstant = tau
        populations = order
        self.projections = projections
        scales = cells.map(\.scale)
        plan = SpikeTimePlan(
            first?.form ?? .equal, layers: layers, sampleSize: network.populations[task.input].size,
            horizon: Double(task.steps) * network.timestep / tau)
    }

    /// What `ttfs` needs of a population of neurons.
    private struct Cell {
        var tauSyn: Double
        var form: SpikeTimeForm
        var scale: Double

        init(_ network: Network, _ id: ID<Population>) throws(DiagnosticsError) {
            let population = network.populations[id]
            func refuse(_ message: String, _ help: String) -> DiagnosticsError {
                DiagnosticsError(Diagnostic("ttfs-cell", "'\(population.name)' \(message)", at: population.place, help: help))
            }
            guard let model = population.cell.neuron, model.kind == .currentExponential else {
                throw refuse("has the cell '\(population.cell.name)'", "ttfs learns neurons of the cell 'if_curr_exp'")
            }
            func value(_ name: ParameterName) throws(DiagnosticsError) -> Double {
                guard case .uniform(let value) = model[name] else {
                    throw refuse("has values of '\(name.rawValue)' of their own", "give all neurons the same '\(name.rawValue)'")
                }
                return value
            }
            let (tauM, excitatory, inhibitory) = (try value(.tauM), try value(.tauSynE), try value(.tauSynI))
            let (rest, threshold, capacitance) = (try value(.vRest), try value(.vThresh), try value(.cm))
            guard excitatory == inhibitory else {
                throw refuse("has different synaptic time constants", "give tau_syn_E and tau_syn_I the same value")
            }
            let ratio = tauM / excitatory
            guard abs(ratio - 1) < 1e-9 || abs(ratio - 2) < 1e-9 else {
                throw refuse(
                    "has tau_m \(shortest(tauM)) ms and tau_syn \(shortest(excitatory)) ms",
                    "spike times have a closed form for tau_m = tau_syn and tau_m = 2 tau_syn only")
            }
            guard try value(.iOffset) == 0, threshold > rest else {
                throw refuse("has a constant current, or rests above its threshold", "leave i_offset at 0 and v_rest below v_thresh")
            }
            tauSyn = excitatory
            form = abs(ratio - 1) < 1e-9 ? .equal : .double
            scale = excitatory / (capacitance * (threshold - rest))
        }
    }

    /// Populations of neurons in the order of signal flow, as far as there is one.
    private static func order(_ network: Network) -> [ID<Population>] {
        var waiting = network.populations.ids.filter { !network.populations[$0].cell.isSource }
        var order: [ID<Population>] = []
        while let next = waiting.firstIndex(where: { id in
            network.projections.allSatisfy { $0.post != id || $0.pre == id || !waiting.contains($0.pre) }
        }) {
            order.append(waiting.remove(at: next))
        }
        return order + waiting
    }

    // MARK: Numbers

    /// The network's weights as a vector of the rule.
    func parameters(of network: Network) -> [Float] {
        var parameters = [Float](repeating: 0, count: plan.parameterCount)
        for layer in plan.layers.indices {
            var input = 0
            for projection in projections[layer] {
                let weights = SynapseRows(projection, of: network).denseWeights() ?? []
                let neurons = plan.layers[layer].neurons
                for index in weights.indices {
                    parameters[plan.place(layer, input: input + index / neurons, neuron: index % neurons)] =
                        Float(Double(weights[index]) * scales[layer])
                }
                input += weights.count / max(neurons, 1)
            }
        }
        return parameters
    }

    /// Weights of one source of a layer, `[source × neurons]`, in the network's unit.
    func weights(_ layer: Int, source: Int, of parameters: [Float]) -> [Float] {
        let neurons = plan.layers[layer].neurons
        let first = plan.layers[layer].sources[..<source].reduce(0) { $0 + $1.count }
        let count = plan.layers[layer].sources[source].count
        return (0..<count * neurons).map { index in
            Float(Double(parameters[plan.place(layer, input: first + index / neurons, neuron: index % neurons)]) / scales[layer])
        }
    }

    /// The times of a sample, in τ_s; infinity: silent.
    func encode(_ values: [Float], into times: inout [Double], at offset: Int) {
        for n in 0..<plan.sampleSize {
            times[offset + n] = code.time(values[n % max(values.count, 1)]).map { $0 / timeConstant } ?? .infinity
        }
    }

    /// The first spikes of each layer for one sample, in ms, by the closed form; infinity: none. For checks.
    package func firstSpikes(of network: Network, values: [Float]) -> [[Double]] {
        var given = [Double](repeating: 0, count: plan.sampleSize)
        encode(values, into: &given, at: 0)
        let chunk = SpikeTimeChunk<Double>(plan, capacity: 1)
        chunk.given = given
        let weights = Slab(parameters(of: network).map { Double($0) })
        chunk.run(1, weights: weights.pointer, loss: .difference(delta: 1), scale: 0, largest: .infinity)
        return plan.layers.indices.map { layer in chunk.times(layer, sample: 0).map { $0 * timeConstant } }
    }
}
