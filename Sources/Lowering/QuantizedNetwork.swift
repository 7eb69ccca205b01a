public import Chips
public import Networks
public import Numerics

/// A network whose every number is one that the chip holds exactly, with the scales that map it back. The second stage.
///
/// Made by the pass Quantization; `verify()` lists what must hold.
@dynamicMemberLookup
public struct QuantizedNetwork: Hashable, Sendable {
    public var network: Network
    public var chip: Chip
    /// Parallel to `network.populations`; nil for sources of spikes.
    public var neurons: [QuantizedNeurons?]
    /// Parallel to `network.projections`.
    public var synapses: [QuantizedSynapses]
    /// For graded sources (`direct` encoders, rates): the integer that a value of 1 becomes; parallel to `network.populations`, 1 for spikes.
    public var payloadScale: [Double]

    public init(
        network: Network, chip: Chip, neurons: [QuantizedNeurons?], synapses: [QuantizedSynapses], payloadScale: [Double]
    ) {
        self.network = network
        self.chip = chip
        self.neurons = neurons
        self.synapses = synapses
        self.payloadScale = payloadScale
    }

    public subscript<Value>(dynamicMember path: KeyPath<Network, Value>) -> Value { network[keyPath: path] }

    public func neurons(of id: ID<Population>) -> QuantizedNeurons? { neurons[id.index] }
    /// The registers of a population of integer compartments; nil for sources, and for another arithmetic.
    public func compartments(of id: ID<Population>) -> IntegerCompartments? { neurons[id.index]?.compartments }
    public func synapses(of id: ID<Projection>) -> QuantizedSynapses { synapses[id.index] }
}

/// What a chip's registers hold for a population's neurons. One case for each kind of arithmetic.
public enum QuantizedNeurons: Hashable, Sendable {
    case compartments(IntegerCompartments)
    case analog(AnalogNeurons)
    case fixedPoint(FixedPointNeurons)
    case floatingPoint(FloatingPointNeurons)

    public var count: Int {
        switch self {
        case .compartments(let registers): registers.count
        case .analog(let targets): targets.count
        case .fixedPoint(let neurons): neurons.count
        case .floatingPoint(let neurons): neurons.count
        }
    }

    /// False for a readout that never spikes.
    public var spikes: Bool {
        switch self {
        case .compartments(let registers): registers.spikes
        case .analog(let targets): targets.spikes
        case .fixedPoint(let neurons): neurons.spikes
        case .floatingPoint(let neurons): neurons.spikes
        }
    }

    /// Added to the delay of every projection that arrives here, because the model's membrane integrates before arrivals.
    public var addedDelay: Int {
        switch self {
        case .compartments(let registers): registers.addedDelay
        case .analog: 0
        case .fixedPoint(let neurons): neurons.addedDelay
        case .floatingPoint: 0
        }
    }

    /// Units of a recorded membrane per unit of the model's membrane potential.
    public var scale: Double {
        switch self {
        case .compartments(let registers): registers.scale
        case .analog(let targets): targets.scale
        case .fixedPoint(let neurons): neurons.potentialScale * Double(Accum.one)
        case .floatingPoint(let neurons): neurons.scale
        }
    }

    /// The registers of integer compartments; nil for another arithmetic.
    public var compartments: IntegerCompartments? {
        get {
            switch self {
            case .compartments(let registers): registers
            default: nil
            }
        }
        set { if let newValue { self = .compartments(newValue) } }
    }

    /// The calibration targets of physical neurons; nil for another arithmetic.
    public var analog: AnalogNeurons? { if case .analog(let targets) = self { targets } else { nil } }
    /// The words of neurons in fixed point; nil for another arithmetic.
    public var fixedPoint: FixedPointNeurons? { if case .fixedPoint(let neurons) = self { neurons } else { nil } }
}

extension QuantizedNeurons {
    /// The parameters of neurons in single precision; nil for another arithmetic.
    public var floatingPoint: FloatingPointNeurons? { if case .floatingPoint(let neurons) = self { neurons } else { nil } }
}

/// How a projection's weights and delays become integers. Rows are produced on demand by `QuantizedRows`.
public struct QuantizedSynapses: Hashable, Sendable {
    public enum Rounding: String, CaseIterable, Hashable, Sendable {
        case nearest, stochastic
        /// Cut, but for a hair that keeps the largest weight whole.
        case towardZero = "toward_zero"
    }

    /// The jump of the target's membrane that a mantissa of 1 stands for, in the model's unit of potential (per unit of payload).
    /// Mantissas are multiples of the format's step; a weight becomes a jump through the `currentGain` of the target's `Dynamics`.
    /// Where receptors share exponents (`WeightFormat.Scope.receptor`), gains are the neurons' matter, and `unit` is a weight.
    public var unit: Double
    public var exponent: Int
    public var bits: Int
    /// Synapses that may share one weight, where one holds too little: the range is that many times as wide.
    public var parallel: Int
    public var mode: WeightFormat.SignMode
    public var rounding: Rounding
    /// Keys stochastic rounding.
    public var seed: UInt64
    /// Subtracted from the model's delay in steps to give the stored one: 1 where every spike takes a step anyhow, else 0, less the
    /// target's `addedDelay`.
    public var delayOffset: Int
    /// Largest stored delay.
    public var maximumDelay: Int
    public var error: WeightError

    public init(
        unit: Double, exponent: Int, bits: Int, mode: WeightFormat.SignMode, rounding: Rounding, seed: UInt64, delayOffset: Int,
        maximumDelay: Int, error: WeightError, parallel: Int = 1
    ) {
        self.unit = unit
        self.exponent = exponent
        self.bits = bits
        self.mode = mode
        self.rounding = rounding
        self.seed = seed
        self.delayOffset = delayOffset
        self.maximumDelay = maximumDelay
        self.error = error
        self.parallel = parallel
    }
}

/// What quantization did to a projection's weights, measured over all of them.
public struct WeightError: Hashable, Sendable {
    public var synapses: Int
    public var lowest: Double
    public var highest: Double
    /// Weights beyond the range, moved to its end.
    public var clipped: Int
    /// Weights that were not zero and became zero.
    public var zeroed: Int
    public var rootMeanSquare: Double
    public var largest: Double
    /// Delays beyond the chip's longest, cut to it.
    public var delaysClipped: Int

    public init(
        synapses: Int = 0, lowest: Double = 0, highest: Double = 0, clipped: Int = 0, zeroed: Int = 0, rootMeanSquare: Double = 0,
        largest: Double = 0, delaysClipped: Int = 0
    ) {
        self.synapses = synapses
        self.lowest = lowest
        self.highest = highest
        self.clipped = clipped
        self.zeroed = zeroed
        self.rootMeanSquare = rootMeanSquare
        self.largest = largest
        self.delaysClipped = delaysClipped
    }
}
