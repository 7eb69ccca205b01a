import Chips
import Lowering
import Networks
import Numerics

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

extension Quantization {
    /// The registers of a population at the given scale.
    func makeRegisters(of dynamics: Dynamics, model: NeuronModel, scale: Double) -> IntegerCompartments {
        let formats = chip.formats
        let one = Double(formats.decay.one)
        // The chip resets to 0, so a reset to a value moves the origin there; the leak towards rest becomes a constant drive.
        let origin = dynamics.spikes && dynamics.reset == .toValue ? dynamics.resetValue : dynamics.resetValue.map { _ in 0 }
        func decay(_ kept: Double, offset: Int) -> Int {
            min(max(Int(((1 - kept) * one).rounded(.toNearestOrEven)) - offset, 0), formats.decay.one - 1)
        }
        guard case .integerCurrent(let arithmetic) = chip.arithmetic else { preconditionFailure("bug: registers for another arithmetic") }
        let largestState = Double((1 << arithmetic.stateBits) - 1)
        let reset: IntegerCurrentArithmetic.Reset = dynamics.reset == .toValue ? .zero : .subtract
        var registers = IntegerCompartments(
            scale: scale, origin: origin, currentDecay: [], membraneDecay: [], thresholdMantissa: [], biasMantissa: [], biasExponent: [],
            refractorySteps: dynamics.refractorySteps,
            // A readout never resets: it gets what the chip has.
            reset: arithmetic.resets.contains(reset) || dynamics.spikes && dynamics.reset != .subtractNext
                ? reset : arithmetic.resets.first ?? reset, spikes: dynamics.spikes,
            initialMembrane: [], addedDelay: dynamics.order == .membraneFirst ? 1 : 0)
        for n in 0..<dynamics.count {
            registers.membraneDecay.append(decay(dynamics.membraneDecay[n], offset: formats.decay.membraneOffset))
            // Both receptors share the compartment's current; refuseWhatTheChipLacks has seen that they agree where both are used.
            let current = dynamics.currentDecay[0][n]
            registers.currentDecay.append(decay(current, offset: formats.decay.currentOffset))
            let effective = 1 - Double(registers.membraneDecay[n] + formats.decay.membraneOffset) / one
            let bias = nearestBias((dynamics.drive[n] - (1 - effective) * origin[n]) * scale)
            registers.biasMantissa.append(bias.mantissa)
            registers.biasExponent.append(bias.exponent)
            let height = (dynamics.threshold[n] - origin[n]) * scale / Double(1 << formats.threshold.shift)
            let mantissas = formats.threshold.mantissa
            registers.thresholdMantissa.append(
                dynamics.spikes
                    ? Int(min(max(height.rounded(), Double(mantissas.lowerBound)), Double(mantissas.upperBound))) : mantissas.upperBound)
            let start = ((dynamics.initialMembrane[n] - origin[n]) * scale).rounded()
            registers.initialMembrane.append(Int(min(max(start, -largestState), largestState)))
        }
        registers.adaptation = adaptiveThresholds(of: dynamics, registers)
        return registers
    }

    /// The bias nearest to `value`, with the least exponent that holds it.
    private func nearestBias(_ value: Double) -> (mantissa: Int, exponent: Int) {
        let format = chip.formats.bias
        // Below a shift of 0 a bias would lose bits on its way to the membrane.
        for exponent in format.exponent where exponent + format.shift >= 0 {
            let mantissa = (value / Double(1 << (exponent + format.shift))).rounded(.toNearestOrEven)
            if mantissa >= Double(format.mantissa.lowerBound), mantissa <= Double(format.mantissa.upperBound) {
                // A smaller mantissa at a higher exponent is the same number; zero has exponent 0.
                return (Int(mantissa), exponent)
            }
        }
        return (value > 0 ? format.mantissa.upperBound : format.mantissa.lowerBound, format.exponent.upperBound)
    }

    /// The projection's format, and the error that it makes, measured over every synapse.
    func quantize(
        _ incoming: Incoming, of network: Network, scale: Double, exponent: Int, addedDelay: Int
    ) -> QuantizedSynapses {
        let format = chip.formats.weight
        let unit = jump(ofMantissa: 1, exponent: exponent, scale: scale) * incoming.payload
        let synapses = QuantizedSynapses(
            unit: unit, exponent: exponent, bits: weightBits ?? format.bits.last ?? 1, mode: incoming.mode, rounding: rounding,
            seed: network.seed, delayOffset: 1 - addedDelay, maximumDelay: 0, error: WeightError())
        return measured(synapses, of: incoming.projection, incoming.statistics, in: network)
    }

