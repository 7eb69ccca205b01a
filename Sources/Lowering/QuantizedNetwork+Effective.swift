import Chips
public import Networks
public import Numerics

extension QuantizedNetwork {
    /// The dynamics that a population's registers really compute, in the model's units: the model's own, with decays, thresholds,
    /// biases and refractory steps replaced by what the registers hold. Rounding inside a step and saturation are not in it.
    public func effectiveDynamics(of id: ID<Population>) -> Dynamics? {
        guard let dynamics = network.dynamics(of: id), let neurons = neurons(of: id) else { return nil }
        return switch neurons {
        case .compartments(let registers): effectiveDynamics(of: registers, model: dynamics)
        // Targets are real numbers: a calibrated neuron has the model's own.
        case .analog: dynamics
        case .fixedPoint(let neurons): neurons.effectiveDynamics(of: dynamics, substeps: chip.arithmetic.substeps)
        case .floatingPoint(let neurons): neurons.effectiveDynamics(of: dynamics)
        }
    }

    private func effectiveDynamics(of registers: IntegerCompartments, model: Dynamics) -> Dynamics {
        var dynamics = model
        let decay = chip.formats.decay
        let one = Double(decay.one)
        for n in 0..<registers.count {
            let membrane = 1 - Double(registers.membraneDecay[n] + decay.membraneOffset) / one
            let current = 1 - Double(registers.currentDecay[n] + decay.currentOffset) / one
            // A rate unit's microcode keeps nothing, whatever the registers say.
            if registers.graded == nil {
                dynamics.membraneDecay[n] = membrane
                dynamics.currentDecay[0][n] = current
                dynamics.currentDecay[1][n] = current
            }
            dynamics.refractorySteps[n] = registers.refractorySteps[n]
            // The integer membrane counts from `origin`, so its leak towards 0 is a leak towards `origin` in the model.
            let origin = registers.origin[n]
            let bias = Double(registers.biasMantissa[n] << (registers.biasExponent[n] + chip.formats.bias.shift)) / registers.scale
            dynamics.drive[n] = bias + (1 - membrane) * origin
            dynamics.initialMembrane[n] = Double(registers.initialMembrane[n]) / registers.scale + origin
            if let adaptation = registers.adaptation?[n] {
                dynamics.adaptationDecay[n] = 1 - Double(adaptation.decay) / one
                dynamics.beta[n] = Double(adaptation.jump) / registers.scale
            }
            if let unit = registers.graded?[n], unit.multiplier > 0 {
                dynamics.negativeSlope[n] = Double(unit.multiplierBelow) / Double(unit.multiplier)
            }
            guard registers.spikes else { continue }
            dynamics.threshold[n] =
                Double(registers.thresholdMantissa[n] << chip.formats.threshold.shift) / registers.scale + origin
            if registers.reset == .zero { dynamics.resetValue[n] = origin }
        }
        return dynamics
    }
}

/// The rows of a quantized projection in the model's units: what the chip's mantissas and delays mean.
public struct DequantizedRows: RowSource {
    public let rows: SynapseRows
    let quantizer: WeightQuantizer?
    let longestDelay: Int32?

    /// - Parameters:
    ///   - weights: whether weights are replaced by what the chip holds.
    ///   - delays: whether delays are cut to the chip's longest.
    public init(_ id: ID<Projection>, of network: QuantizedNetwork, weights: Bool, delays: Bool) {
        let synapses = network.synapses(of: id)
        rows = SynapseRows(id, of: network.network)
        quantizer = weights ? WeightQuantizer(id, of: network.network, synapses: synapses, format: network.chip.formats.weight) : nil
        longestDelay = delays ? Int32(network.chip.formats.delay.upperBound + synapses.delayOffset) : nil
    }

    public var sourceCount: Int { rows.sourceCount }
    public var targetCount: Int { rows.targetCount }
    public var isDense: Bool { rows.isDense }
    public var maximumDelay: Int { min(rows.maximumDelay, longestDelay.map { Int($0) } ?? .max) }

    public func read(_ source: Int, into row: inout SynapseRow) {
        rows.read(source, into: &row)
        if let quantizer {
            var occurrence = 0
            for n in 0..<row.count {
                let target = Int(row.targets[n])
                occurrence = n > 0 && row.targets[n - 1] == row.targets[n] ? occurrence + 1 : 0
                let mantissa = quantizer.mantissa(row.weights[n], source: source, target: target, occurrence: occurrence)
                row.weights[n] = Float(quantizer.weight(ofMantissa: mantissa, target: target))
            }
        }
        if let longestDelay {
            for n in 0..<row.count { row.delays[n] = min(row.delays[n], longestDelay) }
        }
    }
}
