/// e-prop of adaptive neurons as sums of products of Loihi's learning engine (Bellec et al. 2020, eqs. 13, 24, 25), with scales whose
/// products fit 16 bits.
///
/// The second tag d is the slow eligibility εA, the first tag t the filtered trace ē; x1 is the presynaptic trace, y1 the pseudo-derivative
/// ψ, y2 and y3 are the learning signal above and below 0. Everything moves in every step (dependency u0):
///
///     dd = feedSlow · x1 · y1 - couplingSlow · y1 · d - decaySlow · d
///     dt = feed · x1 · y1 - coupling · y1 · d - decay · t
///     dw = (y3 - y2) · t · 2^-3 · 2^shift / 128 weight units: exact where y2 and y3 are multiples of 8, so that nothing is lost to a shift
package struct EligibilityCode: Hashable, Sendable {
    /// constant · 2^doublings as a mantissa of 4 bits has them, shifted left by `exponent` once the product is cut.
    package struct Scale: Hashable, Sendable {
        /// 1...127: a factor of its own.
        package var constant: Int
        /// 0...3: the mantissa is -(2^doublings).
        package var doublings: Int
        /// 0...8
        package var exponent: Int

        /// The scale nearest to `value` in units of 1/(128 · 2^shift); nil: it is nearer to 0 than to the least.
        init?(_ value: Double, shift: Int) {
            let wanted = value * 128 * Double(1 << shift)
            guard wanted >= 0.5 else { return nil }
            for power in 0...11 {
                let constant = (wanted / Double(1 << power)).rounded()
                guard constant <= 127 else { continue }
                self.constant = max(Int(constant), 1)
                doublings = min(power, 3)
                exponent = power - doublings
                return
            }
            return nil
        }

        func value(shift: Int) -> Double { Double(constant << (doublings + exponent)) / Double(128 << shift) }
    }

    /// x1 · y1 counts 2^(power - 3) in 128ths of a tag's unit: 0...2.
    package var feedPower: Int
    package var slowFeedPower: Int
    /// Of y1 · d; nil: none.
    package private(set) var coupling: Scale?
    package private(set) var slowCoupling: Scale?
    /// Of the tags themselves; nil: none.
    package private(set) var decay: Scale?
    package private(set) var slowDecay: Scale?
    package let isAdaptive: Bool
    /// Bits by which t, and d, times a constant are shifted; and y1 · d times a constant.
    static let tagShift = 6
    static let coupledShift = 13

    /// - Parameters:
    ///   - coupling, slowCoupling: what y1 · d is multiplied by for t and for d.
    ///   - decay, slowDecay: 1 - κ and 1 - ρ.
    package init(
        feedPower: Int, slowFeedPower: Int, coupling: Double, slowCoupling: Double, decay: Double, slowDecay: Double, isAdaptive: Bool
    ) {
        self.feedPower = feedPower
        self.slowFeedPower = slowFeedPower
        self.isAdaptive = isAdaptive
        self.coupling = isAdaptive ? Scale(coupling, shift: Self.coupledShift) : nil
        self.slowCoupling = isAdaptive ? Scale(slowCoupling, shift: Self.coupledShift) : nil
        self.decay = Scale(decay, shift: Self.tagShift)
        self.slowDecay = isAdaptive ? Scale(slowDecay, shift: Self.tagShift) : nil
    }

    /// The largest relative error of a scale; 1: one is not held.
    package func error(coupling: Double, slowCoupling: Double, decay: Double, slowDecay: Double) -> Double {
        let coupled = Self.coupledShift
        let pairs: [(Scale?, Double, Int)] = [
            (self.coupling, coupling, coupled), (self.slowCoupling, slowCoupling, coupled), (self.decay, decay, Self.tagShift),
            (self.slowDecay, slowDecay, Self.tagShift),
        ]
        return pairs.reduce(0) { worst, pair in
            guard pair.1 > 0 else { return worst }
            guard let scale = pair.0 else { return 1 }
            return max(worst, abs(scale.value(shift: pair.2) - pair.1) / pair.1)
        }
    }

    /// The rule as the engine holds it.
    /// - Parameter shift: left shift of weight changes, for projections with a finer unit.
    package func code(sourceTrace: LearningCode.Trace, shift: Int, weightLimit: Int) -> LearningCode {
        func product(_ scale: Scale?, _ factors: [LearningProduct.Factor]) -> LearningProduct? {
            scale.map {
                LearningProduct(
                    .epoch, mantissa: -(1 << $0.doublings), storedExponent: $0.exponent,
                    factors + [.init(.constant, adding: $0.constant)])
            }
        }
        func feed(_ power: Int) -> LearningProduct {
            LearningProduct(.epoch, mantissa: 1 << power, storedExponent: 0, [.init(.x1), .init(.y1)])
        }
        var code = LearningCode(
            weight: [
                LearningProduct(.epoch, mantissa: -4, storedExponent: shift, [.init(.t), .init(.y2)]),
                LearningProduct(.epoch, mantissa: 4, storedExponent: shift, [.init(.t), .init(.y3)]),
            ],
            tag: [feed(feedPower), product(coupling, [.init(.y1), .init(.d)]), product(decay, [.init(.t)])].compactMap { $0 },
            sourceTraces: [sourceTrace, .init()],
            targetTraces: [.init(timeConstant: 1e9), .init(timeConstant: 1e9), .init(timeConstant: 1e9)],
            decimation: 0, signMode: .mixed)
        if isAdaptive {
            code.delay = [feed(slowFeedPower), product(slowCoupling, [.init(.y1), .init(.d)]), product(slowDecay, [.init(.d)])]
                .compactMap { $0 }
        }
        code.weightLimit = weightLimit
        return code
    }

    /// Readout synapses: dw = (y3 - y2) · x2 · 2^-3 · 2^shift, the error in y2 and y3.
    package static func readout(sourceTrace: LearningCode.Trace, shift: Int, weightLimit: Int) -> LearningCode {
        var code = LearningCode(
            weight: [
                LearningProduct(.epoch, mantissa: -1, storedExponent: shift, [.init(.x2), .init(.y2)]),
                LearningProduct(.epoch, mantissa: 1, storedExponent: shift, [.init(.x2), .init(.y3)]),
            ], sourceTraces: [.init(), sourceTrace],
            targetTraces: [.init(timeConstant: 1e9), .init(timeConstant: 1e9), .init(timeConstant: 1e9)], decimation: 0, signMode: .mixed)
        code.weightLimit = weightLimit
        return code
    }
}
