import Chips
import Foundation
import Lowering

/// The drawing of a hexagonal torus: chips as hexagons in their places, cores inside, links as wide as their load.
///
/// Links E, N and NE (and back) join the six neighbours, so chip (x, y) stands at x·(1, 0) + y·(-½, √3/2): all six neighbours are equally
/// near. Links around the edge are drawn as stubs. Places are in points (1/72 inch), y upwards.
struct TorusDrawing {
    let summary: PlacementSummary
    let torus: HexagonalTorus

    private let pitch = 150.0
    private var radius: Double { pitch * 0.44 }
    private var columns: Int { Int(Double(torus.coresPerChip).squareRoot().rounded(.up)) }
    private var core: Double { radius * 1.3 / Double(columns) }

    private func center(ofRouter router: Int) -> (x: Double, y: Double) {
        let (x, y) = torus.position(ofRouter: router)
        return ((Double(x) - Double(y) / 2) * pitch, Double(y) * pitch * 3.squareRoot() / 2)
    }

    /// Chips to draw: those with a used or dead core, a loaded link, or a used neighbour; all of a machine of up to three boards.
    private var shown: [Int] {
        let existing = (0..<torus.routerCount).filter { torus.hasChip($0) }
        guard existing.count > 144 else { return existing }
        var near: Set<Int> = []
        for core in summary.cores { near.insert(torus.router(ofCore: core.number)) }
        for load in summary.links { near.formUnion([load.link.from, load.link.to]) }
        for router in near {
            for link in 0..<HexagonalTorus.linkCount { if let other = torus.neighbour(router, link) { near.insert(other) } }
        }
        return existing.filter { near.contains($0) }
    }

    private var heaviest: Double { summary.links.map(\.packetsPerStep).max() ?? 0 }

    var graph: Graph {
        var graph = Graph()
        let routers = shown
        let centers = routers.map { center(ofRouter: $0) }
        let (left, right) = (centers.map(\.x).min() ?? 0, centers.map(\.x).max() ?? 0)
        let (low, high) = (centers.map(\.y).min() ?? 0, centers.map(\.y).max() ?? 0)
        let width = right - left + pitch
        let dots = min(96, max(24, 3000 * 72 / max(width, high - low + pitch))).rounded()
        graph.attributes = [
            Graph.Attribute("outputorder", "nodesfirst"), Graph.Attribute("splines", "line"), Graph.Attribute("bgcolor", "white"),
            Graph.Attribute("pad", "0.3"), Graph.Attribute("dpi", String(Int(dots))), Graph.Attribute("fontname", "DejaVu Sans"),
        ]
        func at(_ x: Double, _ y: Double) -> String { place(x - left + pitch / 2, y - low + pitch / 2) }
        addChips(routers, at: at, to: &graph)
        addDeadLinks(Set(routers), at: at, to: &graph)
        addLinks(at: at, to: &graph)
        DrawingLegend(summary: summary, width: width, heaviestLink: heaviest, scale: max(1, min(6, width / 1100))).add(
            to: &graph, below: -18)
        return graph
    }

    private func addChips(_ routers: [Int], at: (Double, Double) -> String, to graph: inout Graph) {
        let used = Dictionary(uniqueKeysWithValues: summary.cores.map { ($0.number, $0) })
        let dead = Set(summary.deadCores)
        let deadChips = Set(summary.deadChips)
        for router in routers {
            let (x, y) = center(ofRouter: router)
            let (column, row) = torus.position(ofRouter: router)
            graph.add(
                node: "chip\(router)",
                [
                    "shape": "polygon", "sides": "6", "orientation": "30", "style": "filled",
                    "fillcolor": deadChips.contains(router) ? "#6b6b6b" : torus.ethernet.contains(router) ? "#c9dcf3" : "#eeeeee",
                    "color": "#c8c8c8", "fixedsize": "true",
                    "label": deadChips.contains(router) ? "✕" : "", "fontsize": "28", "fontcolor": "#ffffff", "fontname": "DejaVu Sans",
                    "width": inches(2 * radius), "height": inches(2 * radius), "pos": at(x, y),
                    "tooltip": "chip (\(column), \(row))\(deadChips.contains(router) ? ": dead" : "")",
                ])
            graph.add(
                node: "chip\(router)-name",
                [
                    "shape": "plaintext", "label": "\(column),\(row)", "fontsize": "9",
                    "fontcolor": deadChips.contains(router) ? "#ffffff" : "#707070", "fontname": "DejaVu Sans",
                    "margin": "0", "pos": at(x, y + radius * 0.82),
                ])
            if deadChips.contains(router) { continue }
            let rows = (torus.cores[router] + columns - 1) / columns
            for position in 0..<torus.cores[router] {
                let number = router * torus.coresPerChip + position
                let coreX = x + (Double(position % columns) - Double(columns - 1) / 2) * core
                let coreY = y + (Double(rows - 1) / 2 - Double(position / columns)) * core
                let isSystem = position < torus.firstApplicationCore(ofRouter: router)
                addCore(number, used[number], isDead: dead.contains(number), isSystem: isSystem, at: at(coreX, coreY), to: &graph)
            }
        }
    }

