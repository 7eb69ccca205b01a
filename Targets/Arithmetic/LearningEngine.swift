#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The plastic synapses of a core, as columns of equal length.
package struct PlasticSynapses: Hashable, Sendable {
    package var sources: [Int32] = []
    package var targets: [Int32] = []
    /// Mantissas of 8 bits and a sign.
    package var weights: [Int32] = []
    package var delays: [Int32] = []
    package var tags: [Int32] = []

    package init() {}

    package var count: Int { sources.count }

    package mutating func append(source: Int, target: Int, weight: Int32, delay: Int32 = 0, tag: Int32 = 0) {
        sources.append(Int32(source))
        targets.append(Int32(target))
        weights.append(weight)
        delays.append(delay)
        tags.append(tag)
    }
}

/// The random numbers of a step; one of each for all synapses, as Lava's model draws them.
package struct LearningDraws: Hashable, Sendable {
    /// In [0, 1): rounding of decayed traces.
    package var sourceDecay = 0.0
    package var targetDecay = 0.0
    /// In 0...127: against the fraction of an impulse.
    package var sourceImpulse = 0
    package var targetImpulse = 0
    /// The same for a second spike of a target in one epoch.
    package var secondTargetImpulse = 0
    /// In [0, 1): rounding of weights and tags at the end of an epoch.
    package var weight = 0.0
    /// Instead of `weight`, a number for each rule of each synapse, as the chip draws them.
    package var synapses: SynapseDraws?

    package init() {}
}

/// Random numbers of each synapse's rules, 0...127 in 128ths.
package struct SynapseDraws: Hashable, Sendable {
    package var weights: [UInt8]
    package var delays: [UInt8]
    package var tags: [UInt8]

    package init(weights: [UInt8], delays: [UInt8], tags: [UInt8]) {
        self.weights = weights
        self.delays = delays
        self.tags = tags
    }
}

