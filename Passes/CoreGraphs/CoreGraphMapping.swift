public import Chips
public import Diagnostics
public import Lowering
import Numerics

/// A core graph on a machine: places, keys, trees and tables, made by the same code as Placement and Routing use.
public struct CoreGraphMapping: Sendable {
    public let graph: CoreGraphFile
    public let torus: HexagonalTorus
    public let faults: Faults
    /// By core of the graph: the physical core.
    public private(set) var physicalCores: [Int] = []
    /// By net of the graph.
    public private(set) var keys: [KeyRange] = []
    public private(set) var uncompressed: [RouterTable] = []
    public private(set) var tables: [RouterTable] = []
    /// Links of all trees, and packets per second times links.
    public private(set) var treeEdges = 0
    public private(set) var treeLength = 0.0
    public private(set) var maximumLinkLoad = 0.0
    /// What the tree length cannot go below on any placement.
    public private(set) var lowerBound = 0.0
    /// Seconds of placing, routing and compressing.
    public private(set) var seconds: (place: Double, route: Double, compress: Double) = (0, 0, 0)

    public init(_ graph: CoreGraphFile, on torus: HexagonalTorus, faults: Faults = Faults(), placement: Placement = Placement())
        throws(DiagnosticsError)
    {
        self.graph = graph
        self.torus = torus
        self.faults = faults
        let clock = ContinuousClock()
        var start = clock.now
        func lap() -> Double {
            defer { start = clock.now }
            return (clock.now - start) / .seconds(1)
        }
        let machine = TorusMachine(torus, faults)
        var groups = [Int](repeating: 0, count: graph.coreCount)
        for (index, population) in graph.populations.enumerated() { for core in population.cores { groups[core] = index } }
        let nets = TorusNets(
            coreCount: graph.coreCount, groups: groups, nets: graph.nets.map { ($0.source, $0.weight, $0.targets) }, unit: 1)
        let places = TorusPlacement(nets, machine, rounds: placement.rounds)
        guard places.routers.count == graph.coreCount else {
            throw DiagnosticsError(
                Diagnostic(
                    "core-graph-fit",
                    "'\(graph.name)' needs \(graph.coreCount) cores, and the machine has \(places.room) on chips that are joined",
                    help: "use a larger machine"), isRefusal: true)
        }
        physicalCores = Self.cores(of: places.routers, torus, faults)
        seconds.place = lap()
        let routing = TorusRouting.best(machine, nets, at: places.routers)
        guard !routing.bundles.contains(where: \.isCutOff) else { throw Self.cutOff(graph.name) }
        seconds.route = lap()
        keys = Self.zonedKeys(graph)
        uncompressed = routing.tables(keys: keys, cores: physicalCores)
        tables = TableCompression.compress(uncompressed)
        seconds.compress = lap()
        treeEdges = routing.bundles.reduce(0) { $0 + $1.nets.count * $1.edges.count }
        treeLength = routing.length
        maximumLinkLoad = routing.maximumLoad
        lowerBound = TorusBound.length(nets, cores: machine.capacity.max() ?? 0)
    }

    private static func cutOff(_ name: String) -> DiagnosticsError {
        DiagnosticsError(
            Diagnostic("core-graph-fit", "dead links cut cores of '\(name)' off from each other", help: "use a machine with fewer faults"),
            isRefusal: true)
    }

    private static func cores(of routers: [Int32], _ torus: HexagonalTorus, _ faults: Faults) -> [Int] {
        var free: [Int32: [Int]] = [:]
        for router in Set(routers) {
            free[router] = torus.applicationCores(ofRouter: Int(router)).filter { !faults.deadCores.contains($0) }.reversed()
        }
        return routers.map { free[$0]?.popLast() ?? -1 }
    }

