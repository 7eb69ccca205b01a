public import Chips
import Numerics

/// The parameters of a population of neurons of `FixedPointArithmetic`, as words of the cores' memory.
public struct FixedPointNeurons: Hashable, Sendable {
    /// A word of every neuron; s16.15 unless said otherwise.
    public enum Column: String, CaseIterable, Hashable, Sendable {
        case membrane, rest, capacitance
        case membraneTime = "membrane_time"
        case offset, reset
        case refractoryTime = "refractory_time"
        case threshold
        case excitatoryTime = "excitatory_time"
        case inhibitoryTime = "inhibitory_time"
        case excitatoryReversal = "excitatory_reversal"
        case inhibitoryReversal = "inhibitory_reversal"
        /// What the membrane keeps in a step, u0.32.
        case decay
        case excitatoryGain = "excitatory_gain"
        case inhibitoryGain = "inhibitory_gain"
        /// Added to the membrane in every step.
        case drive
        /// 0: to `reset`; 1: the threshold is subtracted.
        case resetMode = "reset_mode"
        /// Integer.
        case refractoryTicks = "refractory_ticks"
        case beta
        /// u0.32.
        case adaptationDecay = "adaptation_decay"
        case excitatoryDecay = "excitatory_decay"
        case inhibitoryDecay = "inhibitory_decay"
    }

    public var cell: FixedPointArithmetic.Cell
    /// Units of potential per unit of the model's: a power of two.
    public var potentialScale: Double
    /// The model's membrane potential, relative to rest, for which the word is 0.
    public var origin: [Double]
    /// False for a readout that never spikes.
    public var spikes: Bool
    /// Added to the delay of every projection that arrives here, because the model's membrane integrates before arrivals.
    public var addedDelay: Int
    /// Left shift of the ring buffer, excitatory and inhibitory.
    public var shifts: [Int]
    /// Of all projections that arrive here, in stored steps; it decides the bits of a delay.
    public var longestDelay: Int
    /// Length of a time step, s16.15 ms.
    public var timestep: Int32
    /// Parallel to `columns(of: cell)`; one word for each neuron.
    public var words: [[Int32]]
    /// Rows that learn on the chip; nil: none.
    public var plasticity: FixedPointPlasticity?

    public init(
        cell: FixedPointArithmetic.Cell, potentialScale: Double, origin: [Double], spikes: Bool, addedDelay: Int, shifts: [Int],
        longestDelay: Int, timestep: Int32, words: [[Int32]]
    ) {
        self.cell = cell
        self.potentialScale = potentialScale
        self.origin = origin
        self.spikes = spikes
        self.addedDelay = addedDelay
        self.shifts = shifts
        self.longestDelay = longestDelay
        self.timestep = timestep
        self.words = words
    }

    public var count: Int { origin.count }

    /// Units of a weight, s16.15 behind the shift, per unit of the model's weights.
    public var weightScale: Double {
        potentialScale * (cell == .conductanceExponential ? FixedPointArithmetic.conductanceFactor : 1)
    }

    /// The words that a cell has, in the order in which they are kept.
    public static func columns(of cell: FixedPointArithmetic.Cell) -> [Column] {
        let released: [Column] = [.membrane, .rest, .capacitance, .membraneTime, .offset, .reset, .refractoryTime, .threshold]
        return switch cell {
        case .currentDelta: released
        case .currentExponential: released + [.excitatoryTime, .inhibitoryTime]
        case .conductanceExponential: released + [.excitatoryTime, .inhibitoryTime, .excitatoryReversal, .inhibitoryReversal]
        case .threshold:
            [
                .membrane, .decay, .excitatoryGain, .inhibitoryGain, .drive, .threshold, .reset, .resetMode, .refractoryTicks, .beta,
                .adaptationDecay, .excitatoryDecay, .inhibitoryDecay,
            ]
        }
    }

    /// The words of one column; empty when the cell has no such column.
    public subscript(column: Column) -> [Int32] {
        guard let index = Self.columns(of: cell).firstIndex(of: column) else { return [] }
        return words[index]
    }

    /// One neuron of a released cell, as the machine starts it.
    public func released(_ n: Int) -> FixedPointCell {
        var result = FixedPointCell()
        func word(_ column: Column) -> Int32 {
            let values = self[column]
            return values.isEmpty ? 0 : values[n]
        }
        result.membrane = word(.membrane)
        result.rest = word(.rest)
        result.capacitance = word(.capacitance)
        result.membraneTime = word(.membraneTime)
        result.offset = word(.offset)
        result.reset = word(.reset)
        result.refractoryTime = word(.refractoryTime)
        result.timestep = timestep
        result.threshold = word(.threshold)
        result.synapseTime = (word(.excitatoryTime), word(.inhibitoryTime))
        result.reversal = (word(.excitatoryReversal), word(.inhibitoryReversal))
        return result
    }
}
