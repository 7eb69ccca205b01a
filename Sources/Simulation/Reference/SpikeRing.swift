/// Who spiked in the last steps, of one population: a list for each step and part. Trivial: it owns nothing.
///
/// A part's list starts at the part's first neuron, so that only the pages that spikes fill are touched. Sources have one part.
struct SpikeRing<Real: EngineScalar>: BitwiseCopyable {
    let slots: Int
    let parts: Int
    /// Entries of one slot.
    let capacity: Int
    /// Entries that a part has for each of its neurons.
    let multiplicity: Int
    let hasValues: Bool
    let neurons: UnsafeMutablePointer<Int32>
    /// Beside `neurons`; read where the list is graded.
    let values: UnsafeMutablePointer<Real>
    /// [slots × parts].
    let counts: UnsafeMutablePointer<Int32>
    /// [slots × parts]: 1 where every event carries a value.
    let graded: UnsafeMutablePointer<UInt8>
    /// [slots]: 1 where a source's list equals that of the step before.
    let repeated: UnsafeMutablePointer<UInt8>

    init(slots: Int, parts: Int, capacity: Int, multiplicity: Int, hasValues: Bool, in arena: Arena) {
        self.slots = slots
        self.parts = parts
        self.capacity = capacity
        self.multiplicity = multiplicity
        self.hasValues = hasValues
        neurons = arena.allocate(count: slots * capacity)
        values = arena.allocate(count: hasValues ? slots * capacity : 1)
        counts = arena.allocate(count: slots * parts)
        graded = arena.allocate(count: slots * parts)
        repeated = arena.allocate(count: slots)
    }

    /// The list of the part whose first neuron is `neuron`.
    @inline(__always)
    func list(_ slot: Int, from neuron: Int) -> (neurons: UnsafeMutablePointer<Int32>, values: UnsafeMutablePointer<Real>) {
        let start = slot &* capacity &+ neuron &* multiplicity
        return (neurons + start, hasValues ? values + start : values)
    }

    /// The same lists with more room, for sources (whose events are one list).
    func grown(to needed: Int, hasValues: Bool, in arena: Arena) -> SpikeRing {
        let larger = SpikeRing(
            slots: slots, parts: parts, capacity: max(needed, capacity), multiplicity: multiplicity, hasValues: hasValues || self.hasValues,
            in: arena)
        larger.counts.update(from: counts, count: slots * parts)
        larger.graded.update(from: graded, count: slots * parts)
        larger.repeated.update(from: repeated, count: slots)
        for slot in 0..<slots {
            (larger.neurons + slot * larger.capacity).update(from: neurons + slot * capacity, count: capacity)
            if self.hasValues { (larger.values + slot * larger.capacity).update(from: values + slot * capacity, count: capacity) }
        }
        return larger
    }

    func reset() {
        counts.update(repeating: 0, count: slots * parts)
        repeated.update(repeating: 0, count: slots)
    }
}