    /// `population | core | neuron` without colour, all populations split alike: what the recorded runs of other tools had
    /// (references/spinnaker.md, section 3.4).
    private static func zonedKeys(_ graph: CoreGraphFile) -> [KeyRange] {
        let neuronBits = max(1, MulticastKeys.bits(for: graph.neuronsOfCores.max() ?? 1))
        let coreBits = MulticastKeys.bits(for: graph.populations.map(\.cores.count).max() ?? 1)
        let mask = ~(UInt32(truncatingIfNeeded: 1 << neuronBits) &- 1)
        var keyOfCore: [UInt32] = []
        for (index, population) in graph.populations.enumerated() {
            for core in 0..<population.cores.count {
                keyOfCore.append(UInt32(truncatingIfNeeded: (index << coreBits | core) << neuronBits))
            }
        }
        return graph.nets.map { KeyRange(key: keyOfCore[$0.source], mask: mask) }
    }

    public var largestTable: Int { tables.map(\.entries.count).max() ?? 0 }
    public var entryCount: Int { tables.reduce(0) { $0 + $1.entries.count } }
    public var chipCount: Int { Set(physicalCores.map { torus.router(ofCore: $0) }).count }

    /// Who sends what to whom, from the file alone: for the independent check.
    public var senders: [RoutingCheck.Sender] {
        let neurons = graph.neuronsOfCores
        return zip(graph.nets, keys).map { net, keys in
            RoutingCheck.Sender(
                name: "core \(net.source)", core: physicalCores[net.source], keys: keys, count: max(1, neurons[net.source]),
                targets: net.targets.map { physicalCores[Int($0)] })
        }
    }

    /// What the independent check finds wrong with the tables, before and after compression.
    public func violations() -> [String] {
        let senders = senders
        return RoutingCheck(torus, faults, tables: tables).faults(of: senders)
            + RoutingCheck(torus, faults, tables: uncompressed).faults(of: senders)
    }
}

extension HexagonalTorus {
    /// The smallest machine of SpiNN-5 boards with about a seventh more room than so many cores need: one board, or a torus of triads
    /// (references/spinnaker.md, section 3.7), with the monitor as the only system core.
    public static func boards(holding cores: Int) -> HexagonalTorus {
        let needed = Double(cores) / 16 * 1.15
        var (columns, rows) = (1, 1)
        if needed > 48 {
            var best: (Int, Int)?
            for a in 1...341 {
                guard let b = (1...a).first(where: { Double(144 * a * $0) >= needed }) else { continue }
                if (a * b, a - b) < best ?? (.max, .max) {
                    best = (a * b, a - b)
                    (columns, rows) = (a, b)
                }
            }
        }
        let isBoard = needed <= 48
        let (width, height) = isBoard ? (8, 8) : (triadSide * columns, triadSide * rows)
        var torus = HexagonalTorus(
            width: width, height: height, wraps: [!isBoard, !isBoard], coresPerChip: 18,
            cores: [Int](repeating: isBoard ? 0 : 18, count: width * height), monitors: 1, ethernet: [], routerEntries: 1023)
        for x in stride(from: 0, to: isBoard ? 1 : width, by: triadSide) {
            for y in stride(from: 0, to: isBoard ? 1 : height, by: triadSide) {
                for port in isBoard ? [(0, 0)] : triadPorts.map({ ($0.x, $0.y) }) {
                    torus.ethernet.append((y + port.1) % height * width + (x + port.0) % width)
                    for (column, range) in boardRows.enumerated() {
                        for row in range { torus.cores[(y + port.1 + row) % height * width + (x + port.0 + column) % width] = 18 }
                    }
                    for chip in shortChips {
                        torus.cores[(y + port.1 + chip.y) % height * width + (x + port.0 + chip.x) % width] = 17
                    }
                }
            }
        }
        torus.ethernet.sort()
        return torus
    }

    /// Chips with 17 cores on PACMAN's virtual SpiNN-5 (references/spinnaker.md, section 1.2).
    private static let shortChips: [(x: Int, y: Int)] = [(1, 1), (1, 3), (3, 1), (3, 3), (3, 5), (5, 2), (5, 4), (5, 6)]
}
