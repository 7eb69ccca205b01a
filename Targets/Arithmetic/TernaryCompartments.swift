import Chips
import Numerics

/// Compartments that send +1 above one threshold and -1 below another; either resets the membrane to zero (Lava: `TernaryLIF`).
package struct TernaryCompartments: Hashable, Sendable {
    package var state: CompartmentState
    /// Full scale.
    package var upper: Int32
    package var lower: Int32

    package init(count: Int, upper: Int32, lower: Int32) {
        state = CompartmentState(count: count)
        self.upper = upper
        self.lower = lower
    }

    /// One step; `registers.threshold` is not looked at.
    /// - Returns: -1, 0 or 1 for every compartment.
    package mutating func step(_ registers: CompartmentRegisters, law: CompartmentLaw, arrivals: [Int32]) -> [Int8] {
        precondition(arrivals.count == state.count, "bug: one sum is needed for each compartment")
        // The compartment itself never spikes: its threshold is out of reach, and the two comparisons are made here.
        var silent = registers
        silent.threshold = [Int32](repeating: .max, count: silent.count)
        var none = [Int32](repeating: 0, count: state.count)
        _ = arrivals.withUnsafeBufferPointer { arrivals in
            none.withUnsafeMutableBufferPointer { spikes in
                arrivals.baseAddress.map { state.step(silent, law: law, arrivals: $0, spikes: spikes) } ?? 0
            }
        }
        let potentials = state.membrane
        let signs = potentials.map { potential -> Int8 in potential > upper ? 1 : potential < lower ? -1 : 0 }
        state.membrane = zip(potentials, signs).map { $1 == 0 ? $0 : 0 }
        return signs
    }
}

/// Clears a population's state every `interval` steps (Lava: `LIFReset`, used to part the samples of a data set).
package struct PeriodicReset: Hashable, Sendable {
    package var interval: Int
    package var offset: Int

    package init(interval: Int, offset: Int) {
        self.interval = interval
        self.offset = offset
    }

    /// Whether currents and membranes are cleared in this step, before they are updated; steps count from 1.
    package func isDue(in step: Int) -> Bool { step % interval == offset % interval }
}
