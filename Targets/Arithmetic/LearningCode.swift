/// The microcode of a learning rule as the chip holds it: three sums of products, traces, and the length of an epoch.
package struct LearningCode: Hashable, Sendable {
    /// A trace: what a spike adds, and how it decays.
    package struct Trace: Hashable, Sendable {
        /// 0...127.
        package var impulse: Int
        /// 256ths of the impulse, added with that probability.
        package var fraction: Int
        /// In steps; 0: the trace is cleared in every step.
        package var timeConstant: Double

        package init(impulse: Int = 0, fraction: Int = 0, timeConstant: Double = 0) {
            self.impulse = impulse
            self.fraction = fraction
            self.timeConstant = timeConstant
        }
    }

    package enum SignMode: String, Hashable, Sendable { case mixed, excitatory, inhibitory }

    package var weight: [LearningProduct]
    /// Of the second tag, which is also the delay.
    package var delay: [LearningProduct]
    package var tag: [LearningProduct]
    /// x1, x2 of sources.
    package var sourceTraces: [Trace]
    /// y1, y2, y3 of targets.
    package var targetTraces: [Trace]
    /// Steps of an epoch, 1...63.
    package var epochLength: Int
    /// k of the dependency u: it holds in every 2^k-th epoch.
    package var decimation: Int?
    package var signMode: SignMode
    /// Largest magnitude of a weight where memory holds fewer bits than the engine; nil: the engine's own range.
    package var weightLimit: Int?

    package init(
        weight: [LearningProduct] = [], delay: [LearningProduct] = [], tag: [LearningProduct] = [], sourceTraces: [Trace],
        targetTraces: [Trace], epochLength: Int = 1, decimation: Int? = nil, signMode: SignMode = .mixed
    ) {
        self.weight = weight
        self.delay = delay
        self.tag = tag
        self.sourceTraces = sourceTraces
        self.targetTraces = targetTraces
        self.epochLength = epochLength
        self.decimation = decimation
        self.signMode = signMode
    }

    package static let traceLimit = 127
    /// Products of one rule that the microcode holds. The public models state no bound; this is the length of the longest rule that
    /// Davies et al. 2018 print, doubled.
    package static let mostProducts = 16

    /// Everything that the chip's registers cannot hold, as sentences with the numbers; empty when the code fits.
    package var faults: [String] {
        var faults: [String] = []
        for (name, products) in [("dw", weight), ("dd", delay), ("dt", tag)] {
            if products.count > Self.mostProducts { faults.append("\(name) has \(products.count) products, and \(Self.mostProducts) fit") }
            for (index, product) in products.enumerated() {
                let place = "product \(index + 1) of \(name)"
                if !(-8...7).contains(product.mantissa) { faults.append("\(place) has the mantissa \(product.mantissa), outside -8...7") }
                if !(0...15).contains(product.storedExponent) {
                    faults.append("\(place) has the exponent \(product.storedExponent - 7), outside -7...8")
                }
                for factor in product.factors where !(-128...127).contains(factor.added) {
                    faults.append("\(place) adds the constant \(factor.added), outside -128...127")
                }
                if product.mantissa == 0 { faults.append("\(place) has a scale that rounds to 0") }
                if product.dependency == .epoch, decimation == nil { faults.append("\(place) depends on u, without a decimation") }
            }
        }
        if !(1...63).contains(epochLength) { faults.append("an epoch of \(epochLength) steps, outside 1...63") }
        for (name, trace) in zip(["x1", "x2", "y1", "y2", "y3"], sourceTraces + targetTraces) {
            if !(0...Self.traceLimit).contains(trace.impulse) {
                faults.append("the trace \(name) has the impulse \(trace.impulse), outside 0...\(Self.traceLimit)")
            }
            if !(0...255).contains(trace.fraction) { faults.append("the trace \(name) has the fraction \(trace.fraction)/256") }
        }
        return faults
    }

    /// The largest magnitude that a product can add in weight units, against the accumulator's 256: more is cut.
    package func largestChange(_ product: LearningProduct) -> Double {
        let factors = product.factors.reduce(1.0) { bound, factor in
            factor.isSign ? bound : bound * Double(factor.variable == .constant ? abs(factor.added) : (1 << factor.variable.width) - 1)
        }
        let shifted = (factors * abs(Double(product.mantissa)) / Double(1 << product.shift)).rounded(.down)
        return min(shifted * Double(1 << product.storedExponent), 32767) / 128
    }

    /// dw, dd and dt as text; those without products are left out.
    package var text: [(name: String, sum: String)] {
        [("dw", weight), ("dd", delay), ("dt", tag)].filter { !$0.1.isEmpty }.map { name, products in
            (name, products.map { $0.text(decimation: decimation) }.joined(separator: " + "))
        }
    }
}

