#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// How the learning rate changes over the training.
package enum Schedule: Hashable, Sendable {
    case constant
    /// From the full rate to `final` of it along half a cosine, batch by batch (Loshchilov and Hutter 2017, without restarts).
    case cosine(final: Double)
    /// Multiplied by `factor` after every `every` epochs.
    case step(every: Int, factor: Double)

    /// The factor of the learning rate.
    /// - Parameters:
    ///   - position: batches done.
    ///   - perEpoch: batches of an epoch.
    ///   - epochs: of the whole training.
    package func factor(at position: Int, perEpoch: Int, epochs: Int) -> Double {
        switch self {
        case .constant: 1
        case .cosine(let final):
            final + (1 - final) * (1 + cos(Double.pi * min(1, Double(position) / Double(max(1, perEpoch * epochs))))) / 2
        case .step(let every, let factor): pow(factor, Double(position / max(1, perEpoch) / max(1, every)))
        }
    }
}
