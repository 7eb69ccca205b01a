public import Diagnostics
public import FrontEnd
public import Networks

/// A learning rule: a name, options, what it needs of a machine, and a trainer.
///
/// The protocol asks nothing about when a rule computes. A backward rule (`bptt`) runs a batch forward and back and then moves the
/// weights; an online rule (STDP, e-prop) keeps its traces in its trainer's state, runs sample by sample and moves the weights as it
/// goes. Both take a network and labelled samples, count epochs, and give a network back; what differs is stated by `needs`.
public protocol LearningRule: Sendable {
    /// As the YAML's `learning: {rule: …}` names it.
    static var name: String { get }
    /// One line for `spikewright rules`.
    static var summary: String { get }
    /// Every option with its default; others are refused.
    static var options: [OptionDefinition] { get }

    /// Whether its trainer can leave the learning to a chip's engine (`TrainingRequest.hardware`).
    static var runsOnHardware: Bool { get }

    /// What the rule keeps and moves while it learns a network, so that a chip can be asked whether it has it.
    static func needs(of network: Network) -> RuleNeeds

    /// A trainer for `request.network`, at its start.
    /// - Throws: every option that is unknown or out of range, with its place; whatever the rule cannot learn.
    static func makeTrainer(_ request: TrainingRequest) throws(DiagnosticsError) -> any Trainer
}

/// What a training is given.
public struct TrainingRequest: Sendable {
    /// Its `learning` names the rule and the options; its task and readout say what to learn.
    public var network: Network
    public var samples: DataSamples
    public var threads: Int
    /// The chip's numbers, for training in the loop; nil: the model's own.
    public var lowered: (any LoweredForward)?
    /// The chip's learning engine, for rules that it runs itself; nil: the rule's own arithmetic.
    public var hardware: (any LearningHardware)?
    /// Instead of the number that the options say.
    public var epochs: Int?

    public init(
        network: Network, samples: DataSamples, threads: Int = 1, lowered: (any LoweredForward)? = nil,
        hardware: (any LearningHardware)? = nil, epochs: Int? = nil
    ) {
        self.network = network
        self.samples = samples
        self.threads = threads
        self.lowered = lowered
        self.hardware = hardware
        self.epochs = epochs
    }
}

extension LearningRule {
    public static var runsOnHardware: Bool { false }
}

/// A training under way: a network that changes from epoch to epoch.
///
/// A trainer is a function of its request and of the epochs done: the number of threads, the wall time and interruptions have no part
/// in it. `state` holds all that it needs to go on.
public protocol Trainer: AnyObject {
    var epochsDone: Int { get }
    /// Whether there is nothing left to do: all epochs, or an early end.
    var isDone: Bool { get }
    /// Batch by batch, from the first epoch on.
    var curve: LearningCurve { get }
    /// How many there are to be.
    var epochs: Int { get }

    /// Shows every training sample once and learns from it.
    /// - Parameter progress: called between batches; false stops the epoch before its end, and the trainer must then be restored.
    func runEpoch(progress: (TrainingProgress) -> Bool) throws(DiagnosticsError) -> EpochSummary

    /// The answers for samples that are not learnt from.
    func evaluate(_ samples: DataSamples) throws(DiagnosticsError) -> Evaluation

    /// The network with what has been learnt: weights as tensors, trained biases one for each neuron.
    var network: Network { get }

    /// What the user should know of the choices that the trainer made.
    var notes: [Diagnostic] { get }

    /// All that is needed to go on to the same bits.
    var state: TrainerState { get }
    func restore(_ state: TrainerState) throws(DiagnosticsError)
}

extension Trainer {
    public var isDone: Bool { epochsDone >= epochs }
    public var curve: LearningCurve { LearningCurve() }
    public var notes: [Diagnostic] { [] }
}

/// Where a training is.
public struct TrainingProgress: Hashable, Sendable {
    public var epoch: Int
    public var epochs: Int
    public var samplesDone: Int
    public var samples: Int
    /// Mean over the epoch so far.
    public var loss: Double
    /// Fraction of the epoch's samples so far that were answered rightly, before learning from them.
    public var accuracy: Double
    /// Batches done, over all epochs; 0 where a rule does not count them.
    public var batch = 0
    /// Mean error of the last few batches.
    public var recentError: Double?
}

/// What an epoch came to.
public struct EpochSummary: Hashable, Sendable {
    /// From 1.
    public var epoch: Int
    /// Mean per sample.
    public var loss: Double
    /// On the training samples, as they were learnt.
    public var accuracy: Double
    /// Mean spikes per neuron and step, by population name, in the order of the network.
    public var rates: [Rate]

    public struct Rate: Hashable, Sendable {
        public var population: String
        public var spikesPerStep: Double
    }
}

/// The answers of a network for labelled samples.
public struct Evaluation: Hashable, Sendable {
    public var samples: Int
    public var correct: Int
    /// Mean per sample.
    public var loss: Double
    /// In the order of the samples.
    public var predictions: [Int]
    /// Of targets that are numbers: the mean square error over their variance.
    public var normalizedError: Double?

    public var accuracy: Double { samples > 0 ? Double(correct) / Double(samples) : 0 }
}
