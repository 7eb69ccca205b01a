/// Energy and time of the events of a chip, per event; absent ones count as zero and are listed as unknown in reports.
public struct Costs: Hashable, Sendable {
    public enum Event: String, CaseIterable, Hashable, Sendable, Comparable {
        case hopEastWest = "hop_east_west"
        case hopNorthSouth = "hop_north_south"
        case spikeWithinTile = "spike_within_tile"
        case neuronUpdateActive = "neuron_update_active"
        case neuronUpdateInactive = "neuron_update_inactive"
        case synapticOperation = "synaptic_operation"

        public static func < (left: Event, right: Event) -> Bool { left.rawValue < right.rawValue }
    }

    /// Joules and seconds of one event.
    public struct Cost: Hashable, Sendable {
        public var energy: Double
        public var time: Double

        public init(energy: Double, time: Double) {
            self.energy = energy
            self.time = time
        }
    }

    public var events: [Event: Cost]
    /// Barrier synchronisation: seconds for one used tile and for all `barrierTiles` of them, in between by straight line.
    public var barrierMinimum: Double
    public var barrierMaximum: Double
    public var barrierTiles: Int
    /// What parts in use draw all the time, beside what events take.
    public var power: Power

    /// In watts.
    public struct Power: Hashable, Sendable {
        /// Of each chip that has a core in use.
        public var chip: Double
        /// Of each core in use, on top of its chip's.
        public var core: Double

        public init(chip: Double = 0, core: Double = 0) {
            self.chip = chip
            self.core = core
        }
    }

    public init(
        events: [Event: Cost] = [:], barrierMinimum: Double = 0, barrierMaximum: Double = 0, barrierTiles: Int = 1, power: Power = Power()
    ) {
        self.events = events
        self.barrierMinimum = barrierMinimum
        self.barrierMaximum = barrierMaximum
        self.barrierTiles = barrierTiles
        self.power = power
    }
}