/// Traces, epochs and synaptic updates of Loihi's learning engine, bit for bit as Lava's `LearningConnectionModelBitApproximate` has them
/// (lava-nc/lava @b6822fbc; Intel calls that model approximate: the chip draws other random numbers).
package struct LearningEngine: Sendable {
    package let code: LearningCode
    package private(set) var synapses: PlasticSynapses
    /// x1, x2 by source; y1, y2, y3 by target.
    package private(set) var sourceTraces: [[Int32]]
    package private(set) var targetTraces: [[Int32]]
    /// Step of the epoch in which a source or target spiked last, from 1; 0: not in this epoch.
    private var sourceTimes: [Int]
    private var targetTimes: [Int]
    /// Steps done.
    package private(set) var step = 0

    package init(_ code: LearningCode, _ synapses: PlasticSynapses, sources: Int, targets: Int) {
        self.code = code
        self.synapses = synapses
        sourceTraces = Array(repeating: Array(repeating: 0, count: sources), count: 2)
        targetTraces = Array(repeating: Array(repeating: 0, count: targets), count: 3)
        sourceTimes = Array(repeating: 0, count: sources)
        targetTimes = Array(repeating: 0, count: targets)
    }

    /// Sets a target's trace from outside: a reward or a learning signal that a host or a neuron writes.
    package mutating func setTargetTrace(_ number: Int, of target: Int, to value: Int32) {
        targetTraces[number - 1][target] = min(max(value, 0), Int32(LearningCode.traceLimit))
    }

    /// Weights from outside, within the range of the sign mode.
    package mutating func setWeights(_ weights: [Int32]) {
        let range = weightRange
        synapses.weights = weights.map { min(max($0, range.lowerBound), range.upperBound) }
    }

    /// Traces, tags and noted spikes start anew.
    package mutating func clear() {
        for k in sourceTraces.indices { for n in sourceTraces[k].indices { sourceTraces[k][n] = 0 } }
        for k in targetTraces.indices { for n in targetTraces[k].indices { targetTraces[k][n] = 0 } }
        for n in sourceTimes.indices { sourceTimes[n] = 0 }
        for n in targetTimes.indices { targetTimes[n] = 0 }
        for s in synapses.tags.indices { synapses.tags[s] = 0 }
        step = 0
    }

    /// One step: spikes are noted; at the end of an epoch traces decay and synapses move.
    /// - Returns: whether the weights may have changed.
    package mutating func advance(sourceSpikes: [Int32], targetSpikes: [Int32], draws: LearningDraws) -> Bool {
        step += 1
        let place = (step - 1) % code.epochLength + 1
        Self.note(sourceSpikes, place, &sourceTimes, &sourceTraces, code.sourceTraces, random: 0)
        Self.note(targetSpikes, place, &targetTimes, &targetTraces, code.targetTraces, random: draws.secondTargetImpulse)
        guard place == code.epochLength else { return false }
        learn(draws)
        return true
    }

    /// The last spike of an epoch is dated; each one before it adds its impulse at the next, as if at the start of the epoch.
    private static func note(
        _ spikes: [Int32], _ place: Int, _ times: inout [Int], _ traces: inout [[Int32]], _ definitions: [LearningCode.Trace], random: Int
    ) {
        for spike in spikes {
            let neuron = Int(spike)
            if times[neuron] != 0 {
                for (k, trace) in definitions.enumerated() { traces[k][neuron] = excited(traces[k][neuron], trace, random) }
            }
            times[neuron] = place
        }
    }

    private static func excited(_ value: Int32, _ trace: LearningCode.Trace, _ random: Int) -> Int32 {
        let added = trace.impulse + (random < trace.fraction ? 1 : 0)
        return min(max(value + Int32(added), 0), Int32(LearningCode.traceLimit))
    }

    /// A trace over an epoch: index 0 is its start, index q the end of step q.
    private static func history(
        _ start: Int32, _ trace: LearningCode.Trace, time: Int, length: Int, decay: Double, impulse: Int, into values: inout [Int32]
    ) {
        values[0] = start
        let factor = trace.timeConstant > 0 ? exp(-1 / trace.timeConstant) : 0
        for q in 1...length {
            let exact = factor * Double(values[q - 1])
            let below = exact.rounded(.down)
            var value = trace.timeConstant > 0 ? Int32(below) + (decay < exact - below ? 1 : 0) : 0
            if time == q { value = excited(value, trace, impulse) }
            values[q] = value
        }
    }

    private mutating func learn(_ draws: LearningDraws) {
        let length = code.epochLength
        // [trace][neuron × (length + 1)]
        let x = Self.histories(sourceTraces, code.sourceTraces, sourceTimes, length, draws.sourceDecay, draws.sourceImpulse)
        let y = Self.histories(targetTraces, code.targetTraces, targetTimes, length, draws.targetDecay, draws.targetImpulse)
        let decimated = code.decimation.map { (step / length) % (1 << $0) == 0 } ?? false
        let onlyOnSpikes = !(code.weight + code.delay + code.tag).contains { $0.dependency == .epoch }
        for s in 0..<synapses.count {
            let (source, target) = (Int(synapses.sources[s]), Int(synapses.targets[s]))
            let (tx, ty) = (sourceTimes[source], targetTimes[target])
            // Without a spike at either end, nothing is added, and nothing is rounded.
            if onlyOnSpikes, tx == 0, ty == 0 { continue }
            let before = (w: synapses.weights[s], d: synapses.delays[s], t: synapses.tags[s])
            func sum(_ products: [LearningProduct], _ value: Int32) -> Int32 {
                var sum = value << 7
                for product in products {
                    let time: Int
                    switch product.dependency {
                    case .presynaptic:
                        guard tx > 0 else { continue }
                        time = tx
                    case .postsynaptic:
                        guard ty > 0 else { continue }
                        time = ty
                    case .epoch:
                        guard decimated else { continue }
                        time = length
                    }
                    var term = Int32(product.mantissa)
                    for factor in product.factors {
                        var number: Int32
                        switch factor.variable {
                        case .x1: number = x[0][source * (length + 1) + time]
                        case .x2: number = x[1][source * (length + 1) + time]
                        case .y1: number = y[0][target * (length + 1) + time]
                        case .y2: number = y[1][target * (length + 1) + time]
                        case .y3: number = y[2][target * (length + 1) + time]
                        case .w: number = before.w
                        case .d: number = before.d
                        case .t: number = before.t
                        case .constant: number = 0
                        }
                        number &+= Int32(factor.added)
                        let limit = Int32(1) << Int32(factor.variable.width)
                        number = min(max(number, -limit), limit - 1)
                        term = term &* (factor.isSign ? number.signum() : number)
                    }
                    term = (term >> Int32(product.shift)) << Int32(product.storedExponent)
                    sum = Self.cut(sum &+ Self.cut(term))
                }
                return sum
            }
            func draw(_ own: KeyPath<SynapseDraws, [UInt8]>) -> Double {
                draws.synapses.map { Double($0[keyPath: own][s]) / 128 } ?? draws.weight
            }
            if !code.weight.isEmpty {
                synapses.weights[s] = rounded(weightSum(sum(code.weight, before.w)), weightRange, draw(\.weights))
            }
            if !code.delay.isEmpty { synapses.delays[s] = rounded(max(sum(code.delay, before.d), 0), 0...255, draw(\.delays)) }
            if !code.tag.isEmpty { synapses.tags[s] = rounded(sum(code.tag, before.t), -257...255, draw(\.tags)) }
        }
        Self.settle(&sourceTraces, x, length)
        Self.settle(&targetTraces, y, length)
        for n in sourceTimes.indices { sourceTimes[n] = 0 }
        for n in targetTimes.indices { targetTimes[n] = 0 }
    }

    /// The accumulator's ends: 15 bits and a sign, the lower one further than two's complement has it (as the model does).
    private static func cut(_ value: Int32) -> Int32 { min(max(value, -32769), 32767) }

    private func weightSum(_ sum: Int32) -> Int32 {
        switch code.signMode {
        case .mixed: sum
        case .excitatory: max(sum, 0)
        case .inhibitory: min(sum, 0)
        }
    }

    private var weightRange: ClosedRange<Int32> {
        let range: ClosedRange<Int32> =
            switch code.signMode {
            case .mixed: -256...255
            case .excitatory: 0...255
            case .inhibitory: -255...0
            }
        guard let limit = code.weightLimit.map({ Int32(clamping: $0) }) else { return range }
        return range.clamped(to: -limit...limit)
    }

    private func rounded(_ sum: Int32, _ range: ClosedRange<Int32>, _ random: Double) -> Int32 {
        let below = sum >> 7
        let value = random < Double(sum & 127) / 128 ? below + 1 : below
        return min(max(value, range.lowerBound), range.upperBound)
    }

    private static func histories(
        _ traces: [[Int32]], _ definitions: [LearningCode.Trace], _ times: [Int], _ length: Int, _ decay: Double, _ impulse: Int
    ) -> [[Int32]] {
        var values = [Int32](repeating: 0, count: length + 1)
        return traces.indices.map { k in
            var all: [Int32] = []
            all.reserveCapacity(times.count * (length + 1))
            for neuron in times.indices {
                history(
                    traces[k][neuron], definitions[k], time: times[neuron], length: length, decay: decay, impulse: impulse, into: &values)
                all.append(contentsOf: values)
            }
            return all
        }
    }

    private static func settle(_ traces: inout [[Int32]], _ histories: [[Int32]], _ length: Int) {
        for k in traces.indices {
            for neuron in traces[k].indices { traces[k][neuron] = histories[k][neuron * (length + 1) + length] }
        }
    }
}
