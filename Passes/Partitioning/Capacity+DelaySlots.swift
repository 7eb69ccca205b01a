import Chips

extension CapacityRule {
    /// A ring of 2^(bits of the longest delay field on the core) places for every neuron.
    func delaySlotUsage(_ load: CoreLoad) -> Int { load.neurons << load.delayBits }
}
