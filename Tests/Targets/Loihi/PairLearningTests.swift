import Chips
import Diagnostics
import Learning
import Networks
import Numerics
import Spikewright
import Targets
import Testing

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Pair rules in the arithmetic of Loihi's learning engine.
@Suite struct PairLearningTests {
    /// A step of the weights for `largest`: 255 of them.
    struct Steps: LoweredForward {
        func weights(of _: ID<Projection>, from weights: [Float]) -> [Float] { weights }
        func weightStep(of _: ID<Projection>, holding largest: Double) -> Double? { largest / 255 }
    }

    static func rule(_ change: (inout PairRule) -> Void = { _ in }) -> PairRule {
        var rule = PairRule(
            isNearest: false, isMultiplicative: false, potentiation: 0.01, depression: 0.012, sourceTimeConstant: 20,
            targetTimeConstant: 20, lowest: 0, highest: 1)
        change(&rule)
        return rule
    }

    static func synapses(_ rule: PairRule, targets: Int = 200, weight: Double = 0.5) throws -> any LearningSynapses {
        let chip = try Target.loihi1.chip()
        let hardware = try #require(try family(of: chip).learningHardware(of: chip, numbers: Steps()))
        return try hardware.synapses(
            of: ID(0), sources: 1, targets: targets, weights: [Double](repeating: weight, count: targets), rule: rule)
    }

    /// The mean change of a weight when the target spikes `distance` steps after the source, over many trials.
    static func change(_ rule: PairRule, distance: Int, weight: Double = 0.5, reward: Double? = nil) throws -> Double {
        let targets: [Int32] = (0..<200).map { $0 }
        let synapses = try synapses(rule, weight: weight)
        let random = Philox(seed: 1, purpose: "test")
        var sum = 0.0
        for trial in 0..<40 {
            synapses.begin(random.split(trial))
            synapses.set([Double](repeating: weight, count: targets.count))
            for step in 0...abs(distance) {
                let isFirst = step == 0
                let source = distance > 0 ? isFirst : step == -distance
                let target = distance > 0 ? step == distance : isFirst
                _ = synapses.step(source ? [0] : [], target ? targets : [])
            }
            if let reward { synapses.reward(reward) }
            sum += synapses.weights.reduce(0, +) / Double(targets.count) - weight
        }
        return sum / 40
    }

    @Test(arguments: [1, 5, 15, -1, -5, -15]) func `pairs move weights as the rule says, on average`(distance: Int) throws {
        let rule = Self.rule()
        let factor = exp(-Double(abs(distance)) / 20)
        let expected = distance > 0 ? rule.potentiation * factor : -rule.depression * factor
        let change = try Self.change(rule, distance: distance)
        // Scales have a mantissa of 4 bits, traces 7 bits, and a change of a weight is all or nothing for all synapses of a step.
        #expect(abs(change - expected) <= 0.25 * abs(expected) + 0.0006)
    }

    @Test func `multiplicative steps shrink towards the bound`() throws {
        let rule = Self.rule {
            $0.isMultiplicative = true
            $0.potentiation = 0.05
        }
        let (low, high) = (try Self.change(rule, distance: 2, weight: 0.1), try Self.change(rule, distance: 2, weight: 0.8))
        #expect(low > 2.5 * high)
        #expect(high > 0)
    }

    @Test(arguments: [1.0, -1.0]) func `a reward moves what pairs have marked, with its sign`(reward: Double) throws {
        let rule = Self.rule { $0.reward = .init(timeConstant: 100, rate: 1, largest: 1) }
        let change = try Self.change(rule, distance: 3, reward: reward)
        let expected = reward * rule.potentiation * exp(-3.0 / 20)
        #expect(abs(change - expected) <= 0.35 * abs(expected) + 0.0006)
        #expect(abs(try Self.change(rule, distance: 3)) < 0.001)
    }

    @Test func `what the engine cannot hold is refused`() throws {
        let error = #expect(throws: DiagnosticsError.self) {
            try Self.synapses(
                Self.rule {
                    $0.isNearest = true
                    $0.lowest = 0.1
                    $0.potentiation = 1e-9
                })
        }
        #expect(error?.isRefusal == true)
        #expect(error?.diagnostics.map(\.id) == ["on-chip-nearest-pairs", "on-chip-lowest-weight", "on-chip-code"])
    }

    @Test func `digits learn by STDP in the chip's arithmetic`() throws {
        let model = try Model(at: "digits-stdp", usesTrained: false)
        var options = TrainingOptions()
        options.target = .loihi2
        options.onChip = true
        let result = try train(model, options: options)
        #expect(result.notes.map(\.id) == ["on-chip-rule"])
        #expect(result.evaluation.accuracy >= 0.75)
    }
}
