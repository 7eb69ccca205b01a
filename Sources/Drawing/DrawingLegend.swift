import Chips
import Foundation
import Lowering

/// Title, colour scale, link widths and totals, below the cores.
struct DrawingLegend {
    let summary: PlacementSummary
    let width: Double
    let heaviestLink: Double
    /// 1 for a drawing that is read at its own size.
    let scale: Double

    func add(to graph: inout Graph, below top: Double) {
        let line = 16 * scale
        var y = top - line
        text("title", title, x: 0, y: y, size: 12, bold: true, to: &graph)
        y -= 1.6 * line
        text("scale", "fullest capacity of a core", x: 0, y: y, size: 9, to: &graph)
        let start = 150 * scale
        let step = 13 * scale
        for index in 0...10 {
            graph.add(
                node: "scale\(index)",
                [
                    "shape": "box", "style": "filled", "fillcolor": Ramp.color(Double(index) / 10), "color": "#9a9a9a", "penwidth": "0.4",
                    "fixedsize": "true", "label": "", "width": inches(step), "height": inches(step),
                    "pos": place(start + Double(index) * step, y),
                ])
        }
        text("scale-low", "0", x: start - step / 2, y: y - 0.8 * line, size: 8, to: &graph)
        text("scale-high", "100 %", x: start + 9 * step, y: y - 0.8 * line, size: 8, to: &graph)
        key("dead", "#6b6b6b", "dead", x: start + 14 * step, y: y, to: &graph)
        key("unused", "#ffffff", "unused", x: start + 19 * step, y: y, to: &graph)
        if case .hexagonalTorus = summary.topology {
            key("system", "#d0d0d0", "kept for the system", x: start + 25 * step, y: y, to: &graph)
            key("ethernet", "#c9dcf3", "chip with an Ethernet port", x: start + 37 * step, y: y, to: &graph)
        }
        y -= 2 * line
        guard heaviestLink > 0 else { return }
        text("links", "packets per step on a link", x: 0, y: y, size: 9, to: &graph)
        for (index, share) in [0.05, 0.5, 1].enumerated() {
            let x = start + Double(index) * 85 * scale
            for (end, offset) in [("a", 0.0), ("b", 26 * scale)] {
                graph.add(
                    node: "key\(index)\(end)",
                    ["shape": "point", "width": "0.001", "height": "0.001", "style": "invis", "label": "", "pos": place(x + offset, y)])
            }
            graph.add(
                edge: "key\(index)a", "key\(index)b",
                [
                    "color": Ramp.linkColor(share), "penwidth": String(format: "%.2f", (1 + 6 * share) * min(scale, 2)),
                    "arrowsize": "0.45",
                ])
            text("key\(index)", String(format: "%.3g", share * heaviestLink), x: x + 38 * scale, y: y, size: 8, to: &graph)
        }
    }

    private var title: String {
        "\(summary.network) on \(summary.target): \(summary.cores.count) of \(summary.coreCount) cores"
    }

    private func key(_ name: String, _ color: String, _ label: String, x: Double, y: Double, to graph: inout Graph) {
        graph.add(
            node: "key-\(name)",
            [
                "shape": "box", "style": "filled", "fillcolor": color, "color": "#9a9a9a", "penwidth": "0.4", "fixedsize": "true",
                "label": "",
                "width": inches(13 * scale), "height": inches(13 * scale), "pos": place(x, y),
            ])
        text("key-\(name)-text", label, x: x + 10 * scale, y: y, size: 8, to: &graph)
    }

    /// Text that begins at `x`: an invisible box as wide as the text, roughly, with the label to its left.
    private func text(
        _ name: String, _ label: String, x: Double, y: Double, size: Double, bold: Bool = false, to graph: inout Graph
    ) {
        let points = size * scale
        let breadth = Double(label.count) * points * (bold ? 0.72 : 0.64) + 4
        graph.add(
            node: "text-\(name)",
            [
                "shape": "plain", "style": "invis", "label": "", "width": inches(breadth), "height": inches(points * 1.4),
                "fixedsize": "true",
                "pos": place(x + breadth / 2, y),
            ])
        graph.nodes[graph.nodes.count - 1].attributes = [
            Graph.Attribute("shape", "plaintext"), Graph.Attribute("label", label + "\\l"),
            Graph.Attribute("fontname", bold ? "DejaVu Sans Bold" : "DejaVu Sans"),
            Graph.Attribute("fontsize", String(format: "%.1f", points)),
            Graph.Attribute("fontcolor", "#303030"), Graph.Attribute("margin", "0"), Graph.Attribute("fixedsize", "true"),
            Graph.Attribute("width", inches(breadth)), Graph.Attribute("height", inches(points * 1.4)),
            Graph.Attribute("pos", place(x + breadth / 2, y)),
        ]
    }
}
