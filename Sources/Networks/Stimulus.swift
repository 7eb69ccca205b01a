/// What comes from outside while an engine runs: for each input population the events of each step.
public struct Stimulus: Hashable, Sendable {
    /// Events of one population in compressed rows: those of step t are `offsets[t]..<offsets[t + 1]`.
    public struct Events: Hashable, Sendable {
        /// [steps + 1].
        public var offsets: [Int32]
        /// Neurons, ascending within a step.
        public var neurons: [Int32]
        /// One value for each event; empty: spikes, each of the value 1.
        public var values: [Float]
        /// In continuous time: one time for each event, in ms from the start; empty: at the start of their steps.
        public var times: [Double]

        public init(offsets: [Int32], neurons: [Int32], values: [Float] = [], times: [Double] = []) {
            self.offsets = offsets
            self.neurons = neurons
            self.values = values
            self.times = times
        }

        @inlinable public var steps: Int { offsets.count - 1 }
    }

    /// Ascending by name; a population without an entry is silent.
    public var populations: [(name: String, events: Events)]

    public init(_ populations: [(name: String, events: Events)] = []) { self.populations = populations.sorted { $0.name < $1.name } }

    public static func == (left: Stimulus, right: Stimulus) -> Bool {
        left.populations.elementsEqual(right.populations) { $0.name == $1.name && $0.events == $1.events }
    }

    public func hash(into hasher: inout Hasher) {
        for (name, events) in populations {
            hasher.combine(name)
            hasher.combine(events)
        }
    }
}
