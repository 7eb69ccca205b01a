import Chips

extension CapacityRule {
    /// Words of all rows, each entry rounded up to words as `RowPacking` lays it out.
    func synapseMemoryUsage(_ load: CoreLoad, _ packing: SynapsePacking, _ packings: [SynapsePacking]) -> Int {
        packings.firstIndex(of: packing).map { load.words[$0] } ?? 0
    }
}
