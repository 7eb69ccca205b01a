public import Chips
public import Diagnostics
public import Lowering
public import Networks
import Numerics

/// Replaces every number by one that the chip holds exactly: weights, decays, thresholds, biases, delays.
///
/// Each population gets one scale (integer membrane units per unit of potential), because all that it receives is summed in one
/// membrane; each projection gets the exponent and the sign mode that use its mantissas best at that scale. The scale leaves the
/// state registers `headroom` times the threshold, and is moved, where that costs nothing, so that the threshold is met exactly.
public struct Quantization: Pass {
    public static let name = "quantization"
    public static let summary = "puts weights, decays, thresholds, biases and delays into the chip's number formats"

    public static let options = [
        PassOption(
            "range", "the largest weight that must be representable: maximum, a percentile, or the one of least error (default maximum)"),
        PassOption("rounding", "nearest or stochastic (default nearest)"),
        PassOption("weight-bits", "bits of the mantissa (default: the most that the chip has)"),
        PassOption("headroom", "how many times the threshold the state must be able to hold (default 64)"),
        PassOption(
            "largest-exponent", "largest exponent of weights; 0 keeps them within what NetX files hold (default: the chip's largest)"),
        PassOption(
            "parallel-synapses",
            "synapses that may share a weight, where one holds too little and the chip's arithmetic is analog (default 1)"),
        PassOption(
            "ring-buffer-shift", "left shift of all ring buffers, where a chip has them (default: found by the shift rule)"),
        PassOption("max-summed-weight", "the sum of weights that every ring buffer must hold, instead of the one found"),
        PassOption(
            "shift-rule",
            "expected: sPyNNaker's expected sum, or all that can arrive where that is less; spynnaker: its rule as it is (default expected)"
        ),
        PassOption(
            "plastic", "true: rows of the projections that learn are rows that learn on the chip, by the network's rule (default false)"),
        PassOption("threads", "threads that measure weights; the result does not depend on them (default 1)"),
    ]

    /// How the largest weight that must be representable is chosen.
    public enum WeightRange: Hashable, Sendable {
        /// The largest magnitude: nothing is clipped.
        case maximum
        /// This fraction of the weights (0.999) is within; the others are clipped.
        case percentile(Double)
        /// The one with the least mean square error.
        case leastError
    }

    public var chip: Chip
    public var range: WeightRange
    public var rounding: QuantizedSynapses.Rounding
    /// Bits of the mantissa; nil: the most that the chip has.
    public var weightBits: Int?
    /// How many times the threshold the state must be able to hold.
    public var headroom: Double
    /// Largest exponent of weights; nil: the chip's. A smaller one makes thresholds and decays coarser; 0 is what NetX files hold.
    public var largestExponent: Int?
    /// Synapses that may share one weight, on chips whose synapses hold few bits: the range of weights is that many times as wide.
    public var parallelSynapses: Int
    /// Left shift of all ring buffers; nil: found by `shiftRule`.
    public var ringBufferShift: Int?
    /// The sum of weights, in the model's unit, that every ring buffer must hold; nil: found by `shiftRule`.
    public var maximumSummedWeight: Double?
    public var shiftRule: ShiftRule
    /// Whether projections that learn go on learning on the chip.
    public var isPlastic: Bool
    public var threads: Int

    public init(
        to chip: Chip, range: WeightRange = .maximum, rounding: QuantizedSynapses.Rounding = .nearest, weightBits: Int? = nil,
        headroom: Double = 64, largestExponent: Int? = nil, parallelSynapses: Int = 1, ringBufferShift: Int? = nil,
        maximumSummedWeight: Double? = nil,
        shiftRule: ShiftRule = .expected, isPlastic: Bool = false, threads: Int = 1
    ) {
        self.chip = chip
        self.range = range
        self.rounding = rounding
        self.weightBits = weightBits
        self.headroom = headroom
        self.largestExponent = largestExponent
        self.parallelSynapses = parallelSynapses
        self.ringBufferShift = ringBufferShift
        self.maximumSummedWeight = maximumSummedWeight
        self.shiftRule = shiftRule
        self.isPlastic = isPlastic
        self.threads = threads
    }

