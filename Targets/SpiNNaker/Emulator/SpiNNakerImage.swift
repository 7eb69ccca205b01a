package import Chips

/// What an emulated SpiNNaker machine runs: what the loader found in an artifact.
package struct SpiNNakerImage: Sendable {
    /// Neurons of a population on a core, from the core's first one on.
    package struct Part: Sendable {
        /// Index among the image's cores.
        var core: Int
        var neurons: Range<Int>

        package init(core: Int, neurons: Range<Int>) {
            self.core = core
            self.neurons = neurons
        }
    }

    package struct Population: Sendable {
        var name: String
        var size: Int
        /// By first neuron; together all neurons, each once.
        var parts: [Part]
        /// The model's potential is word / scale + origin; 1 and empty for inputs.
        var scale: Double
        var origin: [Double]

        package init(name: String, size: Int, parts: [Part], scale: Double = 1, origin: [Double] = []) {
            self.name = name
            self.size = size
            self.parts = parts
            self.scale = scale
            self.origin = origin
        }
    }

    var chip: Chip
    var torus: HexagonalTorus
    /// In ms.
    var timestep: Double
    /// Ascending by physical number.
    var cores: [SpiNNakerCore]
    /// Entries of each router's table, by router, in order of priority.
    package var tables: [[MulticastEntry]]
    /// Populations of neurons.
    var populations: [Population]
    /// Populations whose spikes come from outside.
    var inputs: [Population]

    package init(
        chip: Chip, torus: HexagonalTorus, timestep: Double, cores: [SpiNNakerCore], tables: [[MulticastEntry]], populations: [Population],
        inputs: [Population]
    ) {
        self.chip = chip
        self.torus = torus
        self.timestep = timestep
        self.cores = cores
        self.tables = tables
        self.populations = populations
        self.inputs = inputs
    }
}
