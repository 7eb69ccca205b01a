import Chips

extension CapacityRule {
    /// Bytes of neuron state and of synapse words, from one pool.
    func sharedMemoryUsage(_ load: CoreLoad, perNeuron: Int, _ packing: SynapsePacking, _ packings: [SynapsePacking]) -> Int {
        let words = packings.firstIndex(of: packing).map { load.words[$0] } ?? 0
        return load.neurons * perNeuron + (words * packing.wordBits + 7) / 8
    }
}
