import Learning

/// A pair rule as the engine's microcode holds it.
struct HeldRule {
    var code: LearningCode
    /// Largest relative error of a scale.
    var error: Double
    /// What one step of a reward's trace stands for; 0 without reward.
    var rewardStep = 0.0

    /// A tag's steps for the strongest pair of spikes: sixteen such pairs fill its 8 bits.
    private static let tagStepsOfPair = 16.0
    /// A trace of 7 bits must hold several spikes, and each of them some steps of decay.
    private static let impulses = 8...40

    /// - Parameter unit: a step of the weights, in the model's unit.
    init(_ rule: PairRule, unit: Double) {
        let best = Self.impulses.map { Self.held(rule, unit, impulse: $0) }.min { $0.error < $1.error }
        self = best ?? Self.held(rule, unit, impulse: Self.impulses.upperBound)
    }

    private init(code: LearningCode, error: Double, rewardStep: Double) {
        self.code = code
        self.error = error
        self.rewardStep = rewardStep
    }

    private static func held(_ rule: PairRule, _ unit: Double, impulse: Int) -> HeldRule {
        var error = 0.0
        func product(
            _ dependency: LearningProduct.Dependency, _ wanted: Double, _ factors: [LearningProduct.Factor]
        ) -> LearningProduct? {
            guard wanted != 0 else { return nil }
            // The engine shifts long products right; the scale makes up for it.
            let shift = LearningProduct(dependency, mantissa: 1, storedExponent: 7, factors).shift
            let scale = wanted * Double(1 << shift)
            let product = LearningProduct(dependency, scale: scale, factors)
            error = max(error, abs(product.scale - scale) / abs(scale))
            return product
        }
        let step = 1 / Double(impulse)
        let (rise, fall) = (rule.potentiation * step, rule.depression * step)
        let traces = [LearningCode.Trace(impulse: impulse, timeConstant: rule.sourceTimeConstant), .init()]
        let targetTraces = [LearningCode.Trace(impulse: impulse, timeConstant: rule.targetTimeConstant), .init(), .init()]
        var code = LearningCode(sourceTraces: traces, targetTraces: targetTraces, signMode: .excitatory)
        if let reward = rule.reward {
            let tagStep = max(rule.potentiation, rule.depression) / tagStepsOfPair
            let rewardStep = reward.largest / Double(LearningCode.traceLimit)
            guard tagStep > 0, rewardStep > 0 else { return HeldRule(code: code, error: 0, rewardStep: 1) }
            code.tag = [
                product(.presynaptic, -fall / tagStep, [.init(.y1)]), product(.postsynaptic, rise / tagStep, [.init(.x1)]),
                product(.epoch, -1 / reward.timeConstant, [.init(.t)]),
            ].compactMap { $0 }
            let rate = reward.rate * tagStep * rewardStep / unit
            code.weight = [product(.epoch, rate, [.init(.t), .init(.y2)]), product(.epoch, -rate, [.init(.t), .init(.y3)])]
                .compactMap { $0 }
            // A reward stays for the step in which it is given.
            code.targetTraces[1].timeConstant = 1e9
            code.targetTraces[2].timeConstant = 1e9
            code.decimation = 0
            return HeldRule(code: code, error: error, rewardStep: rewardStep)
        }
        if rule.isMultiplicative {
            let most = rule.highest / unit
            code.weight = [
                product(.presynaptic, -fall, [.init(.y1), .init(.w)]), product(.postsynaptic, rise * most, [.init(.x1)]),
                product(.postsynaptic, -rise, [.init(.x1), .init(.w)]),
            ].compactMap { $0 }
        } else {
            code.weight = [
                product(.presynaptic, -fall / unit, [.init(.y1)]), product(.postsynaptic, rise / unit, [.init(.x1)]),
            ].compactMap { $0 }
        }
        return HeldRule(code: code, error: error, rewardStep: 0)
    }
}
