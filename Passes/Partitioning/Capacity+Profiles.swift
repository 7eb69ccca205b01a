import Chips

extension CapacityRule {
    /// Distinct combinations of registers among the core's neurons.
    func profileUsage(_ load: CoreLoad, _ profile: Profile) -> Int {
        switch profile {
        case .neuron: load.neuronProfiles.count
        case .threshold: load.thresholdProfiles.count
        }
    }
}
