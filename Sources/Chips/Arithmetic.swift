/// Which exact neuron a chip computes. One case for each kind.
public enum Arithmetic: Hashable, Sendable {
    /// Integer current and membrane with decays by shift: Loihi's compartment and its relatives.
    case integerCurrent(IntegerCurrentArithmetic)
    /// A physical membrane in continuous time: BrainScaleS.
    case analog(AnalogArithmetic)
    /// s16.15 with ring buffers: SpiNNaker.
    case fixedPoint(FixedPointArithmetic)

    /// Moves of a neuron's state in a time step.
    public var substeps: Int { if case .fixedPoint(let law) = self { law.substeps } else { 1 } }
    /// Single precision with integer weights: SpiNNaker 2.
    case floatingPoint(FloatingPointArithmetic)

    /// Whether decays, thresholds and biases are held in registers, whose formats the description states.
    public var hasRegisters: Bool {
        switch self {
        case .integerCurrent: true
        case .analog, .fixedPoint: false
        case .floatingPoint: false
        }
    }
}

/// The integer current-based compartment:
///
///     u ← decay(u) + (a << weight.shift);   v ← decay(v) + u + bias;   spike when v > threshold;   v ← 0
///
/// Where public models of the same chip disagree, the law is a field.
public struct IntegerCurrentArithmetic: Hashable, Sendable {
    /// Bits of u and v beside the sign: 23 on Loihi.
    public var stateBits: Int
    public var currentOverflow: Overflow
    public var membraneOverflow: Overflow
    /// Bits of the summed input beside the sign, wrapped before it meets the current; nil: 32-bit.
    public var accumulatorBits: Int?
    /// Whether u + bias is wrapped to the state's bits before it meets the membrane (nengo-loihi), or only the sum with it is limited.
    public var driveWraps: Bool
    /// Whether a negative exponent shifts each weight or the sum of a connection (per delay).
    public var exponentAppliesTo: ExponentPlace
    /// How a negative mixed weight loses the bits that it cannot hold.
    public var negativeMixedRounding: Truncation
    /// Which resets the compartment has.
    public var resets: [Reset]
    /// Whether compartments may have an adaptive threshold, a reset that is subtracted a step later and a refractory time that only
    /// blocks spikes: neurons of microcode.
    public var adaptiveThreshold: Bool
    /// Bits, sign included, of the value that a neuron's spike may carry: rate units of microcode. 0: neurons send plain spikes.
    public var gradedBits: Int

    public enum Overflow: String, CaseIterable, Hashable, Sendable {
        /// Two's complement.
        case wrap
        /// One correction by 2^(bits+1), -2^bits becomes +2^bits (Lava).
        case wrapOnce = "wrap_once"
        case saturate
    }

    public enum ExponentPlace: String, CaseIterable, Hashable, Sendable { case sum, weight }
    public enum Truncation: String, CaseIterable, Hashable, Sendable {
        case floor
        case towardZero = "toward_zero"
    }
    public enum Reset: String, CaseIterable, Hashable, Sendable { case zero, subtract }

    public init(
        stateBits: Int, currentOverflow: Overflow, membraneOverflow: Overflow, accumulatorBits: Int?, driveWraps: Bool = false,
        exponentAppliesTo: ExponentPlace, negativeMixedRounding: Truncation, resets: [Reset],
        adaptiveThreshold: Bool = false, gradedBits: Int = 0
    ) {
        self.stateBits = stateBits
        self.currentOverflow = currentOverflow
        self.membraneOverflow = membraneOverflow
        self.accumulatorBits = accumulatorBits
        self.driveWraps = driveWraps
        self.exponentAppliesTo = exponentAppliesTo
        self.negativeMixedRounding = negativeMixedRounding
        self.resets = resets
        self.adaptiveThreshold = adaptiveThreshold
        self.gradedBits = gradedBits
    }
}
