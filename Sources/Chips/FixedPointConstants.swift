import Numerics

/// What the machine derives from a neuron's parameters once, before the first step.
public struct FixedPointConstants: Hashable, Sendable {
    /// Membrane resistance tau_m / c_m, s16.15.
    public var resistance: Int32
    /// e^(-ts / tau_m), s16.15.
    public var membraneDecay: Int32
    /// Substeps of refractoriness: the quotient tau_refrac / ts, up.
    public var refractory: Int32
    /// e^(-ts / tau_syn) as u0.32, excitatory and inhibitory.
    public var decay: (UInt32, UInt32)
    /// What an arriving weight is multiplied by, u0.32: keeps the area of the discretised exponential.
    public var jump: (UInt32, UInt32)
    /// 1 / ts, s16.15 (`currentDelta`).
    public var inverseStep: Int32

    /// - Parameter substeps: at least 1; the cell's timestep, tau_m, c_m and the synapses' time constants are above 0 (`isComputable`).
    public init(_ cell: FixedPointCell, _ model: FixedPointCell.Model, substeps: Int) {
        let step = cell.timestep / Int32(truncatingIfNeeded: substeps)
        resistance = Int32(truncatingIfNeeded: Accum.quotient(cell.membraneTime, cell.capacitance))
        membraneDecay = LibraryExponential.accum(-Accum.quotient(step, cell.membraneTime))
        let held = Accum.quotient(cell.refractoryTime, step)
        refractory = Int32(truncatingIfNeeded: (held >> 15) + (held & 0x7FFF != 0 ? 1 : 0))
        inverseStep = Int32(truncatingIfNeeded: Accum.quotient(Accum.one, step))
        (decay, jump) = ((0, 0), (0, 0))
        guard model != .currentDelta else { return }
        func synapse(_ time: Int32) -> (UInt32, UInt32) {
            let decay = LibraryExponential.fraction(-Accum.quotient(step, time))
            let steps = UInt64(truncatingIfNeeded: Accum.quotient(time, step))
            return (decay, UInt32(truncatingIfNeeded: (steps &* UInt64(UInt32.max - decay)) >> 15))
        }
        let (excitatory, inhibitory) = (synapse(cell.synapseTime.0), synapse(cell.synapseTime.1))
        decay = (excitatory.0, inhibitory.0)
        jump = (excitatory.1, inhibitory.1)
    }

    /// Whether no divisor is 0 or below.
    public static func isComputable(_ cell: FixedPointCell, _ model: FixedPointCell.Model, substeps: Int) -> Bool {
        guard (1...Int(Int16.max)).contains(substeps), cell.timestep / Int32(substeps) > 0, cell.membraneTime > 0, cell.capacitance > 0
        else { return false }
        return model == .currentDelta || (cell.synapseTime.0 > 0 && cell.synapseTime.1 > 0)
    }

    public static func == (left: Self, right: Self) -> Bool {
        left.resistance == right.resistance && left.membraneDecay == right.membraneDecay && left.refractory == right.refractory
            && left.decay == right.decay && left.jump == right.jump && left.inverseStep == right.inverseStep
    }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(resistance)
        hasher.combine(membraneDecay)
        hasher.combine(refractory)
        hasher.combine(decay.0)
        hasher.combine(jump.0)
    }
}
