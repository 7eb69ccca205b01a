import Chips
import Foundation
import Lowering

/// The drawing of a chip with a labelled crossbar, one block for each execution: between two rows of circuits, coloured by population, the
/// rows of each bus, excitatory and inhibitory, and what is left; beside them the nodes of the crossbar. Below, what the colours mean.
/// Places are in points (1/72 inch); y grows upwards.
struct CrossbarDrawing {
    let summary: PlacementSummary
    let crossbar: LabelledCrossbar

    private let width = 768.0
    private let circuitHeight = 34.0
    private let busHeight = 15.0
    private let gap = 7.0
    private let cell = 11.0
    private var blockHeight: Double {
        max(2 * circuitHeight + Double(crossbar.busCount) * (busHeight + 3) + 4 * gap + 70, Double(crossbar.inputCount) * cell + 80)
    }
    /// Where the nodes of the crossbar begin.
    private var nodesLeft: Double { width + 225 }

    /// ColorBrewer's Set3 (Brewer, 2002), read also in grey by the names written on it.
    private static let colors = [
        "#8dd3c7", "#fdb462", "#bebada", "#fb8072", "#80b1d3", "#b3de69", "#fccde5", "#d9d9d9", "#bc80bd", "#ccebc5", "#ffed6f",
    ]
    private static let (excitatory, inhibitory, free) = ("#d6604d", "#4393c3", "#f7f7f7")
    private static func color(_ passage: CrossbarOccupancy.Passage) -> String {
        switch passage {
        case .nothing: "#ffffff"
        case .some: "#a6bddb"
        case .everything: "#045a8d"
        }
    }

    private var populations: [String] {
        var names: [String] = []
        for core in summary.cores { for part in core.parts where !names.contains(part.population) { names.append(part.population) } }
        return names
    }

    var graph: Graph {
        var graph = Graph()
        graph.attributes = [
            Graph.Attribute("bgcolor", "white"), Graph.Attribute("pad", "0.3"), Graph.Attribute("dpi", "96"),
            Graph.Attribute("fontname", "DejaVu Sans"),
        ]
        let names = populations
        let title = "\(summary.network) on \(summary.target): \(summary.cores.count) execution\(summary.cores.count == 1 ? "" : "s")"
        text("title", title, x: 0, y: 22, size: 13, to: &graph)
        for (place, core) in summary.cores.enumerated() { add(core, names, top: -Double(place) * blockHeight, to: &graph) }
        legend(names, top: -Double(summary.cores.count) * blockHeight - 4, to: &graph)
        return graph
    }

    private func add(_ core: PlacementSummary.Core, _ names: [String], top: Double, to graph: inout Graph) {
        let usage = zip(summary.resources, core.usage).map { "\($0.name) \($1) of \($0.limit)" }.joined(separator: ", ")
        text("usage\(core.number)", "execution \(core.number): \(usage)", x: 0, y: top - 8, size: 9, to: &graph)
        nodes(core, top: top - 20, to: &graph)
        var y = top - 20
        circuits(core, 0, names, top: y, to: &graph)
        y -= circuitHeight + gap
        for bus in 0..<crossbar.busCount {
            if bus == crossbar.buses { y -= gap }
            rows(core, bus, top: y, to: &graph)
            y -= busHeight + 3
        }
        y -= gap - 3
        circuits(core, 1, names, top: y, to: &graph)
        // Where columns lie, and beyond which of them circuits are not joined.
        y -= circuitHeight + 7
        for half in 0...crossbar.halves {
            let column = half * crossbar.columnsPerHalf
            let label = half == crossbar.halves ? "\(column - 1)" : half == 0 ? "column 0" : "\(column)"
            let x = Double(column) * width / Double(crossbar.columns) - (half == 0 ? 0 : half == crossbar.halves ? 16 : 7)
            text("column\(core.number)-\(half)", label, x: x, y: y, size: 7, to: &graph)
        }
    }

    private func circuits(_ core: PlacementSummary.Core, _ hemisphere: Int, _ names: [String], top: Double, to graph: inout Graph) {
        box(
            "free\(core.number)-\(hemisphere)", x: 0, width: width, top: top, height: circuitHeight, fill: "#ffffff", label: "",
            tooltip: "free circuits", to: &graph)
        var used = 0
        for (number, run) in (core.occupancy?.runs ?? []).enumerated() where run.hemisphere == hemisphere && run.part < core.parts.count {
            let part = core.parts[run.part]
            let scale = width / Double(crossbar.columns)
            let breadth = Double(run.columns.count) * scale
            let name = breadth > 40 ? shortened(part.population, to: Int(breadth / 6)) : ""
            box(
                "run\(core.number)-\(number)", x: Double(run.columns.lowerBound) * scale, width: breadth, top: top, height: circuitHeight,
                fill: color(of: part.population, names), label: name,
                tooltip:
                    "\(hemisphere == 0 ? "top" : "bottom") circuits \(run.columns.lowerBound)..<\(run.columns.upperBound): \(part.population)",
                to: &graph)
            used += run.columns.count
        }
        text(
            "circuits\(core.number)-\(hemisphere)", "\(hemisphere == 0 ? "top" : "bottom"): \(used) of \(crossbar.columns) circuits",
            x: width + 8, y: top - circuitHeight / 2, size: 8, to: &graph)
    }

