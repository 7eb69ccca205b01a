import Chips
import Foundation
import Lowering

/// The drawing of a mesh. Places are in points (1/72 inch); y grows upwards, as Graphviz has it, so rows are turned over.
struct MeshDrawing {
    let summary: PlacementSummary
    let mesh: Mesh

    /// Cores of a tile stand in a square block of this many columns.
    private var columns: Int { Int(Double(mesh.coresPerTile).squareRoot().rounded(.up)) }
    private var rows: Int { (mesh.coresPerTile + columns - 1) / columns }
    private let core = 44.0
    private let tilePadding = 5.0
    /// Room between tiles, in which links are drawn; between chips there is more.
    private let gap = 26.0
    private let chipGap = 44.0
    private var tileWidth: Double { Double(columns) * core + 2 * tilePadding }
    private var tileHeight: Double { Double(rows) * core + 2 * tilePadding }
    private var width: Double { left(ofColumn: mesh.width - 1) + tileWidth }
    private var height: Double { left(ofRow: mesh.height - 1) + tileHeight }

    private func left(ofColumn x: Int) -> Double { Double(x) * (tileWidth + gap) + Double(x / mesh.tiles[0]) * chipGap }
    private func left(ofRow y: Int) -> Double { Double(y) * (tileHeight + gap) + Double(y / mesh.tiles[1]) * chipGap }

    /// Centre of a router's tile.
    private func center(ofRouter router: Int) -> (x: Double, y: Double) {
        let (x, y) = mesh.position(ofRouter: router)
        return (left(ofColumn: x) + tileWidth / 2, height - left(ofRow: y) - tileHeight / 2)
    }

    var graph: Graph {
        var graph = Graph()
        graph.attributes = [
            Graph.Attribute("outputorder", "nodesfirst"), Graph.Attribute("splines", "line"), Graph.Attribute("bgcolor", "white"),
            Graph.Attribute("pad", "0.3"), Graph.Attribute("dpi", String(Int(dotsPerInch))), Graph.Attribute("fontname", "DejaVu Sans"),
        ]
        if mesh.chipCount > 1 { addChips(to: &graph) }
        addCores(to: &graph)
        addLinks(to: &graph)
        DrawingLegend(summary: summary, width: width, heaviestLink: heaviest, scale: legendScale).add(to: &graph, below: -18)
        return graph
    }

    /// Large machines are drawn with fewer dots, so that a PNG stays below about 3,000 pixels across.
    private var dotsPerInch: Double { min(96, max(24, 3000 * 72 / max(width, height) / 1.0)).rounded() }

    /// On a large machine the legend grows with it, to be read on the same picture.
    private var legendScale: Double { max(1, min(6, width / 1100)) }

    /// More cores than names can be read of on one picture: their fill is written, the rest is in the tooltips of the SVG.
    private var isLarge: Bool { mesh.coreCount > 256 }

    private var heaviest: Double { summary.links.map(\.packetsPerStep).max() ?? 0 }

    private func addChips(to graph: inout Graph) {
        for chip in 0..<mesh.chipCount {
            let (column, row) = (chip % mesh.chips[0] * mesh.tiles[0], chip / mesh.chips[0] * mesh.tiles[1])
            let (x, y) = (left(ofColumn: column), left(ofRow: row))
            let chipWidth = left(ofColumn: column + mesh.tiles[0] - 1) + tileWidth - x + 20
            let chipHeight = left(ofRow: row + mesh.tiles[1] - 1) + tileHeight - y + 20
            graph.add(
                node: "chip\(chip)",
                [
                    "shape": "box", "style": "filled", "fillcolor": "#fafafa", "color": "#b0b0b0", "fixedsize": "true", "label": "",
                    "width": inches(chipWidth), "height": inches(chipHeight),
                    "pos": place(x - 10 + chipWidth / 2, height - y + 10 - chipHeight / 2),
                ])
            graph.add(
                node: "chip\(chip)-name",
                [
                    "shape": "plaintext", "label": "chip \(chip)", "fontsize": "22", "fontcolor": "#707070", "fontname": "DejaVu Sans",
                    "margin": "0", "pos": place(x + 30, height - y + 24),
                ])
        }
    }

