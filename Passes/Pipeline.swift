public import Chips
import Diagnostics
public import Lowering
public import Networks

/// The options of all passes in one place.
public struct LoweringOptions: Hashable, Sendable {
    public var weightRange = Quantization.WeightRange.maximum
    public var rounding = QuantizedSynapses.Rounding.nearest
    /// Bits of a weight; nil: the chip's most.
    public var weightBits: Int?
    /// How many times the threshold the state must be able to hold.
    public var headroom = 64.0
    /// Largest exponent of weights; nil: the chip's.
    public var largestExponent: Int?
    /// Left shift of all ring buffers, the sum that they must hold, and how the shift is found otherwise (`Quantization`).
    public var ringBufferShift: Int?
    public var maximumSummedWeight: Double?
    public var shiftRule = Quantization.ShiftRule.expected
    /// Most neurons of a core, where populations are cut evenly; nil: as many as it holds.
    public var neuronsPerCore: Int?
    /// Whether populations may share cores.
    public var sharesCores = true
    /// Expected spikes per neuron and time step, by population.
    public var rates: [String: Double] = [:]
    public var threads = 1
    /// Whether every stage is verified after its pass.
    public var verifies = true

    public init() {}

    public func quantization(to chip: Chip) -> Quantization {
        Quantization(
            to: chip, range: weightRange, rounding: rounding, weightBits: weightBits, headroom: headroom,
            largestExponent: largestExponent, ringBufferShift: ringBufferShift, maximumSummedWeight: maximumSummedWeight,
            shiftRule: shiftRule, threads: threads)
    }
}

/// The lowering from a network to a routed graph: each pass takes what the one before it made.
public struct Pipeline: Sendable {
    public var quantization: Quantization
    public var partitioning: Partitioning
    public var placement: Placement
    public var routing: Routing
    private let verifies: Bool

    public init(to chip: Chip, _ options: LoweringOptions = LoweringOptions()) {
        quantization = options.quantization(to: chip)
        partitioning = Partitioning(
            shareCores: options.sharesCores, rates: options.rates, neuronsPerCore: options.neuronsPerCore)
        placement = Placement()
        routing = Routing()
        verifies = options.verifies
    }

    /// - Throws: `DiagnosticsError` for what the chip lacks or cannot hold, `VerificationFailure` when a pass broke an invariant.
    public func run(_ network: Network) throws -> RoutedGraph { try run(from: .network(network)) }

    /// Runs what is left to do from a stage on.
    /// - Parameter observe: called with the name of each pass and the stage that it made.
    public func run(from stage: Stage, observe: (String, Stage) throws -> Void = { _, _ in }) throws -> RoutedGraph {
        let quantized = try stage.quantized ?? quantization.run(stage.network)
        if stage.quantized == nil { try finish(Quantization.name, .quantized(quantized), observe) }
        let partitioned = try stage.partitioned ?? partitioning.run(quantized)
        if stage.partitioned == nil { try finish(Partitioning.name, .partitioned(partitioned), observe) }
        let placed = try stage.placed ?? placement.run(partitioned)
        if stage.placed == nil { try finish(Placement.name, .placed(placed), observe) }
        let routed = try stage.routed ?? routing.run(placed)
        if stage.routed == nil { try finish(Routing.name, .routed(routed), observe) }
        return routed
    }

    private func finish(_ pass: String, _ stage: Stage, _ observe: (String, Stage) throws -> Void) throws {
        if verifies { try stage.verify() }
        try observe(pass, stage)
    }
}