    private func addCore(
        _ number: Int, _ content: PlacementSummary.Core?, isDead: Bool, isSystem: Bool, at place: String, to graph: inout Graph
    ) {
        let fraction = content.map { summary.utilization(of: $0) } ?? 0
        let state = isDead ? "dead" : isSystem ? "kept for the system" : "unused"
        let parts = content.map { $0.parts.map { "\($0.population)[\($0.neurons.lowerBound)..<\($0.neurons.upperBound)]" } } ?? []
        let usage = content.map { zip(summary.resources, $0.usage).map { "\($0.name) \($1) of \($0.limit)" } } ?? []
        let name = "core \(number % torus.coresPerChip)"
        graph.add(
            node: "core\(number)",
            [
                "shape": "box", "style": "filled", "color": "#9a9a9a", "penwidth": "0.4", "fixedsize": "true",
                "fillcolor": isDead ? "#6b6b6b" : content != nil ? Ramp.color(fraction) : isSystem ? "#d0d0d0" : "#ffffff",
                "width": inches(core * 0.88), "height": inches(core * 0.88), "pos": place, "fontsize": "5", "fontname": "DejaVu Sans",
                "label": isDead ? "✕" : content == nil ? "" : "\(Int((100 * fraction).rounded()))",
                "fontcolor": isDead ? "#ffffff" : Ramp.ink(on: fraction),
                "tooltip": content == nil
                    ? "\(name): \(state)" : "\(name): \(parts.joined(separator: ", "))\n\(usage.joined(separator: "\n"))",
            ])
    }

    /// A cross between two chips whose link is dead; none at dead chips.
    private func addDeadLinks(_ shown: Set<Int>, at: (Double, Double) -> String, to graph: inout Graph) {
        for dead in summary.deadLinks where shown.contains(dead.from) && dead.from < dead.to {
            for link in torus.links(from: dead.from, to: dead.to).prefix(1) {
                let (from, vector) = (center(ofRouter: dead.from), HexagonalTorus.vectors[link])
                let (ux, uy) = (Double(vector.x) - Double(vector.y) / 2, Double(vector.y) * 3.squareRoot() / 2)
                graph.add(
                    node: "dead\(dead.from)-\(link)",
                    [
                        "shape": "plaintext", "label": "✕", "fontsize": "14", "fontcolor": "#6b6b6b", "fontname": "DejaVu Sans",
                        "margin": "0",
                        "width": "0", "height": "0", "pos": at(from.x + ux * pitch / 2, from.y + uy * pitch / 2),
                        "tooltip": "dead link between chips \(dead.from) and \(dead.to)",
                    ])
            }
        }
    }

    /// Both directions of a link are two arrows side by side; a link around the edge is a stub at either end.
    private func addLinks(at: (Double, Double) -> String, to graph: inout Graph) {
        for (index, load) in summary.links.enumerated() {
            let from = center(ofRouter: load.link.from)
            for link in torus.links(from: load.link.from, to: load.link.to).prefix(1) {
                let vector = HexagonalTorus.vectors[link]
                let (ux, uy) = (Double(vector.x) - Double(vector.y) / 2, Double(vector.y) * 3.squareRoot() / 2)
                let (sideX, sideY) = (uy * 6, -ux * 6)
                let share = heaviest > 0 ? load.packetsPerStep / heaviest : 0
                let (near, far) = (radius * 0.92, pitch - radius * 0.92)
                for (end, along) in [("a", near), ("b", far)] {
                    graph.add(
                        node: "l\(index)\(end)",
                        [
                            "shape": "point", "width": "0.001", "height": "0.001", "style": "invis", "label": "",
                            "pos": at(from.x + ux * along + sideX, from.y + uy * along + sideY),
                        ])
                }
                graph.add(
                    edge: "l\(index)a", "l\(index)b",
                    [
                        "color": Ramp.linkColor(share), "penwidth": String(format: "%.2f", 1 + 5 * share), "arrowsize": "0.4",
                        "tooltip":
                            "chip \(load.link.from) to \(load.link.to): \(String(format: "%.4g", load.packetsPerStep)) packets per step",
                    ])
            }
        }
    }
}
