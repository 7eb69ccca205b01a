import Chips
import Lowering
import Networks

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

extension Quantization {
    /// Weights that are whole multiples of a step already, as a chip's learning leaves them, keep that step: their mantissas are then the
    /// very numbers that were learnt, instead of those numbers stretched until the largest fills the format.
    ///
    /// - Returns: the scale at which the steps of all projections into a population are the format's; nil: some have no step, or the steps
    ///   are no powers of two apart, or a threshold would have no register.
    func gridScale(of dynamics: Dynamics, from incoming: [Incoming]) -> Double? {
        guard dynamics.spikes || !incoming.isEmpty, chip.formats.weight.scope == .projection, range == .maximum, rounding == .nearest else {
            return nil
        }
        var steps: [Double] = []
        for one in incoming {
            guard let step = one.statistics.step, one.payload == 1 else { return nil }
            let format = chip.formats.weight.mantissas(one.mode, bits: weightBits ?? chip.formats.weight.bits.last ?? 1)
            guard one.statistics.largest <= step * (Double(mantissaLimit(one.mode) / format.step) + 0.01) else { return nil }
            // A mantissa of 1.
            steps.append(step / Double(format.step))
        }
        guard let coarsest = steps.max() else { return nil }
        var finest = 0
        for step in steps {
            let power = log2(coarsest / step)
            guard abs(power - power.rounded()) < 1e-4 else { return nil }
            finest = max(finest, Int(power.rounded()))
        }
        let exponents = chip.formats.weight.exponent
        let most = largestScale(of: dynamics)
        let highest = min(largestExponent ?? exponents.upperBound, dynamics.spikes ? exponents.upperBound : min(0, exponents.upperBound))
        guard exponents.lowerBound + finest <= highest else { return nil }
        return (exponents.lowerBound + finest...highest).map { pow(2, Double(chip.formats.weight.shift + $0)) / coarsest }.last {
            $0 <= most
        }
    }
}

extension WeightStatistics {
    /// A projection with fewer synapses, or fewer steps up to its largest weight, may be on a grid by chance.
    private static let leastSynapses = 64
    private static let leastSteps = 16.0

    /// The step that weights may be multiples of: their least magnitude, or a small part of it.
    var stepCandidates: [Double] {
        guard synapses >= Self.leastSynapses, smallest.isFinite, smallest > 0 else { return [] }
        return (1...4).map { smallest / Double($0) }.filter { (Self.leastSteps...256).contains(largest / $0) }
    }
}

/// Whether every jump is a whole multiple of `step`, up to the rounding of single precision.
func areMultiples(_ rows: SynapseRows, of step: Double, _ quantizer: WeightQuantizer) -> Bool {
    var row = SynapseRow()
    for source in 0..<rows.sourceCount {
        rows.read(source, into: &row)
        for n in 0..<row.count {
            let multiple = quantizer.jump(of: row.weights[n], target: Int(row.targets[n])) / step
            if abs(multiple - multiple.rounded()) > 1e-3 { return false }
        }
    }
    return true
}
