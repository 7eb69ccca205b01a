/// A plastic all-to-all projection: traces, and for reward-modulated STDP an eligibility for each synapse.
///
/// Reward-modulated (Izhikevich 2007, Cerebral Cortex 17:2443; Frémaux and Gerstner 2016): e ← e · e^(-dt/τe) + potentiation - depression;
/// w ← clip(w + η · reward · e).
package struct PlasticProjection: Hashable, Sendable {
    package var traces: STDPTraces
    /// [sources × targets]; empty without reward.
    package private(set) var eligibility: [Double]
    private let eligibilityDecay: Double
    private let width: Int

    /// - Parameter eligibilityDecay: factor of the eligibility from step to step; nil: plain STDP.
    package init(_ law: STDPLaw, sources: Int, targets: Int, eligibilityDecay: Double? = nil) {
        traces = STDPTraces(law, sources: sources, targets: targets)
        eligibility = eligibilityDecay == nil ? [] : [Double](repeating: 0, count: sources * targets)
        self.eligibilityDecay = eligibilityDecay ?? 0
        width = targets
    }

    package mutating func clear() {
        traces.clear()
        for s in eligibility.indices { eligibility[s] = 0 }
    }

    /// One step.
    /// - Parameter weights: [sources × targets]; moved by plain STDP, left alone with an eligibility.
    package mutating func step(
        _ sourceSpikes: [Int32], _ targetSpikes: [Int32], _ weights: UnsafeMutablePointer<Double>
    ) {
        if eligibility.isEmpty {
            let (law, width) = (traces.law, width)
            traces.step(sourceSpikes, targetSpikes) { i, j, rise, fall in
                weights[i * width + j] = law.moved(weights[i * width + j], rise, fall)
            }
        } else {
            for s in eligibility.indices { eligibility[s] *= eligibilityDecay }
            let width = width
            eligibility.withUnsafeMutableBufferPointer { eligibility in
                traces.step(sourceSpikes, targetSpikes) { i, j, rise, fall in eligibility[i * width + j] += rise - fall }
            }
        }
    }

    /// Moves the weights by their eligibility.
    package func reward(_ amount: Double, _ weights: UnsafeMutablePointer<Double>) {
        let law = traces.law
        for s in eligibility.indices { weights[s] = min(max(weights[s] + amount * eligibility[s], law.lowest), law.highest) }
    }
}
