public import Chips
import Networks
import Numerics

/// What lies where on the chip, and how full it is: for drawings, tables and reports. Every artifact carries it as `placement.json`.
public struct PlacementSummary: Hashable, Sendable {
    /// The file of an artifact that holds it.
    public static let fileName = "placement.json"

    public var network: String
    public var target: String
    public var topology: Topology
    /// Used cores, ascending by physical number.
    public var cores: [Core]
    public var resources: [Resource]
    /// Physical numbers, ascending.
    public var deadCores: [Int]
    /// Routers of chips of which nothing is used, ascending; on a torus.
    public var deadChips: [Int] = []
    /// Both directions, ascending.
    public var deadLinks: [RouterLink] = []
    /// Expected packets per step on each link that carries any.
    public var links: [LinkLoad]

    /// A capacity of each core.
    public struct Resource: Hashable, Sendable {
        public var name: String
        public var limit: Int
        public var unit: String

        public init(name: String, limit: Int, unit: String) {
            self.name = name
            self.limit = limit
            self.unit = unit
        }
    }

    public struct Core: Hashable, Sendable {
        /// Physical number, as `Topology` numbers cores.
        public var number: Int
        /// By place on the core.
        public var parts: [Part]
        /// Parallel to `resources`.
        public var usage: [Int]
        /// Circuits and rows, on a chip with a labelled crossbar.
        public var occupancy: CrossbarOccupancy?

        public init(number: Int, parts: [Part], usage: [Int], occupancy: CrossbarOccupancy? = nil) {
            self.number = number
            self.parts = parts
            self.usage = usage
            self.occupancy = occupancy
        }
    }

    /// Consecutive neurons of a population on a core.
    public struct Part: Hashable, Sendable {
        public var population: String
        public var neurons: Range<Int>

        public init(population: String, neurons: Range<Int>) {
            self.population = population
            self.neurons = neurons
        }
    }

    public init(
        network: String, target: String, topology: Topology, cores: [Core], resources: [Resource], deadCores: [Int], links: [LinkLoad],
        deadChips: [Int] = [], deadLinks: [RouterLink] = []
    ) {
        self.network = network
        self.target = target
        self.topology = topology
        self.cores = cores
        self.resources = resources
        self.deadCores = deadCores
        self.links = links
        self.deadChips = deadChips
        self.deadLinks = deadLinks
    }

    /// Cores that there are, dead ones and those of the system among them.
    public var coreCount: Int {
        if case .hexagonalTorus(let torus) = topology { torus.cores.reduce(0, +) } else { topology.coreCount }
    }

    /// How full a core is: its fullest capacity, as a fraction.
    public func utilization(of core: Core) -> Double {
        zip(core.usage, resources).map { $1.limit > 0 ? Double($0) / Double($1.limit) : 0 }.max() ?? 0
    }
}

extension PlacementSummary {
    public init(_ graph: RoutedGraph) {
        let placed = graph.placed
        let cores = placed.cores.ids.map { id in
            let core = placed.cores[id]
            let parts = core.slices.map { slice in
                let slice = placed.slices[slice]
                return Part(population: placed.network.populations[slice.population].name, neurons: slice.neurons)
            }
            var occupancy: CrossbarOccupancy?
            if let routes = graph.crossbarRoutes, id.index < routes.executions.count {
                let execution = routes.executions[id.index]
                occupancy = CrossbarOccupancy(execution) { number in
                    let neuron = execution.neurons[number]
                    return core.slices.firstIndex {
                        placed.slices[$0].population.index == neuron.population && placed.slices[$0].neurons.contains(neuron.index)
                    } ?? 0
                }
            }
            return Core(number: placed.physicalCore(of: id), parts: parts, usage: core.usage, occupancy: occupancy)
        }
        let chip = placed.chip
        self.init(
            network: placed.network.name, target: chip.name, topology: chip.topology, cores: cores.sorted { $0.number < $1.number },
            resources: chip.resources.map { Resource(name: $0.name, limit: $0.limit, unit: $0.unit) },
            deadCores: chip.faults.deadCores.sorted(), links: graph.linkLoads, deadChips: chip.faults.deadChips.sorted(),
            deadLinks: chip.faults.deadLinks.sorted())
    }
}
