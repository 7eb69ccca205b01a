public import Diagnostics
public import Numerics

/// What the network is for: samples, how they become input, and how the answer is read.
public struct Task: Hashable, Sendable {
    public var data: DataSource
    public var encoder: Encoder
    /// The input population that the encoder feeds.
    public var input: ID<Population>
    public var split: Split
    /// What is done to every sample before it is encoded; nil: nothing.
    public var transform: ImageTransform?
    /// Length of one sample's presentation, in time steps.
    public var steps: Int
    public var place: SourceRange?

    public init(
        data: DataSource, encoder: Encoder, input: ID<Population>, split: Split, transform: ImageTransform? = nil, steps: Int,
        place: SourceRange? = nil
    ) {
        self.data = data
        self.encoder = encoder
        self.input = input
        self.split = split
        self.transform = transform
        self.steps = steps
        self.place = place
    }
}

/// Where samples come from.
public enum DataSource: Hashable, Sendable {
    /// A data set known by name: `digits8x8`, `mnist`, `fashion_mnist`.
    case named(String)
    case files(DataFiles)
    case generated(Generator)

    public struct DataFiles: Hashable, Sendable {
        public enum Format: String, CaseIterable, Hashable, Sendable {
            case idx, csv, npy, hdf5
            /// Lists of `address, time` with `-2, label` and `-1, end` between (ReckOn).
            case events
        }

        public var format: Format
        /// For csv: one file, the label in the last column.
        public var samples: String
        public var labels: String?
        public var testSamples: String?
        public var testLabels: String?
        /// Samples are divided by this number, so that they lie in 0...1.
        public var scale: Double

        public init(
            format: Format, samples: String, labels: String? = nil, testSamples: String? = nil, testLabels: String? = nil, scale: Double = 1
        ) {
            self.format = format
            self.samples = samples
            self.labels = labels
            self.testSamples = testSamples
            self.testLabels = testLabels
            self.scale = scale
        }
    }

    public enum Generator: Hashable, Sendable {
        /// The yin-yang data set (Kriener et al. 2022): x, y, 1 - x, 1 - y; classes yin, yang, dot.
        case yinYang(train: Int, test: Int, seed: UInt64)
        /// Trials in time: cues, delays, answers.
        case trials(TrialGenerator)
    }

    /// One of the tasks in time, with its numbers; module FrontEnd knows what they mean.
    public struct TrialGenerator: Hashable, Sendable {
        public enum Kind: String, CaseIterable, Hashable, Sendable {
            /// Cues to the left and right; after a delay, which side had more? (Bellec et al. 2020; Morcos and Harvey 2016)
            case evidenceAccumulation = "evidence_accumulation"
            /// A stored bit is recalled when asked (Bellec et al. 2018).
            case storeRecall = "store_recall"
            /// Frozen input noise drives sums of sines (Bellec et al. 2020, after Nicola and Clopath 2017).
            case patternGeneration = "pattern_generation"
            /// Are sample and test stimulus equal?
            case delayedMatch = "delayed_match"
            /// The sum of the two marked numbers of a sequence (Hochreiter and Schmidhuber 1997).
            case adding
        }

        public var kind: Kind
        public var train: Int
        public var test: Int
        public var seed: UInt64
        /// By name, in the units of the kind's options; absent ones have their defaults.
        public var values: [String: Double]

        public init(_ kind: Kind, train: Int, test: Int, seed: UInt64, values: [String: Double] = [:]) {
            self.kind = kind
            self.train = train
            self.test = test
            self.seed = seed
            self.values = values
        }
    }
}

/// How the samples are divided.
public enum Split: Hashable, Sendable {
    /// The data set's own test files.
    case given
    /// This fraction of the samples, drawn with the network's seed, is held out.
    case fraction(Double)
    /// The last `fraction` of the samples in the order of the file is held out.
    case tail(Double)
}

/// Cuts the middle out of images and averages it down to another size.
public struct ImageTransform: Hashable, Sendable {
    /// Rows and columns that stay, from the middle; nil: all.
    public var crop: [Int]?
    /// Rows and columns of the result, each the mean over its part of the image by area; nil: as they are.
    public var resize: [Int]?

