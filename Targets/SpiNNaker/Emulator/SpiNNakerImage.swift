import Chips

/// What an emulated SpiNNaker machine runs: what the loader found in an artifact.
struct SpiNNakerImage: Sendable {
    /// Neurons of a population on a core, from the core's first one on.
    struct Part: Sendable {
        /// Index among the image's cores.
        var core: Int
        var neurons: Range<Int>
    }

    struct Population: Sendable {
        var name: String
        var size: Int
        /// By first neuron; together all neurons, each once.
        var parts: [Part]
        /// The model's potential is word / scale + origin; 1 and empty for inputs.
        var scale = 1.0
        var origin: [Double] = []
    }

    var chip: Chip
    var torus: HexagonalTorus
    /// In ms.
    var timestep: Double
    /// Ascending by physical number.
    var cores: [SpiNNakerCore]
    /// Entries of each router's table, by router, in order of priority.
    var tables: [[MulticastEntry]]
    /// Populations of neurons.
    var populations: [Population]
    /// Populations whose spikes come from outside.
    var inputs: [Population]
}
