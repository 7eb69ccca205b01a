/// Turns diagnostics into text for people: the place, the message, the line at fault with carets below it, notes, and the cure.
///
///     Models/digits.yaml:9:34: error: population 'digit' has no cell parameter 'v_tresh'
///      9 |   digit: {size: 10, cell: {lif: {v_tresh: 1}}}
///        |                                  ^~~~~~~ did you mean 'v_thresh'?
///     help: …
///
/// Rendering never fails: what cannot be quoted is left out, and nothing quoted can disturb a terminal.
public struct Renderer: Sendable {
    public var sources: SourceLoader
    /// Whether to use ANSI colours.
    public var isColoured: Bool
    /// The most columns of a source line that are shown; longer ones are cut around the marked range.
    public var width: Int
    /// The most diagnostics that are shown of one list; the rest are counted.
    public var limit: Int

    public init(sources: SourceLoader = .fileSystem, isColoured: Bool = false, width: Int = 120, limit: Int = 50) {
        self.sources = sources
        self.isColoured = isColoured
        self.width = max(width, 20)
        self.limit = limit
    }

    /// All of them, in their order, each ended by a line break, with an empty line between two.
    public func render(_ diagnostics: [Diagnostic]) -> String {
        var cache = LineCache(sources: sources)
        var text = diagnostics.prefix(limit).map { render($0, &cache) }.joined(separator: "\n")
        if diagnostics.count > limit { text += "\n… and \(diagnostics.count - limit) more\n" }
        return text
    }

    public func render(_ error: DiagnosticsError) -> String { render(error.diagnostics) }

    public func render(_ diagnostic: Diagnostic) -> String { render([diagnostic]) }

    private func render(_ diagnostic: Diagnostic, _ cache: inout LineCache) -> String {
        let places = [diagnostic.place] + diagnostic.notes.map(\.place)
        let gutter = String(places.compactMap { $0?.start.line }.max() ?? 0).count
        var text = headline(
            diagnostic.severity.rawValue, diagnostic.severity == .error ? .red : .magenta, diagnostic.message, diagnostic.place)
        text += excerpt(diagnostic.place, label: diagnostic.label, gutter: gutter, &cache)
        for note in diagnostic.notes {
            text += headline("note", .cyan, note.message, note.place)
            text += excerpt(note.place, label: nil, gutter: gutter, &cache)
        }
        if let help = diagnostic.help { text += paint("help:", .green) + " " + indented(help, by: 6) + "\n" }
        return text
    }

    private func headline(_ kind: String, _ colour: Colour, _ message: String, _ place: SourceRange?) -> String {
        let location = place.map { paint("\(harmless($0.file)):\($0.start.line):\($0.start.column):", .bold) + " " } ?? ""
        return location + paint("\(kind):", colour) + " " + indented(message, by: 4) + "\n"
    }

    /// The line at fault and the carets, or nothing when the line is not at hand.
    private func excerpt(_ place: SourceRange?, label: String?, gutter: Int, _ cache: inout LineCache) -> String {
        guard let place, let line = cache.line(place.start.line, of: place.file) else { return "" }
        let end = place.end.line > place.start.line ? Int.max : place.end.column
        let excerpt = Excerpt(line, from: place.start.column, to: end, width: width)
        let number = String(place.start.line)
        let margin = String(repeating: " ", count: gutter - number.count + 1)
        var carets = String(repeating: " ", count: excerpt.caretColumn) + paint(excerpt.carets, .green)
        if let label { carets += " " + paint(harmless(label), .green) }
        let head = paint(margin + number + " | ", .blue) + excerpt.text
        return head.trimmingTrailingSpaces() + "\n" + paint(String(repeating: " ", count: gutter + 1) + " | ", .blue) + carets + "\n"
    }

    private func indented(_ text: String, by spaces: Int) -> String {
        harmless(text).split(separator: "\n", omittingEmptySubsequences: false).joined(
            separator: "\n" + String(repeating: " ", count: spaces))
    }

    private enum Colour: String {
        case bold = "1"
        case red = "1;31"
        case magenta = "1;35"
        case cyan = "1;36"
        case green = "1;32"
        case blue = "1;34"
    }

    private func paint(_ text: String, _ colour: Colour) -> String { isColoured ? "\u{1B}[\(colour.rawValue)m\(text)\u{1B}[0m" : text }
}

/// The files that one rendering has read, so that each is read once.
private struct LineCache {
    let sources: SourceLoader
    private var files: [String: SourceLines?] = [:]

    init(sources: SourceLoader) { self.sources = sources }

    mutating func line(_ number: Int, of file: String) -> [Unicode.Scalar]? {
        if let known = files[file] { return known?[number] }
        let lines = sources.bytes(file).map(SourceLines.init)
        files[file] = .some(lines)
        return lines?[number]
    }
}

extension String {
    fileprivate func trimmingTrailingSpaces() -> String {
        var view = self[...]
        while view.last == " " { view.removeLast() }
        return String(view)
    }
}

extension DiagnosticsError: CustomStringConvertible {
    /// The rendered text without quoted sources, for test failures and logs.
    public var description: String { Renderer(sources: .none).render(self) }
}
