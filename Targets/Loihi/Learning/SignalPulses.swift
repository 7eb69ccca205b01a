import Numerics

/// Real numbers sent as whole ones, -15...15: what is not sent is kept for later steps.
///
/// A neuron's sum starts each trial at a random number in -1/2...1/2, so that what is sent is right on average even where a trial comes
/// to less than 1; it is then rounded to nearest, and sent where it is not 0. Three factors of the engine then multiply without loss:
/// a pulse times 8 is y2 or y3, and the engine's shift of 5 bits drops nothing.
struct SignalPulses {
    static let largest = 15.0

    private let factors: [Double]
    private var sums: [Double]

    /// - Parameter factors: what a signal is multiplied by.
    init(_ factors: [Double], _ random: Philox) {
        self.factors = factors
        sums = factors.indices.map { random.uniform($0) - 0.5 }
    }

    mutating func next(_ signals: [Double], _ pulses: inout [Int16]) {
        for n in signals.indices {
            guard signals[n] != 0 || abs(sums[n]) > 0.5 else {
                pulses[n] = 0
                continue
            }
            let sum = sums[n] + factors[n] * signals[n]
            let pulse = min(max(sum.rounded(.toNearestOrEven), -Self.largest), Self.largest)
            sums[n] = sum - pulse
            pulses[n] = Int16(pulse)
        }
    }
}
