public import Chips

/// What one execution is configured with: circuits joined to neurons, rows, drivers, synapses, nodes, labels.
public struct CrossbarConfiguration: Hashable, Sendable {
    public enum RowMode: String, CaseIterable, Hashable, Sendable { case disabled, excitatory, inhibitory }

    /// A neuron on circuits that are joined to one membrane.
    public struct Neuron: Hashable, Sendable {
        public var population: Int
        /// Within its population.
        public var index: Int
        /// Ascending.
        public var circuits: [Int]
        /// The circuit whose events leave, and the bits that it chooses; nil: the neuron sends none.
        public var spikeMaster: Int?
        public var address: Int?

        public init(population: Int, index: Int, circuits: [Int], spikeMaster: Int?, address: Int?) {
            self.population = population
            self.index = index
            self.circuits = circuits
            self.spikeMaster = spikeMaster
            self.address = address
        }
    }

    /// A filter of the crossbar: an event passes when `label & mask == target`.
    public struct Filter: Hashable, Sendable {
        public var input: Int
        public var output: Int
        public var mask: Int
        public var target: Int

        public init(input: Int, output: Int, mask: Int, target: Int) {
            self.input = input
            self.output = output
            self.mask = mask
            self.target = target
        }

        /// Passes nothing: no label cut to nothing is 1.
        public static func closed(_ input: Int, _ output: Int) -> Filter { Filter(input: input, output: output, mask: 0, target: 1) }
    }

    /// All labels that the host sends when a neuron from outside spikes.
    public struct External: Hashable, Sendable {
        public var population: Int
        public var index: Int
        public var labels: [Int]

        public init(population: Int, index: Int, labels: [Int]) {
            self.population = population
            self.index = index
            self.labels = labels
        }
    }

    public var crossbar: LabelledCrossbar
    public var neurons: [Neuron]
    /// [chip row].
    public var rowModes: [RowMode]
    /// [hemisphere · drivers + driver]; nil: the driver is off.
    public var driverMasks: [Int?]
    /// [chip row · columns + column]; a weight of 0 does nothing.
    public var weights: [UInt8]
    public var labels: [UInt8]
    /// By input, then output.
    public var nodes: [Filter]
    /// By population, then index.
    public var externals: [External]

    /// Nothing on the chip.
    public init(_ crossbar: LabelledCrossbar) {
        self.crossbar = crossbar
        neurons = []
        rowModes = [RowMode](repeating: .disabled, count: crossbar.rowCount)
        driverMasks = [Int?](repeating: nil, count: LabelledCrossbar.hemispheres * crossbar.driversPerHemisphere)
        weights = [UInt8](repeating: 0, count: crossbar.synapseCount)
        labels = [UInt8](repeating: 0, count: crossbar.synapseCount)
        nodes = crossbar.nodes.map { .closed($0.input, $0.output) }
        externals = []
    }

    /// Synapses of a weight other than 0.
    public var usedSynapses: Int { weights.reduce(0) { $0 + ($1 == 0 ? 0 : 1) } }
    /// Rows that are not disabled.
    public var usedRows: Int { rowModes.reduce(0) { $0 + ($1 == .disabled ? 0 : 1) } }
    public var usedCircuits: Int { neurons.reduce(0) { $0 + $1.circuits.count } }
}

/// How every execution is configured, by virtual core.
public struct CrossbarRoutes: Hashable, Sendable {
    public var executions: [CrossbarConfiguration]

    public init(executions: [CrossbarConfiguration]) { self.executions = executions }
}
