import Chips

extension CapacityRule {
    /// Distinct formats of the rows on the core; a projection with dense and sparse rows has two.
    func synapseFormatUsage(_ load: CoreLoad) -> Int { load.formats.count }
}
