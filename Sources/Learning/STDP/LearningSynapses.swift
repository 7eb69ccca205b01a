public import Diagnostics
public import Networks
public import Numerics

/// The synapses of an all-to-all projection that learn from pairs of spikes, wherever their numbers are kept.
public protocol LearningSynapses: AnyObject {
    /// [sources × targets], in the model's unit.
    var weights: [Double] { get }

    /// Weights from outside, as a host writes them; they take the values that can be held.
    func set(_ weights: [Double])

    /// A sample begins: traces and eligibilities start at 0.
    /// - Parameter random: what is drawn until the next sample begins.
    func begin(_ random: Philox)

    /// Whether `step` is shown the spikes of sources when they are sent, instead of when they arrive.
    var seesDepartures: Bool { get }

    /// One step.
    /// - Returns: whether a weight may have changed.
    func step(_ sourceSpikes: [Int32], _ targetSpikes: [Int32]) -> Bool

    /// A sample has ended: changes that wait are made.
    func finish()

    /// A reward moves the weights by their eligibility.
    func reward(_ amount: Double)
}

extension LearningSynapses {
    public var seesDepartures: Bool { false }

    public func finish() {}
}

/// A chip's learning engine, for rules that it runs itself: traces and weights move in its own arithmetic.
public protocol LearningHardware: Sendable {
    /// Whether it runs the rule of this name.
    func learns(_ rule: String) -> Bool

    /// - Parameters:
    ///   - weights: [sources × targets], in the model's unit.
    /// - Throws: what of the rule the engine cannot hold, as refusals with numbers.
    func synapses(
        of projection: ID<Projection>, sources: Int, targets: Int, weights: [Double], rule: PairRule
    ) throws(DiagnosticsError) -> any LearningSynapses

    /// How the engine holds a rule: what was rounded, for the user to know.
    func notes(on rule: PairRule, of projection: ID<Projection>) -> [Diagnostic]
}

extension LearningHardware {
    public func learns(_: String) -> Bool { true }
}

/// A rule for pairs of spikes, in steps and in the model's unit of weights (`STDPLaw` states its equations).
public struct PairRule: Hashable, Sendable {
    /// What becomes of pairs when a reward tells whether they were right.
    public struct Reward: Hashable, Sendable {
        /// Of the eligibility, in steps.
        public var timeConstant: Double
        /// What reward times eligibility is multiplied by.
        public var rate: Double
        /// The largest magnitude of a reward.
        public var largest: Double

        public init(timeConstant: Double, rate: Double, largest: Double) {
            self.timeConstant = timeConstant
            self.rate = rate
            self.largest = largest
        }
    }

    public var isNearest: Bool
    public var isMultiplicative: Bool
    public var potentiation: Double
    public var depression: Double
    /// In steps.
    public var sourceTimeConstant: Double
    public var targetTimeConstant: Double
    public var lowest: Double
    public var highest: Double
    public var reward: Reward?
    /// From a source's spike to its arrival, in steps.
    public var delay: Int
    /// Of the weights onto a neuron, to which a host scales them after each sample; nil: none.
    public var largestSum: Double?

    public init(
        isNearest: Bool, isMultiplicative: Bool, potentiation: Double, depression: Double, sourceTimeConstant: Double,
        targetTimeConstant: Double, lowest: Double, highest: Double, reward: Reward? = nil, delay: Int = 0
    ) {
        self.isNearest = isNearest
        self.isMultiplicative = isMultiplicative
        self.potentiation = potentiation
        self.depression = depression
        self.sourceTimeConstant = sourceTimeConstant
        self.targetTimeConstant = targetTimeConstant
        self.lowest = lowest
        self.highest = highest
        self.reward = reward
        self.delay = delay
    }
}

/// Synapses in the rule's own arithmetic: double precision.
final class ModelSynapses: LearningSynapses {
    private(set) var weights: [Double]
    private var projection: PlasticProjection
    private let rate: Double

    init(_ law: STDPLaw, _ weights: [Double], sources: Int, targets: Int, reward: PairRule.Reward?, eligibilityDecay: Double?) {
        self.weights = weights
        projection = PlasticProjection(law, sources: sources, targets: targets, eligibilityDecay: eligibilityDecay)
        rate = reward?.rate ?? 0
    }

    func set(_ weights: [Double]) { self.weights = weights }

    func begin(_: Philox) { projection.clear() }

    func step(_ sourceSpikes: [Int32], _ targetSpikes: [Int32]) -> Bool {
        weights.withUnsafeMutableBufferPointer { weights in
            guard let weights = weights.baseAddress else { return }
            projection.step(sourceSpikes, targetSpikes, weights)
        }
        return projection.eligibility.isEmpty && !(sourceSpikes.isEmpty && targetSpikes.isEmpty)
    }

    func reward(_ amount: Double) {
        weights.withUnsafeMutableBufferPointer { weights in
            guard let weights = weights.baseAddress else { return }
            projection.reward(rate * amount, weights)
        }
    }
}
