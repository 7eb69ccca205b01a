import Numerics
import Targets
import Testing

/// The fast columns of e-prop against the engine that computes product by product.
@Suite struct EligibilityColumnsTests {
    static let sources = 19
    static let trace = LearningCode.Trace(impulse: 32, timeConstant: 20)

    /// Numbers drawn for a case.
    struct Numbers {
        let random: Philox
        var count = 0

        mutating func upTo(_ bound: Int) -> Int {
            count += 1
            return Int(random.bits(count) % UInt64(bound))
        }

        mutating func key() -> UInt64 {
            count += 1
            return random.bits(count)
        }

        mutating func fraction() -> Double {
            count += 1
            return random.uniform(count)
        }
    }

    /// An adaptive and a plain kind; strong ones bring tags to the ends of their bits and of the accumulator.
    static func codes(isStrong: Bool, _ numbers: inout Numbers) -> [EligibilityCode] {
        [
            EligibilityCode(
                feedPower: numbers.upTo(3), slowFeedPower: numbers.upTo(3), coupling: isStrong ? 0.02 : 0.00183, slowCoupling: 0.000457,
                decay: isStrong ? 0.005 : 0.0488, slowDecay: 0.0005, isAdaptive: true),
            EligibilityCode(
                feedPower: numbers.upTo(3), slowFeedPower: 0, coupling: 0, slowCoupling: 0, decay: 0.0488, slowDecay: 0, isAdaptive: false),
        ]
    }

