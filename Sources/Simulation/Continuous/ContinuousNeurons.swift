/// Leaky integrate-and-fire neurons with exponential synaptic currents, in continuous time.
///
///     dv/dt = (leak - v) / τ_m + Σ_c x_c             dx_c/dt = -x_c / τ_c
///     an event on channel c:  x_c ← x_c + jump, within ±limit_c
///     v reaches threshold: a spike; v ← reset, held there for `refractory`; the x_c go on
///
/// Times in ms, potentials in any unit p, x and jumps in p/ms. One entry for each neuron.
public struct ContinuousNeurons: Hashable, Sendable {
    /// Constant currents are part of it.
    public var leak: [Double]
    public var membraneTime: [Double]
    /// Infinity: the neuron never spikes.
    public var threshold: [Double]
    /// Below the threshold.
    public var reset: [Double]
    public var refractory: [Double]
    public var initial: [Double]
    /// [channel][neuron].
    public var channelTime: [[Double]]
    /// Where a current saturates, [channel][neuron]; infinity: nowhere.
    public var limit: [[Double]]

    public init(
        leak: [Double], membraneTime: [Double], threshold: [Double], reset: [Double], refractory: [Double], initial: [Double],
        channelTime: [[Double]], limit: [[Double]]? = nil
    ) {
        self.leak = leak
        self.membraneTime = membraneTime
        self.threshold = threshold
        self.reset = reset
        self.refractory = refractory
        self.initial = initial
        self.channelTime = channelTime
        self.limit = limit ?? channelTime.map { $0.map { _ in .infinity } }
    }

    public var count: Int { leak.count }
    public var channels: Int { channelTime.count }
}

/// Populations in continuous time and the synapses between them.
public struct ContinuousNetwork: Sendable {
    public struct Population: Sendable {
        public var name: String
        public var size: Int
        /// Nil: a source, whose events are given.
        public var neurons: ContinuousNeurons?

        public init(_ name: String, size: Int, neurons: ContinuousNeurons?) {
            self.name = name
            self.size = size
            self.neurons = neurons
        }
    }

    /// Synapses between two populations in compressed rows, sources ascending.
    public struct Bundle: Sendable {
        public var pre: Int
        public var post: Int
        /// In ms.
        public var delay: Double
        /// [sources + 1].
        public var offsets: [Int32]
        public var targets: [Int32]
        public var channels: [UInt8]
        /// In units of potential per ms, signed.
        public var jumps: [Double]

        public init(pre: Int, post: Int, delay: Double = 0, offsets: [Int32], targets: [Int32], channels: [UInt8], jumps: [Double]) {
            self.pre = pre
            self.post = post
            self.delay = delay
            self.offsets = offsets
            self.targets = targets
            self.channels = channels
            self.jumps = jumps
        }
    }

    public var populations: [Population]
    public var bundles: [Bundle]

    public init(populations: [Population], bundles: [Bundle]) {
        self.populations = populations
        self.bundles = bundles
    }
}

/// An event of a population in continuous time.
public struct TimedSpike: Hashable, Sendable, BitwiseCopyable {
    /// In ms.
    public var time: Double
    public var neuron: Int32

    public init(time: Double, neuron: Int32) {
        self.time = time
        self.neuron = neuron
    }
}
