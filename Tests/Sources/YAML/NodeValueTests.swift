import Diagnostics
import Testing
import YAML

@Suite struct NodeValueTests {
    private func value(_ text: String) throws -> Node { try #require(parseYAML("a: \(text)", file: "a.yaml")["a"]) }

    @Test(arguments: [
        ("0", 0), ("-12", -12), ("+7", 7), ("0x1F", 31), ("0o17", 15), ("017", 17), ("9223372036854775807", Int.max),
        ("-9223372036854775808", Int.min), ("!!int '3'", 3),
    ])
    func readsIntegers(_ text: String, _ expected: Int) throws { #expect(try value(text).asInteger() == expected) }

    @Test(arguments: [
        ("1", 1), ("-.5", -0.5), ("1.", 1), ("6.02e+23", 6.02e23), ("0e999", 0), ("-0.0", -0.0), ("0.1", 0.1),
        ("5e-324", .leastNonzeroMagnitude),
        ("1.7976931348623157e308", Double.greatestFiniteMagnitude), ("0x10", 16), ("!!float 3", 3),
    ])
    func readsDoubles(_ text: String, _ expected: Double) throws {
        #expect(try value(text).asDouble().bitPattern == expected.bitPattern)
    }

    @Test func readsNonFiniteNumbersOnlyWhereTheyAreAllowed() throws {
        #expect(try value(".nan").asDouble(allowsNonFinite: true).isNaN)
        #expect(try value("-.INF").asDouble(allowsNonFinite: true) == -.infinity)
        #expect(throws: DiagnosticsError.self) { try value(".nan").asDouble() }
        #expect(throws: DiagnosticsError.self) { try value("1e999").asDouble(allowsNonFinite: true) }
    }

    /// Words that YAML 1.1 took for something else.
    @Test(arguments: ["yes", "no", "on", "off", "1:30", "1e", "e1", ".", "+", "0b1", "0o8", "-0x1", "1_000", "nan", "inf", "2021-01-01"])
    func readsOtherWordsAsText(_ text: String) throws { #expect(try value(text).asString() == text) }

    @Test(arguments: ["", "~", "null", "Null", "NULL"])
    func readsNull(_ text: String) throws { #expect(try value(text).isNull) }

    @Test(arguments: [("true", true), ("True", true), ("FALSE", false)])
    func readsTruthValues(_ text: String, _ expected: Bool) throws { #expect(try value(text).asBool() == expected) }

    @Test(arguments: [
        ("20 ms", 20, "ms"), ("200Hz", 200, "Hz"), ("1 %", 1, "%"), ("-65 mV", -65, "mV"), (".5e-3 nA", 0.5e-3, "nA"), ("1 nF", 1, "nF"),
        ("3 µS", 3, "µS"), ("'3  S'", 3, "S"), ("2e", 2, "e"), ("1 1/s", nil, nil), ("1 MOhm", 1, "MOhm"),
    ])
    func readsQuantities(_ text: String, _ number: Double?, _ unit: String?) throws {
        let quantity = try? Quantity(value(text))
        #expect(quantity?.value == number)
        #expect(quantity?.unit == unit)
    }

    /// A conversion rounds once: as if the number had been written in the other unit.
    @Test(arguments: [
        ("0.02 s", "ms", 20.0), ("7 %", "1", 0.07), ("1.1 ms", "s", 0.0011), ("0.3 uS", "nS", 300), ("5", "ms", 5), ("2 kHz", "Hz", 2000),
        ("1e-3 V", "mV", 1), ("0.07", "1", 0.07), ("3 \u{3BC}s", "\u{B5}s", 3),
    ])
    func convertsUnitsExactly(_ text: String, _ unit: String, _ expected: Double) throws {
        #expect(try Quantity(value(text)).value(in: unit) == expected)
    }
}
