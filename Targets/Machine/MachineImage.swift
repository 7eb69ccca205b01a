package import Chips

/// What an emulated machine runs: cores, axons, and what the names of the outside mean.
///
/// Each family's loader decodes it from the family's artifact; the machine knows nothing of files, nor of how a network was compiled.
package struct MachineImage: Sendable {
    package var chip: Chip
    package var cores: [CoreImage]
    /// Populations of neurons.
    package var populations: [PopulationImage]
    /// Populations whose spikes come from outside.
    package var inputs: [InputImage]

    package init(chip: Chip, cores: [CoreImage], populations: [PopulationImage], inputs: [InputImage]) {
        self.chip = chip
        self.cores = cores
        self.populations = populations
        self.inputs = inputs
    }
}

/// A core: registers, synapses, and where its axons come from.
package final class CoreImage: Sendable {
    /// Physical number, as `Topology` numbers cores.
    package let number: Int
    package let law: CompartmentLaw
    package let registers: CompartmentRegisters
    package let initialMembrane: [Int32]
    /// The neurons where they compute in single precision; there are no registers then.
    package let floatingPoint: FloatingPointCore?
    package let bank: SynapseBank
    package let inlets: [Inlet]

    package init(
        number: Int, law: CompartmentLaw, registers: CompartmentRegisters, initialMembrane: [Int32], bank: SynapseBank, inlets: [Inlet],
        floatingPoint: FloatingPointCore? = nil
    ) {
        self.floatingPoint = floatingPoint
        self.number = number
        self.law = law
        self.registers = registers
        self.initialMembrane = initialMembrane
        self.bank = bank
        self.inlets = inlets
        sendsValues = floatingPoint?.sendsValues ?? registers.sendsValues
    }

    /// Whether the spikes of its neurons carry values.
    let sendsValues: Bool

    /// Neurons of the core.
    package var count: Int { floatingPoint?.count ?? registers.count }
}

/// The axons of a core that one source feeds: another core, the core itself, or an input.
package struct Inlet: Sendable {
    /// Index among the image's cores, or the number of cores plus the index of an input.
    package var source: Int
    /// By compartment of the source core or neuron of the input: its axon here, -1 for none.
    package var axons: [Int32]
    /// The routers that packets pass, both ends included; nil: along x, then along y.
    package var route: [Int]?

    package init(source: Int, axons: [Int32], route: [Int]? = nil) {
        self.source = source
        self.axons = axons
        self.route = route
    }
}

/// Where the neurons of a population are, and what their integers mean.
package struct PopulationImage: Sendable {
    /// Consecutive neurons on consecutive compartments of a core.
    package struct Part: Sendable {
        /// Index among the image's cores.
        package var core: Int
        package var offset: Int
        package var neurons: Range<Int>

        package init(core: Int, offset: Int, neurons: Range<Int>) {
            self.core = core
            self.offset = offset
            self.neurons = neurons
        }
    }

    package var name: String
    package var size: Int
    /// By first neuron; together all neurons, each once.
    package var parts: [Part]
    /// Integer membrane units per unit of the model's potential.
    package var scale: Double
    /// By neuron: the model's potential where the integer membrane is 0.
    package var origin: [Double]

    package init(name: String, size: Int, parts: [Part], scale: Double, origin: [Double]) {
        self.name = name
        self.size = size
        self.parts = parts
        self.scale = scale
        self.origin = origin
    }
}

/// A population of sources outside the machine.
package struct InputImage: Sendable {
    package var name: String
    package var size: Int
    /// The integer that a value of 1 becomes; spikes without a value carry 1.
    package var payloadScale: Double
    /// Bits of the largest payload, sign included; 0: spikes carry none.
    package var payloadBits: Int

    package init(name: String, size: Int, payloadScale: Double, payloadBits: Int) {
        self.name = name
        self.size = size
        self.payloadScale = payloadScale
        self.payloadBits = payloadBits
    }
}
