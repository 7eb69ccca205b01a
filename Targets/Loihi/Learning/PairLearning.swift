import Chips
import Diagnostics
import Learning
import Networks
import Numerics

/// Pair rules on Loihi's learning engine.
///
/// The weight's 255 steps are those that the quantizer gives a projection whose largest weight is the rule's bound; traces are integers of
/// 7 bits, scales a mantissa of 4 bits and an exponent, and every sum is rounded by chance (Davies et al. 2018, IEEE Micro 38(1):82;
/// lava-nc/lava @b6822fbc). A host writes what is not the engine's: the reward, and weights that are normalised after a sample.
struct PairLearning: LearningHardware {
    let chip: Chip
    let numbers: any LoweredForward

    func synapses(
        of projection: ID<Projection>, sources: Int, targets: Int, weights: [Double], rule: PairRule
    ) throws(DiagnosticsError) -> any LearningSynapses {
        let unit = try unit(of: projection, rule)
        var faults = lacks(rule)
        let held = HeldRule(rule, unit: unit)
        for fault in held.code.faults {
            faults.append(
                Diagnostic(
                    "on-chip-code", "the learning engine of '\(chip.name)' cannot hold the rule: \(fault)", at: chip.place,
                    help: "change the rule's strengths or time constants, or train in the loop (--target without --on-chip)"))
        }
        guard faults.isEmpty else { throw DiagnosticsError(faults, isRefusal: true) }
        return LoihiSynapses(held, unit: unit, sources: sources, targets: targets, weights: weights)
    }

    func notes(on rule: PairRule, of projection: ID<Projection>) -> [Diagnostic] {
        guard let unit = try? unit(of: projection, rule) else { return [] }
        let held = HeldRule(rule, unit: unit)
        let sums = held.code.text.map { "\($0.name) = \($0.sum)" }.joined(separator: ", ")
        return [
            Diagnostic(
                "on-chip-rule",
                "learnt in the arithmetic of '\(chip.name)': \(sums); a spike adds \(held.code.sourceTraces[0].impulse) to a trace, a step of the weights is \(shortest(unit)), and the largest scale is off by \(shortest((1000 * held.error).rounded() / 10)) %",
                severity: .warning)
        ]
    }

    private func unit(of projection: ID<Projection>, _ rule: PairRule) throws(DiagnosticsError) -> Double {
        guard let unit = numbers.weightStep(of: projection, holding: rule.highest), unit > 0 else {
            throw DiagnosticsError(
                [
                    Diagnostic(
                        "on-chip-no-step", "weights up to \(shortest(rule.highest)) have no steps on '\(chip.name)'", at: chip.place,
                        help: "give the rule a `weight_max` above 0")
                ], isRefusal: true)
        }
        return unit
    }

    private func lacks(_ rule: PairRule) -> [Diagnostic] {
        var faults: [Diagnostic] = []
        if rule.isNearest {
            faults.append(
                Diagnostic(
                    "on-chip-nearest-pairs",
                    "the traces of '\(chip.name)' add up over spikes, and 'pairing: nearest' asks for the last spike alone", at: chip.place,
                    help: "write 'pairing: all', or train in the loop (--target without --on-chip)"))
        }
        if rule.lowest != 0 {
            faults.append(
                Diagnostic(
                    "on-chip-lowest-weight", "excitatory weights of '\(chip.name)' end at 0, and 'weight_min' is \(shortest(rule.lowest))",
                    at: chip.place, help: "set weight_min to 0"))
        }
        return faults
    }
}

/// The synapses of a projection in a `LearningEngine`.
final class LoihiSynapses: LearningSynapses {
    private var engine: LearningEngine
    private let unit: Double
    private let rewardStep: Double
    private let targets: Int
    private var random = Philox(seed: 0, purpose: "loihi/learning")
    private var drawn = 0

    init(_ held: HeldRule, unit: Double, sources: Int, targets: Int, weights: [Double]) {
        var synapses = PlasticSynapses()
        for source in 0..<sources { for target in 0..<targets { synapses.append(source: source, target: target, weight: 0) } }
        engine = LearningEngine(held.code, synapses, sources: sources, targets: targets)
        rewardStep = held.rewardStep
        self.unit = unit
        self.targets = targets
        set(weights)
    }

    var weights: [Double] { engine.synapses.weights.map { Double($0) * unit } }

    /// Rounded by chance, so that changes below a step are kept on average.
    func set(_ weights: [Double]) {
        engine.setWeights(
            weights.map { weight in
                let steps = weight / unit
                let nearest = steps.rounded()
                if abs(steps - nearest) < 1e-9 { return Int32(clamping: Int(nearest)) }
                return Int32(clamping: Int(steps.rounded(.down)) + (draw() < steps - steps.rounded(.down) ? 1 : 0))
            })
    }

    func begin(_ random: Philox) {
        self.random = random
        drawn = 0
        engine.clear()
    }

    func step(_ sourceSpikes: [Int32], _ targetSpikes: [Int32]) -> Bool {
        let moves = engine.advance(sourceSpikes: sourceSpikes, targetSpikes: targetSpikes, draws: draws())
        return moves && rewardStep == 0 && !(sourceSpikes.isEmpty && targetSpikes.isEmpty)
    }

    /// One step without spikes, with the reward in the third trace's place: y2 where it is above 0, y3 where it is below.
    func reward(_ amount: Double) {
        let level = Int32(min(Double(LearningCode.traceLimit), (abs(amount) / rewardStep).rounded()))
        for target in 0..<targets { engine.setTargetTrace(amount > 0 ? 2 : 3, of: target, to: level) }
        _ = engine.advance(sourceSpikes: [], targetSpikes: [], draws: draws())
        for target in 0..<targets { engine.setTargetTrace(amount > 0 ? 2 : 3, of: target, to: 0) }
    }

    private func draw() -> Double {
        drawn += 1
        return random.uniform(drawn)
    }

    private func draws() -> LearningDraws {
        var draws = LearningDraws()
        draws.sourceDecay = draw()
        draws.targetDecay = draw()
        draws.weight = draw()
        return draws
    }
}
