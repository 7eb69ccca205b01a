/// The part of a source line that is shown, and where the carets go below it.
struct Excerpt {
    /// What is shown: tabs widened, cut to the width with `…` where something is left out.
    private(set) var text = ""
    /// Display columns before the first caret.
    private(set) var caretColumn = 0
    /// `^~~~`, at least one caret.
    private(set) var carets = "^"

    /// - Parameters:
    ///   - start: the first marked column, from 1.
    ///   - end: the column behind the last marked one; anything beyond the line marks to its end.
    ///   - width: the most display columns that are shown.
    init(_ line: [Unicode.Scalar], from start: Int, to end: Int, width: Int) {
        let cells = Self.cells(of: line)
        let first = min(max(start, 1), cells.count + 1) - 1
        let last = max(first, min(max(end, 1), Self.contentEnd(of: line, from: first) + 1) - 1)

        let window = Self.window(around: first..<last, of: cells, width: width)
        if window.lowerBound > 0 { text += "…" }
        caretColumn = text.unicodeScalars.count
        var marked = 0
        for index in window {
            let cell = cells[index]
            text.unicodeScalars.append(contentsOf: cell.shown)
            if index < first { caretColumn += cell.width }
            if index >= first, index < last { marked += cell.width }
        }
        if window.upperBound < cells.count { text += "…" }
        if marked > 1 { carets += String(repeating: "~", count: marked - 1) }
    }

    /// A character as it is shown.
    private struct Cell {
        var shown: [Unicode.Scalar]
        var width: Int
    }

    private static let tabWidth = 4

    private static func cells(of line: [Unicode.Scalar]) -> [Cell] {
        var column = 0
        return line.map { scalar in
            let cell: Cell
            if scalar == "\t" {
                let spaces = tabWidth - column % tabWidth
                cell = Cell(shown: Array(repeating: " ", count: spaces), width: spaces)
            } else if let substitute = harmlessSubstitute(for: scalar) {
                cell = Cell(shown: [substitute], width: 1)
            } else {
                cell = Cell(shown: [scalar], width: displayWidth(of: scalar))
            }
            column += cell.width
            return cell
        }
    }

    /// Where the marked text of a range that goes on ends: before the spaces at the end of the line.
    private static func contentEnd(of line: [Unicode.Scalar], from first: Int) -> Int {
        var end = line.count
        while end > first, line[end - 1] == " " || line[end - 1] == "\t" { end -= 1 }
        return end
    }

    /// The cells shown: all, or a stretch of at most `width` columns with the beginning of the marked range in it.
    private static func window(around marked: Range<Int>, of cells: [Cell], width: Int) -> Range<Int> {
        guard cells.reduce(0, { $0 + $1.width }) > width else { return 0..<cells.count }
        let budget = width - 2
        var lower = marked.lowerBound
        var used = 0
        let lead = max(budget / 4, budget - marked.count - budget / 4)
        while lower > 0, used + cells[lower - 1].width <= lead {
            lower -= 1
            used += cells[lower].width
        }
        var upper = marked.lowerBound
        while upper < cells.count, used + cells[upper].width <= budget {
            used += cells[upper].width
            upper += 1
        }
        while lower > 0, used + cells[lower - 1].width <= budget {
            lower -= 1
            used += cells[lower].width
        }
        return lower..<upper
    }
}
