#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// What training of spike times makes small, one sample at a time; all times in τ_s (Göltz et al. 2021, Methods).
package enum SpikeTimeLoss: Hashable, Sendable {
    /// ln Σₙ e^((t* - tₙ)/ξ) + α e^(t*/β), t* the label's time: the label first, and early.
    case firstSpike(xi: Double, alpha: Double, beta: Double)
    /// ½ Σₙ (tₙ - target)².
    case meanSquare(correct: Double, wrong: Double)
    /// ½ Σₙ ((tₙ - t*) - δ [n ≠ label])²: the others δ behind the label, whenever that is.
    case difference(delta: Double)

    /// Of a sample whose label is silent, or whose loss has no bound; it moves nothing.
    static let missed = 100.0

    /// The loss of one sample; `errors` is set to its derivatives by the times, all 0 where it counts as missed.
    package func evaluate(_ times: UnsafeBufferPointer<Double>, label: Int, errors: UnsafeMutablePointer<Double>) -> Double {
        for n in times.indices { errors[n] = 0 }
        let own = times[label]
        guard own.isFinite else { return Self.missed }
        var loss = 0.0
        switch self {
        case .firstSpike(let xi, let alpha, let beta):
            // The shift by the earliest keeps the exponentials in range.
            let earliest = times.min() ?? own
            var sum = 0.0
            for time in times { sum += exp((earliest - time) / xi) }
            let extra = alpha * exp(own / beta)
            loss = log(sum) - earliest / xi + own / xi + extra
            for n in times.indices { errors[n] = -exp((earliest - times[n]) / xi) / sum / xi }
            errors[label] += 1 / xi + extra / beta
        case .meanSquare(let correct, let wrong):
            for n in times.indices {
                let distance = times[n] - (n == label ? correct : wrong)
                loss += 0.5 * distance * distance
                errors[n] = distance
            }
        case .difference(let delta):
            for n in times.indices where n != label {
                let distance = times[n] - own - delta
                loss += 0.5 * distance * distance
                errors[n] = distance
                errors[label] -= distance
            }
        }
        guard loss.isFinite else {
            for n in times.indices { errors[n] = 0 }
            return Self.missed
        }
        return loss
    }

    /// The class that the times tell; nil when none of the neurons spiked.
    package func answer(_ times: UnsafeBufferPointer<Double>) -> Int? {
        var best: (score: Double, neuron: Int)?
        for n in times.indices where times[n].isFinite {
            let score: Double =
                if case .meanSquare(let correct, _) = self { abs(times[n] - correct) } else { times[n] }
            if best.map({ score < $0.score }) ?? true { best = (score, n) }
        }
        return best?.neuron
    }
}
