import Chips
import Diagnostics
import Lowering
import Networks
import Numerics

extension Quantization {
    /// For physical neurons: real-valued targets of a calibration, and weights of few bits with one scale for all that a population receives,
    /// because its synaptic inputs are calibrated to one strength.
    func quantizeToTargets(_ network: Network, _ law: AnalogArithmetic) throws(DiagnosticsError) -> QuantizedNetwork {
        let statistics = network.projections.ids.map { measure($0, of: network) }
        try refuseWhatPhysicalNeuronsLack(network, law, statistics)
        try refuseWeightsWithoutLevels(network, modes: statistics.map(mode))
        var neurons: [QuantizedNeurons?] = []
        var synapses = [QuantizedSynapses?](repeating: nil, count: network.projections.count)
        for id in network.populations.ids {
            guard let model = network.populations[id].cell.neuron, let dynamics = network.dynamics(of: id) else {
                neurons.append(nil)
                continue
            }
            let incoming = network.projections.ids.filter { network.projections[$0].post == id }
            let (unit, formats) = weightScale(of: incoming, statistics, in: network)
            for (projection, format) in zip(incoming, formats) { synapses[projection.index] = format }
            neurons.append(.analog(targets(of: id, model, dynamics, unit: unit, in: network, law)))
        }
        return QuantizedNetwork(
            network: network, chip: chip, neurons: neurons, synapses: synapses.compactMap { $0 },
            payloadScale: network.populations.map { _ in 1 })
    }

    /// A clipped range must lose clearly less than an unclipped one to be chosen, so that weights that were trained on the unclipped grid
    /// stay on it.
    private static let worthClipping = 0.8

    /// The jump that a weight of 1 stands for, the same for all projections into a population: the widest range that is asked for fills the
    /// largest weight. Unless the range is given, the scale that loses least is taken.
    private func weightScale(
        of incoming: [ID<Projection>], _ statistics: [WeightStatistics], in network: Network
    ) -> (unit: Double, formats: [QuantizedSynapses]) {
        let widest = incoming.map { statistics[$0.index].range }.max() ?? 0
        let given = formats(of: incoming, statistics, range: widest, in: network)
        guard range == .maximum, widest > 0 else { return given }
        var clipping = self
        clipping.range = .leastError
        let narrower = incoming.map { clipping.measure($0, of: network).range }.max() ?? 0
        guard narrower > 0, narrower < widest else { return given }
        let clipped = formats(of: incoming, statistics, range: narrower, in: network)
        func loss(_ formats: [QuantizedSynapses]) -> Double {
            formats.reduce(0) { $0 + $1.error.rootMeanSquare * $1.error.rootMeanSquare * Double($1.error.synapses) }.squareRoot()
        }
        return loss(clipped.formats) < Self.worthClipping * loss(given.formats) ? clipped : given
    }

    private func formats(
        of incoming: [ID<Projection>], _ statistics: [WeightStatistics], range: Double, in network: Network
    ) -> (unit: Double, formats: [QuantizedSynapses]) {
        let format = chip.formats.weight
        let bits = weightBits ?? format.bits.last ?? 1
        let levels = Double(format.mantissas(.excitatory, bits: bits).range.upperBound * max(parallelSynapses, 1))
        let unit = range > 0 ? range / levels : 1
        let formats = incoming.map { projection in
            let synapses = QuantizedSynapses(
                unit: unit, exponent: 0, bits: bits, mode: mode(of: statistics[projection.index]), rounding: rounding, seed: network.seed,
                delayOffset: 1, maximumDelay: 0, error: WeightError(), parallel: max(parallelSynapses, 1))
            return measured(synapses, of: projection, statistics[projection.index], in: network)
        }
        return (unit, formats)
    }

    /// The targets that a calibration is to reach, in hardware units.
    private func targets(
        of id: ID<Population>, _ model: NeuronModel, _ dynamics: Dynamics, unit: Double, in network: Network, _ law: AnalogArithmetic
    ) -> AnalogNeurons {
        /// µs of the hardware in 1 ms of the model.
        let time = 1000 / law.speedup
        let count = dynamics.count
        func values(_ name: ParameterName) -> [Double]? { network.values(of: name, in: id) }
        let zeros = [Double](repeating: 0, count: count)
        let membraneTime = (values(.tauM) ?? zeros).map { $0 * time }
        let common = values(.tauSyn)
        let synapseTime = [ParameterName.tauSynE, .tauSynI].map { name in (values(name) ?? common ?? zeros).map { $0 * time } }
        // Potentials per ms of the model that a current or a weight of 1 makes.
        let slope: [Double]
        let constant: [Double]
        if let cm = values(.cm) {
            slope = cm.map { 1 / $0 }
            constant = zip(values(.iOffset) ?? zeros, cm).map { $0 / $1 }
        } else {
            let isScaled = model.inputScaling == .oneMinusDecay
            slope = dynamics.membraneDecay.map { (isScaled ? 1 - $0 : 1) / network.timestep }
            constant = (values(.bias) ?? zeros).map { $0 / network.timestep }
        }
        let scale = membraneScale(of: dynamics, law)
        // The unit is one of weights where a receptor has a scale of its own, else one of jumps (`WeightQuantizer`).
        let isWeight = chip.formats.weight.scope == .receptor
        let gain = dynamics.currentGain.map { gains in
            (0..<count).map { n in
                let weight = isWeight ? unit : gains[n] > 0 ? unit / gains[n] : 0
                return weight * slope[n] * scale / time
            }
        }
        return AnalogNeurons(
            scale: scale, leak: law.levels.leak, threshold: dynamics.threshold.map { law.levels.leak + scale * $0 },
            reset: dynamics.resetValue.map { law.levels.leak + scale * $0 }, membraneTime: membraneTime, synapseTime: synapseTime,
            // A shorter time than the chip's shortest becomes that one.
            refractoryTime: (values(.tauRefrac) ?? zeros).map { max($0 * time, law.refractoryTime.lowerBound) }, gain: gain,
            constantSlope: constant.map { $0 * scale / time },
            initialMembrane: dynamics.initialMembrane.map { law.levels.leak + scale * $0 },
            spikes: dynamics.spikes)
    }

    /// LSB per unit of potential: the highest threshold at its level, less where the lowest reset would leave its range.
    private func membraneScale(of dynamics: Dynamics, _ law: AnalogArithmetic) -> Double {
        let height = dynamics.spikes ? dynamics.threshold.max() ?? 1 : 1
        var scale = (law.levels.threshold - law.levels.leak) / max(height, .leastNormalMagnitude)
        if dynamics.spikes, let lowest = dynamics.resetValue.min(), lowest < 0 {
            scale = min(scale, (law.levels.leak - law.reset.lowerBound) / -lowest)
        }
        return scale
    }
}
