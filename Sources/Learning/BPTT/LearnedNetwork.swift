package import Networks
import Numerics

extension Network {
    /// The network with the numbers of a parameter vector: trained weights as tensors, trained drives as biases or constant currents.
    ///
    /// Connectors whose synapses are drawn become lists of the synapses that were drawn; their delays are the same draws as before.
    package func learned(_ plan: TrainingPlan, _ parameters: [Float]) -> Network {
        var network = self
        for (index, projection) in plan.projections.enumerated() where projection.isTrainable {
            let id = ID<Projection>(index)
            let old = projections[id]
            let values = Array(parameters[projection.parameters])
            switch old.connector {
            case .allToAll:
                network.projections[id].weight = .tensor(
                    Tensor(shape: [populations[old.pre].size, populations[old.post].size], values: values))
            case .convolution(let convolution):
                let channels = populations[old.pre].shape.count > convolution.rank ? populations[old.pre].shape[0] : 1
                let outputs = values.count / max(1, channels / convolution.groups * convolution.kernel.reduce(1, *))
                network.projections[id].weight = .tensor(
                    Tensor(shape: [outputs, channels / convolution.groups] + convolution.kernel, values: values))
            case .oneToOne, .list, .pooling:
                network.projections[id].weight = .tensor(Tensor(shape: [values.count], values: values))
            case .fixedProbability, .fixedNumberPre, .fixedNumberPost, .fixedTotalNumber:
                if case .compressed(let rows) = projection.form {
                    network.projections[id].connector = .list(rows.pairs)
                    network.projections[id].weight = .tensor(Tensor(shape: [values.count], values: values))
                }
            }
        }
        for (index, population) in plan.populations.enumerated() {
            guard let range = population.drive, let model = populations[ID(index)].cell.neuron else { continue }
            let name: ParameterName = model.kind.definition(of: .bias) != nil ? .bias : .iOffset
            // The drive is proportional to the parameter; the factor is the drive of 1.
            var unit = model
            unit[name] = .uniform(1)
            let factors = Dynamics(unit, count: range.count, timestep: timestep, random: dynamicsRandom(of: ID(index))).drive
            network.populations[ID(index)].cell.neuron?[name] = .perNeuron(zip(parameters[range], factors).map { Double($0) / $1 })
        }
        return network
    }

    private func dynamicsRandom(of id: ID<Population>) -> Philox { Philox(seed: seed, purpose: "population/\(populations[id].name)") }
}

extension CompressedRows {
    /// Every synapse as (source, target), by source, then target.
    var pairs: [Connector.Pair] {
        var pairs: [Connector.Pair] = []
        pairs.reserveCapacity(targets.count)
        for source in 0..<offsets.count - 1 {
            for s in Int(offsets[source])..<Int(offsets[source + 1]) { pairs.append(.init(source: Int32(source), target: targets[s])) }
        }
        return pairs
    }
}
