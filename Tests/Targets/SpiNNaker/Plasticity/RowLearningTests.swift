import Chips
import Diagnostics
import Learning
import Lowering
import Networks
import Numerics
import Spikewright
import Storage
import Support
import Targets
import Testing

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Pair STDP as a sum over pairs of spikes in order of time, in double precision: written for these tests, without traces or tables.
private struct PairLaw {
    var rule: PairRule
    /// Of the targets' spikes between two of a source, the first alone lets a weight grow: the binaries' nearest pairs.
    var growsOnce = false
    /// A pair in one step counts as depression, as it does in a row.
    var countsCoincidence = false

    /// The weight of one synapse after all spikes.
    func weight(from start: Double, sources: [Int], targets: [Int]) -> Double {
        var weight = start
        for step in Set(sources).union(targets).sorted() {
            let before = { (spikes: [Int]) in spikes.filter { $0 < step } }
            var (rise, fall) = (0.0, 0.0)
            if targets.contains(step) {
                let pairs = rule.isNearest ? before(sources).suffix(1) : before(sources)[...]
                let isFirst = targets.filter { $0 < step && $0 > (pairs.last ?? -1) }.isEmpty
                if !growsOnce || isFirst {
                    rise = pairs.reduce(0) { $0 + exp(-Double(step - $1) / rule.sourceTimeConstant) } * rule.potentiation
                }
            }
            if sources.contains(step) {
                let known = countsCoincidence ? targets.filter { $0 <= step } : before(targets)
                let pairs = rule.isNearest ? known.suffix(1) : known[...]
                fall = pairs.reduce(0) { $0 + exp(-Double(step - $1) / rule.targetTimeConstant) } * rule.depression
            }
            func moved(_ rise: Double, _ fall: Double) -> Double {
                let (room, height) = rule.isMultiplicative ? (rule.highest - weight, weight - rule.lowest) : (1, 1)
                return min(max(weight + room * rise - height * fall, rule.lowest), rule.highest)
            }
            // A row lets the weight grow first.
            if countsCoincidence {
                weight = moved(rise, 0)
                weight = moved(0, fall)
            } else {
                weight = moved(rise, fall)
            }
        }
        return weight
    }
}

/// Pair rules in the arithmetic of SpiNNaker's plastic rows.
@Suite struct RowLearningTests {
    /// A chip's numbers of which rows know the format alone.
    struct Format: LoweredForward {
        var plastic = PlasticWeights(scale: 1, shift: 0, addedDelay: 0)

        func weights(of _: ID<Projection>, from weights: [Float]) -> [Float] { weights }
        func plasticWeights(of _: ID<Projection>) -> PlasticWeights? { plastic }
    }

    static func rule(_ change: (inout PairRule) -> Void = { _ in }) -> PairRule {
        var rule = PairRule(
            isNearest: false, isMultiplicative: false, potentiation: 0.01, depression: 0.012, sourceTimeConstant: 20,
            targetTimeConstant: 25, lowest: 0, highest: 1)
        change(&rule)
        return rule
    }

    static func synapses(
        _ rule: PairRule, sources: Int = 1, targets: Int = 1, weights: [Double] = [0.5], _ format: Format = Format()
    ) throws -> any LearningSynapses {
        let chip = try chip(named: "spin5")
        let hardware = try #require(try family(of: chip).learningHardware(of: chip, numbers: format))
        return try hardware.synapses(of: ID(0), sources: sources, targets: targets, weights: weights, rule: rule)
    }

    /// The weights after all spikes, and one more of each source when all traces have died.
    static func learnt(_ synapses: any LearningSynapses, sources: [[Int]], targets: [[Int]], steps: Int) -> [Double] {
        func spikes(_ trains: [[Int]], _ step: Int) -> [Int32] {
            trains.indices.filter { trains[$0].contains(step) }.map { Int32($0) }
        }
        synapses.begin(Philox(seed: 1, purpose: "test"))
        for step in 0..<steps { _ = synapses.step(spikes(sources, step), spikes(targets, step)) }
        for _ in 0..<400 { _ = synapses.step([], []) }
        _ = synapses.step(sources.indices.map { Int32($0) }, [])
        return synapses.weights
    }