extension LearningCode {
    /// Pair STDP: dw = -aMinus · x0 · y1 + aPlus · y0 · x1.
    /// - Parameters:
    ///   - potentiation, depression: weight units that a pair of coincident spikes changes, divided by the impulse.
    package static func pairSTDP(
        potentiation: Double, depression: Double, impulse: Int, sourceTau: Double, targetTau: Double, epochLength: Int = 1,
        signMode: SignMode = .excitatory
    ) -> LearningCode {
        LearningCode(
            weight: [
                LearningProduct(.presynaptic, scale: -depression / Double(impulse), [.init(.y1)]),
                LearningProduct(.postsynaptic, scale: potentiation / Double(impulse), [.init(.x1)]),
            ], sourceTraces: [Trace(impulse: impulse, timeConstant: sourceTau), Trace()],
            targetTraces: [Trace(impulse: impulse, timeConstant: targetTau), Trace(), Trace()], epochLength: epochLength,
            signMode: signMode)
    }

    /// Reward-modulated STDP: the tag collects what pair STDP would change and decays; the weight follows tag times reward, y2.
    ///
    /// dt = -aMinus · x0 · y1 + aPlus · y0 · x1 - u · t · 2^-decay, dw = u · t · y2 · rate (learning rules of lava-nc/lava, `R_STDP`).
    package static func rewardSTDP(
        potentiation: Double, depression: Double, impulse: Int, sourceTau: Double, targetTau: Double, tagDecay: Double, rate: Double,
        epochLength: Int = 1, signMode: SignMode = .mixed
    ) -> LearningCode {
        var code = pairSTDP(
            potentiation: potentiation, depression: depression, impulse: impulse, sourceTau: sourceTau, targetTau: targetTau,
            epochLength: epochLength, signMode: signMode)
        code.tag = code.weight + [LearningProduct(.epoch, scale: -tagDecay, [.init(.t)])]
        code.weight = [LearningProduct(.epoch, scale: rate, [.init(.t), .init(.y2)])]
        code.decimation = 0
        return code
    }

    /// e-prop of adaptive neurons in the native form (Bellec et al. 2020, eqs. 13, 24, 25): the second tag is the slow eligibility
    /// εA, the first tag the filtered trace, y1 carries ψ, y2 the learning signal; all move in every epoch, not on spikes.
    ///
    /// dd = u · y1 · x1 · 2^-a + u · d · (ρ - 1), dt = u · y1 · x1 · 2^-a - u · y1 · d · β + u · t · (κ - 1), dw = -u · t · y2 · rate.
    /// - Parameters:
    ///   - feed: scale of ψ · x1.
    ///   - slowDecay, filterDecay: 1 - ρ and 1 - κ, per epoch.
    package static func eligibility(
        feed: Double, beta: Double, slowDecay: Double, filterDecay: Double, rate: Double, sourceTrace: Trace, epochLength: Int = 1,
        signMode: SignMode = .mixed
    ) -> LearningCode {
        LearningCode(
            weight: [LearningProduct(.epoch, scale: -rate, [.init(.t), .init(.y2)])],
            delay: [
                LearningProduct(.epoch, scale: feed, [.init(.x1), .init(.y1)]), LearningProduct(.epoch, scale: -slowDecay, [.init(.d)]),
            ],
            tag: [
                LearningProduct(.epoch, scale: feed, [.init(.x1), .init(.y1)]),
                LearningProduct(.epoch, scale: -beta, [.init(.y1), .init(.d)]),
                LearningProduct(.epoch, scale: -filterDecay, [.init(.t)]),
            ], sourceTraces: [sourceTrace, Trace()], targetTraces: [Trace(), Trace(), Trace()], epochLength: epochLength, decimation: 0,
            signMode: signMode)
    }
}
