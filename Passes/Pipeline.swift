public import Chips
import Diagnostics
public import FrontEnd
public import Lowering
public import Networks
import Numerics

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
    /// Whether relay neurons make the delays that synapses of an analog chip do not have.
    public var relaysDelays = false
    /// Synapses that may share one weight, where one holds few bits.
    public var parallelSynapses = 1
    /// Left shift of all ring buffers, the sum that they must hold, and how the shift is found otherwise (`Quantization`).
    public var ringBufferShift: Int?
    public var maximumSummedWeight: Double?
    public var shiftRule = Quantization.ShiftRule.expected
    /// Whether projections that learn go on learning on the chip.
    public var isPlastic = false
    /// Most neurons of a core, where populations are cut evenly; nil: as many as it holds.
    public var neuronsPerCore: Int?
    /// Whether populations may share cores.
    public var sharesCores = true
    /// Expected spikes per neuron and time step, by population.
    public var rates: [String: Double] = [:]
    public var threads = 1
    /// Whether every stage is verified after its pass.
    public var verifies = true
    /// Whether routes are checked, by following every key or path; nil: up to `RoutingProof.mostNets` nets.
    public var checksRoutes: Bool?
    /// When rate units become spiking neurons, and for how many steps these then see a sample.
    public var rateConversion = RateConversion.Choice.automatic
    /// Whether units become spiking neurons, or send values where the chip's spikes carry them.
    public var conversionUnits = RateConversion.Units.spikes
    /// Nil: the pass's own choice.
    public var conversionSteps: Int?
    public var conversionPeak: Double?
    public var conversionPercentile: Double?
    public var conversionOutput = RateConversion.Sending.membrane
    /// Nil: values where the chip's spikes carry them.
    public var conversionInput: RateConversion.Seeing?
    /// Deep rewiring before the lowering; nil: none.
    public var deepRewiring: DeepRewiringPass.Settings?
    /// Training samples, for the passes that change the network.
    public var samples: DataSamples?

    public init() {}

    /// Whether the routes of a graph are checked after Routing.
    public func checksRoutes(of graph: CoreGraph) -> Bool { verifies && checksRoutes ?? (graph.nets.count <= RoutingProof.mostNets) }

    /// Whether a pass changes the network itself before its numbers are lowered.
    public func changes(_ network: Network, for chip: Chip) -> Bool {
        deepRewiring != nil || relaysDelays || conversion(of: network, to: chip) != nil
    }

    /// The conversion of rate units for a chip; nil where none is needed.
    func conversion(of network: Network, to chip: Chip) -> RateConversion? {
        guard RateConversion.applies(to: network), rateConversion != .never else { return nil }
        let carriesValues = chip.formats.payloadBits >= 2
        return RateConversion(
            units: conversionUnits, steps: conversionSteps, percentile: conversionPercentile, peak: conversionPeak,
            output: conversionOutput,
            input: conversionInput ?? (carriesValues ? .graded : .spikes), samples: samples)
    }

    public func quantization(to chip: Chip) -> Quantization {
        Quantization(
            to: chip, range: weightRange, rounding: rounding, weightBits: weightBits, headroom: headroom,
            largestExponent: largestExponent, parallelSynapses: parallelSynapses, ringBufferShift: ringBufferShift,
            maximumSummedWeight: maximumSummedWeight, shiftRule: shiftRule, isPlastic: isPlastic, threads: threads)
    }
}

/// The lowering from a network to a routed graph: each pass takes what the one before it made.
public struct Pipeline: Sendable {
    public var quantization: Quantization
    public var partitioning: Partitioning
    public var placement: Placement
    public var routing: Routing
    private let verifies: Bool
    private let options: LoweringOptions

    public init(to chip: Chip, _ options: LoweringOptions = LoweringOptions()) {
        quantization = options.quantization(to: chip)
        partitioning = Partitioning(
            shareCores: options.sharesCores, rates: options.rates, neuronsPerCore: options.neuronsPerCore)
        placement = Placement()
        routing = Routing()
        verifies = options.verifies
        self.options = options
    }

    /// - Throws: `DiagnosticsError` for what the chip lacks or cannot hold, `VerificationFailure` when a pass broke an invariant.
    public func run(_ network: Network) throws -> RoutedGraph { try run(from: .network(network)) }

    /// Runs what is left to do from a stage on.
    /// - Parameter observe: called with the name of each pass and the stage that it made.
    public func run(from stage: Stage, observe: (String, Stage) throws -> Void = { _, _ in }) throws -> RoutedGraph {
        let quantized = try stage.quantized ?? quantization.run(prepared(stage.network, observe))
        if stage.quantized == nil { try finish(Quantization.name, .quantized(quantized), observe) }
        let partitioned = try stage.partitioned ?? partitioning.run(quantized)
        if stage.partitioned == nil { try finish(Partitioning.name, .partitioned(partitioned), observe) }
        let placed = try stage.placed ?? placement.run(partitioned)
        if stage.placed == nil { try finish(Placement.name, .placed(placed), observe) }
        let routed = try stage.routed ?? routing.run(placed)
        if stage.routed == nil { try finish(Routing.name, .routed(routed), observe) }
        return routed
    }

    /// The passes that change the network itself.
    private func prepared(_ network: Network, _ observe: (String, Stage) throws -> Void) throws -> Network {
        var network = network
        if let settings = options.deepRewiring {
            network = try DeepRewiringPass(settings, to: quantization.chip, samples: options.samples, threads: options.threads).run(network)
            try observe(DeepRewiringPass.name, .network(network))
        }
        if let conversion = options.conversion(of: network, to: quantization.chip) {
            try conversion.refuseUngraded(on: quantization.chip, input: options.conversionInput)
            network = try conversion.fitted(to: quantization.chip, for: network).run(network)
            try observe(RateConversion.name, .network(network))
        }
        if options.relaysDelays {
            network = try RelayDelays(for: quantization.chip).run(network)
            try observe(RelayDelays.name, .network(network))
        }
        return network
    }

    private func finish(_ pass: String, _ stage: Stage, _ observe: (String, Stage) throws -> Void) throws {
        let checks = if let graph = stage.routed { options.checksRoutes(of: graph.coreGraph) } else { verifies }
        if checks { try stage.verify() }
        try observe(pass, stage)
    }
}
