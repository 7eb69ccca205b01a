public import Diagnostics
public import Lowering
import Numerics

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// How SpiNNaker keeps the weights of a projection whose rows learn.
public struct PlasticWeights: Hashable, Sendable {
    /// Units of s16.15 per unit of the model's weights.
    public var scale: Double
    /// Left shift from a stored weight of 16 bits to s16.15.
    public var shift: Int
    /// Steps that are added to every delay.
    public var addedDelay: Int

    public init(scale: Double, shift: Int, addedDelay: Int) {
        self.scale = scale
        self.shift = shift
        self.addedDelay = addedDelay
    }

    /// A step of the stored weights, in the model's unit.
    public var unit: Double { Double(1 << shift) / (scale * Double(Accum.one)) }
}

extension FixedPointPairs {
    /// The longest delay that no core's ring buffer leaves to a delay extension: below 2 to the 14 bits of its index less 8 of neurons and 1
    /// of types.
    static let longestDelay = 31

    /// The rule as plastic rows hold it.
    ///
    /// Rows count the time between spikes from when a source sends, the model from when its spike arrives; each pair therefore seems by the
    /// delay longer to a row where the source is first, and shorter where it is second. A+ and A- make up for it, so that pairs further
    /// apart than the delay move weights as the rule says. Closer ones, of a target's spike before the arrival, count as growth.
    /// - Throws: what the rows cannot hold, as refusals with numbers.
    public init(_ rule: PairRule, _ weights: PlasticWeights, chip: String) throws(DiagnosticsError) {
        let lag = rule.delay + weights.addedDelay
        let perUnit = rule.isMultiplicative ? 1 : weights.scale
        let rise = rule.potentiation * perUnit * exp(Double(lag) / rule.sourceTimeConstant)
        let fall = rule.depression * perUnit * exp(-Double(lag) / rule.targetTimeConstant)
        self.init(
            isNearest: rule.isNearest, isMultiplicative: rule.isMultiplicative, delaysTargets: false,
            sourceDecay: Self.decayTable(timeConstant: rule.sourceTimeConstant),
            targetDecay: Self.decayTable(timeConstant: rule.targetTimeConstant), lowest: Accum.nearest(rule.lowest * weights.scale),
            highest: Accum.nearest(rule.highest * weights.scale), potentiation: Accum.nearest(rise), depression: Accum.nearest(fall))
        let faults = Self.faults(rule, weights, chip: chip, lag: lag, rise: rise, fall: fall)
        guard faults.isEmpty else { throw DiagnosticsError(faults, isRefusal: true) }
    }

    private static func faults(
        _ rule: PairRule, _ weights: PlasticWeights, chip: String, lag: Int, rise: Double, fall: Double
    ) -> [Diagnostic] {
        var faults: [Diagnostic] = []
        func fault(_ id: String, _ what: String, help: String) { faults.append(Diagnostic(id, what, help: help)) }
        if rule.reward != nil {
            fault(
                "on-chip-reward",
                "rows of '\(chip)' keep a synapse's eligibility in 16 bits without a sign, and the rule's falls below 0",
                help: "train in the loop (--target without --on-chip), or learn by 'stdp'")
        }
        for (name, timeConstant) in [("tau_plus", rule.sourceTimeConstant), ("tau_minus", rule.targetTimeConstant)] {
            let entries = entryCount(timeConstant: timeConstant)
            if !(entries <= Double(mostEntries)) {
                fault(
                    "on-chip-decay-table",
                    "'\(name)' of \(shortest(timeConstant)) steps needs a table of \(shortest(entries)) entries, and a table of '\(chip)' has at most \(mostEntries)",
                    help: "shorten `\(name)` to at most \(Int(Double(mostEntries) / log(Double(one)))) steps")
            }
        }
        let most = Double(Int64(0xFFFF) << Int64(weights.shift)) / (weights.scale * Double(Accum.one))
        if rule.lowest < 0 {
            fault(
                "on-chip-lowest-weight", "rows of '\(chip)' hold weights from 0 up, and 'weight_min' is \(shortest(rule.lowest))",
                help: "set weight_min to 0 or more")
        }
        if !(rule.highest <= most) {
            fault(
                "on-chip-highest-weight",
                "rows of '\(chip)' hold weights up to \(shortest(most)) behind a shift of \(weights.shift), and 'weight_max' is \(shortest(rule.highest))",
                help: "lower weight_max, or raise --ring-buffer-shift or --max-summed-weight")
        }
        for (name, asked, held) in [("potentiation", rule.potentiation, rise), ("depression", rule.depression, fall)] where asked > 0 {
            if Accum.nearest(held) == 0 {
                fault(
                    "on-chip-change",
                    "'\(name)' of \(shortest(asked)) is \(shortest(held * Double(Accum.one))) of the last bit of s16.15 in which '\(chip)' adds it up",
                    help: "raise `\(name)` to at least \(shortest(asked / (held * Double(Accum.one))))")
            } else if held * Double(Accum.one) > Double(Int32.max) || (rule.isMultiplicative && held * 16 > 1) {
                fault(
                    "on-chip-change",
                    "'\(name)' of \(shortest(asked)) moves a weight too far in one step for '\(chip)', which does not check \(rule.isMultiplicative ? "the bounds of multiplicative changes, and whose traces reach 16" : "s16.15")",
                    help: "lower `\(name)` to at most \(shortest(asked / held * (rule.isMultiplicative ? 0.0625 : 65535)))")
            }
        }
        if lag > longestDelay {
            fault(
                "on-chip-delay",
                "a delay of \(lag) steps may go through a delay extension of '\(chip)', and the rule counts from the spike itself",
                help: "shorten the delay to at most \(longestDelay - weights.addedDelay) steps")
        }
        return faults
    }
}
