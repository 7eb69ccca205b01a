import Diagnostics
import Storage
import Support
import Testing

@Suite struct JSONTests {
    @Test func `values come back, in order, integers exact`() throws {
        let value: JSONValue = [
            "z": 1, "a": [1, -2, 0.5, 1e300, -0.0], "text": "a\"b\\c\n\u{1}µ😀", "none": nil, "flags": [true, false], "empty": [:],
            "list": [],
            "large": .integer(.max), "least": .integer(.min), "deep": [["x": [1, 2]]],
        ]
        for pretty in [true, false] {
            let text = value.text(pretty: pretty)
            let parsed = try JSONValue(parsing: text, named: "a.json")
            #expect(parsed == value)
            #expect(parsed.object?.keys == value.object?.keys)
            #expect(parsed.text(pretty: pretty) == text)
        }
        #expect(value.text(pretty: false).hasPrefix(#"{"z":1,"a":[1,-2,0.5,1e+300,-0]"#))
    }

    @Test func `pretty text keeps short lists of numbers on one line`() {
        let value: JSONValue = ["a": [1, 2.5], "b": [["c": "d"]]]
        #expect(
            value.text() == """
                {
                  "a": [1, 2.5],
                  "b": [
                    {
                      "c": "d"
                    }
                  ]
                }
                """)
        #expect(JSONValue.number(.nan).text() == "null")
    }

    @Test func `escapes and numbers of other writers`() throws {
        #expect(try JSONValue(parsing: #""\u00b5\ud83d\ude00\/\b\f\n\r\t""#, named: "a") == "µ😀/\u{8}\u{c}\n\r\t")
        #expect(try JSONValue(parsing: " 9223372036854775808 ", named: "a") == .number(9_223_372_036_854_775_808))
        #expect(try JSONValue(parsing: "-9223372036854775808", named: "a") == .integer(.min))
        #expect(try JSONValue(parsing: "1E+2", named: "a").int == 100)
        #expect(try JSONValue(parsing: "[1, 2.0, 3]", named: "a").ints == [1, 2, 3])
        #expect(try JSONValue(parsing: "[1, 2.5]", named: "a").ints == nil)
    }

    @Test func `objects keep their order under change`() {
        var object: JSONObject = ["a": 1, "b": 2, "c": 3]
        object["b"] = nil
        object["d"] = 4
        object["a"] = 5
        #expect(object == ["a": 5, "c": 3, "d": 4])
        #expect(object.keys == ["a", "c", "d"])
        #expect(object["d"] == 4)
    }

    @Test(arguments: [
        ("", 1, 1), ("{", 1, 2), ("[1,]", 1, 4), ("{\"a\":1,}", 1, 8), ("{\"a\" 1}", 1, 6), ("{a: 1}", 1, 2), ("[1\n 2]", 2, 2),
        ("01", 1, 1),
        ("1.", 1, 3), ("1e", 1, 3), ("-", 1, 2), ("\"abc", 1, 1), ("\"\\x\"", 1, 2), ("\"\\u12\"", 1, 6), ("\"\\ud800\"", 1, 8),
        ("tru", 1, 1),
        ("1 2", 1, 3), ("{\"a\":1,\n\"a\":2}", 2, 1), ("\"a\u{1}\"", 1, 3), ("1e999", 1, 1), ("[\"µ\", x]", 1, 7), ("NaN", 1, 1),
        (String(repeating: "[", count: 100_000), 1, 514),
    ])
    func `faults have a place`(text: String, line: Int, column: Int) throws {
        let error = #expect(throws: DiagnosticsError.self) { try JSONValue(parsing: text, named: "a.json") }
        let diagnostic = try #require(error?.diagnostics.first)
        #expect(diagnostic.id == "storage-json-malformed")
        #expect(diagnostic.place?.start == .init(line: line, column: column), "\(diagnostic.message)")
    }

    @Test func `what is not UTF-8 ends in a diagnostic`() {
        #expect(identifiers { try JSONValue(parsing: [0x22, 0xff, 0x22], named: "a") } == ["storage-json-malformed"])
        #expect(identifiers { try JSONValue(parsing: [0x22, 0x5c, 0x6e, 0xff, 0x22], named: "a") } == ["storage-json-malformed"])
    }

    @Test func `golden vectors are read`() throws {
        let value = try JSONValue(file: testsFolder + "/Vectors/golden/loihi/netx/small_5.json")
        #expect(value["steps"] == 120)
        #expect(value["input"]?[0]?.ints?.count == 20)
    }
}
