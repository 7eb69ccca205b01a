/// A machine whose spike times training looks at instead of the ideal ones: a chip, or what stands for it.
///
/// It is given the weights that would be loaded before each batch. Implementations are functions of their arguments alone, and safe to
/// call from any thread.
public protocol SpikeTimeMachine: Sendable {
    /// The machine with these weights.
    /// - Parameter weights: for each layer `[inputs × neurons]`, in the rule's units (τ_s = C = 1, threshold 1).
    func load(_ weights: [[Float]]) -> any LoadedSpikeTimeMachine
}

/// A machine with weights.
public protocol LoadedSpikeTimeMachine: Sendable {
    /// The first spike of each neuron of a layer; infinity: none.
    /// - Parameters:
    ///   - inputs: times in τ_s, ascending, with their numbers.
    ///   - trial: tells the noise of one presentation from that of another.
    func firstSpikes(layer: Int, inputs: [(time: Double, number: Int)], trial: Int, into times: UnsafeMutableBufferPointer<Double>)
}