    static func trains(_ count: Int, rate: Double, steps: Int, seed: UInt64) -> [[Int]] {
        let random = Philox(seed: seed, purpose: "test/trains")
        return (0..<count).map { neuron in (0..<steps).filter { random.split(neuron).uniform($0) < rate } }
    }

    @Test(arguments: [1, 5, 15, -1, -5, -15], [0, 3]) func `a pair moves a weight as the rule says`(distance: Int, delay: Int) throws {
        // With a delay, arrivals are that much later than what the row sees.
        let rule = Self.rule { $0.delay = delay }
        guard distance > 0 || -distance >= delay else { return }
        let format = Format(plastic: PlasticWeights(scale: 1, shift: 0, addedDelay: 0))
        let arrival = 100
        let weights = Self.learnt(
            try Self.synapses(rule, format), sources: [[arrival - delay]], targets: [[arrival + distance]], steps: 200)
        let factor = exp(-Double(abs(distance)) / (distance > 0 ? 20 : 25))
        let expected = distance > 0 ? rule.potentiation * factor : -rule.depression * factor
        // A table's entry is rounded down to 1/2048, a change and a weight to 2⁻¹⁵.
        #expect(abs(weights[0] - 0.5 - expected) < 4 * 0x1p-15)
    }

    @Test(arguments: [false, true], [false, true])
    func `small changes follow the sum over pairs`(isNearest: Bool, isMultiplicative: Bool) throws {
        let rule = Self.rule {
            $0.isNearest = isNearest
            $0.isMultiplicative = isMultiplicative
        }
        let (sources, targets) = (Self.trains(6, rate: 0.05, steps: 400, seed: 3), Self.trains(5, rate: 0.04, steps: 400, seed: 4))
        let start = [Double](repeating: 0.5, count: 30)
        let weights = Self.learnt(
            try Self.synapses(rule, sources: 6, targets: 5, weights: start), sources: sources, targets: targets, steps: 400)
        let law = PairLaw(rule: rule, growsOnce: isNearest, countsCoincidence: true)
        var moved = 0.0
        for (i, source) in sources.enumerated() {
            for (j, target) in targets.enumerated() {
                let expected = law.weight(from: 0.5, sources: source, targets: target)
                moved = max(moved, abs(expected - 0.5))
                #expect(abs(weights[i * 5 + j] - expected) < 0.002, "\(i) to \(j): \(weights[i * 5 + j]), \(expected)")
            }
        }
        #expect(moved > 0.05)
    }

