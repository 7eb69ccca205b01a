public import Chips
public import Diagnostics

extension RuleNeeds {
    /// What a chip lacks of what a rule keeps and moves, each with the budget that is exceeded; empty when the rule fits.
    ///
    /// Checked are: when the rule computes; its numbers for each synapse and each neuron, each of which takes a field of at least its
    /// bits, the smallest that does; the numbers that reach many places; and the way of weights.
    public func refusals(of rule: String, on chip: Chip) -> [Diagnostic] {
        let loop =
            "train in the loop instead (--target without --on-chip), or choose a rule or a chip that fits: `spikewright rules`, `spikewright targets`"
        guard let offer = chip.learning else {
            return [
                Diagnostic(
                    "rule-fit-no-learning", "'\(chip.name)' runs no learning rule, and '\(rule)' was to learn on it", at: chip.place,
                    help: loop)
            ]
        }
        var refusals: [Diagnostic] = []
        if let lack = timingLack(offer, chip.name) {
            refusals.append(Diagnostic("rule-fit-timing", "the learning rule '\(rule)' \(lack)", at: chip.place, help: loop))
        }
        if let lack = Self.lack(of: perSynapse, in: offer.perSynapse, each: "synapse", isFloating: offer.isFloatingPoint, chip.name) {
            refusals.append(Diagnostic("rule-fit-synapse-state", "the learning rule '\(rule)' \(lack)", at: chip.place, help: loop))
        }
        if let lack = Self.lack(of: perNeuron, in: offer.perNeuron, each: "neuron", isFloating: offer.isFloatingPoint, chip.name) {
            refusals.append(Diagnostic("rule-fit-neuron-state", "the learning rule '\(rule)' \(lack)", at: chip.place, help: loop))
        }
        for reach in LearningResources.Reach.allCases {
            let needed = broadcasts.filter { $0.reach.rawValue == reach.rawValue }
            let width = needed.reduce(0) { $0 + $1.width }
            guard width > offer.count(of: reach) else { continue }
            let names = needed.map { $0.width == 1 ? $0.name : "\($0.name) (\($0.width))" }.joined(separator: ", ")
            refusals.append(
                Diagnostic(
                    "rule-fit-broadcast",
                    "the learning rule '\(rule)' sends \(Self.count(width, "number")) \(reach.phrase) (\(names)), and '\(chip.name)' can send \(offer.count(of: reach))",
                    at: chip.place, help: loop))
        }
        if transposesWeights, !offer.transposesWeights {
            refusals.append(
                Diagnostic(
                    "rule-fit-transposed-weights",
                    "the learning rule '\(rule)' uses weights against the direction of spikes, which '\(chip.name)' cannot", at: chip.place,
                    help: loop))
        }
        return refusals
    }

    private func timingLack(_ offer: LearningResources, _ chip: String) -> String? {
        let known = offer.timing.map(\.rawValue).joined(separator: " and ")
        switch timing {
        case .afterRun:
            let history = perNeuron.map(\.count).max() ?? 1
            return "computes after a run, with \(Self.count(history, "step")) of every neuron at hand, and '\(chip)' computes \(known)"
        case .everyStep:
            return offer.timing.contains(.everyStep) ? nil : "computes in every step, and '\(chip)' computes \(known)"
        case .onSpikes:
            // A rule for spikes can be run in every step, where nothing has spiked it changes nothing.
            return nil
        }
    }

    /// Gives each number the smallest free field that holds it.
    private static func lack(
        of needed: [Variable], in fields: [LearningResources.Field], each: String, isFloating: Bool, _ chip: String
    ) -> String? {
        var free = fields.sorted { ($0.bits, $0.name) < ($1.bits, $1.name) }
        var without: [Variable] = []
        // A number without bits is a floating-point one; those of single precision are enough.
        func bits(_ variable: Variable) -> Int { variable.bits ?? 31 }
        for variable in needed.sorted(by: { (bits($0), $0.name) < (bits($1), $1.name) }) {
            for _ in 0..<min(variable.count, free.count + 1) {
                let place = free.firstIndex { $0.bits >= bits(variable) && (variable.bits != nil || isFloating) }
                guard let place else {
                    without.append(variable)
                    break
                }
                free.remove(at: place)
            }
        }
        guard !without.isEmpty else { return nil }
        let total = needed.reduce(0) { $0 + $1.count }
        let wanted = needed.map(text).joined(separator: ", ")
        let given = fields.isEmpty ? "none" : fields.map { "\($0.name) \($0.bits) bits" }.joined(separator: ", ")
        return
            "keeps \(count(total, "number")) for each \(each) (\(wanted)), and '\(chip)' has \(fields.count) (\(given)): no room for "
            + without.map(\.name).joined(separator: ", ")
    }

    private static func text(_ variable: Variable) -> String {
        let bits = variable.bits.map { "\($0) bit\($0 == 1 ? "" : "s")" } ?? "floating point"
        return "\(variable.name) \(bits)" + (variable.count > 1 ? " × \(variable.count)" : "")
    }

    private static func count(_ number: Int, _ thing: String) -> String { "\(number) \(thing)\(number == 1 ? "" : "s")" }
}

extension LearningResources.Reach {
    /// As messages say it.
    fileprivate var phrase: String {
        switch self {
        case .everywhere: "to all places at once"
        case .eachNeuron: "to each neuron"
        case .eachSynapse: "to each synapse"
        }
    }
}
