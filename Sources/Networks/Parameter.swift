public import Numerics

/// A real number of a neuron model: one for the whole population, one for each neuron, or drawn from a distribution.
public enum Parameter: Hashable, Sendable {
    case uniform(Double)
    /// One value for each neuron, in the order of the population.
    case perNeuron([Double])
    /// Drawn once for each neuron; the stream is keyed by the population's and the parameter's names.
    case drawn(Distribution)

    /// The value of every neuron.
    /// - Parameters:
    ///   - count: the number of neurons.
    ///   - random: the stream of this parameter.
    public func values(count: Int, random: Philox) -> [Double] {
        switch self {
        case .uniform(let value): [Double](repeating: value, count: count)
        case .perNeuron(let values): values
        case .drawn(let distribution): (0..<count).map { distribution.sample(random, $0) }
        }
    }
}