    /// A projection's format with the error that it makes, measured over every synapse, and the longest delay.
    func measured(
        _ format: QuantizedSynapses, of projection: ID<Projection>, _ statistics: WeightStatistics, in network: Network
    ) -> QuantizedSynapses {
        var synapses = format
        let rows = SynapseRows(projection, of: network)
        let quantizer = WeightQuantizer(projection, of: network, synapses: synapses, format: chip.formats.weight)
        let longest = chip.formats.delay.upperBound + synapses.delayOffset
        var error = WeightError(lowest: statistics.lowest, highest: statistics.highest)
        var squares = 0.0
        // One synapse stands for all where the rules make them equal.
        let isUniform = uniformWeight(of: projection, in: network) != nil
        let parts = parallelMap(isUniform ? [] : rowRanges(rows.sourceCount), threads: threads) { sources in
            measureError(of: rows, sources, quantizer, longestDelay: longest)
        }
        for part in parts { (error, squares) = (error.adding(part.error), squares + part.squares) }
        if isUniform, let weight = uniformWeight(of: projection, in: network) {
            (error, squares) = uniformError(weight, rows, quantizer, longestDelay: longest)
            (error.lowest, error.highest) = (statistics.lowest, statistics.highest)
        }
        error.rootMeanSquare = error.synapses > 0 ? (squares / Double(error.synapses)).squareRoot() : 0
        synapses.error = error
        synapses.maximumDelay = min(max(statistics.longestDelay - synapses.delayOffset, 0), chip.formats.delay.upperBound)
        return synapses
    }
}

/// The error of a projection whose synapses are all equal, and the sum of its squares.
private func uniformError(
    _ weight: Float, _ rows: SynapseRows, _ quantizer: WeightQuantizer, longestDelay: Int
) -> (error: WeightError, squares: Double) {
    let count = rows.synapseCount
    let wanted = quantizer.unlimitedMantissa(weight, source: 0, target: 0, occurrence: 0)
    let mantissa = quantizer.mantissa(weight, source: 0, target: 0, occurrence: 0)
    let difference = abs(quantizer.weight(ofMantissa: mantissa, target: 0) - Double(weight))
    let error = WeightError(
        synapses: count, clipped: wanted == Double(mantissa) ? 0 : count, zeroed: mantissa == 0 && weight != 0 ? count : 0,
        largest: difference, delaysClipped: rows.maximumDelay > longestDelay ? count : 0)
    return (error, difference * difference * Double(count))
}

/// The error over some rows, and the sum of its squares.
func measureError(
    of rows: SynapseRows, _ sources: Range<Int>, _ quantizer: WeightQuantizer, longestDelay: Int
) -> (error: WeightError, squares: Double) {
    var error = WeightError()
    var squares = 0.0
    var row = SynapseRow()
    for source in sources {
        rows.read(source, into: &row)
        error.synapses += row.count
        var occurrence = 0
        for n in 0..<row.count {
            let target = Int(row.targets[n])
            occurrence = n > 0 && row.targets[n - 1] == row.targets[n] ? occurrence + 1 : 0
            let wanted = quantizer.unlimitedMantissa(row.weights[n], source: source, target: target, occurrence: occurrence)
            let mantissa = quantizer.mantissa(row.weights[n], source: source, target: target, occurrence: occurrence)
            let difference = abs(quantizer.weight(ofMantissa: mantissa, target: target) - Double(row.weights[n]))
            if wanted != Double(mantissa) { error.clipped += 1 }
            if mantissa == 0, row.weights[n] != 0 { error.zeroed += 1 }
            if Int(row.delays[n]) > longestDelay { error.delaysClipped += 1 }
            error.largest = max(error.largest, difference)
            squares += difference * difference
        }
    }
    return (error, squares)
}

extension WeightError {
    func adding(_ part: WeightError) -> WeightError {
        var sum = self
        sum.synapses += part.synapses
        sum.clipped += part.clipped
        sum.zeroed += part.zeroed
        sum.delaysClipped += part.delaysClipped
        sum.largest = max(largest, part.largest)
        return sum
    }
}
