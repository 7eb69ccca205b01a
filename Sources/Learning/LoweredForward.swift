public import Networks
public import Numerics

/// The numbers that a chip would compute with, for training in the loop.
///
/// Before each batch the trainer shows its own numbers and runs the forward pass, and the way back, with what it gets; the gradient is
/// applied to its own numbers as if the lowering were the identity (straight-through estimator; Bengio et al. 2013, arXiv 1308.3432).
/// Implementations must be functions of their arguments alone, and safe to call from any thread.
public protocol LoweredForward: Sendable {
    /// The weights that the chip would hold for `weights`, in the model's unit.
    /// - Parameter weights: the free weights of the projection, as `SynapseRows` numbers them.
    /// - Returns: as many numbers.
    func weights(of projection: ID<Projection>, from weights: [Float]) -> [Float]

    /// The same for all projections into one population at once, for chips on which they share a scale.
    func weights(into population: ID<Population>, from weights: [(projection: ID<Projection>, values: [Float])]) -> [[Float]]

    /// One step of the chip's weights into `projection`, in the model's unit, when `largest` must be held; nil: they have none.
    func weightStep(of projection: ID<Projection>, holding largest: Double) -> Double?

    /// How the chip's rows would hold the weights of `projection` while they learn; nil: it has no rows that learn.
    func plasticWeights(of projection: ID<Projection>) -> PlasticWeights?

    /// What the chip can say of a population's values: those of rate units as counts of spikes, those of an input as it sends them.
    /// - Parameter values: of some samples, in any order; what the largest of them are sets the scale, as it does when the network is lowered.
    func activities(of population: ID<Population>, from values: [Double]) -> [Double]

    /// The dynamics that the chip would compute for `dynamics`, in the model's units.
    func dynamics(of population: ID<Population>, from dynamics: Dynamics) -> Dynamics

    /// The chip itself, for rules that look at its spike times instead of computing them (`ttfs`); nil: none.
    var spikeTimes: (any SpikeTimeMachine)? { get }
}

extension LoweredForward {
    public func weights(into _: ID<Population>, from weights: [(projection: ID<Projection>, values: [Float])]) -> [[Float]] {
        weights.map { self.weights(of: $0.projection, from: $0.values) }
    }

    public var spikeTimes: (any SpikeTimeMachine)? { nil }

    public func weightStep(of _: ID<Projection>, holding _: Double) -> Double? { nil }

    public func plasticWeights(of _: ID<Projection>) -> PlasticWeights? { nil }

    public func activities(of _: ID<Population>, from values: [Double]) -> [Double] { values }

    public func dynamics(of population: ID<Population>, from dynamics: Dynamics) -> Dynamics { dynamics }
}

extension LoweredForward {
    /// All weights of a plan at once; what else its parameters are stays.
    func lowered<Real: TrainingScalar>(_ parameters: [Real], of plan: TrainingPlan) -> [Real] {
        var values = parameters
        for (index, population) in plan.populations.enumerated() where !population.incoming.isEmpty {
            let own = population.incoming.map {
                (projection: ID<Projection>($0), values: parameters[plan.projections[$0].parameters].map { Float($0) })
            }
            for (projection, chips) in zip(population.incoming, weights(into: ID(index), from: own)) {
                let first = plan.projections[projection].parameters.lowerBound
                for (offset, weight) in chips.enumerated() { values[first + offset] = Real(weight) }
            }
        }
        return values
    }
}

/// Weights in `levels` steps of equal size to either side of 0; the largest magnitude of the projection becomes the last step.
///
/// What a chip with signed weights of one scale for each projection does to them; 127 levels are 8 bits with the lowest always 0. A step
/// is one over a whole number where the weights allow it, so that a threshold of 1 is a whole number of steps too.
public struct EvenSteps: LoweredForward {
    public var levels: Int

    public init(levels: Int) { self.levels = levels }

    public func weights(of projection: ID<Projection>, from weights: [Float]) -> [Float] {
        guard let largest = weights.indices.max(by: { abs(weights[$0]) < abs(weights[$1]) }), weights[largest] != 0, levels > 0 else {
            return weights
        }
        let perUnit = Float(levels) / abs(weights[largest])
        let step = perUnit >= 1 && perUnit < 0x1p24 ? 1 / perUnit.rounded(.down) : 1 / perUnit
        var rounded = weights.map { ($0 / step).rounded(.toNearestOrEven) * step }
        rounded[largest] = Float(levels) * (weights[largest] < 0 ? -step : step)
        return rounded
    }
}
