import Diagnostics
import Storage

/// Turns tables of axons, by source, into what feeds each core.
struct PlainInlets {
    /// A neuron of the source drives an axon of a core; the core as an index among the used ones.
    typealias Row = (neuron: Int, core: Int, axon: Int)

    /// By core.
    private(set) var inlets: [[Inlet]]
    /// By core and axon: whether a source neuron drives it.
    private var isFed: [[Bool]]
    private let path: String

    init(axonCounts: [Int], path: String) {
        inlets = axonCounts.map { _ in [] }
        isFed = axonCounts.map { [Bool](repeating: false, count: $0) }
        self.path = path
    }

    /// Adds what one source sends.
    /// - Parameters:
    ///   - source: as `Inlet.source`.
    ///   - count: how many neurons the source has.
    /// - Throws: when a row names a neuron or an axon that there is not, or an axon that another neuron drives.
    mutating func add(_ rows: [Row], source: Int, count: Int, table: String) throws(DiagnosticsError) {
        var tables: [Int: [[Int32]]] = [:]
        for (index, row) in rows.enumerated() {
            guard (0..<count).contains(row.neuron) else { throw fail(table, index, "names neuron \(row.neuron) of \(count)") }
            guard isFed[row.core].indices.contains(row.axon) else {
                throw fail(table, index, "leads to axon \(row.axon) of a core that has \(isFed[row.core].count)")
            }
            if isFed[row.core][row.axon] { throw fail(table, index, "leads to axon \(row.axon), which another neuron drives") }
            isFed[row.core][row.axon] = true
            enter(row, count: count, &tables[row.core, default: []])
        }
        for (core, lists) in tables.sorted(by: { $0.key < $1.key }) {
            inlets[core] += lists.map { Inlet(source: source, axons: $0) }
        }
    }

    /// Asks for the way to every core that a source on the chip feeds.
    mutating func setRoutes(
        of source: Int, _ route: (_ core: Int) throws(DiagnosticsError) -> [Int]?
    ) throws(DiagnosticsError) {
        for core in inlets.indices {
            for index in inlets[core].indices where inlets[core][index].source == source {
                inlets[core][index].route = try route(core)
            }
        }
    }

    /// Enters an axon into the first list where the neuron has none yet.
    private func enter(_ row: Row, count: Int, _ lists: inout [[Int32]]) {
        for index in lists.indices where lists[index][row.neuron] < 0 {
            lists[index][row.neuron] = Int32(row.axon)
            return
        }
        var list = [Int32](repeating: -1, count: count)
        list[row.neuron] = Int32(row.axon)
        lists.append(list)
    }

    private func fail(_ table: String, _ row: Int, _ what: String) -> DiagnosticsError {
        ArtifactManifest.damaged(path, "\(table): row \(row) \(what)")
    }
}
