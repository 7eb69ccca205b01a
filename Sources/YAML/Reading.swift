public import Diagnostics

/// A way to make a value of a node, to be handed to a `MappingReader`: `.integer(atLeast: 1)`, `.list(of: .text)`, `.choice(of: Reset.self)`.
public struct Reading<Value>: Sendable {
    /// Makes the value, or says what is wrong with the node, calling it by `name`.
    public var parse: @Sendable (_ node: Node, _ name: String) throws(DiagnosticsError) -> Value

    public init(_ parse: @escaping @Sendable (_ node: Node, _ name: String) throws(DiagnosticsError) -> Value) { self.parse = parse }

    /// The same, with the value changed.
    public func map<Other>(_ change: @escaping @Sendable (Value) -> Other) -> Reading<Other> {
        Reading<Other> { [parse] node, name throws(DiagnosticsError) in change(try parse(node, name)) }
    }

    /// A list of such values: every fault in it is reported. `count` bounds its length.
    public static func list<Element>(of item: Reading<Element>, count: ClosedRange<Int> = 0...Int.max) -> Reading<[Element]>
    where Value == [Element] {
        Reading { node, name throws(DiagnosticsError) in
            let nodes = try node.asSequence(name)
            guard count.contains(nodes.count) else {
                let wanted =
                    count.lowerBound == count.upperBound
                    ? "\(count.lowerBound)"
                    : count.upperBound == .max ? "at least \(count.lowerBound)" : "\(count.lowerBound) to \(count.upperBound)"
                throw DiagnosticsError(
                    Diagnostic(
                        "yaml-list-length", "\(name) must have \(wanted) items, has \(nodes.count)", at: node.place,
                        help: "add or remove items"))
            }
            var collector = DiagnosticCollector()
            var values: [Element] = []
            for (index, node) in nodes.enumerated() {
                do throws(DiagnosticsError) {
                    values.append(try item.parse(node, "item \(index + 1) of \(name)"))
                } catch {
                    collector.report(error)
                }
                if collector.diagnostics.count >= 20 { break }
            }
            try collector.throwIfErrors()
            return values
        }
    }
}

extension Reading where Value == Node {
    /// The node itself.
    public static var node: Reading { Reading { node, _ throws(DiagnosticsError) in node } }
}

extension Reading where Value == String {
    public static var text: Reading { Reading { node, name throws(DiagnosticsError) in try node.asString(name) } }

    /// A text, or a number taken as text: for names such as `2`.
    public static var name: Reading {
        Reading { node, name throws(DiagnosticsError) in
            guard let scalar = node.scalar, !scalar.text.isEmpty else {
                throw node.wrongType(name, "a name", help: "write a name of letters, digits and '_'")
            }
            return scalar.text
        }
    }
}

extension Reading where Value == Bool {
    public static var bool: Reading { Reading { node, name throws(DiagnosticsError) in try node.asBool(name) } }
}

extension Reading where Value == Int {
    public static var integer: Reading { integer() }

    public static func integer(atLeast: Int? = nil, atMost: Int? = nil) -> Reading {
        Reading { node, name throws(DiagnosticsError) in
            let value = try node.asInteger(name)
            try Bounds(atLeast: atLeast, atMost: atMost).check(value, node, name)
            return value
        }
    }
}

extension Reading where Value == Double {
    /// A finite number.
    public static var real: Reading { real() }

    public static func real(above: Double? = nil, atLeast: Double? = nil, below: Double? = nil, atMost: Double? = nil) -> Reading {
        let bounds = Bounds(above: above, atLeast: atLeast, below: below, atMost: atMost)
        return Reading { node, name throws(DiagnosticsError) in
            let value = try node.asDouble(name)
            try bounds.check(value, node, name)
            return value
        }
    }

    /// A number in the given unit: bare, or with another unit of the same kind, which is converted. Bounds are in the given unit.
    public static func quantity(
        in unit: String, above: Double? = nil, atLeast: Double? = nil, below: Double? = nil, atMost: Double? = nil
    ) -> Reading {
        let bounds = Bounds(above: above, atLeast: atLeast, below: below, atMost: atMost)
        return Reading { node, name throws(DiagnosticsError) in
            let value = try Quantity(node, name).value(in: unit, name)
            try bounds.check(value, node, name, unit: unit == "1" ? nil : unit)
            return value
        }
    }

    /// A number from 0 to 1: `0.2` or `20 %`.
    public static var fraction: Reading { quantity(in: "1", atLeast: 0, atMost: 1) }
}

extension Reading where Value == Quantity {
    /// A number with the unit that was written, if any.
    public static var quantity: Reading { Reading { node, name throws(DiagnosticsError) in try Quantity(node, name) } }
}
