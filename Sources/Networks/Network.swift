public import Numerics

/// The unlowered network: populations, projections as rules, task, readout, learning rule. The first stage.
///
/// Real numbers are plain doubles here, in the units of `ParameterDefinition`; times of projections, encoders and tasks are in steps.
public struct Network: Hashable, Sendable {
    public var name: String
    /// Length of a time step, in ms; in continuous time the grid on which recordings are counted.
    public var timestep: Double
    /// Whether the network lives in steps or in continuous time.
    public var time: TimeBase
    public var seed: UInt64
    public var populations: Table<Population>
    public var projections: Table<Projection>
    public var task: Task?
    public var readout: Readout?
    public var learning: LearningSpecification?
    public var fidelity: FidelitySpecification?
    /// Steps that `simulate` runs when the network has no task.
    public var steps: Int
    /// Published results that the model reproduces, as text, for reports.
    public var published: [String]

    public init(
        name: String, timestep: Double = 1, time: TimeBase = .steps, seed: UInt64 = 42, populations: Table<Population> = [],
        projections: Table<Projection> = [],
        task: Task? = nil, readout: Readout? = nil, learning: LearningSpecification? = nil, fidelity: FidelitySpecification? = nil,
        steps: Int = 1000, published: [String] = []
    ) {
        self.name = name
        self.timestep = timestep
        self.time = time
        self.seed = seed
        self.populations = populations
        self.projections = projections
        self.task = task
        self.readout = readout
        self.learning = learning
        self.fidelity = fidelity
        self.steps = steps
        self.published = published
    }

    public func population(named name: String) -> ID<Population>? {
        populations.elements.firstIndex { $0.name == name }.map { ID($0) }
    }

    public func projection(named name: String) -> ID<Projection>? {
        projections.elements.firstIndex { $0.name == name }.map { ID($0) }
    }
}

/// What time is to a network.
public enum TimeBase: String, CaseIterable, Hashable, Sendable {
    /// Everything happens in steps, as `Dynamics` says.
    case steps
    /// The differential equations themselves: spikes at any time, delays from 0 on. Cells are `if_curr_exp`.
    case continuous
}

/// What fidelity the user asks for.
public struct FidelitySpecification: Hashable, Sendable {
    public enum Metric: String, CaseIterable, Hashable, Sendable { case accuracy }

    public var metric: Metric
    /// Largest accepted loss, as a fraction.
    public var maximumDrop: Double
    /// How many test samples are run; nil: all.
    public var samples: Int?

    public init(metric: Metric = .accuracy, maximumDrop: Double = 0.01, samples: Int? = nil) {
        self.metric = metric
        self.maximumDrop = maximumDrop
        self.samples = samples
    }
}