    private func rows(_ core: PlacementSummary.Core, _ bus: Int, top: Double, to graph: inout Graph) {
        guard let buses = core.occupancy?.buses, bus < buses.count else { return }
        let used = buses[bus]
        let scale = width / Double(crossbar.rowsPerBus)
        let name = "\(bus / crossbar.buses == 0 ? "top" : "bottom") bus \(bus % crossbar.buses)"
        var x = 0.0
        let parts = [
            (Self.excitatory, used.excitatoryRows, "excitatory"), (Self.inhibitory, used.inhibitoryRows, "inhibitory"),
            (Self.free, max(0, crossbar.rowsPerBus - used.excitatoryRows - used.inhibitoryRows), "free"),
        ]
        for (number, (color, count, kind)) in parts.enumerated() where count > 0 {
            box(
                "bus\(core.number)-\(bus)-\(number)", x: x, width: Double(count) * scale, top: top, height: busHeight, fill: color,
                label: count * 8 >= crossbar.rowsPerBus ? "\(count) \(kind) rows" : "",
                tooltip: "\(name): \(count) \(kind) rows; \(used.synapses) synapses on the bus", to: &graph)
            x += Double(count) * scale
        }
        let drivers = "\(used.drivers) of \(crossbar.driversPerBus) drivers"
        text(
            "bus\(core.number)-\(bus)-name", "\(name): \(drivers), \(used.synapses) synapses", x: width + 8, y: top - busHeight / 2,
            size: 8,
            to: &graph)
    }

    /// One square for each node: inputs downwards, outputs to the right.
    private func nodes(_ core: PlacementSummary.Core, top: Double, to graph: inout Graph) {
        guard let passages = core.occupancy?.nodes, passages.count == crossbar.nodes.count else { return }
        let buses = crossbar.buses
        text("nodes\(core.number)", "nodes of the crossbar", x: nodesLeft, y: top + 12, size: 9, to: &graph)
        for (number, name) in ["top", "bottom", "host"].enumerated() {
            let x = nodesLeft + Double(number * buses) * cell
            text("outputs\(core.number)-\(number)", name, x: x, y: top - 5, size: 7.5, to: &graph)
        }
        let left = nodesLeft + Double(crossbar.outputCount) * cell + 5
        let groups = [(0, "neurons"), (crossbar.eventOutputs, "host"), (crossbar.eventOutputs + crossbar.externalInputs, "background")]
        for (first, name) in groups {
            text("inputs\(core.number)-\(first)", name, x: left, y: top - 17 - Double(first) * cell, size: 7.5, to: &graph)
        }
        for (node, passage) in zip(crossbar.nodes, passages) {
            let output = node.output < crossbar.busCount ? "bus \(node.output)" : "host \(node.output - crossbar.busCount)"
            box(
                "node\(core.number)-\(node.input)-\(node.output)", x: nodesLeft + Double(node.output) * cell, width: cell - 2,
                top: top - 12 - Double(node.input) * cell, height: cell - 2, fill: Self.color(passage), label: "",
                tooltip: "input \(node.input) to \(output): \(passage)", to: &graph)
        }
    }

    private func legend(_ names: [String], top: Double, to graph: inout Graph) {
        var entries: [(String, String)] = names.map { name in
            let neurons = summary.cores.flatMap(\.parts).filter { $0.population == name }.reduce(0) { $0 + $1.neurons.count }
            return (color(of: name, names), "\(shortened(name, to: 24)) (\(neurons))")
        }
        entries += [
            (Self.excitatory, "excitatory rows"), (Self.inhibitory, "inhibitory rows"), (Self.color(.everything), "node passes all"),
            (Self.color(.some), "some"), (Self.color(.nothing), "no labels"),
        ]
        var (x, y) = (0.0, top)
        for (number, (color, label)) in entries.enumerated() {
            let breadth = 26 + Double(label.count) * 6.2
            if x + breadth > nodesLeft + 200, x > 0 { (x, y) = (0, y - 16) }
            box("legend\(number)", x: x, width: 11, top: y + 5.5, height: 11, fill: color, label: "", tooltip: label, to: &graph)
            text("legend\(number)", label, x: x + 15, y: y, size: 8, to: &graph)
            x += breadth
        }
    }

    private func color(of population: String, _ names: [String]) -> String {
        Self.colors[(names.firstIndex(of: population) ?? 0) % Self.colors.count]
    }

    // MARK: Parts

    private func box(
        _ name: String, x: Double, width: Double, top: Double, height: Double, fill: String, label: String, tooltip: String,
        to graph: inout Graph
    ) {
        graph.add(
            node: name,
            [
                "shape": "box", "style": "filled", "fillcolor": fill, "color": "#9a9a9a", "penwidth": "0.5", "fixedsize": "true",
                "width": inches(width), "height": inches(height), "pos": place(x + width / 2, top - height / 2), "label": label,
                "fontname": "DejaVu Sans", "fontsize": "8", "fontcolor": "#1a1a1a", "tooltip": tooltip,
            ])
    }

    /// Text that begins at `x`.
    private func text(_ name: String, _ label: String, x: Double, y: Double, size: Double, to graph: inout Graph) {
        let breadth = Double(label.count) * size * 0.64 + 4
        graph.add(
            node: "text-\(name)",
            [
                "shape": "plaintext", "label": label + "\\l", "fontname": "DejaVu Sans", "fontsize": String(format: "%.1f", size),
                "fontcolor": "#303030", "margin": "0", "fixedsize": "true", "width": inches(breadth), "height": inches(size * 1.4),
                "pos": place(x + breadth / 2, y),
            ])
    }
}