    public func run(_ network: Network) throws(DiagnosticsError) -> QuantizedNetwork {
        try refusePlasticity(of: network)
        return switch chip.arithmetic {
        case .integerCurrent: try quantizeToCompartments(network)
        case .analog(let law): try quantizeToTargets(network, law)
        case .fixedPoint(let arithmetic): try quantizeToFixedPoint(network, arithmetic)
        case .floatingPoint(let arithmetic): try quantizeToFloatingPoint(network, arithmetic)
        }
    }

    /// For integer compartments; what other arithmetic needs is in a file for each kind (`Quantization+….swift`).
    private func quantizeToCompartments(_ network: Network) throws(DiagnosticsError) -> QuantizedNetwork {
        try refuseWhatTheChipLacks(network)
        let dynamics = network.populations.ids.map { network.dynamics(of: $0) }
        let statistics = network.projections.ids.map { measure($0, of: network) }
        try refuseSigns(network, modes: statistics.map(mode))
        try refuseWeightsWithoutLevels(network, modes: statistics.map(mode))
        let bounds = network.projections.ids.map { arrivalBound(of: $0, in: network, statistics[$0.index]) }
        let payloadScale = payloadScales(of: network, bounds, statistics)
        var neurons: [QuantizedNeurons?] = []
        var synapses: [QuantizedSynapses?] = Array(repeating: nil, count: network.projections.count)
        for id in network.populations.ids {
            guard let model = network.populations[id].cell.neuron, let dynamics = dynamics[id.index] else {
                neurons.append(nil)
                continue
            }
            let incoming = network.projections.ids.filter { network.projections[$0].post == id }
            let sums = incoming.map {
                Incoming(
                    projection: $0, statistics: statistics[$0.index],
                    payload: payloadScale[network.projections[$0].pre.index], mode: mode(of: statistics[$0.index]), bound: bounds[$0.index])
            }
            let scale = membraneScale(of: dynamics, from: sums)
            var registers = makeRegisters(of: dynamics, model: model, scale: scale)
            registers.graded = gradedUnits(of: id, dynamics, in: network, scale: scale, one: payloadScale[id.index])
            neurons.append(.compartments(registers))
            let shared = chip.formats.weight.scope == .core ? sums.map { exponent(of: $0, scale: scale) }.max() : nil
            for sum in sums {
                let exponent = shared ?? exponent(of: sum, scale: scale)
                synapses[sum.projection.index] = quantize(
                    sum, of: network, scale: scale, exponent: exponent, addedDelay: registers.addedDelay)
            }
        }
        return QuantizedNetwork(
            network: network, chip: chip, neurons: neurons, synapses: synapses.map { $0! }, payloadScale: payloadScale)
    }

    /// A projection on its way into a population's membrane.
    struct Incoming {
        var projection: ID<Projection>
        var statistics: WeightStatistics
        /// Integer that a value of 1 of the source becomes.
        var payload: Double
        var mode: WeightFormat.SignMode
        /// The most that it may bring to a neuron in a step, in the model's unit; 0: not asked for.
        var bound = 0.0
    }

    /// The integer that a value of 1 becomes when the source sends values; 1 for spikes.
    ///
    /// Values lie in -gain...gain; what is beyond is cut where it is sent.
    func integerOfOne(of id: ID<Population>, in network: Network) -> Double {
        guard case .input = network.populations[id].cell, let task = network.task, task.input == id, let gain = task.encoder.gainOfValues,
            chip.formats.payloadBits > 1
        else { return 1 }
        return Double((1 << (chip.formats.payloadBits - 1)) - 1) / max(abs(gain), .leastNormalMagnitude)
    }

    func mode(of statistics: WeightStatistics) -> WeightFormat.SignMode {
        let modes = chip.formats.weight.modes
        if statistics.lowest >= 0, modes.contains(.excitatory) { return .excitatory }
        if statistics.highest <= 0, modes.contains(.inhibitory) { return .inhibitory }
        if modes.contains(.mixed) { return .mixed }
        // What the signs need; `refuseSigns` refuses it.
        return statistics.lowest >= 0 ? .excitatory : statistics.highest <= 0 ? .inhibitory : .mixed
    }
}
