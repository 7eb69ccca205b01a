public import Diagnostics

/// A chip, or a board of chips, as the compiler sees it: a target description.
///
/// It is built from *kinds* (topologies, capacity rules, number formats, arithmetic); a pass switches over kinds and never asks which
/// chip it is. Every number has its source in `sources`, keyed by the path of the number in the YAML file.
public struct Chip: Hashable, Sendable {
    /// As the command line names it: `loihi2`.
    public var name: String
    /// As people name it: `Loihi 2 (Oheo Gulch, 1 chip)`.
    public var title: String
    /// Which writer and emulator build and boot its artifact: the name of a folder in Targets in kebab case, `plain` for none of them.
    public var family: String
    public var topology: Topology
    public var resources: [CoreResource]
    public var formats: NumberFormats
    public var arithmetic: Arithmetic
    /// What a learning rule may use that runs on the chip; nil: none runs there.
    public var learning: LearningResources?
    public var costs: Costs
    public var faults: Faults
    /// Where spikes from outside enter.
    public var sourcePlace: SourcePlace
    /// Choices that only the chip's own folder reads, as name and text; unknown ones are refused there.
    public var fields: [Field]
    public var sources: [Citation]
    public var place: SourceRange?

    public struct Field: Hashable, Sendable {
        public var name: String
        public var value: String
        public var place: SourceRange?

        public init(_ name: String, _ value: String, at place: SourceRange? = nil) {
            self.name = name
            self.value = value
            self.place = place
        }
    }

    /// Where a number comes from; `path` as `formats.delay.maximum`.
    public struct Citation: Hashable, Sendable {
        public var path: String
        public var text: String

        public init(path: String, text: String) {
            self.path = path
            self.text = text
        }
    }

    public init(
        name: String, title: String, family: String, topology: Topology, resources: [CoreResource], formats: NumberFormats,
        arithmetic: Arithmetic, costs: Costs = Costs(), faults: Faults = Faults(), sourcePlace: SourcePlace = .host, fields: [Field] = [],
        sources: [Citation] = [], place: SourceRange? = nil
    ) {
        self.name = name
        self.title = title
        self.family = family
        self.topology = topology
        self.resources = resources
        self.formats = formats
        self.arithmetic = arithmetic
        self.costs = costs
        self.faults = faults
        self.sourcePlace = sourcePlace
        self.fields = fields
        self.sources = sources
        self.place = place
    }
}

/// Where spikes from outside enter a chip.
public enum SourcePlace: String, CaseIterable, Hashable, Sendable {
    /// The host injects them.
    case host
    /// Cores of the chip send them.
    case cores
}

/// Parts that must not be used.
public struct Faults: Hashable, Sendable {
    /// Physical core numbers (see `Topology`).
    public var deadCores: Set<Int>
    /// Links between neighbouring routers, both directions.
    public var deadLinks: Set<RouterLink>
    /// Routers of chips of which no part may be used, on a torus.
    public var deadChips: Set<Int>

    public init(deadCores: Set<Int> = [], deadLinks: Set<RouterLink> = [], deadChips: Set<Int> = []) {
        self.deadChips = deadChips
        self.deadCores = deadCores
        self.deadLinks = deadLinks
    }
}

/// A directed link between two neighbouring routers, by router number.
public struct RouterLink: Hashable, Sendable, Comparable {
    public var from: Int
    public var to: Int

    public init(from: Int, to: Int) {
        self.from = from
        self.to = to
    }

    public static func < (left: RouterLink, right: RouterLink) -> Bool { (left.from, left.to) < (right.from, right.to) }
}
