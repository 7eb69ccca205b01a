/// Neurons in s16.15 with ring buffers of 16-bit sums: what SpiNNaker's released neuron binaries compute.
///
/// A weight is a 16-bit magnitude; the ring buffer's sum of a receptor is shifted left by one number per population and receptor, and read
/// as s16.15 (`FixedPointCell`, `FixedPointConstants`).
public struct FixedPointArithmetic: Hashable, Sendable {
    /// Cells that cores can compute.
    public enum Cell: String, CaseIterable, Hashable, Sendable {
        case currentExponential = "if_curr_exp"
        case currentDelta = "if_curr_delta"
        case conductanceExponential = "if_cond_exp"
        /// Spikewright's own: subtraction at reset, adaptive thresholds, no leak (Documentation/Targets/spinnaker.md).
        case threshold = "spikewright_threshold"

        /// The released model; nil for Spikewright's own.
        public var model: FixedPointCell.Model? {
            switch self {
            case .currentExponential: .currentExponential
            case .currentDelta: .currentDelta
            case .conductanceExponential: .conductanceExponential
            case .threshold: nil
            }
        }
    }

    public var cells: [Cell]
    /// Moves of the neuron's state in a time step.
    public var substeps: Int
    /// Low bits of a key that carry the time step of the spike.
    public var colourBits: Int
    /// Bits of an index into the ring buffer: neuron, receptor and delay.
    public var ringBufferBits: Int
    /// Most stages of a delay extension, each as long as the ring buffer.
    public var delayStages: Int
    /// Spikes per second that a neuron is expected to send, and standard deviations of the summed input that must not overflow; they set the
    /// shifts.
    public var expectedRate: Double
    public var expectedDeviations: Double

    public init(
        cells: [Cell], substeps: Int = 1, colourBits: Int, ringBufferBits: Int, delayStages: Int, expectedRate: Double,
        expectedDeviations: Double
    ) {
        self.cells = cells
        self.substeps = substeps
        self.colourBits = colourBits
        self.ringBufferBits = ringBufferBits
        self.delayStages = delayStages
        self.expectedRate = expectedRate
        self.expectedDeviations = expectedDeviations
    }

    /// Receptors: excitatory and inhibitory.
    public static let receptors = 2
    /// What conductances are multiplied by before they become weights, so that microsiemens keep bits behind the point.
    public static let conductanceFactor = 1024.0

    /// Bits that tell `count` things apart as sPyNNaker counts them: one bit for one thing, none for none.
    public static func bits(for count: Int) -> Int {
        switch count {
        case ..<1: 0
        case 1: 1
        default: Int.bitWidth - (count - 1).leadingZeroBitCount
        }
    }

    /// Steps that the ring buffer of a core looks ahead: a power of two that holds the longest delay, as far as the index has bits.
    /// - Parameters:
    ///   - longestDelay: of all projections that arrive at the population, in steps.
    ///   - neurons: most neurons of a core of the population.
    public func ringBufferSteps(longestDelay: Int, neurons: Int) -> Int {
        let left = max(ringBufferBits - Self.bits(for: neurons) - Self.bits(for: Self.receptors), 0)
        return min(1 << Self.bits(for: longestDelay), 1 << left)
    }

    /// Stages of the delay extension that a longest delay needs.
    public func stages(longestDelay: Int, steps: Int) -> Int {
        longestDelay <= steps ? 0 : (longestDelay + steps - 1) / steps - 1
    }
}
