import Chips

extension CapacityRule {
    /// `each` for every neuron and core that it reaches, its own core included, and `offChip` more when that core may be on another chip.
    ///
    /// Before placement every other core may be, unless all cores fit on one chip.
    func outputAxonUsage(_ load: CoreLoad, each: Int, offChip: Int) -> Int { load.reached * each + load.reachedElsewhere * offChip }
}
