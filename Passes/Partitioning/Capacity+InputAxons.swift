import Chips

extension CapacityRule {
    /// One for every distinct source neuron with a synapse on the core; several projections of the same neuron share its axon.
    func inputAxonUsage(_ load: CoreLoad) -> Int { load.inputAxons }
}
