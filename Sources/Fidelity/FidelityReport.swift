public import Simulation

/// How faithful a lowered network is to the unlowered one, on the same inputs.
public struct FidelityReport: Hashable, Sendable {
    /// What the task measures: `accuracy`.
    public var metric: String
    public var network: String
    public var target: String
    /// The metric of both forms, as fractions.
    public var reference: Double
    public var lowered: Double
    /// Half-widths of the 95 % confidence intervals (Wilson).
    public var referenceConfidence: Double
    public var loweredConfidence: Double
    /// Fraction of the samples for which both forms give the same answer.
    public var agreement: Double
    public var samples: Int
    public var populations: [PopulationFidelity]
    public var attribution: [AttributedLoss]
    /// The metric on the target without the weights that were trained in the loop on it; nil where there are no such weights.
    public var withoutTrainingInTheLoop: Double?
    public var resources: [ResourceUse]
    public var traffic: Traffic
    /// Per sample, from the target's published constants.
    public var energy: Double
    public var time: Double
    /// Saturated or wrapped states in the whole run.
    public var overflows: Int
    /// What the chip's family counts beside them, over the whole run.
    public var counters: [EmulatorStatistics.Counter]
    /// The core with the most synapses in one step; nil where the family does not count it.
    public var busiestCore: EmulatorStatistics.CoreLoad?
    /// What the format of weights costs, by projection.
    public var weights: [WeightLoss]
    /// What the run took.
    public var seconds: Double

    public var drop: Double { reference - lowered }

    /// The loss that one lowering step adds to those before it.
    public struct AttributedLoss: Hashable, Sendable {
        public var step: String
        public var drop: Double

        public init(step: String, drop: Double) {
            self.step = step
            self.drop = drop
        }
    }

    /// The fullest core of each capacity.
    public struct ResourceUse: Hashable, Sendable {
        public var name: String
        public var used: Int
        public var available: Int
        /// Mean over the used cores.
        public var mean: Double
    }

    public struct Traffic: Hashable, Sendable {
        /// Router-to-router hops of all packets, per sample.
        public var hops: Double
        /// Packets on the most loaded link, per step.
        public var maximumLinkLoad: Double
        /// The most loaded link, as `x,y → x,y`; empty without traffic.
        public var mostLoadedLink: String
    }
}

/// How alike the spikes of a population are in both forms, over all samples.
public struct PopulationFidelity: Hashable, Sendable {
    public var name: String
    /// Spikes per neuron and step.
    public var referenceRate: Double
    public var loweredRate: Double
    /// Pearson correlation of the spike counts per neuron and sample; 1 when both are silent.
    public var countCorrelation: Double
    /// Mean distance, in steps, from a spike to the nearest spike of the same neuron in the other form; unmatched ones count `steps`.
    public var spikeTimeDistance: Double
    /// Mean step at which the forms first differ, over the samples in which they do.
    public var firstDivergence: Double?
    /// Fraction of the samples in which every spike is equal.
    public var identicalSamples: Double
}
