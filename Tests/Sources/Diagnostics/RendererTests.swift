import Diagnostics
import Testing

@Suite struct RendererTests {
    private func range(_ line: Int, _ start: Int, _ end: Int, endLine: Int? = nil) -> SourceRange {
        SourceRange(file: "a.yaml", start: .init(line: line, column: start), end: .init(line: endLine ?? line, column: end))
    }

    private func render(_ diagnostic: Diagnostic, _ text: String, width: Int = 120) -> String {
        Renderer(sources: .texts(["a.yaml": text]), width: width).render(diagnostic)
    }

    @Test func pointsAtTheFault() {
        let text = String(repeating: "\n", count: 8) + "  digit: {size: 10, cell: {lif: {v_tresh: 1}}}\n"
        let diagnostic = Diagnostic(
            "yaml-unknown-key", "population 'digit' has no cell parameter 'v_tresh'", at: range(9, 34, 41),
            label: "did you mean 'v_thresh'?")
        #expect(
            render(diagnostic, text) == """
                a.yaml:9:34: error: population 'digit' has no cell parameter 'v_tresh'
                 9 |   digit: {size: 10, cell: {lif: {v_tresh: 1}}}
                   |                                  ^~~~~~~ did you mean 'v_thresh'?

                """)
    }

    @Test func alignsNotesAndHelp() {
        let diagnostic = Diagnostic(
            "x-y", "bad", at: range(10, 1, 2), notes: [.init("first here", at: range(2, 3, 4)), .init("somewhere")], help: "one\ntwo",
            severity: .warning)
        #expect(
            render(diagnostic, "a\n  b\n\n\n\n\n\n\n\nc") == """
                a.yaml:10:1: warning: bad
                 10 | c
                    | ^
                a.yaml:2:3: note: first here
                  2 |   b
                    |   ^
                note: somewhere
                help: one
                      two

                """)
    }

    @Test func keepsCaretsUnderTabsAndWideCharacters() {
        let diagnostic = Diagnostic("x-y", "bad", at: range(1, 7, 10))
        #expect(
            render(diagnostic, "\ta\te\u{301}日本xyz") == """
                a.yaml:1:7: error: bad
                 1 |     a   e\u{301}日本xyz
                   |            ^~~~

                """)
    }

    @Test func marksTheFirstLineOfALongRange() {
        #expect(
            render(Diagnostic("x-y", "bad", at: range(1, 4, 2, endLine: 3)), "a: [1,  \n 2\n]")
                == "a.yaml:1:4: error: bad\n 1 | a: [1,\n   |    ^~~\n")
    }

    @Test(arguments: [1, 60, 119, 121, 500, 990, 1000, 1001])
    func showsOnlyAWindowOfALongLine(_ column: Int) throws {
        let text = String((0..<1000).map { Character(Unicode.Scalar(UInt8(97 + $0 % 26))) })
        let lines = render(Diagnostic("x-y", "bad", at: range(1, column, column + 4)), text).split(separator: "\n")
        try #require(lines.count == 3)
        #expect(lines[1].count <= 125)
        let caret = try #require(lines[2].firstIndex(of: "^"))
        let below = lines[1].dropFirst(lines[2].distance(from: lines[2].startIndex, to: caret)).first
        #expect(below == (column > 1000 ? nil : text[text.index(text.startIndex, offsetBy: column - 1)]))
    }

    @Test(arguments: [(0, 0), (1, 0), (-3, -5), (1, 9), (5, 1), (Int.max, Int.max)])
    func neverFails(_ line: Int, _ column: Int) {
        let place = SourceRange(file: "a.yaml", start: .init(line: line, column: column), end: .init(line: line, column: Int.min))
        #expect(render(Diagnostic("x-y", "bad", at: place), "a\r\nb").hasPrefix("a.yaml:\(line):\(column): error: bad\n"))
    }

    @Test func rendersWithoutSourceAndWithoutPlace() {
        #expect(Renderer(sources: .none).render(Diagnostic("x-y", "bad", at: range(1, 1, 2))) == "a.yaml:1:1: error: bad\n")
        #expect(Renderer(sources: .none).render(Diagnostic("x-y", "bad")) == "error: bad\n")
        #expect(Renderer(sources: .fileSystem).render(Diagnostic("x-y", "bad", at: range(1, 1, 2))) == "a.yaml:1:1: error: bad\n")
    }

    @Test func letsNothingDisturbTheTerminal() {
        let text = render(Diagnostic("x-y", "bad \u{1B}[2J", at: range(1, 1, 2), label: "\u{7}\u{202E}"), "a\u{1B}[31m\u{0}\u{202E}")
        #expect(!text.unicodeScalars.contains { $0.value < 0x20 && $0 != "\n" || $0.value == 0x202E })
    }

    @Test func coloursOnlyOnDemand() {
        let diagnostic = Diagnostic("x-y", "bad", at: range(1, 1, 2), help: "mend")
        let coloured = Renderer(sources: .texts(["a.yaml": "abc"]), isColoured: true).render(diagnostic)
        #expect(coloured.contains("\u{1B}[1;31merror:\u{1B}[0m bad"))
        #expect(!render(diagnostic, "abc").contains("\u{1B}"))
    }

    @Test func countsWhatItLeavesOut() {
        let many = (1...60).map { Diagnostic("x-y", "number \($0)") }
        let text = Renderer(sources: .none, limit: 2).render(many)
        #expect(text == "error: number 1\n\nerror: number 2\n\n… and 58 more\n")
    }

    @Test func writesJSONWithStableKeys() {
        let diagnostic = Diagnostic(
            "x-y", "a \"b\"\n\u{1}", at: range(1, 2, 3), notes: [.init("note", at: range(4, 5, 6)), .init("bare")], help: "mend")
        #expect(
            Renderer.json([diagnostic, Diagnostic("z", "no", severity: .warning)]) == """
                [
                {"id":"x-y","severity":"error","message":"a \\"b\\"\\n\\u0001","file":"a.yaml","line":1,"column":2,"endLine":1,"endColumn":3,\
                "label":null,"notes":[{"message":"note","file":"a.yaml","line":4,"column":5,"endLine":4,"endColumn":6},\
                {"message":"bare","file":null,"line":null,"column":null,"endLine":null,"endColumn":null}],"help":"mend"},
                {"id":"z","severity":"warning","message":"no","file":null,"line":null,"column":null,"endLine":null,"endColumn":null,\
                "label":null,"notes":[],"help":null}
                ]

                """)
        #expect(Renderer.json([]) == "[]\n")
    }
}
