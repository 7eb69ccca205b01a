/// An engine that booted from an artifact and counts what the chip would have done.
public protocol Emulator: Engine {
    /// Since the emulator booted; `reset()` does not clear it.
    var statistics: EmulatorStatistics { get }
}

/// What happened on the emulated chip, summed over all steps run.
public struct EmulatorStatistics: Hashable, Sendable {
    public var steps = 0
    /// Spikes of neurons on the chip.
    public var spikes = 0
    public var synapticOperations = 0
    public var neuronUpdates = 0
    /// Packets from router to router, each counted on every link that it crosses.
    public var hopsEastWest = 0
    public var hopsNorthSouth = 0
    /// Packets sent, one for each spike and target core.
    public var packets = 0
    /// Packets on each directed link between routers that carried any, ascending; by router number as in the target description.
    public var linkLoads: [Link] = []
    /// States that wrapped or saturated.
    public var overflows = 0
    /// What else the chip's family counts, in the order in which it is reported.
    public var counters: [Counter] = []
    /// What single cores had to do, ascending by number; empty where the family does not count it.
    public var coreLoads: [CoreLoad] = []
    /// From the target description's published constants; whole numbers, so that sums are exact in any order.
    public var femtojoules = 0
    public var femtoseconds = 0

    public struct Link: Hashable, Sendable {
        public var from: Int
        public var to: Int
        public var packets: Int

        public init(from: Int, to: Int, packets: Int) {
            self.from = from
            self.to = to
            self.packets = packets
        }
    }

    /// The work of one core.
    public struct CoreLoad: Hashable, Sendable {
        /// Physical number.
        public var core: Int
        /// Where it is, and what is on it.
        public var label: String
        public var packets: Int
        /// In one step.
        public var mostPackets: Int
        public var mostSynapticOperations: Int
        /// Steps in which the core had more to do than it has time for.
        public var overloadedSteps: Int

        public init(
            core: Int, label: String, packets: Int, mostPackets: Int, mostSynapticOperations: Int, overloadedSteps: Int
        ) {
            self.core = core
            self.label = label
            self.packets = packets
            self.mostPackets = mostPackets
            self.mostSynapticOperations = mostSynapticOperations
            self.overloadedSteps = overloadedSteps
        }

        fileprivate mutating func merge(_ other: CoreLoad) {
            packets += other.packets
            mostPackets = max(mostPackets, other.mostPackets)
            mostSynapticOperations = max(mostSynapticOperations, other.mostSynapticOperations)
            overloadedSteps += other.overloadedSteps
        }
    }

    /// Something that a family of chips counts.
    public struct Counter: Hashable, Sendable {
        public enum Combination: Hashable, Sendable { case sum, maximum }

        /// A stable key for machines: `packets_lost`.
        public var name: String
        /// For people: `packets lost for want of a route`.
        public var summary: String
        public var value: Int
        /// What the counts of two runs together are.
        public var combines: Combination

        public init(_ name: String, _ summary: String, _ value: Int, combines: Combination = .sum) {
            self.name = name
            self.summary = summary
            self.value = value
            self.combines = combines
        }
    }

    /// The value of a counter; nil when the family does not count it.
    public func counter(_ name: String) -> Int? { counters.first { $0.name == name }?.value }

    public init() {}

    /// In joules.
    public var energy: Double { Double(femtojoules) * 1e-15 }
    /// In seconds.
    public var time: Double { Double(femtoseconds) * 1e-15 }

    /// Adds what another emulator of the same artifact did.
    public mutating func merge(_ other: EmulatorStatistics) {
        steps += other.steps
        spikes += other.spikes
        synapticOperations += other.synapticOperations
        neuronUpdates += other.neuronUpdates
        hopsEastWest += other.hopsEastWest
        hopsNorthSouth += other.hopsNorthSouth
        packets += other.packets
        overflows += other.overflows
        femtojoules += other.femtojoules
        femtoseconds += other.femtoseconds
        for counter in other.counters {
            guard let index = counters.firstIndex(where: { $0.name == counter.name }) else {
                counters.append(counter)
                continue
            }
            switch counter.combines {
            case .sum: counters[index].value += counter.value
            case .maximum: counters[index].value = max(counters[index].value, counter.value)
            }
        }
        if coreLoads.isEmpty {
            coreLoads = other.coreLoads
        } else if other.coreLoads.count == coreLoads.count {
            for index in coreLoads.indices { coreLoads[index].merge(other.coreLoads[index]) }
        }
        var loads: [RouterPair: Int] = [:]
        for link in linkLoads + other.linkLoads { loads[RouterPair(from: link.from, to: link.to), default: 0] += link.packets }
        linkLoads = loads.map { Link(from: $0.key.from, to: $0.key.to, packets: $0.value) }.sorted { ($0.from, $0.to) < ($1.from, $1.to) }
    }

    private struct RouterPair: Hashable {
        var from: Int
        var to: Int
    }
}
