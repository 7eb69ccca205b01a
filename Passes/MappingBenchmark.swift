public import Diagnostics
public import Lowering
import Numerics
public import Storage

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// What `spikewright bench partition`, `place` and `route` measure, with the keys that they print.
public struct MappingBenchmark: Sendable {
    /// What was mapped, for the reader of the figures.
    public var instance: String
    public var partitioning: Partitioning
    public var placement: Placement
    public var routing: Routing

    public init(
        instance: String, partitioning: Partitioning = Partitioning(), placement: Placement = Placement(), routing: Routing = Routing()
    ) {
        self.instance = instance
        self.partitioning = partitioning
        self.placement = placement
        self.routing = routing
    }

    public func partition(_ quantized: QuantizedNetwork) throws(DiagnosticsError) -> (CoreGraph, JSONObject) {
        let clock = ContinuousClock()
        let start = clock.now
        let graph = try partitioning.run(quantized)
        return (graph, JSONObject(head(graph) + tail(since: start, clock)))
    }

    public func place(_ graph: CoreGraph) throws(DiagnosticsError) -> (PlacedGraph, JSONObject) {
        let clock = ContinuousClock()
        let start = clock.now
        let placed = try placement.run(graph)
        let end = tail(since: start, clock)
        return (placed, JSONObject(head(graph) + distances(placed) + end))
    }

    public func route(_ placed: PlacedGraph) throws(DiagnosticsError) -> (RoutedGraph, JSONObject) {
        let clock = ContinuousClock()
        let start = clock.now
        let routed = try routing.run(placed)
        let end = tail(since: start, clock)
        let ways: [(String, JSONValue)] = [
            ("tree_length", .number(routed.treeLength)), ("max_link_load", .number(routed.maximumLinkLoad)),
        ]
        return (routed, JSONObject(head(placed.coreGraph) + distances(placed) + ways + end))
    }

    private func head(_ graph: CoreGraph) -> [(String, JSONValue)] {
        [
            ("instance", .string(instance)), ("cores", .integer(graph.cores.count)), ("connectivity", .number(graph.connectivity)),
            ("max_axons", .integer(graph.maximumAxons)), ("violations", .integer(graph.capacityViolations)),
        ]
    }

    private func distances(_ placed: PlacedGraph) -> [(String, JSONValue)] {
        [("hops", .number(placed.hops)), ("lower_bound", .number(placed.hopsLowerBound))]
    }

    private func tail(since start: ContinuousClock.Instant, _ clock: ContinuousClock) -> [(String, JSONValue)] {
        let (seconds, attoseconds) = start.duration(to: clock.now).components
        return [("seconds", .number(Double(seconds) + Double(attoseconds) * 1e-18)), ("peak_bytes", .integer(Self.peakBytes()))]
    }

    /// The most memory that this process has held so far.
    static func peakBytes() -> Int {
        var usage = rusage()
        #if canImport(Glibc)
            return getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage) == 0 ? usage.ru_maxrss * 1024 : 0
        #else
            return getrusage(RUSAGE_SELF, &usage) == 0 ? usage.ru_maxrss : 0
        #endif
    }
}
