import Chips
import Networks
import Numerics

extension QuantizedNetwork {
    /// Checks what every quantized network must hold.
    ///
    /// - Every population of neurons has registers, one of each kind for every neuron; sources have none.
    /// - Decays, thresholds, biases, refractory steps are within their formats; a decay with its offset is at most one.
    /// - Adaptive thresholds are there for every neuron or none, and only where the arithmetic has them.
    /// - The reset is one that the arithmetic has. The scale is a positive number.
    /// - Every projection has a format: width and sign mode that the chip has, exponent within its range, a positive unit, and at least
    ///   one mantissa other than 0.
    /// - Projections into one population stand for their mantissas at its scale: unit · scale is 2^(shift + exponent), times the payload.
    /// - Stored delays are within the chip's; the offset is 1, or 0 where the target adds a step.
    public func verify() throws(VerificationFailure) {
        var check = InvariantCheck(stage: "QuantizedNetwork", pass: "quantization")
        check.require(
            neurons.count == network.populations.count && payloadScale.count == network.populations.count
                && synapses.count == network.projections.count,
            "tables of \(neurons.count), \(payloadScale.count) and \(synapses.count) entries for \(network.populations.count) populations and \(network.projections.count) projections"
        )
        try check.finish()
        for id in network.populations.ids { verifyNeurons(id, &check) }
        for id in network.projections.ids { verifySynapses(id, &check) }
        try check.finish()
    }

    private func verifyNeurons(_ id: ID<Population>, _ check: inout InvariantCheck) {
        let population = network.populations[id]
        check.require(payloadScale[id.index] > 0, "'\(population.name)' has payload scale \(payloadScale[id.index])")
        guard let registers = neurons(of: id) else {
            check.require(population.cell.isSource, "'\(population.name)' has neurons but no registers")
            return
        }
        check.require(!population.cell.isSource, "'\(population.name)' has registers but no neurons")
        switch registers {
        case .compartments(let registers): verifyCompartments(registers, of: population, &check)
        }
    }

    private func verifyCompartments(_ registers: IntegerCompartments, of population: Population, _ check: inout InvariantCheck) {
        let lengths = [
            registers.origin.count, registers.currentDecay.count, registers.membraneDecay.count, registers.thresholdMantissa.count,
            registers.biasMantissa.count, registers.biasExponent.count, registers.refractorySteps.count, registers.initialMembrane.count,
        ]
        check.require(
            lengths.allSatisfy { $0 == population.size }, "'\(population.name)' has \(population.size) neurons and registers \(lengths)")
        check.require(registers.scale > 0 && registers.scale.isFinite, "'\(population.name)' has scale \(registers.scale)")
        let formats = chip.formats
        func all(_ values: [Int], _ name: String, in range: ClosedRange<Int>) {
            guard let bad = values.firstIndex(where: { !range.contains($0) }) else { return }
            check.violated("'\(population.name)' neuron \(bad) has \(name) \(values[bad]), outside \(range)")
        }
        all(registers.currentDecay, "current decay", in: 0...formats.decay.one - formats.decay.currentOffset)
        all(registers.membraneDecay, "membrane decay", in: 0...formats.decay.one - formats.decay.membraneOffset)
        all(registers.thresholdMantissa, "threshold mantissa", in: formats.threshold.mantissa)
        all(registers.biasMantissa, "bias mantissa", in: formats.bias.mantissa)
        all(registers.biasExponent, "bias exponent", in: formats.bias.exponent)
        all(registers.refractorySteps, "refractory steps", in: formats.refractory)
        if let adaptation = registers.adaptation {
            check.require(adaptation.count == population.size, "'\(population.name)' has \(adaptation.count) adaptive thresholds")
            all(adaptation.map(\.decay), "decay of the adaptation", in: 0...formats.decay.one)
            if case .integerCurrent(let arithmetic) = chip.arithmetic {
                check.require(arithmetic.adaptiveThreshold, "'\(population.name)' adapts, and the chip's neurons do not")
            }
        }
        if case .integerCurrent(let arithmetic) = chip.arithmetic, registers.spikes {
            check.require(arithmetic.resets.contains(registers.reset), "'\(population.name)' resets by '\(registers.reset.rawValue)'")
        }
    }

    private func verifySynapses(_ id: ID<Projection>, _ check: inout InvariantCheck) {
        let (projection, synapses, format) = (network.projections[id], synapses(of: id), chip.formats.weight)
        let name = projection.name
        check.require(format.bits.contains(synapses.bits), "'\(name)' has \(synapses.bits) bits")
        check.require(format.modes.contains(synapses.mode), "'\(name)' has the mode '\(synapses.mode.rawValue)'")
        check.require(
            format.exponent.contains(synapses.exponent), "'\(name)' has exponent \(synapses.exponent), outside \(format.exponent)")
        check.require(synapses.unit > 0 && synapses.unit.isFinite, "'\(name)' has unit \(synapses.unit)")
        let range = format.mantissas(synapses.mode, bits: synapses.bits).range
        check.require(range != 0...0, "'\(name)' has no mantissa but 0")
        check.require(
            (0...chip.formats.delay.upperBound).contains(synapses.maximumDelay), "'\(name)' has a delay of \(synapses.maximumDelay)")
        guard let target = neurons(of: projection.post) else {
            check.violated("'\(name)' ends at sources")
            return
        }
        check.require(synapses.delayOffset == 1 - target.addedDelay, "'\(name)' has delay offset \(synapses.delayOffset)")
        let shift = format.shift + synapses.exponent
        let power = shift >= 0 ? Double(1 << shift) : 1 / Double(1 << -shift)
        let expected = power * payloadScale[projection.pre.index]
        check.require(
            abs(synapses.unit * target.scale / expected - 1) < 1e-9,
            "'\(name)' has unit \(synapses.unit) at scale \(target.scale), which is not 2^\(shift)")
    }
}
