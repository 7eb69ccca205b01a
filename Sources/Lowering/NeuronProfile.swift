public import Chips

/// The registers of a neuron that a chip keeps in a profile, which several neurons of a core share.
public struct NeuronProfile: Hashable, Sendable {
    public let currentDecay: Int
    public let membraneDecay: Int
    public let refractorySteps: Int
    public let reset: IntegerCurrentArithmetic.Reset
    public let adaptation: AdaptiveThreshold?
    public let graded: GradedUnit?

    public init(_ neurons: IntegerCompartments, _ index: Int) {
        currentDecay = neurons.currentDecay[index]
        membraneDecay = neurons.membraneDecay[index]
        refractorySteps = neurons.refractorySteps[index]
        reset = neurons.reset
        adaptation = neurons.adaptation?[index]
        graded = neurons.graded?[index]
    }
}
