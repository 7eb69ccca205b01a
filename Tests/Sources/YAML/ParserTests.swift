import Diagnostics
import Testing
import YAML

@Suite struct ParserTests {
    private func place(_ range: SourceRange?) -> String {
        range.map { "\($0.start.line):\($0.start.column)-\($0.end.line):\($0.end.column)" } ?? "nowhere"
    }

    @Test func keepsTheOrderOfKeys() throws {
        let node = try parseYAML("{z: 1, a: 2, m: 3}", file: "a.yaml")
        #expect(node.mapping?.map(\.key) == ["z", "a", "m"])
    }

    @Test func placesKeysAndValues() throws {
        let node = try parseYAML("image:\n  size: 64\n  shape: [8,\n    8]\nlast: \"größe\"\n", file: "a.yaml")
        let image = try #require(node["image"])
        #expect(place(node.place) == "1:1-5:14")
        #expect(place(node.mapping?[0].keyPlace) == "1:1-1:6")
        #expect(place(image.place) == "2:3-4:7")
        #expect(place(image["size"]?.place) == "2:9-2:11")
        #expect(place(image["shape"]?.place) == "3:10-4:7")
        #expect(place(image["shape"]?.sequence?[1].place) == "4:5-4:6")
        #expect(place(node["last"]?.place) == "5:7-5:14")
    }

    @Test func countsColumnsInCharactersAndSkipsTheByteOrderMark() throws {
        let node = try parseYAML("\u{FEFF}größe: {電位: 3}\r\nb: 1\rc: 2", file: "a.yaml")
        #expect(place(node["größe"]?.mapping?[0].value.place) == "1:13-1:14")
        #expect(place(node["b"]?.place) == "2:4-2:5")
        #expect(place(node["c"]?.place) == "3:4-3:5")
    }

    @Test func readsEveryStyle() throws {
        let node = try parseYAML(
            "a: plain\nb: 'single'\nc: \"do\\u0075ble\"\nd: |\n  literal\n  text\ne: >-\n  folded\n  text\nf: !!str 12\n", file: "a.yaml")
        #expect(node.mapping?.map { $0.value.scalar?.text } == ["plain", "single", "double", "literal\ntext\n", "folded text", "12"])
        #expect(node.mapping?.map { $0.value.scalar?.isString } == Array(repeating: true, count: 6))
    }

    @Test func repeatsWhatAnAliasNames() throws {
        let node = try parseYAML("a: &x {b: 1}\nc: *x\nd: [*x, &x 2, *x]\n", file: "a.yaml")
        #expect(node["c"] == ["b": 1])
        #expect(node["d"] == [["b": 1], 2, 2])
        #expect(place(node["c"]?.place) == "1:4-1:13")
    }

    @Test func mergesWithoutReplacing() throws {
        let node = try parseYAML(
            "a: &a {x: 1, y: 1}\nb: &b {y: 2, z: 2}\nc: {<<: [*a, *b], z: 3}\nd:\n  z: 4\n  <<: *a\ne: {'<<': 5}\n", file: "a.yaml")
        #expect(node["c"] == ["z": 3, "x": 1, "y": 1])
        #expect(node["d"] == ["z": 4, "x": 1, "y": 1])
        #expect(node["e"] == ["<<": 5])
    }

    @Test func acceptsDirectiveAndMarksOfOneDocument() throws {
        #expect(try parseYAML("# c\n%YAML 1.2\n---\na: 1\n...\n# end\n...\n", file: "a.yaml") == ["a": 1])
        #expect(try parseYAML("#c\r\r  \r%YAML 1.1 \r\n---\r\na: 1", file: "a.yaml") == ["a": 1])
        #expect(try parseYAML("---\n", file: "a.yaml") == nil)
    }

    @Test func stopsAtEveryLimit() {
        func id(_ text: String, _ change: (inout Limits) -> Void) -> String? {
            var limits = Limits()
            change(&limits)
            do throws(DiagnosticsError) {
                _ = try parseYAML(text, file: "a.yaml", limits: limits)
                return nil
            } catch { return error.diagnostics.first?.id }
        }
        #expect(id("a: 1234", { $0.fileSize = 6 }) == "yaml-file-too-large")
        #expect(id("a: 1234", { $0.fileSize = 7 }) == nil)
        #expect(id("a: 1234", { $0.scalarSize = 3 }) == "yaml-value-too-large")
        #expect(id("a: 1234", { $0.scalarSize = 4 }) == nil)
        #expect(id("[1, 2, 3]", { $0.nodeCount = 3 }) == "yaml-too-many-values")
        #expect(id("[1, 2, 3]", { $0.nodeCount = 4 }) == nil)
        #expect(id("[[[1]]]", { $0.depth = 2 }) == "yaml-too-deep")
        #expect(id("[[[1]]]", { $0.depth = 3 }) == nil)
        #expect(id("[&a [[1]], [*a]]", { $0.depth = 3 }) == "yaml-too-deep")
        #expect(id("[&a [[1]], [*a]]", { $0.depth = 4 }) == nil)
        #expect(id("[&a [1, 2], *a, *a]", { $0.aliasExpansion = 5 }) == "yaml-alias-expansion")
        #expect(id("[&a [1, 2], *a, *a]", { $0.aliasExpansion = 6 }) == nil)
    }

    /// Files that would take libyaml or a careless reader quadratic time or endless memory.
    private static let nonsense: KeyValuePairs<String, @Sendable () -> String> = [
        "directives": { String(repeating: "%TAG !a! b\n", count: 200_000) },
        "brackets": { String(repeating: "[{", count: 500_000) },
        "dashes": { String(repeating: "- ", count: 500_000) },
        "question marks": { String(repeating: "? ", count: 500_000) },
        "spaces": { "a:" + String(repeating: " ", count: 1_000_000) + "@" },
        "one value": { "a: \"" + String(repeating: "x", count: 1_100_000) + "\"" },
        "comments": { String(repeating: "#\n", count: 300_000) },
        "unclosed quote": { "\"" + String(repeating: "\n", count: 500_000) },
        "anchors": { "[" + String(repeating: "&aaaaaaaaaaaa x,", count: 20_000) + "*b]" },
        "duplicates": { String(repeating: "a: 1\n", count: 50_000) },
        "carriage returns": { String(repeating: "\r", count: 500_000) + "\t- a: - b" },
    ]

    @Test(arguments: nonsense.map(\.key))
    func refusesLargeNonsense(_ name: String) throws {
        let make = try #require(Self.nonsense.first { $0.key == name }?.value)
        #expect(throws: DiagnosticsError.self) { try parseYAML(make(), file: "a.yaml") }
    }
}
