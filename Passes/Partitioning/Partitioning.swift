import Chips
public import Diagnostics
public import Lowering
import Networks
import Numerics

/// Assigns every neuron to a core, so that no capacity of any core is exceeded.
///
/// Populations are cut into slices of nearly equal size, from the last layer backwards, because a neuron needs an output axon for every
/// core that it reaches; then small slices share cores. What a core holds is counted exactly, by the chip's own rules, each of which is
/// in a file of its own here (`Capacity+….swift`).
///
/// Complexity: dense, one-to-one and local projections are counted by structure; each row of an irregular one is produced a few times.
public struct Partitioning: Pass {
    public static let name = "partitioning"
    public static let summary = "assign neurons to cores under all capacities of the chip at once"

    public static let options = [
        PassOption("share-cores", "whether slices of several populations may live on one core (default true)"),
        PassOption("rates", "expected spikes per neuron and time step, by population (default: by kind of cell, else default-rate)"),
        PassOption("neurons-per-core", "most neurons of a core, where populations are cut evenly (default: as many as it holds)"),
        PassOption("default-rate", "expected spikes per neuron and time step of other populations (default 0.05)"),
    ]

    /// Whether slices of several populations may live on one core.
    public var shareCores: Bool
    /// Expected spikes per neuron and time step, by population; others have a rate of their own (Poisson sources, given spikes, values
    /// sent at every step) or `defaultRate`. Only the expected traffic depends on it.
    public var rates: [String: Double]
    public var defaultRate: Double

    /// Neurons that a core gets at most, where populations are cut evenly; nil: as many as it holds.
    public var neuronsPerCore: Int?

    public init(
        shareCores: Bool = true, rates: [String: Double] = [:], defaultRate: Double = 0.05, neuronsPerCore: Int? = nil
    ) {
        self.neuronsPerCore = neuronsPerCore
        self.shareCores = shareCores
        self.rates = rates
        self.defaultRate = defaultRate
    }

    public func run(_ quantized: QuantizedNetwork) throws(DiagnosticsError) -> CoreGraph {
        if case .fixedPoint(let arithmetic) = quantized.chip.arithmetic { return try sliceUniformly(quantized, arithmetic) }
        let traffic = try TrafficModel(quantized.network, rates: rates, defaultRate: defaultRate)
        if case .crossbar(let crossbar) = quantized.chip.topology { return try partition(quantized, on: crossbar, traffic) }
        let problem = try PartitionProblem(quantized)
        var measure = try CoreMeasure.found(for: problem, shareCores: shareCores, mayLeaveChip: false)
        if !quantized.chip.holdsOnOneChip(measure.loads.count), problem.pricesOtherChips {
            measure = try CoreMeasure.found(for: problem, shareCores: shareCores, mayLeaveChip: true)
        }
        try problem.refuseTooManyCores(measure)
        return measure.graph(traffic)
    }
}
