import Diagnostics
import Networks
import Storage
import YAML

/// The connector `list`: synapses one by one, inline or from a file.
extension NetworkReader {
    /// Rows `[source, target]`, `[source, target, weight]` or `[source, target, weight, delay]`, all of equal length.
    ///
    /// Inline numbers may have units; those of a file are in the default units. Rows are sorted by source, then target.
    mutating func readList(_ variant: Variant, _ context: ProjectionContext) -> Connection? {
        let name = "'list' of \(context.owner)"
        if isFileReference(variant.options) {
            let accept: (_ shape: [Int]) -> (fits: Bool, wanted: String) = { shape in
                (
                    shape.count == 2 && (2...4).contains(shape[1]) && shape[0] <= Self.longestList,
                    "[synapses, 2], [synapses, 3] or [synapses, 4], with at most \(Self.longestList) synapses"
                )
            }
            guard let array = readArray(variant.options, name, accept: accept) else { return nil }
            return connection(Rows(values: array.doubles, columns: array.shape[1]), name, context, variant) { _, _ in variant.options.place
            }
        }
        guard let items = attempt({ () throws(DiagnosticsError) in try variant.options.asSequence(name) }) else { return nil }
        guard let rows = inlineRows(items, name, context) else { return nil }
        return connection(rows, name, context, variant) { row, column in
            items[row].sequence?[column].place ?? items[row].place
        }
    }

    /// Rows of equal length, one after the other.
    private struct Rows {
        var values: [Double]
        var columns: Int
        var count: Int { values.count / columns }
        subscript(row: Int, column: Int) -> Double { values[row * columns + column] }
    }

    private mutating func inlineRows(_ items: [Node], _ name: String, _ context: ProjectionContext) -> Rows? {
        let columns = items.first?.sequence?.count
        var rows = Rows(values: [], columns: columns.map { (2...4).contains($0) ? $0 : 2 } ?? 2)
        for (index, item) in items.enumerated() {
            let rowName = "row \(index + 1) of \(name)"
            guard let cells = item.sequence, (2...4).contains(cells.count), index == 0 || cells.count == rows.columns else {
                let wanted = index > 0 ? "\(rows.columns) numbers, as the first row has" : "2 to 4 numbers"
                collector.report(
                    Diagnostic(
                        .listRow,
                        "\(rowName) must be a list of \(wanted), is \(item.sequence.map { "a list of \($0.count)" } ?? item.summary)",
                        at: item.place, help: "write [source, target], [source, target, weight] or [source, target, weight, delay]"))
                return nil
            }
            for (column, cell) in cells.enumerated() {
                let value: Double? =
                    switch column {
                    case 0, 1:
                        attempt { () throws(DiagnosticsError) in
                            Double(try cell.asInteger("the \(column == 0 ? "source" : "target") in \(rowName)"))
                        }
                    case 2: number(cell, "the weight in \(rowName)", in: weightUnit(context))
                    default: stepsUnrounded(cell, "the delay in \(rowName)").map { $0 * timestep }
                    }
                guard let value else { return nil }
                rows.values.append(value)
            }
        }
        return rows
    }

    private mutating func connection(
        _ rows: Rows, _ name: String, _ context: ProjectionContext, _ variant: Variant,
        place: (_ row: Int, _ column: Int) -> SourceRange?
    ) -> Connection? {
        guard let sources = context.pre.size, let targets = context.post.size else { return nil }
        for index in 0..<rows.count {
            for (column, (size, population)) in [(sources, context.pre.name), (targets, context.post.name)].enumerated() {
                let neuron = rows[index, column]
                guard neuron >= 0, neuron < Double(size), neuron == neuron.rounded() else {
                    collector.report(
                        Diagnostic(
                            .listIndex,
                            "row \(index + 1) of \(name): \(text(neuron)) is no neuron of '\(population)', which has "
                                + "\(count(size, "neuron"))",
                            at: place(index, column), help: "write whole numbers from 0 to \(size - 1)"))
                    return nil
                }
            }
        }
        let order = (0..<rows.count).sorted { (rows[$0, 0], rows[$0, 1], $0) < (rows[$1, 0], rows[$1, 1], $1) }
        for (before, after) in zip(order, order.dropFirst()) where rows[before, 0] == rows[after, 0] && rows[before, 1] == rows[after, 1] {
            collector.report(
                Diagnostic(
                    .listDuplicate,
                    "row \(after + 1) of \(name) repeats row \(before + 1): both connect \(text(rows[after, 0])) to "
                        + "\(text(rows[after, 1]))",
                    at: place(after, 0), help: "remove one of them, adding its weight to the other's if both were meant"))
            return nil
        }
        var connection = Connection(
            connector: .list(order.map { Connector.Pair(source: Int32(rows[$0, 0]), target: Int32(rows[$0, 1])) }), place: variant.place)
        if rows.columns > 2 {
            connection.weights = tensor([rows.count], order.map { rows[$0, 2] }, nil, name, at: variant.place)
            if connection.weights == nil { return nil }
        }
        if rows.columns > 3 {
            var delays: [Double] = []
            for row in order {
                guard let steps = delaySteps(rows[row, 3] / timestep, "the delay in row \(row + 1) of \(name)", at: place(row, 3)) else {
                    return nil
                }
                delays.append(steps)
            }
            connection.delays = Tensor(shape: [rows.count], values: delays.map { Float($0) })
        }
        return connection
    }
}
