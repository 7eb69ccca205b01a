#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The prescribed error sensitivity rule on the chip, bit for bit as nengo-loihi 1.1.0 emulates it (`SynapseState`).
///
/// A host sends errors of 8 bits; the weights of every axon move by its trace times the error of the target.
package struct PrescribedErrorSensitivity: Sendable {
    package struct Parameters: Hashable, Sendable {
        /// Learning rate: mantissa · 2^exponent.
        package var rateMantissa: Int
        package var rateExponent: Int
        /// What a spike adds to the trace of its axon.
        package var traceMagnitude: Double
        /// In steps.
        package var traceTimeConstant: Double
        /// Steps between updates of the traces, and of the weights.
        package var traceEpoch: Int
        package var learnEpoch: Int
        package var weightBits: Int
        /// Exponent of the weights, the shift of 6 included.
        package var weightExponent: Int
        package var isMixed: Bool

        package init(
            rateMantissa: Int = 1, rateExponent: Int = -7, traceMagnitude: Double, traceTimeConstant: Double, traceEpoch: Int = 2,
            learnEpoch: Int = 4, weightBits: Int = 8, weightExponent: Int, isMixed: Bool = true
        ) {
            self.rateMantissa = rateMantissa
            self.rateExponent = rateExponent
            self.traceMagnitude = traceMagnitude
            self.traceTimeConstant = traceTimeConstant
            self.traceEpoch = traceEpoch
            self.learnEpoch = learnEpoch
            self.weightBits = weightBits
            self.weightExponent = weightExponent
            self.isMixed = isMixed
        }
    }

    package let parameters: Parameters
    package private(set) var traces: [Int]
    /// [axon][target], full scale.
    package private(set) var weights: [[Int]]
    private var spiked: [Bool]
    private var step = 0

    package init(_ parameters: Parameters, weights: [[Int]]) {
        self.parameters = parameters
        self.weights = weights
        traces = Array(repeating: 0, count: weights.count)
        spiked = Array(repeating: false, count: weights.count)
    }

    /// An error as the chip receives it: round(error · scale), cut to 8 bits with a sign.
    package static func encode(_ error: Double, scale: Double) -> Int {
        Int(max(-127, min(127, (error * scale).rounded(.toNearestOrEven))))
    }

    /// Whether the coming step updates traces, and weights.
    package var updatesTraces: Bool { (step + 1) % parameters.traceEpoch == 0 }
    package var updatesWeights: Bool { (step + 1) % parameters.learnEpoch == 0 }

    /// - Parameters:
    ///   - axons: that carry a spike in this step.
    ///   - errors: encoded, one for each dimension; targets are the negative errors, then the positive ones.
    ///   - traceDraws: one for each axon, in [0, 1), in steps that update traces; else unused.
    ///   - weightDraws: [axon][target], in steps that update weights; else unused.
    package mutating func advance(axons: [Int], errors: [Int], traceDraws: [Double], weightDraws: [[Double]]) {
        for axon in axons { spiked[axon] = true }
        if updatesTraces {
            let decay = exp(-Double(parameters.traceEpoch) / parameters.traceTimeConstant)
            for axon in traces.indices {
                let exact = decay * Double(traces[axon]) + (spiked[axon] ? parameters.traceMagnitude : 0)
                traces[axon] = Self.rounded(exact, random: traceDraws[axon], limit: 127)
                spiked[axon] = false
            }
        }
        if updatesWeights { learn(errors.map { -$0 } + errors, weightDraws) }
        step += 1
    }

    private mutating func learn(_ errors: [Int], _ draws: [[Double]]) {
        let lost = 8 - parameters.weightBits + (parameters.isMixed ? 1 : 0)
        let exponent = parameters.weightExponent
        let limit = (1 << (8 - lost)) - 1
        for axon in weights.indices {
            for target in weights[axon].indices {
                let product = Self.shifted(
                    traces[axon] * errors[target] * parameters.rateMantissa, by: 7 + parameters.rateExponent - 2)
                let sum = Self.shifted(weights[axon][target], by: 7 - exponent) + product
                let exact = Double(sum) / Double(1 << (7 + lost))
                let mantissa = Self.rounded(exact, random: draws[axon][target], limit: limit)
                weights[axon][target] = Self.shifted(mantissa, by: exponent + lost)
            }
        }
    }

    private static func shifted(_ value: Int, by count: Int) -> Int { count >= 0 ? value << count : value >> -count }

    /// The magnitude is rounded up with the probability of its fraction.
    private static func rounded(_ exact: Double, random: Double, limit: Int) -> Int {
        let magnitude = abs(exact).rounded(.down)
        let up = abs(exact) - magnitude > random ? 1.0 : 0
        let value = Int(magnitude + up)
        return min(value, limit) * (exact < 0 ? -1 : 1)
    }
}