    @Test func `a delay is made up for, but for pairs closer than it`() throws {
        let rule = Self.rule { $0.delay = 1 }
        let format = Format(plastic: PlasticWeights(scale: 2, shift: 1, addedDelay: 1))
        let (sources, targets) = (Self.trains(4, rate: 0.04, steps: 400, seed: 5), Self.trains(4, rate: 0.04, steps: 400, seed: 6))
        let arrivals = sources.map { $0.map { $0 + 1 } }
        let start = [Double](repeating: 0.5, count: 16)
        let weights = Self.learnt(
            try Self.synapses(rule, sources: 4, targets: 4, weights: start, format), sources: sources, targets: targets, steps: 400)
        for (i, source) in arrivals.enumerated() {
            for (j, target) in targets.enumerated() {
                // Two steps: spikes of the target in the step of the arrival or the one before come after the source's spike to a row.
                let isClose = source.contains { arrival in target.contains { [0, 1].contains(arrival - $0) } }
                let expected = PairLaw(rule: rule).weight(from: 0.5, sources: source, targets: target)
                if !isClose { #expect(abs(weights[i * 4 + j] - expected) < 0.002) }
            }
        }
    }

    /// Another implementation's trains: its own weights, and what rows make of them.
    @Test(arguments: ["stdp_all_additive", "stdp_nn_additive", "stdp_all_mult"])
    func `rows follow another implementation's trains`(_ name: String) throws {
        let json = try JSONValue(file: testsFolder + "/Vectors/golden/learning/\(name).json")
        func number(_ key: String) throws -> Double { try #require(json["params"]?[key]?.double) }
        func trains(_ key: String) throws -> [[Int]] {
            let rows = try #require(json[key]?.array).map { try #require($0.doubles) }
            return (0..<(rows.first?.count ?? 0)).map { neuron in rows.indices.filter { rows[$0][neuron] > 0 } }
        }
        func table(_ key: String) throws -> [[Double]] { try #require(json[key]?.array).map { try #require($0.doubles) } }
        let rule = PairRule(
            isNearest: json["params"]?["variant"]?.string == "nearest",
            isMultiplicative: json["params"]?["bound"]?.string == "multiplicative", potentiation: try number("A_plus"),
            depression: try number("A_minus"), sourceTimeConstant: try number("tau_plus"), targetTimeConstant: try number("tau_minus"),
            lowest: try number("w_min"), highest: try number("w_max"))
        let (sources, targets) = (try trains("pre"), try trains("post"))
        let (start, final) = (try table("w0"), try table("w_final"))
        let flat = sources.indices.flatMap { i in targets.indices.map { start[$0][i] } }
        let steps = try #require(json["pre"]?.array).count
        let weights = Self.learnt(
            try Self.synapses(rule, sources: sources.count, targets: targets.count, weights: flat), sources: sources, targets: targets,
            steps: steps)
        var (worst, farthest) = (0.0, 0.0)
        for (i, source) in sources.enumerated() {
            for (j, target) in targets.enumerated() {
                // The sum over pairs is the other implementation's.
                let plain = PairLaw(rule: rule).weight(from: start[j][i], sources: source, targets: target)
                #expect(abs(plain - final[j][i]) < 1e-12)
                let law = PairLaw(rule: rule, growsOnce: rule.isNearest, countsCoincidence: true)
                let expected = law.weight(from: start[j][i], sources: source, targets: target)
                worst = max(worst, abs(weights[i * targets.count + j] - expected))
                let isCoincident = source.contains { target.contains($0) }
                if !isCoincident, !rule.isNearest {
                    farthest = max(farthest, abs(weights[i * targets.count + j] - final[j][i]))
                }
            }
        }
        #expect(worst < 0.004)
        #expect(farthest < 0.004)
    }

    @Test func `what rows cannot hold is refused, with numbers`() throws {
        func refusal(_ change: (inout PairRule) -> Void, _ format: Format = Format()) -> DiagnosticsError? {
            #expect(throws: DiagnosticsError.self) { try Self.synapses(Self.rule(change), format) }
        }
        func ids(_ change: (inout PairRule) -> Void, _ format: Format = Format()) -> [String] {
            let error = refusal(change, format)
            #expect(error?.isRefusal == true)
            return error?.diagnostics.map(\.id) ?? []
        }
        #expect(ids { $0.sourceTimeConstant = 20000 } == ["on-chip-decay-table"])
        #expect(ids { $0.sourceTimeConstant = 5000 } == ["on-chip-memory"])
        #expect(ids { $0.lowest = -0.1 } == ["on-chip-lowest-weight"])
        #expect(ids { $0.highest = 2.1 } == ["on-chip-highest-weight"])
        #expect(ids { $0.potentiation = 1e-6 } == ["on-chip-change"])
        #expect(
            ids {
                $0.isMultiplicative = true
                $0.depression = 0.1
            } == ["on-chip-change"])
        #expect(ids { $0.delay = 40 } == ["on-chip-delay"])
        #expect(ids { $0.reward = .init(timeConstant: 100, rate: 1, largest: 1) } == ["on-chip-reward"])
        let error = #expect(throws: DiagnosticsError.self) { try Self.synapses(Self.rule(), weights: [-0.5]) }
        #expect(error?.diagnostics.map(\.id) == ["on-chip-lowest-weight"])
        #expect(refusal { $0.sourceTimeConstant = 20000 }?.diagnostics.first?.message.contains("152494 entries") == true)
    }

    @Test func `digits learn by STDP in the chip's arithmetic`() throws {
        let model = try Model(at: "digits-stdp", usesTrained: false)
        var options = TrainingOptions()
        options.target = "spin5"
        options.onChip = true
        let result = try train(model, options: options)
        #expect(result.notes.map(\.id) == ["on-chip-rule"])
        #expect(result.evaluation.accuracy >= 0.7)
    }
}
