/// What numbers the chip can hold.
public struct NumberFormats: Hashable, Sendable {
    public var weight: WeightFormat
    /// Of registers; `none` where the arithmetic fixes how decays, thresholds and biases are held.
    public var decay: DecayFormat
    public var threshold: MantissaFormat
    public var bias: MantissaFormat
    /// Steps beyond the one that every spike takes: 0...62 on Loihi. A delay of D steps is stored as D - 1.
    public var delay: ClosedRange<Int>
    /// Steps that the membrane may be held after a spike; 0...0 when the chip has none.
    public var refractory: ClosedRange<Int>
    /// Bits of the value that a spike may carry, sign included; 0: spikes carry none.
    public var payloadBits: Int

    public init(
        weight: WeightFormat, decay: DecayFormat, threshold: MantissaFormat, bias: MantissaFormat, delay: ClosedRange<Int>,
        refractory: ClosedRange<Int>, payloadBits: Int
    ) {
        self.weight = weight
        self.decay = decay
        self.threshold = threshold
        self.bias = bias
        self.delay = delay
        self.refractory = refractory
        self.payloadBits = payloadBits
    }
}

extension NumberFormats {
    /// The delay, in steps, that is stored as 0: 1 where the range starts at 0, because every spike takes a step; else 0.
    public var delayOffset: Int { delay.lowerBound == 0 ? 1 : 0 }
}

/// A synaptic weight: mantissa · 2^(shift + exponent).
public struct WeightFormat: Hashable, Sendable {
    /// Widths of the mantissa that exist, ascending; the sign mode decides how they are used.
    public var bits: [Int]
    public var exponent: ClosedRange<Int>
    /// Left shift on delivery; 6 on Loihi.
    public var shift: Int
    public var modes: [SignMode]
    /// What shares one exponent.
    public var scope: Scope
    /// Where the sign is kept.
    public var sign: SignPlace

    public enum Scope: String, CaseIterable, Hashable, Sendable {
        /// All synapses of a projection.
        case projection
        /// All synapses that arrive at a core.
        case core
        /// All synapses that arrive at a receptor of a population, from wherever (SpiNNaker's ring buffers).
        case receptor
    }

    public enum SignPlace: String, CaseIterable, Hashable, Sendable {
        /// In the mantissa: both signs cost a bit (Loihi).
        case mantissa
        /// In what receives it, an excitatory or an inhibitory input: the mantissa is a magnitude (SpiNNaker, BrainScaleS).
        case receptor
    }

    public enum SignMode: String, CaseIterable, Hashable, Sendable {
        /// Both signs; where the mantissa holds the sign, the magnitude has one bit less, so that the lowest bit is 0 at full width.
        case mixed
        case excitatory, inhibitory
    }

    public init(
        bits: [Int], exponent: ClosedRange<Int>, shift: Int, modes: [SignMode], scope: Scope = .projection, sign: SignPlace = .mantissa
    ) {
        self.bits = bits
        self.exponent = exponent
        self.shift = shift
        self.modes = modes
        self.scope = scope
        self.sign = sign
    }

    /// The mantissas that a mode and width can hold, all multiples of `step`, as every peer agrees on them: width 8 mixed is
    /// -254...254 in steps of 2, width 8 excitatory 0...255, inhibitory -255...0; with the sign in the receptor, mixed is -255...255.
    public func mantissas(_ mode: SignMode, bits: Int) -> (range: ClosedRange<Int>, step: Int) {
        let full = self.bits.last ?? bits
        let step = 1 << (full - bits + (mode == .mixed && sign == .mantissa ? 1 : 0))
        let most = ((1 << full) - 1) / step * step
        return switch mode {
        case .mixed: (-most...most, step)
        case .excitatory: (0...most, step)
        case .inhibitory: (-most...0, step)
        }
    }
}

/// A decay per step: state ← state · (one - (register + offset)) / one.
public struct DecayFormat: Hashable, Sendable {
    /// 12 on Loihi: one = 4096.
    public var bits: Int
    /// Added to the register; the largest register plus the offset may reach `one`.
    public var currentOffset: Int
    public var membraneOffset: Int

    /// No register: the arithmetic says how decays are held.
    public static let none = DecayFormat(bits: 0, currentOffset: 0, membraneOffset: 0)

    public var one: Int { 1 << bits }

    public init(bits: Int, currentOffset: Int, membraneOffset: Int) {
        self.bits = bits
        self.currentOffset = currentOffset
        self.membraneOffset = membraneOffset
    }
}

/// A number as mantissa · 2^exponent (· 2^shift).
public struct MantissaFormat: Hashable, Sendable {
    public var mantissa: ClosedRange<Int>
    /// 0...0 when there is no exponent field.
    public var exponent: ClosedRange<Int>
    public var shift: Int

    /// No register: the arithmetic says how the number is held.
    public static let none = MantissaFormat(mantissa: 0...0)

    public init(mantissa: ClosedRange<Int>, exponent: ClosedRange<Int> = 0...0, shift: Int = 0) {
        self.mantissa = mantissa
        self.exponent = exponent
        self.shift = shift
    }
}
