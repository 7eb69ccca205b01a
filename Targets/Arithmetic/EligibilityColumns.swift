/// The synapses of neurons that learn by e-prop on Loihi's engine: what `LearningEngine` computes for `EligibilityCode.code`, product by
/// product and bit for bit, with the synapses of a target as one column of 16-bit numbers.
///
/// A column whose ψ is 0 only decays, and one whose tags are all 0 as well does not move: both are known without looking. Where a tag
/// comes near the accumulator's ends, it is computed number by number. `EligibilityColumnsTests` hold it against the engine.
package final class EligibilityColumns {
    package let sources: Int
    package let targets: Int
    /// `sources`, padded to whole lanes.
    package let rows: Int
    /// By target, a place in `coefficients`.
    private let kinds: [Int]
    private let codes: [EligibilityCode]
    private let coefficients: [EligibilityCoefficients]
    private let limit: Int32
    private let presynaptic: PresynapticTraces
    /// [rows] each: what is added to a column's draws for w, d and t.
    private let offsets: UnsafeMutablePointer<Int16>
    /// [targets × rows] each: w, d and t.
    private let synapses: UnsafeMutablePointer<Int16>
    /// Left shift of a weight's changes; negative: it does not move. [targets × rows]
    private let shifts: [Int8]
    /// Largest |t| and d of a column.
    private var largestTag: [Int16]
    private var largestSlow: [Int16]

    /// - Parameters:
    ///   - kinds: [targets], each one's place in `codes`.
    ///   - shifts: [targets × sources], left shift of changes; negative: no synapse, or one that does not learn.
    ///   - limit: largest magnitude of a weight.
    package init(sources: Int, kinds: [Int], codes: [EligibilityCode], shifts: [Int8], trace: LearningCode.Trace, limit: Int) {
        self.sources = sources
        self.kinds = kinds
        self.codes = codes
        self.limit = Int32(limit)
        targets = kinds.count
        rows = (sources + 7) / 8 * 8
        coefficients = codes.map { EligibilityCoefficients($0) }
        let rows = rows
        var padded = [Int8](repeating: -1, count: kinds.count * rows)
        for target in kinds.indices {
            for source in 0..<sources { padded[target * rows + source] = shifts[target * sources + source] }
        }
        self.shifts = padded
        presynaptic = PresynapticTraces(trace, count: sources)
        offsets = .allocate(capacity: 3 * rows)
        offsets.initialize(repeating: 0, count: 3 * rows)
        synapses = .allocate(capacity: 3 * kinds.count * rows)
        synapses.initialize(repeating: 0, count: 3 * kinds.count * rows)
        largestTag = [Int16](repeating: 0, count: kinds.count)
        largestSlow = largestTag
        for row in 0..<rows {
            offsets[row] = Int16(Self.offset(row, .weight))
            offsets[rows + row] = Int16(Self.offset(row, .slow))
            offsets[2 * rows + row] = Int16(Self.offset(row, .tag))
        }
    }

    deinit {
        offsets.deallocate()
        synapses.deallocate()
    }

    private var weights: UnsafeMutablePointer<Int16> { synapses }
    private var slow: UnsafeMutablePointer<Int16> { synapses + targets * rows }
    private var tags: UnsafeMutablePointer<Int16> { synapses + 2 * targets * rows }

    // MARK: State

    package func weight(_ source: Int, _ target: Int) -> Int { Int(weights[target * rows + source]) }
    package func tag(_ source: Int, _ target: Int) -> Int { Int(tags[target * rows + source]) }
    package func slowTag(_ source: Int, _ target: Int) -> Int { Int(slow[target * rows + source]) }
    package func trace(_ source: Int) -> Int { Int(presynaptic.values[source]) }
    package func setWeight(_ source: Int, _ target: Int, to weight: Int) { weights[target * rows + source] = Int16(weight) }

    /// The first tags of a target, [rows].
    package func tags(of target: Int) -> UnsafePointer<Int16> { UnsafePointer(tags + target * rows) }

    /// Traces and tags start anew; weights stay.
    package func clear() {
        presynaptic.clear()
        slow.update(repeating: 0, count: 2 * targets * rows)
        for target in 0..<targets { (largestTag[target], largestSlow[target]) = (0, 0) }
    }

    // MARK: Random numbers

    package enum Draw: Int, Sendable { case weight, slow, tag }

    /// What sets the draws of a source's synapses apart: steps of odd length through 0...127, so that those of one target spread evenly.
    private static func offset(_ source: Int, _ which: Draw) -> Int { (source * [37, 53, 75][which.rawValue]) & 127 }

    /// The random number of a synapse in a step, 0...127 in 128ths: a number of the target's, and an offset of the source's.
    /// - Parameter key: of the step.
    package static func draw(_ which: Draw, source: Int, target: Int, key: UInt64) -> Int {
        (base(target, key, which) + offset(source, which)) & 127
    }

    @inline(__always)
    private static func base(_ target: Int, _ key: UInt64, _ which: Draw) -> Int {
        // SplitMix64 (Steele et al. 2014), one number for each target.
        var z = key &+ UInt64(truncatingIfNeeded: target &+ 1) &* 0x9E37_79B9_7F4A_7C15
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        z ^= z >> 31
        return Int(truncatingIfNeeded: (z >> UInt64(7 * which.rawValue)) & 127)
    }

    // MARK: A step

    /// Presynaptic traces decay, and spikes are added.
    /// - Parameter draw: in [0, 1), rounds all of them.
    package func trace(_ spikes: UnsafeBufferPointer<Int32>, draw: Double) {
        presynaptic.step(spikes, draw: draw)
    }

    /// Weights move by tags and signals, then tags by traces and ψ.
    /// - Parameters:
    ///   - slopes: y1 of each target, 0...127.
    ///   - signals: (y2 - y3) / 8 of each target, -15...15.
    ///   - key: of the step's random numbers.
    ///   - moved: called with each target whose weights may have moved.
    package func learn(slopes: [Int16], signals: [Int16], key: UInt64, moved: (Int) -> Void) {
        for target in 0..<targets {
            if signals[target] != 0 {
                move(target, Int32(signals[target]), base: Self.base(target, key, .weight))
                moved(target)
            }
            let slope = slopes[target]
            let (tag, slow) = (largestTag[target], largestSlow[target])
            if slope == 0, tag == 0, slow == 0 { continue }
            let coefficients = coefficients[kinds[target]]
            let (slowBase, tagBase) = (Int16(Self.base(target, key, .slow)), Int16(Self.base(target, key, .tag)))
            if !coefficients.fits(slope: slope, tag: tag, slow: slow) {
                carefully(target, slope, coefficients, slowBase, tagBase)
            } else if slope != 0 {
                if coefficients.isAdaptive {
                    driveAdaptive(target, slope, coefficients, slowBase, tagBase)
                } else {
                    drive(target, slope, coefficients, tagBase)
                }
            } else {
                if tag != 0 { decay(target, coefficients, tagBase) }
                if slow != 0 { decaySlow(target, coefficients, slowBase) }
            }
        }
    }

    /// dw = -signal · t · 2^shift / 128
    private func move(_ target: Int, _ signal: Int32, base: Int) {
        let first = target * rows
        for source in 0..<sources where shifts[first + source] >= 0 {
            let term = (-signal * Int32(tags[first + source])) << Int32(shifts[first + source])
            let draw = Int32((base + Int(offsets[source])) & 127)
            weights[first + source] = Int16(movedWeight(Int32(weights[first + source]), by: term, draw: draw, limit: limit))
        }
    }

    private func drive(_ target: Int, _ slope: Int16, _ c: EligibilityCoefficients, _ base: Int16) {
        let (traces, offsets, tags) = (presynaptic.values, offsets + 2 * rows, tags + target * rows)
        var largest = TagLanes.zero
        var row = 0
        while row < rows {
            let tag = loadLanes(tags, row)
            let change = c.change(loadLanes(traces, row) &* slope, .zero, tag)
            let value = rounded(tag, change, (loadLanes(offsets, row) &+ base) & 127)
            storeLanes(value, tags, row)
            largest = pointwiseMax(largest, pointwiseMax(value, .zero &- value))
            row &+= 8
        }
        largestTag[target] = largest.max()
    }

    private func driveAdaptive(_ target: Int, _ slope: Int16, _ c: EligibilityCoefficients, _ slowBase: Int16, _ tagBase: Int16) {
        let (traces, slowOffsets, tagOffsets) = (presynaptic.values, offsets + rows, offsets + 2 * rows)
        let (tags, slows) = (tags + target * rows, slow + target * rows)
        var largest = TagLanes.zero
        var largestSlow = TagLanes.zero
        var row = 0
        while row < rows {
            let (tag, slow) = (loadLanes(tags, row), loadLanes(slows, row))
            let (pairs, coupled) = (loadLanes(traces, row) &* slope, slow &* slope)
            let slowDraws = (loadLanes(slowOffsets, row) &+ slowBase) & 127
            let nextSlow = pointwiseMax(rounded(slow, c.slowChange(pairs, coupled, slow), slowDraws), .zero)
            let next = rounded(tag, c.change(pairs, coupled, tag), (loadLanes(tagOffsets, row) &+ tagBase) & 127)
            storeLanes(nextSlow, slows, row)
            storeLanes(next, tags, row)
            largestSlow = pointwiseMax(largestSlow, nextSlow)
            largest = pointwiseMax(largest, pointwiseMax(next, .zero &- next))
            row &+= 8
        }
        largestTag[target] = largest.max()
        self.largestSlow[target] = largestSlow.max()
    }

    private func decay(_ target: Int, _ c: EligibilityCoefficients, _ base: Int16) {
        let (offsets, tags) = (offsets + 2 * rows, tags + target * rows)
        var largest = TagLanes.zero
        var row = 0
        while row < rows {
            let tag = loadLanes(tags, row)
            let value = rounded(tag, c.leak(tag), (loadLanes(offsets, row) &+ base) & 127)
            storeLanes(value, tags, row)
            largest = pointwiseMax(largest, pointwiseMax(value, .zero &- value))
            row &+= 8
        }
        largestTag[target] = largest.max()
    }

    private func decaySlow(_ target: Int, _ c: EligibilityCoefficients, _ base: Int16) {
        let (offsets, slows) = (offsets + rows, slow + target * rows)
        var largest = TagLanes.zero
        var row = 0
        while row < rows {
            let slow = loadLanes(slows, row)
            let value = pointwiseMax(rounded(slow, c.slowLeak(slow), (loadLanes(offsets, row) &+ base) & 127), .zero)
            storeLanes(value, slows, row)
            largest = pointwiseMax(largest, value)
            row &+= 8
        }
        largestSlow[target] = largest.max()
    }

    /// A column in which some tags come near the accumulator's ends: those lanes are computed number by number.
    private func carefully(_ target: Int, _ slope: Int16, _ c: EligibilityCoefficients, _ slowBase: Int16, _ tagBase: Int16) {
        let code = codes[kinds[target]]
        let (tags, slows) = (tags + target * rows, slow + target * rows)
        var (largest, largestSlow) = (TagLanes.zero, TagLanes.zero)
        var row = 0
        while row < rows {
            let (tag, slow) = (loadLanes(tags, row), loadLanes(slows, row))
            if c.fits(slope: slope, tag: pointwiseMax(tag, .zero &- tag).max(), slow: slow.max()) {
                let (pairs, coupled) = (loadLanes(presynaptic.values, row) &* slope, slow &* slope)
                let tagDraws = (loadLanes(offsets, 2 * rows + row) &+ tagBase) & 127
                if c.isAdaptive {
                    let slowDraws = (loadLanes(offsets, rows + row) &+ slowBase) & 127
                    storeLanes(pointwiseMax(rounded(slow, c.slowChange(pairs, coupled, slow), slowDraws), .zero), slows, row)
                }
                storeLanes(rounded(tag, c.change(pairs, coupled, tag), tagDraws), tags, row)
            } else {
                for each in row..<row + 8 { exactly(each, target, Int32(slope), code, slowBase, tagBase) }
            }
            let next = loadLanes(tags, row)
            largest = pointwiseMax(largest, pointwiseMax(next, .zero &- next))
            largestSlow = pointwiseMax(largestSlow, loadLanes(slows, row))
            row &+= 8
        }
        largestTag[target] = largest.max()
        self.largestSlow[target] = largestSlow.max()
    }

    /// One synapse, with every cut of the accumulator.
    private func exactly(_ row: Int, _ target: Int, _ y: Int32, _ code: EligibilityCode, _ slowBase: Int16, _ tagBase: Int16) {
        func coupled(_ scale: EligibilityCode.Scale?, _ value: Int32) -> Int32 {
            guard let scale else { return 0 }
            return ((-y * value * Int32(scale.constant << scale.doublings)) >> Int32(EligibilityCode.coupledShift)) << Int32(scale.exponent)
        }
        func leak(_ scale: EligibilityCode.Scale?, _ value: Int32) -> Int32 {
            guard let scale else { return 0 }
            return ((-value * Int32(scale.constant << scale.doublings)) >> Int32(EligibilityCode.tagShift)) << Int32(scale.exponent)
        }
        let place = target * rows + row
        let (tag, slow) = (Int32(tags[place]), Int32(self.slow[place]))
        let pairs = Int32(presynaptic.values[row]) * y
        if code.isAdaptive {
            let sum = max(
                accumulated(slow, Self.feed(pairs, code.slowFeedPower), coupled(code.slowCoupling, slow), leak(code.slowDecay, slow)), 0)
            let draw = Int32((Int(slowBase) + Int(offsets[rows + row])) & 127)
            self.slow[place] = Int16(min(max((sum >> 7) + (draw < sum & 127 ? 1 : 0), 0), 255))
        }
        let sum = accumulated(tag, Self.feed(pairs, code.feedPower), coupled(code.coupling, slow), leak(code.decay, tag))
        let draw = Int32((Int(tagBase) + Int(offsets[2 * rows + row])) & 127)
        tags[place] = Int16(min(max((sum >> 7) + (draw < sum & 127 ? 1 : 0), -257), 255))
    }

    private static func feed(_ pairs: Int32, _ power: Int) -> Int32 { (pairs << Int32(power)) >> 3 }
}

/// The accumulator of 15 bits and a sign, as `LearningEngine` cuts it after every product.
@inline(__always)
private func accumulated(_ value: Int32, _ first: Int32, _ second: Int32, _ third: Int32) -> Int32 {
    func cut(_ value: Int32) -> Int32 { min(max(value, -32769), 32767) }
    return cut(cut(cut(value << 7 + cut(first)) + cut(second)) + cut(third))
}

/// A weight after a change in 128ths, rounded by a draw in 128ths.
@inline(__always)
package func movedWeight(_ weight: Int32, by term: Int32, draw: Int32, limit: Int32) -> Int32 {
    let sum = min(max((weight << 7) + min(max(term, -32769), 32767), -32769), 32767)
    return min(max((sum >> 7) + (draw < sum & 127 ? 1 : 0), -limit), limit)
}
