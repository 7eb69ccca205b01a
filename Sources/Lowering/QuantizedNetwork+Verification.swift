import Chips
import Networks
import Numerics

extension QuantizedNetwork {
    /// Checks what every quantized network must hold.
    ///
    /// - Every population of neurons has registers, one of each kind for every neuron; sources have none.
    /// - Decays, thresholds, biases, refractory steps are within their formats; a decay with its offset is at most one.
    /// - Adaptive thresholds are there for every neuron or none, and only where the arithmetic has them.
    /// - Rate units have what makes their values, within its widths, and only where the arithmetic's spikes carry values; nobody else has.
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
        case .analog(let targets): verifyTargets(targets, of: population, &check)
        case .fixedPoint(let neurons): verifyFixedPoint(neurons, of: population, &check)
        case .floatingPoint(let neurons): verifyFloatingPoint(neurons, of: population, &check)
        }
    }

    /// - Words: one of each column for every neuron; a cell that the chip has; divisors above 0.
    private func verifyFixedPoint(_ neurons: FixedPointNeurons, of population: Population, _ check: inout InvariantCheck) {
        let name = population.name
        guard case .fixedPoint(let arithmetic) = chip.arithmetic else {
            check.violated("'\(name)' is in fixed point, and '\(chip.name)' is not")
            return
        }
        check.require(arithmetic.cells.contains(neurons.cell), "'\(name)' has the cell '\(neurons.cell.rawValue)'")
        check.require(neurons.potentialScale > 0 && neurons.potentialScale.isFinite, "'\(name)' has scale \(neurons.potentialScale)")
        let columns = FixedPointNeurons.columns(of: neurons.cell)
        check.require(
            neurons.origin.count == population.size && neurons.words.count == columns.count
                && neurons.words.allSatisfy { $0.count == population.size },
            "'\(name)' has \(population.size) neurons and words for \(neurons.words.map(\.count))")
        let exponents = chip.formats.weight.exponent
        check.require(
            neurons.shifts.count == FixedPointArithmetic.receptors && neurons.shifts.allSatisfy { exponents.contains($0) },
            "'\(name)' has shifts \(neurons.shifts)")
        if let plasticity = neurons.plasticity {
            check.require(
                plasticity.projections.allSatisfy {
                    $0.index < network.projections.count && network.populations[network.projections[$0].post].name == name
                }, "'\(name)' has rows that learn of projections that do not arrive there")
            check.require(plasticity.pairs.lowest <= plasticity.pairs.highest, "'\(name)' has rows that learn within no bounds")
        }
        guard let model = neurons.cell.model, neurons.words.count == columns.count else { return }
        if let bad = (0..<neurons.count).first(where: {
            !FixedPointConstants.isComputable(neurons.released($0), model, substeps: arithmetic.substeps)
        }) {
            check.violated("neuron \(bad) of '\(name)' divides by 0")
        }
    }

    private func verifyFloatingPoint(_ neurons: FloatingPointNeurons, of population: Population, _ check: inout InvariantCheck) {
        let columns = [
            neurons.membraneDecay, neurons.currentDecay[0], neurons.currentDecay[1], neurons.drive, neurons.threshold, neurons.resetValue,
            neurons.initialMembrane, neurons.beta, neurons.adaptationDecay,
        ]
        check.require(
            columns.allSatisfy { $0.count == population.size } && neurons.refractorySteps.count == population.size,
            "'\(population.name)' has \(population.size) neurons and parameters \(columns.map(\.count))")
        check.require(neurons.scale > 0 && neurons.scale.isFinite, "'\(population.name)' has scale \(neurons.scale)")
        check.require(columns.joined().allSatisfy { !$0.isNaN }, "'\(population.name)' has a parameter that is no number")
        check.require(
            neurons.sendsValues == (population.cell.neuron?.kind == .rate) && (!neurons.sendsValues || chip.arithmetic.hasRateUnits),
            "'\(population.name)' \(neurons.sendsValues ? "sends values, and it has no rate units or the chip has none" : "has rate units without values")"
        )
        let largest = Float(chip.arithmetic.largestGradedValue)
        check.require(
            !neurons.sendsValues || neurons.threshold.allSatisfy { $0 >= 1 && $0 <= largest },
            "'\(population.name)' sends values outside 1...\(chip.arithmetic.largestGradedValue)")
        if let bad = neurons.refractorySteps.firstIndex(where: { !chip.formats.refractory.contains($0) }) {
            check.violated("'\(population.name)' neuron \(bad) is held for \(neurons.refractorySteps[bad]) steps")
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
        check.require(
            (registers.graded != nil) == (population.cell.neuron?.kind == .rate),
            "'\(population.name)' \(registers.graded == nil ? "has rate units without values" : "sends values and has no rate units")")
        if let graded = registers.graded {
            check.require(graded.count == population.size, "'\(population.name)' has \(graded.count) graded units")
            check.require(chip.arithmetic.hasRateUnits, "'\(population.name)' sends values, and the chip's neurons do not")
            let multipliers = -(1 << GradedUnit.multiplierBits) + 1...(1 << GradedUnit.multiplierBits) - 1
            all(graded.map(\.multiplier), "multiplier", in: multipliers)
            all(graded.map(\.multiplierBelow), "multiplier below 0", in: multipliers)
            all(graded.map(\.shift), "shift", in: GradedUnit.shifts)
            all(graded.map(\.largest), "largest value", in: 1...max(chip.arithmetic.largestGradedValue, 1))
        }
        if case .integerCurrent(let arithmetic) = chip.arithmetic, registers.spikes {
            check.require(arithmetic.resets.contains(registers.reset), "'\(population.name)' resets by '\(registers.reset.rawValue)'")
        }
    }

    /// Targets are within what a calibration reaches.
    private func verifyTargets(_ targets: AnalogNeurons, of population: Population, _ check: inout InvariantCheck) {
        guard case .analog(let law) = chip.arithmetic else {
            check.violated("'\(population.name)' has targets of a calibration on a chip that computes integers")
            return
        }
        let lists = [targets.membraneTime, targets.threshold, targets.reset, targets.refractoryTime, targets.constantSlope]
        check.require(
            (lists + targets.synapseTime + targets.gain + [targets.initialMembrane]).allSatisfy { $0.count == population.size },
            "'\(population.name)' has \(population.size) neurons and other numbers of targets")
        func all(_ values: [Double], _ name: String, in range: ClosedRange<Double>) {
            guard let bad = values.firstIndex(where: { !range.contains($0) }) else { return }
            check.violated("'\(population.name)' neuron \(bad) has \(name) \(values[bad]), outside \(range)")
        }
        all(targets.membraneTime, "membrane time", in: law.membraneTime)
        for times in targets.synapseTime { all(times, "synaptic time", in: law.synapseTime) }
        all(targets.refractoryTime, "refractory time", in: law.refractoryTime)
        for gains in targets.gain { all(gains, "gain", in: 0...Double.greatestFiniteMagnitude) }
        guard targets.spikes else { return }
        all(targets.threshold, "threshold", in: law.threshold)
        all(targets.reset, "reset", in: law.reset)
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
        check.require(
            synapses.delayOffset == chip.formats.delayOffset - target.addedDelay, "'\(name)' has delay offset \(synapses.delayOffset)")
        if case .analog = target { return }
        if format.scope == .receptor { return verifyReceptorUnit(synapses, target, name, &check) }
        verifyUnit(id, target, &check)
    }

    /// Where receptors share exponents: one of the target's shifts; both are one where weights have both signs.
    private func verifyReceptorUnit(
        _ synapses: QuantizedSynapses, _ target: QuantizedNeurons, _ name: String, _ check: inout InvariantCheck
    ) {
        guard let neurons = target.fixedPoint else { return }
        check.require(
            neurons.shifts.contains(synapses.exponent), "'\(name)' has exponent \(synapses.exponent), its target \(neurons.shifts)")
        if synapses.mode == .mixed {
            check.require(Set(neurons.shifts).count == 1, "'\(name)' has weights of both signs and shifts \(neurons.shifts)")
        }
        let unit = Double(sign: .plus, exponent: synapses.exponent - 15, significand: 1) / neurons.weightScale
        check.require(abs(synapses.unit / unit - 1) < 1e-9, "'\(name)' has unit \(synapses.unit), not \(unit)")
    }

    private func verifyUnit(_ id: ID<Projection>, _ target: QuantizedNeurons, _ check: inout InvariantCheck) {
        let (projection, synapses, format) = (network.projections[id], synapses(of: id), chip.formats.weight)
        let name = projection.name
        let shift = format.shift + synapses.exponent
        let power = shift >= 0 ? Double(1 << shift) : 1 / Double(1 << -shift)
        let expected = power * payloadScale[projection.pre.index]
        check.require(
            abs(synapses.unit * target.scale / expected - 1) < 1e-9,
            "'\(name)' has unit \(synapses.unit) at scale \(target.scale), which is not 2^\(shift)")
    }
}
