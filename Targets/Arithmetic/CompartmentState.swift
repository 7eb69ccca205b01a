import Chips
import Numerics

/// The state of a core's compartments, and the step that moves it: the integer current-based neuron of `IntegerCurrentArithmetic`.
package struct CompartmentState: Hashable, Sendable {
    package let count: Int
    /// Of compartments with adaptive thresholds; nil where none has one.
    package private(set) var adaptation: AdaptationState?
    /// Currents, membranes and held steps, one after the other.
    private var storage: [Int32]
    /// How often a current left its bits, and how often a membrane or a drive was cut or wrapped.
    package private(set) var currentOverflows = 0
    package private(set) var membraneOverflows = 0
    /// Updates of compartments whose current or membrane was not zero.
    package private(set) var activeUpdates = 0

    package init(count: Int, isAdaptive: Bool = false) {
        self.count = count
        storage = [Int32](repeating: 0, count: 3 * count)
        adaptation = isAdaptive ? AdaptationState(count: count) : nil
    }

    package var current: [Int32] {
        get { column(0) }
        set { setColumn(0, newValue) }
    }

    package var membrane: [Int32] {
        get { column(1) }
        set { setColumn(1, newValue) }
    }

    /// Steps that the membrane is still held.
    package var held: [Int32] { column(2) }

    /// The membrane of one compartment.
    @inline(__always)
    package func membrane(of compartment: Int) -> Int32 { storage[count &+ compartment] }

    private func column(_ number: Int) -> [Int32] { Array(storage[number * count..<(number + 1) * count]) }

    private mutating func setColumn(_ number: Int, _ values: [Int32]) {
        precondition(values.count == count, "bug: \(values.count) states for \(count) compartments")
        storage.replaceSubrange(number * count..<(number + 1) * count, with: values)
    }

    /// Currents and membranes to zero, nobody held.
    package mutating func clear() {
        storage.withUnsafeMutableBufferPointer { $0.update(repeating: 0) }
        if adaptation != nil { adaptation = AdaptationState(count: count) }
    }

    /// The shifted input in the accumulator's bits.
    @inline(__always)
    package static func accumulated(_ arrivals: Int32, law: CompartmentLaw, noise: Int32 = 0) -> Int32 {
        let sum = arrivals &<< Int32(truncatingIfNeeded: law.inputShift) &+ noise
        guard let bits = law.accumulatorBits else { return sum }
        return sum.wrapped(toBits: bits + 1)
    }

    /// One step of all compartments.
    ///
    ///     q ← wrap(arrivals << shift)
    ///     u ← overflow(tz(u · currentFactor, decayBits) + q)
    ///     v ← overflow(tz(v · membraneFactor, decayBits) + wrap(u + bias)), unless held
    ///     spike when v > threshold: v ← 0 or v - threshold, and held for `heldSteps`
    ///
    /// - Parameters:
    ///   - arrivals: summed effective weights, before the shift; one entry per compartment.
    ///   - spikes: receives the compartments that spike, ascending; at least `count` long.
    ///   - noise: added to q or to the drive; nil: none.
    /// - Returns: how many spiked.
    package mutating func step(
        _ registers: CompartmentRegisters, law: CompartmentLaw, arrivals: UnsafePointer<Int32>,
        spikes: UnsafeMutableBufferPointer<Int32>, noise: CompartmentNoise? = nil
    ) -> Int {
        precondition(
            registers.count == count && spikes.count >= count, "bug: a core's registers, state and spike list differ in length")
        precondition(noise?.values.count ?? count == count, "bug: one noise value is needed for each compartment")
        let count = count
        var adaptation: AdaptationState?
        swap(&adaptation, &self.adaptation)
        defer { swap(&adaptation, &self.adaptation) }
        let result = storage.withUnsafeMutableBufferPointer { state in
            registers.storage.withUnsafeBufferPointer { columns in
                guard let state = state.baseAddress, let columns = columns.baseAddress, let spikes = spikes.baseAddress else {
                    return StepCount()
                }
                let memory = StepMemory(count, registers: columns, state: state, arrivals: arrivals, spikes: spikes)
                if let program = registers.adaptation {
                    guard var own = adaptation, noise == nil else {
                        preconditionFailure("bug: adaptive compartments without their state, or with noise")
                    }
                    // The only owner, so that nothing is copied.
                    adaptation = nil
                    defer { adaptation = own }
                    return memory.step(law, program, &own)
                }
                if let noise { return memory.step(law, GivenNoise(noise)) }
                return VectorLaw.suits(law) ? memory.stepVectors(law) : memory.step(law, Noiseless())
            }
        }
        currentOverflows &+= result.currentOverflows
        membraneOverflows &+= result.membraneOverflows
        activeUpdates &+= result.activeUpdates
        return result.spikes
    }
}

extension CompartmentState {
    /// What the rate units of a core send after a step, merged into its spikes.
    /// - Parameters:
    ///   - count: how many spiked.
    ///   - values: receives what each spike carries; at least `count` compartments long.
    /// - Returns: how many spikes there are now.
    package mutating func sendValues(
        _ units: GradedRegisters, spikes: UnsafeMutableBufferPointer<Int32>, count: Int, values: UnsafeMutableBufferPointer<Int32>
    ) -> Int {
        precondition(units.isUnit.count == self.count && values.count >= self.count, "bug: graded units and state differ in length")
        let result = storage.withUnsafeBufferPointer { state in
            state.baseAddress.map { units.send($0 + self.count, spikes: spikes, count: count, values: values) } ?? (0, 0)
        }
        membraneOverflows &+= result.1
        return result.0
    }
}

/// What a step counted.
struct StepCount {
    var spikes = 0
    var currentOverflows = 0
    var membraneOverflows = 0
    var activeUpdates = 0
}
