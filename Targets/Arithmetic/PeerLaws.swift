package import Chips

/// The three public models that define "exact" for Loihi's compartment, as settings of the same kernel.
extension IntegerCurrentArithmetic {
    /// lava-nc/lava @b6822fbc, `PyLifModelBitAcc`: u wraps once, v saturates, exponents act on the sum of a connection.
    package static let lava = IntegerCurrentArithmetic(
        stateBits: 23, currentOverflow: .wrapOnce, membraneOverflow: .saturate, accumulatorBits: nil, exponentAppliesTo: .sum,
        negativeMixedRounding: .floor, resets: [.zero])

    /// nengo/nengo-loihi 1.1.0, `CompartmentState.update`: two's complement everywhere, a 21-bit accumulator, v cut to vmin...vmax.
    package static let nengoLoihi = IntegerCurrentArithmetic(
        stateBits: 23, currentOverflow: .wrap, membraneOverflow: .saturate, accumulatorBits: 21, driveWraps: true,
        exponentAppliesTo: .weight, negativeMixedRounding: .towardZero, resets: [.zero])

    /// sagacitysite/brian2_loihi 0.5.2: matched against Loihi 1 by its authors; its current has no decay offset.
    package static let brian2Loihi = IntegerCurrentArithmetic(
        stateBits: 23, currentOverflow: .wrap, membraneOverflow: .saturate, accumulatorBits: nil, exponentAppliesTo: .weight,
        negativeMixedRounding: .towardZero, resets: [.zero])
}

extension NumberFormats {
    /// Loihi's formats as far as the arithmetic needs them; `currentOffset` is what the peers differ in.
    package static func loihi(currentOffset: Int, membraneOffset: Int = 0) -> NumberFormats {
        NumberFormats(
            weight: WeightFormat(bits: [1, 2, 3, 4, 5, 6, 8], exponent: -8...7, shift: 6, modes: WeightFormat.SignMode.allCases),
            decay: DecayFormat(bits: 12, currentOffset: currentOffset, membraneOffset: membraneOffset),
            threshold: MantissaFormat(mantissa: 0...131_071, shift: 6), bias: MantissaFormat(mantissa: -4096...4095, exponent: 0...7),
            delay: 0...62, refractory: 0...62, payloadBits: 0)
    }
}

extension CompartmentRegisters {
    /// Registers as a description of the network gives them, decoded with the chip's formats.
    package init(
        currentDecay: [Int], membraneDecay: [Int], thresholdMantissa: [Int], biasMantissa: [Int], biasExponent: [Int],
        formats: NumberFormats
    ) {
        self.init(count: currentDecay.count)
        let decay = formats.decay
        currentFactor = currentDecay.map { Int32(truncatingIfNeeded: decay.one - ($0 + decay.currentOffset)) }
        membraneFactor = membraneDecay.map { Int32(truncatingIfNeeded: decay.one - ($0 + decay.membraneOffset)) }
        threshold = thresholdMantissa.map { Int32(truncatingIfNeeded: $0 << formats.threshold.shift) }
        bias = zip(biasMantissa, biasExponent).map { Self.bias(mantissa: $0, exponent: $1 + formats.bias.shift) }
    }
}