    @Test(arguments: 0..<12) func `columns are the engine, bit for bit`(index: Int) {
        var numbers = Numbers(random: Philox(seed: UInt64(index), purpose: "test/columns"))
        let isStrong = index % 3 == 0
        let codes = Self.codes(isStrong: isStrong, &numbers)
        let kinds = [0, 1, 0, 0]
        let sources = Self.sources
        let shifts = (0..<kinds.count * sources).map { _ in Int8(numbers.upTo(4) - 1) }
        let columns = EligibilityColumns(
            sources: sources, kinds: kinds, codes: codes, shifts: shifts, trace: Self.trace, limit: 127)
        // An engine for each target and each shift of changes.
        var engines: [[LearningEngine]] = []
        for target in kinds.indices {
            var synapses = PlasticSynapses()
            for source in 0..<sources {
                let weight = numbers.upTo(255) - 127
                columns.setWeight(source, target, to: weight)
                synapses.append(source: source, target: 0, weight: Int32(weight))
            }
            engines.append(
                (0..<3).map {
                    LearningEngine(
                        codes[kinds[target]].code(sourceTrace: Self.trace, shift: $0, weightLimit: 127), synapses, sources: sources,
                        targets: 1)
                })
            #expect(codes[kinds[target]].code(sourceTrace: Self.trace, shift: 2, weightLimit: 127).faults == [])
        }
        var (differences, nearEnds) = (0, 0)
        for _ in 0..<300 {
            let spikes = (0..<Int32(sources)).filter { _ in numbers.upTo(isStrong ? 3 : 15) == 0 }
            let slopes = kinds.map { _ in Int16(numbers.upTo(4) == 0 ? (isStrong ? 127 : numbers.upTo(128)) : 0) }
            let signals = kinds.map { _ in Int16(numbers.upTo(10) == 0 ? numbers.upTo(31) - 15 : 0) }
            let (key, decay) = (numbers.key(), numbers.fraction())
            spikes.withUnsafeBufferPointer { columns.trace($0, draw: decay) }
            columns.learn(slopes: slopes, signals: signals, key: key) { _ in }
            for target in kinds.indices {
                for shift in 0..<3 {
                    engines[target][shift].learn(slopes[target], signals[target], spikes, decay, key, target)
                    let synapses = engines[target][shift].synapses
                    for source in 0..<sources {
                        nearEnds += abs(synapses.tags[source]) > 127 ? 1 : 0
                        let own = (columns.tag(source, target), columns.slowTag(source, target))
                        let its = (Int(synapses.tags[source]), kinds[target] == 0 ? Int(synapses.delays[source]) : 0)
                        differences += own != its ? 1 : 0
                        if shifts[target * sources + source] == shift {
                            differences += columns.weight(source, target) != Int(synapses.weights[source]) ? 1 : 0
                        }
                        differences += columns.trace(source) != Int(engines[target][shift].sourceTraces[0][source]) ? 1 : 0
                    }
                }
            }
        }
        #expect(differences == 0)
        if isStrong { #expect(nearEnds > 1000) }
    }

    @Test func `a signal moves a weight by tag times signal, on average`() {
        let code = EligibilityCode(
            feedPower: 2, slowFeedPower: 0, coupling: 0, slowCoupling: 0, decay: 0, slowDecay: 0, isAdaptive: false)
        var moved = 0
        for trial in 0..<2000 {
            let columns = EligibilityColumns(sources: 1, kinds: [0], codes: [code], shifts: [0], trace: Self.trace, limit: 127)
            let random = Philox(seed: UInt64(trial), purpose: "test/moves")
            [Int32(0)].withUnsafeBufferPointer { columns.trace($0, draw: 0) }
            columns.learn(slopes: [64], signals: [0], key: random.bits(0)) { _ in }
            // 32 · 64 · 2^2 / 2^3 / 128
            #expect(columns.tag(0, 0) == 8)
            columns.learn(slopes: [0], signals: [3], key: random.bits(1)) { _ in }
            moved += columns.weight(0, 0)
        }
        #expect(abs(Double(moved) / 2000 + 3 * 8 / 128.0) < 0.03)
    }

    @Test func `readout synapses are the engine's, too`() {
        var synapses = PlasticSynapses()
        for source in 0..<Self.sources { synapses.append(source: source, target: 0, weight: Int32(7 * source - 60)) }
        let code = EligibilityCode.readout(sourceTrace: Self.trace, shift: 1, weightLimit: 127)
        #expect(code.faults == [])
        var engine = LearningEngine(code, synapses, sources: Self.sources, targets: 1)
        var numbers = Numbers(random: Philox(seed: 5, purpose: "test/readout"))
        let traces = PresynapticTraces(Self.trace, count: Self.sources)
        var weights = synapses.weights
        for _ in 0..<500 {
            let spikes = (0..<Int32(Self.sources)).filter { _ in numbers.upTo(10) == 0 }
            let signal = Int16(numbers.upTo(31) - 15)
            let (key, decay) = (numbers.key(), numbers.fraction())
            spikes.withUnsafeBufferPointer { traces.step($0, draw: decay) }
            for source in weights.indices {
                let draw = EligibilityColumns.draw(.weight, source: source, target: 0, key: key)
                weights[source] = movedWeight(
                    weights[source], by: (-Int32(signal) * Int32(traces.values[source])) << 1, draw: Int32(draw), limit: 127)
            }
            engine.learn(0, signal, spikes, decay, key, 0)
            #expect(engine.synapses.weights == weights)
        }
    }
}

extension LearningEngine {
    /// One step with the random numbers that the columns draw.
    fileprivate mutating func learn(
        _ slope: Int16, _ signal: Int16, _ spikes: [Int32], _ decay: Double, _ key: UInt64, _ target: Int
    ) {
        func all(_ which: EligibilityColumns.Draw) -> [UInt8] {
            (0..<EligibilityColumnsTests.sources).map { UInt8(EligibilityColumns.draw(which, source: $0, target: target, key: key)) }
        }
        var draws = LearningDraws()
        draws.sourceDecay = decay
        draws.synapses = SynapseDraws(weights: all(.weight), delays: all(.slow), tags: all(.tag))
        setTargetTrace(1, of: 0, to: Int32(slope))
        setTargetTrace(2, of: 0, to: 8 * Int32(max(signal, 0)))
        setTargetTrace(3, of: 0, to: 8 * Int32(max(-signal, 0)))
        _ = advance(sourceSpikes: spikes, targetSpikes: [], draws: draws)
    }
}
