/// A table for a terminal, two spaces between columns.
public struct TextTable: Sendable {
    private var rows: [[String]]
    private let hasHeader: Bool

    public init(header: [String] = []) {
        rows = header.isEmpty ? [] : [header]
        hasHeader = !header.isEmpty
    }

    public mutating func add(_ row: [String]) { rows.append(row) }

    /// The first column to the left, the others, which are numbers, to the right.
    public var text: String { text(alignsLeft: 1) }

    /// All columns to the left.
    public var leftAligned: String { text(alignsLeft: .max) }

    private func text(alignsLeft: Int) -> String {
        let columns = rows.map(\.count).max() ?? 0
        let widths = (0..<columns).map { column in rows.map { column < $0.count ? $0[column].count : 0 }.max() ?? 0 }
        var lines: [String] = []
        for (index, row) in rows.enumerated() {
            let cells = row.enumerated().map { column, cell in
                let space = String(repeating: " ", count: widths[column] - cell.count)
                return column < alignsLeft ? cell + space : space + cell
            }
            var line = cells.joined(separator: "  ")
            while line.last == " " { line.removeLast() }
            lines.append(line)
            if hasHeader, index == 0 { lines.append(String(repeating: "─", count: widths.reduce(0, +) + 2 * max(columns - 1, 0))) }
        }
        return lines.joined(separator: "\n")
    }
}