    private func addCores(to graph: inout Graph) {
        let used = Dictionary(uniqueKeysWithValues: summary.cores.map { ($0.number, $0) })
        let dead = Set(summary.deadCores)
        for router in 0..<mesh.routerCount {
            let (x, y) = center(ofRouter: router)
            graph.add(
                node: "tile\(router)",
                [
                    "shape": "box", "style": "rounded,filled", "fillcolor": "#eeeeee", "color": "#c8c8c8", "fixedsize": "true", "label": "",
                    "width": inches(tileWidth), "height": inches(tileHeight), "pos": place(x, y),
                ])
            for position in 0..<mesh.coresPerTile {
                let number = router * mesh.coresPerTile + position
                let coreX = x - tileWidth / 2 + tilePadding + (Double(position % columns) + 0.5) * core
                let coreY = y + tileHeight / 2 - tilePadding - (Double(position / columns) + 0.5) * core
                addCore(number, used[number], isDead: dead.contains(number), at: place(coreX, coreY), to: &graph)
            }
        }
    }

    private func addCore(_ number: Int, _ content: PlacementSummary.Core?, isDead: Bool, at place: String, to graph: inout Graph) {
        let fraction = content.map { summary.utilization(of: $0) } ?? 0
        let fill = isDead ? "#6b6b6b" : content == nil ? "#ffffff" : Ramp.color(fraction)
        let label: String
        if isDead {
            label = "✕"
        } else if let content {
            let names = content.parts.map(\.population)
            let name = (names.first ?? "") + (Set(names).count > 1 ? " +\(Set(names).count - 1)" : "")
            let percent = Int((100 * fraction).rounded())
            label = isLarge ? "\(percent)" : "\(shortened(name, to: 8))\n\(percent) %\n\(number)"
        } else {
            label = isLarge ? "" : "\(number)"
        }
        graph.add(
            node: "core\(number)",
            [
                "shape": "box", "style": "filled", "fillcolor": fill, "color": "#9a9a9a", "penwidth": "0.6", "fixedsize": "true",
                "width": inches(core - 3), "height": inches(core - 3), "pos": place, "label": label, "fontname": "DejaVu Sans",
                "fontsize": isLarge ? "17" : "7.5",
                "fontcolor": isDead ? "#ffffff" : content == nil ? "#bdbdbd" : Ramp.ink(on: fraction),
                "tooltip": tooltip(number, content, isDead: isDead),
            ])
    }

    /// What a browser shows for a core of the SVG.
    private func tooltip(_ number: Int, _ content: PlacementSummary.Core?, isDead: Bool) -> String {
        guard let content else { return "core \(number): \(isDead ? "dead" : "unused")" }
        let parts = content.parts.map { "\($0.population)[\($0.neurons.lowerBound)..<\($0.neurons.upperBound)]" }
        let usage = zip(summary.resources, content.usage).map { "\($0.name) \($1) of \($0.limit)" }
        return "core \(number): \(parts.joined(separator: ", "))\n" + usage.joined(separator: "\n")
    }

    /// Both directions of a link are two arrows side by side in the gap between their tiles.
    private func addLinks(to graph: inout Graph) {
        for (index, load) in summary.links.enumerated() {
            let (from, to) = (center(ofRouter: load.link.from), center(ofRouter: load.link.to))
            let (dx, dy) = (to.x - from.x, to.y - from.y)
            let length = max((dx * dx + dy * dy).squareRoot(), 1)
            let (ux, uy) = (dx / length, dy / length)
            let half = abs(ux) > abs(uy) ? tileWidth / 2 : tileHeight / 2
            // To the right of the direction of travel.
            let (sideX, sideY) = (uy * 8, -ux * 8)
            let share = heaviest > 0 ? load.packetsPerStep / heaviest : 0
            for (end, along) in [("a", half), ("b", length - half)] {
                graph.add(
                    node: "l\(index)\(end)",
                    [
                        "shape": "point", "width": "0.001", "height": "0.001", "style": "invis", "label": "",
                        "pos": place(from.x + ux * along + sideX, from.y + uy * along + sideY),
                    ])
            }
            graph.add(
                edge: "l\(index)a", "l\(index)b",
                [
                    "color": Ramp.linkColor(share), "penwidth": String(format: "%.2f", 1 + 6 * share), "arrowsize": "0.45",
                    "tooltip":
                        "router \(load.link.from) to \(load.link.to): \(String(format: "%.4g", load.packetsPerStep)) packets per step",
                ])
        }
    }
}

func inches(_ points: Double) -> String { String(format: "%.4f", points / 72) }

func place(_ x: Double, _ y: Double) -> String { String(format: "%.2f,%.2f!", x, y) }

func shortened(_ name: String, to length: Int) -> String { name.count <= length ? name : name.prefix(length - 1) + "…" }
