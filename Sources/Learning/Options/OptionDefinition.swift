/// An option of a learning rule: its name, its default and its range, stated once for reading, help and documentation.
public struct OptionDefinition: Hashable, Sendable {
    public enum Unit: String, Hashable, Sendable {
        case none = ""
        case hertz = "Hz"
        case milliseconds = "ms"

        /// Unit names and what a number in them is multiplied by.
        var factors: [(name: String, factor: Double)] {
            switch self {
            case .none: [("%", 0.01)]
            case .hertz: [("Hz", 1), ("kHz", 1000)]
            case .milliseconds: [("ms", 1), ("s", 1000), ("us", 0.001), ("µs", 0.001)]
            }
        }
    }

    /// One of several ways, with options of its own.
    public struct Variant: Hashable, Sendable {
        public var name: String
        public var summary: String
        public var options: [OptionDefinition]

        public init(_ name: String, _ summary: String, _ options: [OptionDefinition] = []) {
            self.name = name
            self.summary = summary
            self.options = options
        }
    }

    public enum Kind: Hashable, Sendable {
        case number(Double, in: ClosedRange<Double>, Unit)
        case integer(Int, in: ClosedRange<Int>)
        case flag(Bool)
        /// The default by name; written as `name`, or `{name: {option: …}}`.
        case choice(String, [Variant])
        case group([OptionDefinition])
    }

    public var name: String
    public var summary: String
    public var kind: Kind

    public init(_ name: String, _ kind: Kind, _ summary: String) {
        self.name = name
        self.summary = summary
        self.kind = kind
    }
}

/// A line of an options table.
public struct OptionRow: Hashable, Sendable {
    /// `optimizer.adam.rate`
    public var path: String
    /// With its unit; empty for groups and variants.
    public var defaultText: String
    public var summary: String
}

extension [OptionDefinition] {
    /// Every option, variants and their options below their choice: what help and documentation print.
    public func rows(under prefix: String = "") -> [OptionRow] {
        flatMap { option -> [OptionRow] in
            let path = prefix + option.name
            switch option.kind {
            case .number(let value, _, let unit):
                let text = value == value.rounded() && abs(value) < 1e15 ? "\(Int(value))" : "\(value)"
                return [OptionRow(path: path, defaultText: unit == .none ? text : "\(text) \(unit.rawValue)", summary: option.summary)]
            case .integer(let value, _): return [OptionRow(path: path, defaultText: "\(value)", summary: option.summary)]
            case .flag(let value): return [OptionRow(path: path, defaultText: "\(value)", summary: option.summary)]
            case .choice(let value, let variants):
                return [OptionRow(path: path, defaultText: value, summary: option.summary)]
                    + variants.flatMap { variant in
                        [OptionRow(path: "\(path).\(variant.name)", defaultText: "", summary: variant.summary)]
                            + variant.options.rows(under: "\(path).\(variant.name).")
                    }
            case .group(let options):
                return [OptionRow(path: path, defaultText: "", summary: option.summary)] + options.rows(under: path + ".")
            }
        }
    }
}
