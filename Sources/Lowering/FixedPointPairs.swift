public import Networks
public import Numerics

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A rule for pairs of spikes as SpiNNaker's plastic rows hold it: words of the region that the binaries read at their start.
///
/// Layouts and numbers are those of sPyNNaker 1!7.4.1 (host: `stdp/common.py`, `weight_dependence_additive.py`,
/// `weight_dependence_multiplicative.py`; machine: `stdp_typedefs.h`, `maths.h`, `timing_pair_impl.h`, `timing_nearest_pair_impl.h`).
public struct FixedPointPairs: Hashable, Sendable {
    /// Only the last spike of a source counts, for the first spike of a target behind it.
    public var isNearest: Bool
    public var isMultiplicative: Bool
    /// Whether a target's spikes reach the synapse by its delay later (`backprop_delay`).
    public var delaysTargets: Bool
    /// What is left of a trace after so many steps, 11 bits behind the point; nothing beyond the end.
    public var sourceDecay: [Int16]
    public var targetDecay: [Int16]
    /// Bounds of the weight, s16.15.
    public var lowest: Int32
    public var highest: Int32
    /// A+ and A-, s16.15: of the weight itself, or of its distance from the bound.
    public var potentiation: Int32
    public var depression: Int32

    public init(
        isNearest: Bool, isMultiplicative: Bool, delaysTargets: Bool, sourceDecay: [Int16], targetDecay: [Int16], lowest: Int32,
        highest: Int32, potentiation: Int32, depression: Int32
    ) {
        self.isNearest = isNearest
        self.isMultiplicative = isMultiplicative
        self.delaysTargets = delaysTargets
        self.sourceDecay = sourceDecay
        self.targetDecay = targetDecay
        self.lowest = lowest
        self.highest = highest
        self.potentiation = potentiation
        self.depression = depression
    }

    /// Spikes of a target that its history keeps, the placeholder at time 0 among them (`post_events.h`).
    public static let history = 16
    /// Entries of a table: their number is kept in 16 bits, and even.
    public static let mostEntries = 65534
    /// 1 of a trace (`STDP_FIXED_POINT_ONE`).
    public static let one = 2048

    /// Words of a row before its weights: the time of the source's last spike, and its trace where there is one.
    public var headerWords: Int { isNearest ? 1 : 2 }
    /// Of a neuron's history: a count, times, and traces of 16 bits where there are some.
    public var historyBytes: Int { 4 + Self.history * (isNearest ? 4 : 6) }
    /// Of the two tables with their headers.
    public var tableBytes: Int { 8 + 2 * (sourceDecay.count + targetDecay.count) }

    /// Words of a row with so many synapses behind its three counts: header, weights of 16 bits, control words of 16 bits.
    public func rowWords(_ synapses: Int) -> Int { synapses == 0 ? 0 : headerWords + 2 * ((synapses + 1) / 2) }

    /// How many entries the table of a time constant has: until 2048 has decayed to 1, rounded up to an even number.
    /// - Parameter timeConstant: in steps.
    public static func entryCount(timeConstant: Double) -> Double { 2 * (log(Double(one)) * timeConstant / 2).rounded(.up) }

    /// Rounded down, as the host does (`get_exp_lut_array`); empty where it would have more than `mostEntries`.
    public static func decayTable(timeConstant: Double) -> [Int16] {
        let count = entryCount(timeConstant: timeConstant)
        guard count <= Double(mostEntries) else { return [] }
        return (0..<Int(count)).map { Int16((Double(one) * exp(-Double($0) / timeConstant)).rounded(.down)) }
    }
}

/// The projections of a population whose rows learn, and how.
public struct FixedPointPlasticity: Hashable, Sendable {
    public var projections: [ID<Projection>]
    public var pairs: FixedPointPairs

    public init(projections: [ID<Projection>], pairs: FixedPointPairs) {
        self.projections = projections
        self.pairs = pairs
    }
}
