import Learning
import Storage
import Testing

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Pair STDP and reward-modulated STDP beside another implementation.
@Suite struct STDPVectors {
    @Test func vectorsArePresent() { #expect(!LearningVector.cases("stdp").isEmpty) }

    private struct Run {
        var law: STDPLaw
        var weights: [Double]
        var rewarded: [Double]
        var plain: PlasticProjection
        var marked: PlasticProjection
        var snapshots: [[Double]] = []

        init(_ vector: LearningVector, isUnbounded: Bool = false) throws {
            func number(_ key: String) throws -> Double { try #require(vector["params"][key]?.double) }
            law = STDPLaw(
                pairing: vector["params"]["variant"]?.string == "nearest" ? .nearest : .all,
                bound: try #require(STDPLaw.Bound(rawValue: vector["params"]["bound"]?.string ?? "")),
                potentiation: try number("A_plus"), depression: try number("A_minus"), tauPlus: try number("tau_plus"),
                tauMinus: try number("tau_minus"), dt: try number("dt"), lowest: isUnbounded ? -1e9 : try number("w_min"),
                highest: isUnbounded ? 1e9 : try number("w_max"))
            weights = try #require(vector["w0"].flatTransposed)
            rewarded = weights
            let (pre, post) = (try #require(vector["pre"].array), try #require(vector["post"].array))
            let (sources, targets) = (try #require(pre.first?.array).count, try #require(post.first?.array).count)
            plain = PlasticProjection(law, sources: sources, targets: targets)
            marked = PlasticProjection(
                law, sources: sources, targets: targets, eligibilityDecay: exp(-(try number("dt")) / (try number("tau_e"))))
            let rewards = try #require(vector["reward"].doubles)
            let rate = try number("eta_r")
            for step in pre.indices {
                let sent = try #require(pre[step].doubles).enumerated().filter { $0.1 > 0 }.map { Int32($0.0) }
                let fired = try #require(post[step].doubles).enumerated().filter { $0.1 > 0 }.map { Int32($0.0) }
                plain.step(sent, fired, &weights)
                marked.step(sent, fired, &rewarded)
                marked.reward(rate * rewards[step], &rewarded)
                if (step + 1) % 25 == 0 { snapshots.append(weights) }
            }
        }
    }

    @Test(arguments: LearningVector.cases("stdp"))
    func weightsFollow(_ vector: LearningVector) throws {
        let run = try Run(vector)
        let expected = try #require(vector["w_every_25"].array).compactMap(\.flatTransposed)
        #expect(run.snapshots.count == expected.count)
        for (index, wanted) in expected.enumerated() {
            #expect(relativeDifference(run.snapshots[index], wanted) < 1e-13, "after step \((index + 1) * 25)")
        }
        #expect(relativeDifference(run.weights, try #require(vector["w_final"].flatTransposed)) < 1e-13)
        #expect(relativeDifference(run.plain.traces.sources, try #require(vector["x_trace_last"].doubles)) < 1e-13)
        #expect(relativeDifference(run.plain.traces.targets, try #require(vector["y_trace_last"].doubles)) < 1e-13)
    }

    @Test(arguments: LearningVector.cases("stdp"))
    func rewardedWeightsFollow(_ vector: LearningVector) throws {
        let run = try Run(vector)
        #expect(relativeDifference(run.marked.eligibility, try #require(vector["eligibility_final"].flatTransposed)) < 1e-13)
        #expect(relativeDifference(run.rewarded, try #require(vector["w_rstdp_final"].flatTransposed)) < 1e-13)
    }

    /// Without bounds, additive STDP of all pairs is a sum over pairs.
    @Test(
        arguments: LearningVector.cases("stdp").filter { !$0["unclipped_pair_sum"].isNull && $0["params"]["bound"]?.string == "additive" })
    func tracesAreTheSumOverPairs(_ vector: LearningVector) throws {
        let run = try Run(vector, isUnbounded: true)
        let start = try #require(vector["w0"].flatTransposed)
        let sums = try #require(vector["unclipped_pair_sum"].flatTransposed)
        #expect(relativeDifference(zip(run.weights, start).map { $0 - $1 }, sums) < 1e-12)
    }
}
