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

    /// The dynamics that the chip would compute for `dynamics`, in the model's units.
    func dynamics(of population: ID<Population>, from dynamics: Dynamics) -> Dynamics
}

extension LoweredForward {
    public func dynamics(of population: ID<Population>, from dynamics: Dynamics) -> Dynamics { dynamics }
}

/// Weights in `levels` steps of equal size to either side of 0, the largest magnitude of the projection being the last.
///
/// What a chip with signed weights of one scale for each projection does to them; 127 levels are 8 bits with the lowest always 0.
public struct EvenSteps: LoweredForward {
    public var levels: Int

    public init(levels: Int) { self.levels = levels }

    public func weights(of projection: ID<Projection>, from weights: [Float]) -> [Float] {
        let largest = weights.reduce(0) { max($0, abs($1)) }
        guard largest > 0, levels > 0 else { return weights }
        let step = largest / Float(levels)
        return weights.map { ($0 / step).rounded(.toNearestOrEven) * step }
    }
}
