public import Diagnostics
import Foundation

/// A table of numbers in text: one row a line, cells separated by commas, semicolons, tabs or blanks, with or without a header.
public struct CSV: Hashable, Sendable {
    /// The names of the columns, when the first line holds no number at all.
    public let header: [String]?

    /// All values, row by row, `[rowCount × columnCount]`.
    public let values: [Double]
    public let rowCount: Int
    public let columnCount: Int

    /// The values as an array: `[rows, columns]`; integral ones as 64-bit integers.
    public var array: NumericArray {
        let shape = [rowCount, columnCount]
        // Beyond 2^53 a double no longer tells integers apart.
        if values.allSatisfy({ abs($0) <= 0x1p53 && $0.rounded(.towardZero) == $0 && !($0 == 0 && $0.sign == .minus) }) {
            return NumericArray(values.map { Int64($0) }, shape: shape)
        }
        return NumericArray(values, shape: shape)
    }

    /// One column by number.
    public func column(_ column: Int) -> [Double] { (0..<rowCount).map { values[$0 * columnCount + column] } }

    /// Reads a file; gzip is unpacked. Lines that are empty or start with `#` are skipped.
    public static func read(_ path: String, limit: Int = ByteFile.defaultLimit) throws(DiagnosticsError) -> CSV {
        try parse(try ByteFile.read(path, limit: limit), named: path)
    }

    public static func parse(_ bytes: [UInt8], named name: String) throws(DiagnosticsError) -> CSV {
        var parser = CSVParser(bytes: bytes, name: name)
        return try parser.parse()
    }

    init(header: [String]?, values: [Double], columnCount: Int) {
        self.header = header
        self.values = values
        self.columnCount = columnCount
        rowCount = columnCount == 0 ? 0 : values.count / columnCount
    }
}

private struct CSVParser {
    let bytes: [UInt8]
    let name: String
    var values: [Double] = []
    var header: [String]?
    var columnCount = 0
    var collector = DiagnosticCollector()

    /// As many faults are told at once; the rest is most often the same.
    static let mostFaults = 10

    init(bytes: [UInt8], name: String) {
        self.bytes = bytes
        self.name = name
    }

    mutating func parse() throws(DiagnosticsError) -> CSV {
        var start = bytes.starts(with: [0xef, 0xbb, 0xbf]) ? 3 : 0
        var separator: UInt8?
        var isFirst = true
        while start < bytes.count, collector.diagnostics.count < Self.mostFaults {
            let end = bytes[start...].firstIndex { $0 == 0x0a || $0 == 0x0d } ?? bytes.count
            defer { start = end + 1 }
            let line = trimmed(start..<end)
            if line.isEmpty || bytes[line.lowerBound] == UInt8(ascii: "#") { continue }
            if isFirst { separator = [UInt8(ascii: ";"), UInt8(ascii: ","), 0x09].first { bytes[line].contains($0) } }
            let cells = split(line, at: separator)
            if isFirst {
                isFirst = false
                columnCount = cells.count
                if cells.allSatisfy({ number($0) == nil }) {
                    header = cells.map { text($0) }
                    continue
                }
            }
            append(cells, line: line)
        }
        if columnCount == 0 { report("it holds no table", at: 0..<0) }
        try collector.throwIfErrors()
        return CSV(header: header, values: values, columnCount: columnCount)
    }

    private mutating func append(_ cells: [Range<Int>], line: Range<Int>) {
        guard cells.count == columnCount else {
            return report("this line has \(cells.count) cells, the first has \(columnCount)", at: line)
        }
        for (column, cell) in cells.enumerated() {
            guard let number = number(cell) else {
                let what = cell.isEmpty ? "is empty" : "is '\(text(cell).prefix(40))', not a number"
                let title = header.map { " ('\($0[column])')" } ?? ""
                return report("cell \(column + 1)\(title) \(what)", at: cell)
            }
            values.append(number)
        }
    }

    // MARK: Cells

    private func trimmed(_ range: Range<Int>) -> Range<Int> {
        var (start, end) = (range.lowerBound, range.upperBound)
        while start < end, bytes[start] == 0x20 || bytes[start] == 0x09 { start += 1 }
        while end > start, bytes[end - 1] == 0x20 || bytes[end - 1] == 0x09 { end -= 1 }
        return start..<end
    }

    /// Without a separator, cells are what blanks part.
    private func split(_ line: Range<Int>, at separator: UInt8?) -> [Range<Int>] {
        var cells: [Range<Int>] = []
        var start = line.lowerBound
        for index in line {
            guard bytes[index] == separator ?? 0x20 else { continue }
            if separator != nil || index > start { cells.append(trimmed(start..<index)) }
            start = index + 1
        }
        cells.append(trimmed(start..<line.upperBound))
        return cells
    }

    private func text(_ cell: Range<Int>) -> String {
        var cell = cell
        if cell.count >= 2, bytes[cell.lowerBound] == UInt8(ascii: "\""), bytes[cell.upperBound - 1] == UInt8(ascii: "\"") {
            cell = cell.lowerBound + 1..<cell.upperBound - 1
        }
        return String(decoding: bytes[cell], as: UTF8.self)
    }

    private func number(_ cell: Range<Int>) -> Double? {
        var (value, digits, index) = (0, 0, cell.lowerBound)
        let negative = !cell.isEmpty && bytes[index] == UInt8(ascii: "-")
        if negative { index += 1 }
        while index < cell.upperBound, bytes[index] &- UInt8(ascii: "0") < 10, digits < 15 {
            value = value * 10 + Int(bytes[index] - UInt8(ascii: "0"))
            (digits, index) = (digits + 1, index + 1)
        }
        if digits > 0, index == cell.upperBound { return negative ? -Double(value) : Double(value) }
        // Swift also reads hexadecimal numbers, infinities and NaN, which no table of measurements holds on purpose.
        let text = text(cell)
        guard let number = Double(text), number.isFinite, !text.lowercased().contains("x") else { return nil }
        return number
    }

    private mutating func report(_ message: String, at range: Range<Int>) {
        collector.report(
            Diagnostic(
                "storage-csv-malformed", "'\(name)' is not a table of numbers: \(message)",
                at: textPlace(of: range.lowerBound, in: bytes, named: name, length: max(1, range.count)),
                help: "give every line the same number of cells, each a finite number with a decimal point"))
    }
}
