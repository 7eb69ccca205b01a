import Chips
import Lowering

/// The registers of a neuron that a chip keeps in a profile, which several neurons of a core share.
struct NeuronRegisters: Hashable {
    let currentDecay: Int
    let membraneDecay: Int
    let refractorySteps: Int
    let reset: IntegerCurrentArithmetic.Reset

    init(_ neurons: IntegerCompartments, _ index: Int) {
        currentDecay = neurons.currentDecay[index]
        membraneDecay = neurons.membraneDecay[index]
        refractorySteps = neurons.refractorySteps[index]
        reset = neurons.reset
    }
}
