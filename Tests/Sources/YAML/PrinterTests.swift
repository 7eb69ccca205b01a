import Diagnostics
import Numerics
import Support
import Testing
import YAML

@Suite struct PrinterTests {
    /// What is printed reads back as an equal tree, and printing that gives the same bytes.
    @Test(arguments: 0..<200)
    func roundTrips(_ seed: Int) throws {
        var random = RandomTree(seed: UInt64(seed))
        let node = random.node(depth: 5)
        let text = printYAML(node)
        let again = try parseYAML(text, file: "printed.yaml")
        #expect(again == node, "\(text)")
        #expect(printYAML(again) == text)
    }

    @Test func roundTripsAwkwardTexts() throws {
        let texts = [
            "", " ", "a ", " a", "~", "null", "true", "yes", "1", "1.5", ".nan", "0x1", "-", "--", "---", "...", "- a", "? a", "a: b", "a:",
            ":a", "#a",
            "a #b", "@", "`", "%", "&a", "*a", "!a", "|", ">", "'", "\"", "\\", "[", "]", "{", "}", ",", "a,b", "<<", "=", "\n", "a\nb",
            "\t", "\u{0}",
            "\u{7F}", "\u{85}", "\u{2028}", "\u{FEFF}", "\u{FFFE}", "\u{FFFF}", "\u{10FFFF}", "\r\n", "20 ms", "-65 mV", "1 %", "µS",
            "größe", "日本",
            "👩‍🔬", "e\u{301}", String(repeating: "long ", count: 1000), "./weights.h5", "/data/x", "../x", "+", ".", ". a", "+a", "-a",
        ]
        for text in texts {
            let node: Node = ["value": Node(text), "list": [Node(text), [Node(text)]]]
            #expect(try parseYAML(printYAML(node), file: "a.yaml") == node, "\(text.debugDescription)")
            let key = Node(.mapping([Node.Entry("deeper", Node(.mapping([Node.Entry(text, [1, ["a": nil]])])))]))
            #expect(try parseYAML(printYAML(key), file: "a.yaml") == key, "\(text.debugDescription)")
        }
    }

    @Test(arguments: [0.1, 1e-5, 1e300, -0.0, .leastNonzeroMagnitude, 1.0 / 3, 123_456_789, 1e16, .infinity, -.infinity])
    func printsDoublesExactly(_ value: Double) throws {
        let node = try parseYAML(printYAML([Node(value)]), file: "a.yaml")
        #expect(try node.sequence?.first?.asDouble(allowsNonFinite: true).bitPattern == value.bitPattern)
    }

    @Test func looksLikeWrittenByHand() {
        let network: Node = [
            "spikewright": 1, "network": "digits", "setup": ["timestep": "1 ms", "seed": 42], "empty": [], "none": nil, "yes": "no",
            "populations": [
                "image": ["shape": [8, 8], "cell": "input"],
                "hidden": [
                    "size": 128, "cell": ["lif": ["tau_m": "20 ms", "v_thresh": 1.0, "reset": "subtract", "threshold": "at_or_above"]],
                ],
            ],
            "projections": [
                ["pre": "image", "post": "hidden", "weight": ["normal": ["sigma": 0.1]]],
                [
                    "pre": "hidden", "post": "digit", "connector": "all_to_all", "weight": ["normal": ["sigma": 0.1]], "delay": "1 ms",
                    "note": "two\nlines",
                ],
            ],
            "table": Node((0..<60).map { Node($0) }),
        ]
        expectGolden(printYAML(network), "yaml/printed.expected")
    }
}

/// Seeded random trees with awkward texts and numbers.
private struct RandomTree {
    private let random: Philox
    private var drawn: UInt64 = 0

    init(seed: UInt64) { random = Philox(seed: seed, purpose: "yaml/tree") }

    private mutating func below(_ bound: Int) -> Int {
        drawn += 1
        return Int(random.block(drawn)[0]) % bound
    }

    mutating func node(depth: Int) -> Node {
        switch below(depth > 0 ? 9 : 5) {
        case 0: return nil
        case 1: return Node(below(2) == 0)
        case 2: return Node(below(1 << 31) - 1 << 30)
        case 3: return Node(Double(bitPattern: UInt64(below(1 << 31)) << 33 | UInt64(below(1 << 31))))
        case 4: return Node(text())
        case 5, 6: return Node((0..<below(6)).map { _ in node(depth: depth - 1) })
        default:
            var keys: Set<String> = []
            var entries: [Node.Entry] = []
            for _ in 0..<below(6) {
                let key = text()
                if keys.insert(key).inserted { entries.append(Node.Entry(key, node(depth: depth - 1))) }
            }
            return Node(.mapping(entries))
        }
    }

    private mutating func text() -> String {
        let alphabet = Array("abcXYZ019 _-+.:#,[]{}&*!|>'\"%@`?~=<\\/\n\t\r\u{0}\u{85}\u{2028}\u{FEFF}µé日👍".unicodeScalars)
        let length = below(40) == 0 ? 1500 : below(12)
        return String(String.UnicodeScalarView((0..<length).map { _ in alphabet[below(alphabet.count)] }))
    }
}