    public init(crop: [Int]? = nil, resize: [Int]? = nil) {
        self.crop = crop
        self.resize = resize
    }
}

/// How the numbers of a sample (0...1) become the activity of an input population.
public enum Encoder: Hashable, Sendable {
    /// Independent draws: a spike with probability `x · maximum · dt` in each step; rate in Hz.
    case poisson(maximum: Double)
    /// Evenly spaced spikes of rate `x · maximum` (Hz): a spike whenever the accumulated phase passes 1; it starts at one half.
    case regular(maximum: Double)
    /// One spike per input: the larger x the sooner. `first`, `last`: steps of the spike for x = 1 and just above `threshold`.
    case latency(first: Int, last: Int, threshold: Double)
    /// The value itself, times `gain`, sent at every step; the weights multiply it.
    case direct(gain: Double)
    /// One spike for each input, at a time that is linear in x.
    case spikeTime(SpikeTimeCode)
    /// The samples are spikes already: [steps × neurons], non-zero where a neuron spikes.
    case spikes
    /// The samples are numbers in time: [steps × neurons], each sent times `gain` in its step.
    case series(gain: Double)
    /// The samples are rates in time: [segments × neurons]; in each segment independent draws as in `poisson`. Durations in steps.
    case schedule(segments: [Int], maximum: Double)
    /// The numbers of a sample one after the other, `steps` steps each; neuron 2k spikes when they rise through threshold k of `levels`,
    /// 2k + 1 when they fall through it; after the last, another neuron spikes for `cue` steps at every step (Bellec et al. 2018).
    case thresholdCrossing(levels: Int, steps: Int, cue: Int)

    public var name: String {
        switch self {
        case .poisson: "poisson"
        case .regular: "rate"
        case .latency: "latency"
        case .direct: "direct"
        case .spikeTime: "spike_time"
        case .spikes: "spikes"
        case .series: "series"
        case .schedule: "schedule"
        case .thresholdCrossing: "threshold_crossing"
        }
    }

    /// What the values of a sample are multiplied by, where they are sent as they are; nil: an encoder makes spikes of them.
    public var gainOfValues: Double? {
        switch self {
        case .direct(let gain), .series(let gain): gain
        default: nil
        }
    }
}

/// A number as the time of one spike (Göltz et al. 2021): early + (late - early) · x, or with 1 - x where the order descends.
public struct SpikeTimeCode: Hashable, Sendable {
    public enum Order: String, CaseIterable, Hashable, Sendable {
        /// The larger the number, the later.
        case ascending
        /// The larger the number, the sooner.
        case descending
    }

    /// In ms from the start of the sample.
    public var early: Double
    public var late: Double
    public var order: Order
    /// Numbers up to this one send no spike; nil: every number sends one.
    public var threshold: Double?
    /// Inputs that carry the same number: input n has number n mod (size / copies).
    public var copies: Int

    public init(early: Double, late: Double, order: Order = .ascending, threshold: Double? = nil, copies: Int = 1) {
        self.early = early
        self.late = late
        self.order = order
        self.threshold = threshold
        self.copies = copies
    }

    /// In ms; nil: no spike.
    @inlinable
    public func time(_ value: Float) -> Double? {
        if let threshold, Double(value) <= threshold { return nil }
        let x = min(max(Double(value), 0), 1)
        return early + (late - early) * (order == .ascending ? x : 1 - x)
    }
}

/// How the answer is read from a population; the class is the index of the largest score, the lowest index on a tie.
public struct Readout: Hashable, Sendable {
    public enum Decode: String, CaseIterable, Hashable, Sendable {
        case spikeCount = "spike_count"
        /// The neuron that spikes first; of neurons with equal times the one of the lower index.
        case firstSpike = "first_spike"
        case maximalMembrane = "max_membrane"
        case meanMembrane = "mean_membrane"
    }

    public var population: ID<Population>
    public var decode: Decode
    /// Steps at the start of a sample that do not count.
    public var skip: Int

    public init(_ population: ID<Population>, _ decode: Decode, skip: Int = 0) {
        self.population = population
        self.decode = decode
        self.skip = skip
    }
}
