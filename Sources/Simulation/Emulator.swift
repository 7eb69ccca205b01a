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
        var loads: [RouterPair: Int] = [:]
        for link in linkLoads + other.linkLoads { loads[RouterPair(from: link.from, to: link.to), default: 0] += link.packets }
        linkLoads = loads.map { Link(from: $0.key.from, to: $0.key.to, packets: $0.value) }.sorted { ($0.from, $0.to) < ($1.from, $1.to) }
    }

    private struct RouterPair: Hashable {
        var from: Int
        var to: Int
    }
}
