/// A unit as a power of ten of the SI unit of its kind.
struct Unit: Hashable {
    enum Dimension: String, Hashable {
        case time, frequency, voltage, current, capacitance, conductance, resistance, energy, power, ratio
    }

    let dimension: Dimension
    let exponent: Int

    /// - Parameter text: `ms`, `kHz`, `µS`, `uS`, `MOhm`, `%`, or `1` for a bare ratio.
    init?(_ text: String) {
        if text == "%" || text == "1" {
            (dimension, exponent) = (.ratio, text == "%" ? -2 : 0)
            return
        }
        for (symbol, dimension) in Self.symbols where text.hasSuffix(symbol) {
            guard let exponent = Self.prefixes[String(text.dropLast(symbol.count))] else { continue }
            (self.dimension, self.exponent) = (dimension, exponent)
            return
        }
        return nil
    }

    private static let symbols: KeyValuePairs<String, Dimension> = [
        "Hz": .frequency, "Ohm": .resistance, "ohm": .resistance, "Ω": .resistance, "\u{2126}": .resistance, "s": .time, "V": .voltage,
        "A": .current, "F": .capacitance, "S": .conductance, "J": .energy, "W": .power,
    ]

    /// SI prefixes; the micro sign and the Greek letter look alike.
    private static let prefixes = [
        "": 0, "f": -15, "p": -12, "n": -9, "u": -6, "\u{B5}": -6, "\u{3BC}": -6, "m": -3, "k": 3, "M": 6, "G": 9,
    ]
}
