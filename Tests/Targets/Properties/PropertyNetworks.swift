import Chips
import Networks
import Numerics
import Simulation
import Support

extension Network {
    /// A small random network of every kind of connector and of the cells that a chip has, with weights under which it spikes.
    static func random(_ seed: Int, for chip: Chip) -> Network {
        var random = TestRandom(seed, "dynamics")
        var network = Network.random(seed: seed, largest: chip.topology.coreCount > 10_000 ? 12 : 40)
        for id in network.populations.ids {
            network.populations[id].units = .normalized
            if network.populations[id].cell.isSource { continue }
            let isLast = !network.projections.contains { $0.pre == id }
            let model =
                chip.arithmetic.hasRateUnits && random.chance(0.4)
                ? NeuronModel.randomUnits(&random, count: network.populations[id].size)
                : NeuronModel.random(&random, for: chip, count: network.populations[id].size, mayBeReadout: isLast)
            network.populations[id].cell = .neuron(model)
            if model.kind == .currentExponential || model.kind == .currentDelta { network.populations[id].units = .physical }
        }
        let longest = min(chip.formats.delay.upperBound + chip.formats.delayOffset, 12)
        for id in network.projections.ids {
            let mean = network.drivingWeight(of: id)
            switch network.projections[id].connector {
            case .convolution, .pooling: network.projections[id].weight = .constant(mean)
            case .allToAll where random.chance(0.4): network.projections[id].weight = network.prunedWeights(of: id, mean: mean)
            default: network.projections[id].weight = .drawn(.normal(mean: mean, sigma: 2 * abs(mean)))
            }
            network.projections[id].delay =
                longest > 1 && random.chance(0.5) ? .drawn(.uniformInteger(low: 1, high: longest)) : .constant(1)
        }
        if chip.formats.payloadBits > 1, random.chance(0.7) {
            network.task = Task(
                data: .named("digits8x8"), encoder: .direct(gain: 1), input: ID(0), split: .fraction(0.2), steps: 16)
            let last = ID<Population>(network.populations.count - 1)
            let spikes = network.populations[last].cell.neuron?.spikes ?? false
            network.readout = Readout(last, spikes ? .spikeCount : .maximalMembrane)
        }
        return network
    }

    /// The weight at which a target's membrane settles above its threshold when one source in ten spikes at every step.
    private func drivingWeight(of id: ID<Projection>) -> Double {
        let projection = projections[id]
        let rows = SynapseRows(id, of: self)
        var row = SynapseRow()
        var synapses = 0
        for source in 0..<populations[projection.pre].size {
            rows.read(source, into: &row)
            synapses += row.count
        }
        let fanIn = max(Double(synapses) / Double(populations[projection.post].size), 1)
        let isPhysical = populations[projection.post].units == .physical
        return (isPhysical ? 3 : 2) / fanIn
    }

    /// A full matrix in which most weights are 0, so that rows are shorter than their structure.
    private func prunedWeights(of id: ID<Projection>, mean: Double) -> ValueRule {
        let projection = projections[id]
        let shape = [populations[projection.pre].size, populations[projection.post].size]
        let random = Philox(seed: seed, purpose: "pruned/\(projection.name)")
        let values = (0..<shape[0] * shape[1]).map { index in
            random.uniform(2 * index) < 0.85 ? 0 : Float(4 * mean * random.uniform(2 * index + 1))
        }
        return .tensor(Tensor(shape: shape, values: values))
    }

    /// Random events of every input: spikes, and values where the encoder sends them.
    func randomStimulus(steps: Int, seed: Int) -> Stimulus {
        let graded = task?.input
        return Stimulus(
            populations.ids.filter { populations[$0].cell.isSource }.map { id in
                let population = populations[id]
                let random = Philox(seed: UInt64(seed), purpose: "stimulus/\(population.name)")
                var events = Stimulus.Events(offsets: [0], neurons: [])
                for step in 0..<steps {
                    for neuron in 0..<population.size where random.uniform(step * population.size + neuron) < 0.15 {
                        events.neurons.append(Int32(neuron))
                        if graded == id { events.values.append(Float(random.split(1).uniform(events.neurons.count))) }
                    }
                    events.offsets.append(Int32(events.neurons.count))
                }
                return (population.name, events)
            })
    }
}

extension NeuronModel {
    /// Rate units: rectifiers, leaky ones, and such as differ from neuron to neuron.
    fileprivate static func randomUnits(_ random: inout TestRandom, count: Int) -> NeuronModel {
        var model = NeuronModel(.rate)
        if random.chance(0.5) { model[.bias] = .perNeuron((0..<count).map { Double($0 % 5 - 2) / 16 }) }
        if random.chance(0.6) {
            model[.negativeSlope] = random.chance(0.5) ? .uniform(0.1) : .perNeuron((0..<count).map { Double($0 % 3) / 4 })
        }
        return model
    }

    fileprivate static func random(_ random: inout TestRandom, for chip: Chip, count: Int, mayBeReadout: Bool) -> NeuronModel {
        var spiking: [Kind] = [.integrateAndFire, .leaky, .currentExponential]
        var resets: [Reset] = [.toValue, .subtract]
        var adapts = false
        switch chip.arithmetic {
        case .integerCurrent(let arithmetic):
            resets = arithmetic.resets.map { $0 == .zero ? Reset.toValue : .subtract }
            adapts = arithmetic.adaptiveThreshold
            if adapts { spiking.append(.adaptive) }
        case .fixedPoint:
            adapts = true
            spiking += [.adaptive, .currentDelta, .leaky]
        case .floatingPoint:
            (resets, adapts) = (Reset.allCases, true)
            spiking.append(.adaptive)
        case .analog: preconditionFailure("no networks for this arithmetic")
        }
        let isFloating = if case .floatingPoint = chip.arithmetic { true } else { false }
        let kind = mayBeReadout && random.chance(0.4) ? .leakyReadout : random.element(of: spiking)
        var model = NeuronModel(kind)
        let refractory = Double(random.integer(in: 0...min(3, chip.formats.refractory.upperBound)))
        switch kind {
        case .currentExponential:
            model[.tauM] = .uniform(20)
            model[.tauSynE] = .uniform(4)
            model[.tauSynI] = .uniform(isFloating ? 7 : 4)
            model[.iOffset] = .uniform(random.chance(0.3) ? 0.2 : 0)
        case .currentDelta:
            model[.tauM] = .uniform(10)
            model[.vThresh] = .uniform(-64)
        case .leakyReadout:
            model[.tauM] = .uniform(15)
        default:
            if kind == .adaptive {
                model[.tauAdapt] = .uniform(Double(random.integer(in: 20...400)))
                model[.beta] = .uniform(0.1)
            }
            if kind != .integrateAndFire { model[.tauM] = .uniform(Double(random.integer(in: 5...20))) }
            if random.chance(0.3) { model[.tauSyn] = .uniform(3) }
            if random.chance(0.4) { model[.bias] = .uniform(0.03) }
            if random.chance(0.3) { model[.vThresh] = .perNeuron((0..<count).map { 1 + Double($0 % 3) / 8 }) }
        }
        if model.spikes {
            model[.tauRefrac] = .uniform(refractory)
            model.reset = random.element(of: resets)
            if adapts, random.chance(0.3) {
                model.reset = random.element(of: resets.contains(.subtract) ? [.subtract, .subtractNext] : [.subtractNext])
                model.resetAmount = random.element(of: NeuronModel.ResetAmount.allCases)
                model.refractory = random.element(of: NeuronModel.Refractory.allCases)
            }
        }
        return model
    }
}
