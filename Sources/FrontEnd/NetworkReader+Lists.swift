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
                (shape.count == 2 && (2...4).contains(shape[1]), "[synapses, 2], [synapses, 3] or [synapses, 4]")
            }
            guard let array = readArray(variant.options, name, accept: accept) else { return nil }
            let values = array.doubles
            let rows = (0..<array.shape[0]).map { Array(values[$0 * array.shape[1]..<($0 + 1) * array.shape[1]]) }
            return connection(rows, columns: array.shape[1], name, context, variant) { _, _ in variant.options.place }
        }
        guard let items = attempt({ () throws(DiagnosticsError) in try variant.options.asSequence(name) }) else { return nil }
        guard let rows = inlineRows(items, name, context) else { return nil }
        return connection(rows, columns: rows.first?.count ?? 2, name, context, variant) { row, column in
            items[row].sequence?[column].place ?? items[row].place
        }
    }

    private mutating func inlineRows(_ items: [Node], _ name: String, _ context: ProjectionContext) -> [[Double]]? {
        var rows: [[Double]] = []
        rows.reserveCapacity(items.count)
        for (index, item) in items.enumerated() {
            let rowName = "row \(index + 1) of \(name)"
            guard let cells = item.sequence, (2...4).contains(cells.count), cells.count == rows.first?.count ?? cells.count else {
                let wanted = rows.first.map { "\($0.count) numbers, as the first row has" } ?? "2 to 4 numbers"
                collector.report(
                    Diagnostic(
                        .listRow,
                        "\(rowName) must be a list of \(wanted), is \(item.sequence.map { "a list of \($0.count)" } ?? item.summary)",
                        at: item.place, help: "write [source, target], [source, target, weight] or [source, target, weight, delay]"))
                return nil
            }
            var row: [Double] = []
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
                row.append(value)
            }
            rows.append(row)
        }
        return rows
    }

    private mutating func connection(
        _ rows: [[Double]], columns: Int, _ name: String, _ context: ProjectionContext, _ variant: Variant,
        place: (_ row: Int, _ column: Int) -> SourceRange?
    ) -> Connection? {
        guard let sources = context.pre.size, let targets = context.post.size else { return nil }
        for (index, row) in rows.enumerated() {
            for (column, (size, population)) in [(sources, context.pre.name), (targets, context.post.name)].enumerated() {
                let neuron = row[column]
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
        let order = rows.indices.sorted { (rows[$0][0], rows[$0][1], $0) < (rows[$1][0], rows[$1][1], $1) }
        for (before, after) in zip(order, order.dropFirst()) where rows[before][0] == rows[after][0] && rows[before][1] == rows[after][1] {
            collector.report(
                Diagnostic(
                    .listDuplicate,
                    "row \(after + 1) of \(name) repeats row \(before + 1): both connect \(text(rows[after][0])) to "
                        + "\(text(rows[after][1]))",
                    at: place(after, 0), help: "remove one of them, adding its weight to the other's if both were meant"))
            return nil
        }
        var connection = Connection(
            connector: .list(order.map { Connector.Pair(source: Int32(rows[$0][0]), target: Int32(rows[$0][1])) }), place: variant.place)
        if columns > 2 {
            connection.weights = tensor([rows.count], order.map { rows[$0][2] }, nil, name, at: variant.place)
            if connection.weights == nil { return nil }
        }
        if columns > 3 {
            var delays: [Double] = []
            for row in order {
                guard let steps = delaySteps(rows[row][3] / timestep, "the delay in row \(row + 1) of \(name)", at: place(row, 3)) else {
                    return nil
                }
                delays.append(steps)
            }
            connection.delays = Tensor(shape: [rows.count], values: delays.map { Float($0) })
        }
        return connection
    }
}
