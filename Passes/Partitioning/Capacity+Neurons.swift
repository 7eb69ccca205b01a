import Chips

extension CapacityRule {
    /// `each` for every neuron on the core.
    func neuronUsage(_ load: CoreLoad, each: Int) -> Int { load.neurons * each }
}
