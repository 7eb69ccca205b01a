public import Networks
public import Numerics

/// Neurons assigned to virtual cores under all capacities of the chip. The third stage; made by the pass Partitioning.
@dynamicMemberLookup
public struct CoreGraph: Hashable, Sendable {
    public var quantized: QuantizedNetwork
    public var slices: Table<Slice>
    public var cores: Table<VirtualCore>
    public var nets: Table<Net>

    public init(quantized: QuantizedNetwork, slices: Table<Slice>, cores: Table<VirtualCore>, nets: Table<Net>) {
        self.quantized = quantized
        self.slices = slices
        self.cores = cores
        self.nets = nets
    }

    public subscript<Value>(dynamicMember path: KeyPath<QuantizedNetwork, Value>) -> Value { quantized[keyPath: path] }

    /// The slices of a population, by first neuron.
    public func slices(of population: ID<Population>) -> [ID<Slice>] { slices.ids.filter { slices[$0].population == population } }
}

/// Consecutive neurons of a population that live on one core.
public struct Slice: Hashable, Sendable {
    public var population: ID<Population>
    public var neurons: Range<Int>
    public var core: ID<VirtualCore>
    /// Place of the slice's first neuron among the core's compartments.
    public var offset: Int

    public init(population: ID<Population>, neurons: Range<Int>, core: ID<VirtualCore>, offset: Int) {
        self.population = population
        self.neurons = neurons
        self.core = core
        self.offset = offset
    }
}

/// What a core does.
public enum CoreRole: Hashable, Sendable {
    case neurons
    /// Sends the spikes of sources; one slice of a population of them.
    case source
    /// Sends the spikes of another core on after 1 to `stages` times `stepsPerStage` steps; it has no slices.
    case delayExtension(of: ID<VirtualCore>, stages: Int, stepsPerStage: Int)
}

/// A core before it has a place.
public struct VirtualCore: Hashable, Sendable {
    /// By offset.
    public var slices: [ID<Slice>]
    /// What is used of each of the chip's resources, in their order.
    public var usage: [Int]
    public var role: CoreRole

    public init(slices: [ID<Slice>], usage: [Int], role: CoreRole = .neurons) {
        self.slices = slices
        self.usage = usage
        self.role = role
    }
}

/// Spikes of consecutive neurons that go to the same cores.
public struct Net: Hashable, Sendable {
    public enum Source: Hashable, Sendable {
        case slice(ID<Slice>)
        /// A population of sources outside the mesh: the host injects its spikes.
        case host(ID<Population>)
        /// What a core of the role `delayExtension` sends: `neurons` are those of the core whose spikes it delays.
        case delayed(ID<VirtualCore>)
    }

    public var source: Source
    /// The neurons within their population.
    public var neurons: Range<Int>
    /// Cores on which at least one of the neurons has a synapse, ascending.
    public var targets: [ID<VirtualCore>]
    /// How many of the neurons have a synapse on each target; parallel to `targets`. A synapse counts also when its weight became 0.
    public var axonCounts: [Int]
    /// Expected spikes of all these neurons per time step.
    public var traffic: Double

    public init(source: Source, neurons: Range<Int>, targets: [ID<VirtualCore>], axonCounts: [Int], traffic: Double) {
        self.source = source
        self.neurons = neurons
        self.targets = targets
        self.axonCounts = axonCounts
        self.traffic = traffic
    }
}
