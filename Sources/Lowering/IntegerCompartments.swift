public import Chips

/// The registers of a population of integer compartments (`IntegerCurrentArithmetic`); every array has one entry per neuron.
public struct IntegerCompartments: Hashable, Sendable {
    /// Integer membrane units per unit of the model's membrane potential.
    public var scale: Double
    /// The model's membrane potential, relative to rest, for which the integer one is 0: the value after a reset, since chips reset to 0.
    public var origin: [Double]
    /// Register values, without the chip's offset.
    public var currentDecay: [Int]
    public var membraneDecay: [Int]
    public var thresholdMantissa: [Int]
    public var biasMantissa: [Int]
    public var biasExponent: [Int]
    /// Steps that the membrane is held after a spike; 0: none.
    public var refractorySteps: [Int]
    public var reset: IntegerCurrentArithmetic.Reset
    /// False: the threshold is the largest, for a readout that never spikes.
    public var spikes: Bool
    /// Integer membrane potential at the start.
    public var initialMembrane: [Int]
    /// Added to the delay of every projection that arrives here, because the model's membrane integrates before arrivals.
    public var addedDelay: Int
    /// By neuron; nil: fixed compartments.
    public var adaptation: [AdaptiveThreshold]?
    /// By neuron, of rate units; nil: neurons send spikes, or nothing.
    public var graded: [GradedUnit]?

    public init(
        scale: Double, origin: [Double], currentDecay: [Int], membraneDecay: [Int], thresholdMantissa: [Int], biasMantissa: [Int],
        biasExponent: [Int],
        refractorySteps: [Int], reset: IntegerCurrentArithmetic.Reset, spikes: Bool, initialMembrane: [Int], addedDelay: Int,
        adaptation: [AdaptiveThreshold]? = nil, graded: [GradedUnit]? = nil
    ) {
        self.scale = scale
        self.origin = origin
        self.currentDecay = currentDecay
        self.membraneDecay = membraneDecay
        self.thresholdMantissa = thresholdMantissa
        self.biasMantissa = biasMantissa
        self.biasExponent = biasExponent
        self.refractorySteps = refractorySteps
        self.reset = reset
        self.spikes = spikes
        self.initialMembrane = initialMembrane
        self.addedDelay = addedDelay
        self.adaptation = adaptation
        self.graded = graded
    }

    public var count: Int { currentDecay.count }
}
