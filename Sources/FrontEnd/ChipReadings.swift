import Diagnostics
import YAML

extension Reading where Value == [Int] {
    /// Widths in bits that exist, ascending: `[1, 2, 4, 8]`.
    static func widths(_ bounds: ClosedRange<Int>) -> Reading {
        let list = Reading<[Int]>.list(of: .integer(atLeast: bounds.lowerBound, atMost: bounds.upperBound), count: 1...64)
        return Reading { node, name throws(DiagnosticsError) in
            let widths = try list.parse(node, name)
            for (width, next) in zip(widths, widths.dropFirst()) where width >= next {
                throw DiagnosticsError(
                    Diagnostic(
                        "chip-widths", "\(name) must ascend; \(next) follows \(width)", at: node.place,
                        help: "write \(Set(widths).sorted())"))
            }
            return widths
        }
    }
}

extension Reading where Value == ClosedRange<Int> {
    /// The lowest and the highest number: `[0, 62]`.
    static func range(within bounds: ClosedRange<Int>) -> Reading {
        let list = Reading<[Int]>.list(of: .integer(atLeast: bounds.lowerBound, atMost: bounds.upperBound), count: 2...2)
        return Reading { node, name throws(DiagnosticsError) in
            let ends = try list.parse(node, name)
            guard ends[0] <= ends[1] else {
                throw DiagnosticsError(
                    Diagnostic(
                        "chip-range-order", "\(name) goes from \(ends[0]) down to \(ends[1])", at: node.place,
                        help: "write [\(ends[1]), \(ends[0])]"))
            }
            return ends[0]...ends[1]
        }
    }
}

extension Reading {
    /// A list of cases of an enumeration, each once, at least one.
    static func distinct<Case>(_ type: Case.Type) -> Reading<[Case]>
    where Value == [Case], Case: CaseIterable & RawRepresentable<String> & Hashable & Sendable {
        let list = Reading<[Case]>.list(of: .choice(of: type), count: 1...64)
        return Reading { node, name throws(DiagnosticsError) in
            let cases = try list.parse(node, name)
            for (index, item) in cases.enumerated() where cases[..<index].contains(item) {
                throw DiagnosticsError(
                    Diagnostic("chip-listed-twice", "\(name) lists '\(item.rawValue)' twice", at: node.place, help: "remove one of the two")
                )
            }
            return cases
        }
    }
}
