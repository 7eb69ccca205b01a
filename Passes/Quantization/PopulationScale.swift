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
    /// Integer membrane units per unit of the model's potential.
    ///
    /// The largest jump fills the mantissa at some exponent e; a larger e makes thresholds, biases and decays finer, until the state
    /// would overflow at `headroom` thresholds, or the threshold or a bias no longer fits its register.
    func membraneScale(of dynamics: Dynamics, from incoming: [Incoming]) -> Double {
        let bound = incoming.reduce(0) { $0 + $1.bound }
        if bound == 0, let scale = gridScale(of: dynamics, from: incoming) { return scale }
        // Where values arrive, a state holds all that may arrive at once.
        let most = min(largestScale(of: dynamics), bound > 0 ? stateLimit / (bound + largestDrive(of: dynamics)) : .infinity)
        guard let widest = incoming.max(by: { $0.demand < $1.demand }), widest.demand > 0 else {
            return exactThresholdScale(of: dynamics, near: most.isFinite ? most : 1)
        }
        let filled = Double(mantissaLimit(widest.mode)) / widest.demand
        let exponents = chip.formats.weight.exponent
        func scale(_ exponent: Int) -> Double { filled * pow(2, Double(chip.formats.weight.shift + exponent)) }
        // Without a threshold to stay below there is nothing to gain from an exponent above 0, and only overflow to be had.
        let allowed = min(largestExponent ?? exponents.upperBound, exponents.upperBound)
        let highest = dynamics.spikes || bound > 0 ? allowed : min(0, allowed)
        let exponent = exponents.filter { $0 <= highest }.last { scale($0) <= most }
        // When even the lowest exponent is too wide, the mantissa is not filled and small weights lose bits: the report shows it.
        return exactThresholdScale(of: dynamics, near: min(exponent.map(scale) ?? most, most))
    }

    /// The exponent with which a projection's largest jump still fits its mantissa.
    func exponent(of incoming: Incoming, scale: Double) -> Int {
        let exponents = chip.formats.weight.exponent
        guard incoming.demand > 0 else { return max(exponents.lowerBound, min(0, exponents.upperBound)) }
        let mantissa = incoming.demand * scale / Double(1 << chip.formats.weight.shift)
        // A hair of tolerance: the scale was made so that the widest projection fills its mantissa, up to the rounding of weights in float32.
        let needed = Int(ceil(log2(mantissa / Double(mantissaLimit(incoming.mode))) - 1e-6))
        return min(max(needed, exponents.lowerBound), exponents.upperBound)
    }

    /// What a mantissa adds to the membrane, in the model's unit of potential.
    func jump(ofMantissa mantissa: Int, exponent: Int, scale: Double) -> Double {
        Double(mantissa) * pow(2, Double(chip.formats.weight.shift + exponent)) / scale
    }

    func mantissaLimit(_ mode: WeightFormat.SignMode) -> Int {
        let format = chip.formats.weight
        let range = format.mantissas(mode, bits: weightBits ?? format.bits.last ?? 1).range
        return max(range.upperBound, -range.lowerBound)
    }

    /// The largest scale at which the threshold, the biases and `headroom` thresholds fit their registers.
    func largestScale(of dynamics: Dynamics) -> Double {
        guard case .integerCurrent(let arithmetic) = chip.arithmetic else { return .infinity }
        let state = Double(1 << arithmetic.stateBits)
        let formats = chip.formats
        var most = Double.infinity
        for n in 0..<dynamics.count {
            if dynamics.spikes {
                let height = dynamics.threshold[n] - (dynamics.reset == .toValue ? dynamics.resetValue[n] : 0)
                guard height > 0 else { continue }
                most = min(most, Double(formats.threshold.mantissa.upperBound << formats.threshold.shift) / height)
                most = min(most, state / (headroom * height))
            }
            // The integer membrane counts from the reset value, and its leak goes there.
            let origin = dynamics.spikes && dynamics.reset == .toValue ? dynamics.resetValue[n] : 0
            let drive = abs(dynamics.drive[n] - (1 - dynamics.membraneDecay[n]) * origin)
            let largestBias = Double(formats.bias.mantissa.upperBound << (formats.bias.exponent.upperBound + formats.bias.shift))
            if drive > 0, largestBias > 0 { most = min(most, largestBias / drive) }
            let start = abs(dynamics.initialMembrane[n] - origin)
            if start > 0 { most = min(most, state / (2 * start)) }
        }
        return most
    }

    /// The largest scale not above `scale` at which a threshold that all neurons share is a register value exactly.
    private func exactThresholdScale(of dynamics: Dynamics, near scale: Double) -> Double {
        guard dynamics.spikes, let first = dynamics.threshold.first, dynamics.threshold.allSatisfy({ $0 == first }),
            let reset = dynamics.resetValue.first, dynamics.resetValue.allSatisfy({ $0 == reset })
        else { return scale }
        let height = first - (dynamics.reset == .toValue ? reset : 0)
        let grain = Double(1 << chip.formats.threshold.shift)
        let mantissa = (height * scale / grain).rounded(.down)
        return mantissa >= 1 ? mantissa * grain / height : scale
    }
}

extension Quantization.Incoming {
    /// Largest jump per unit of payload: what the mantissa must hold, times the scale.
    var demand: Double { statistics.range / payload }
}
