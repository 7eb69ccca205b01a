public import Diagnostics
public import Networks
public import Numerics

extension ContinuousNetwork {
    /// A network's own numbers: potentials in mV, jumps w/C in mV/ms, receptors as channels (excitatory 0, inhibitory 1).
    ///
    /// - Parameter rows: replace those of the network, by projection; nil keeps them.
    /// - Throws: `continuous-cell`, `continuous-delay` and `continuous-reset` for what has no meaning in continuous time.
    public init(_ network: Network, rows: ((ID<Projection>) -> (any RowSource)?)? = nil) throws(DiagnosticsError) {
        try Self.check(network)
        var populations: [Population] = []
        for id in network.populations.ids {
            let population = network.populations[id]
            populations.append(
                Population(population.name, size: population.size, neurons: population.cell.neuron.map { network.continuous($0, of: id) }))
        }
        var bundles: [Bundle] = []
        for id in network.projections.ids {
            let projection = network.projections[id]
            guard case .neuron = network.populations[projection.post].cell, let neurons = populations[projection.post.index].neurons else {
                continue
            }
            let capacitance = network.parameter(.cm, of: projection.post)
            var bundle = Bundle(
                pre: projection.pre.index, post: projection.post.index, delay: network.delay(of: id), offsets: [0], targets: [],
                channels: [], jumps: [])
            let source = rows?(id) ?? SynapseRows(id, of: network)
            var row = SynapseRow()
            for neuron in 0..<network.populations[projection.pre].size {
                source.read(neuron, into: &row)
                for index in 0..<row.count where row.weights[index] != 0 {
                    let target = Int(row.targets[index])
                    let isInhibitory =
                        switch projection.receptor {
                        case .excitatory: false
                        case .inhibitory: true
                        case .bySign: row.weights[index] < 0
                        }
                    bundle.targets.append(row.targets[index])
                    bundle.channels.append(isInhibitory && neurons.channels > 1 ? 1 : 0)
                    bundle.jumps.append(Double(row.weights[index]) / capacitance[target])
                }
                bundle.offsets.append(Int32(bundle.targets.count))
            }
            bundles.append(bundle)
        }
        self.init(populations: populations, bundles: bundles)
    }

    private static func check(_ network: Network) throws(DiagnosticsError) {
        var found = DiagnosticCollector()
        for id in network.populations.ids {
            let population = network.populations[id]
            guard let model = population.cell.neuron else { continue }
            guard model.kind == .currentExponential else {
                found.report(
                    Diagnostic(
                        "continuous-cell",
                        "'\(population.name)' has the cell '\(model.kind.rawValue)', which is defined in steps; the network is in continuous time",
                        at: population.place, help: "use the cell 'if_curr_exp', or 'time: steps' in the setup"))
                continue
            }
            let (threshold, reset) = (network.parameter(.vThresh, of: id), network.parameter(.vReset, of: id))
            if model.reset != .toValue || zip(threshold, reset).contains(where: { $0 <= $1 }) {
                found.report(
                    Diagnostic(
                        "continuous-reset", "the neurons of '\(population.name)' do not reset to a value below their threshold",
                        at: population.place, help: "use 'reset: to_value' with 'v_reset' below 'v_thresh'"))
            }
        }
        for id in network.projections.ids {
            guard case .constant = network.projections[id].delay else {
                let projection = network.projections[id]
                found.report(
                    Diagnostic(
                        "continuous-delay",
                        "the synapses of '\(projection.name)' have delays of their own; the network is in continuous time",
                        at: projection.place, help: "give the projection one delay"))
                continue
            }
        }
        try found.throwIfErrors()
    }
}

extension Network {
    /// A parameter of every neuron, as `Dynamics` draws it.
    fileprivate func parameter(_ name: ParameterName, of id: ID<Population>) -> [Double] {
        guard let model = populations[id].cell.neuron else { return [] }
        let random = Philox(seed: seed, purpose: "population/\(populations[id].name)")
        return model[name].values(count: populations[id].size, random: Philox(seed: random.bits(0), purpose: name.rawValue))
    }

    /// In ms.
    fileprivate func delay(of id: ID<Projection>) -> Double {
        if case .constant(let steps) = projections[id].delay { steps * timestep } else { 0 }
    }

    fileprivate func continuous(_ model: NeuronModel, of id: ID<Population>) -> ContinuousNeurons {
        func values(_ name: ParameterName) -> [Double] { parameter(name, of: id) }
        let (membraneTime, capacitance) = (values(.tauM), values(.cm))
        let rest = values(.vRest)
        let leak = zip(zip(rest, values(.iOffset)), zip(membraneTime, capacitance)).map { $0.0 + $0.1 * $1.0 / $1.1 }
        return ContinuousNeurons(
            leak: leak, membraneTime: membraneTime, threshold: values(.vThresh), reset: values(.vReset), refractory: values(.tauRefrac),
            initial: model.values[.vInit] == nil ? rest : values(.vInit), channelTime: [values(.tauSynE), values(.tauSynI)])
    }
}
