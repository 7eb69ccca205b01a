public import Diagnostics

/// A group of equal neurons, or of sources of spikes.
public struct Population: Hashable, Sendable {
    public enum Units: String, CaseIterable, Hashable, Sendable {
        /// Potentials in mV, currents in nA, as in PyNN.
        case physical
        /// Potentials and weights without a unit, as in snnTorch.
        case normalized
    }

    public var name: String
    /// For instance [channels, height, width] or [size]; row-major, the last index runs fastest.
    public var shape: [Int]
    public var cell: Cell
    public var units: Units
    public var record: Set<Recordable>
    public var place: SourceRange?

    public init(
        _ name: String, shape: [Int], cell: Cell, units: Units = .physical, record: Set<Recordable> = [], place: SourceRange? = nil
    ) {
        self.name = name
        self.shape = shape
        self.cell = cell
        self.units = units
        self.record = record
        self.place = place
    }

    /// The number of neurons.
    public var size: Int { shape.reduce(1, *) }
}

/// What a user may record of a population.
public enum Recordable: String, CaseIterable, Hashable, Sendable, Comparable {
    case spikes
    /// Membrane potential, in the population's unit.
    case v
    /// Synaptic current.
    case i
    /// Adaptation.
    case a

    public static func < (left: Recordable, right: Recordable) -> Bool { left.rawValue < right.rawValue }
}

/// What a population is made of.
public enum Cell: Hashable, Sendable {
    /// Spikes (or values, with a `direct` encoder) given from outside: by the task's encoder or by a stimulus file.
    case input
    /// Given spikes: for each neuron its spike times in ms, ascending.
    case spikeSourceArray(times: [[Double]])
    /// Independent Poisson trains; rate in Hz, start and duration in ms.
    case spikeSourcePoisson(rate: Parameter, start: Double, duration: Double)
    case neuron(NeuronModel)

    public var neuron: NeuronModel? {
        get { if case .neuron(let model) = self { model } else { nil } }
        set { if let newValue { self = .neuron(newValue) } }
    }

    public var isSource: Bool { neuron == nil }

    /// The name that the YAML uses.
    public var name: String {
        switch self {
        case .input: "input"
        case .spikeSourceArray: "spike_source_array"
        case .spikeSourcePoisson: "spike_source_poisson"
        case .neuron(let model): model.kind.rawValue
        }
    }
}
