import Diagnostics
import YAML

extension Node {
    /// Numbers of neurons: one when all are equal, else the list.
    static func perNeuron(_ values: [Int]) -> Node {
        if let first = values.first, values.allSatisfy({ $0 == first }) { return Node(first) }
        return Node(values.map { Node($0) })
    }

    static func perNeuron(_ values: [Double]) -> Node {
        if let first = values.first, values.allSatisfy({ $0 == first }) { return Node(first) }
        return Node(values.map { Node($0) })
    }

    /// A row of a table.
    static func row(_ values: [Int]) -> Node { Node(values.map { Node($0) }) }
}

extension Reading where Value == [Int] {
    /// What `Node.perNeuron` made of `count` numbers.
    static func perNeuron(_ count: Int, in range: ClosedRange<Int>) -> Reading {
        let item = Reading<Int>.integer(atLeast: range.lowerBound, atMost: range.upperBound)
        return Reading { node, name throws(DiagnosticsError) in
            guard node.sequence == nil else { return try Reading<[Int]>.list(of: item, count: count...count).parse(node, name) }
            return [Int](repeating: try item.parse(node, name), count: count)
        }
    }

    /// A row of whole numbers of 0 or more, as many as named.
    static func row(_ count: Int) -> Reading { .list(of: .integer(atLeast: 0), count: count...count) }
}

extension Reading where Value == [Double] {
    static func perNeuron(_ count: Int) -> Reading {
        Reading { node, name throws(DiagnosticsError) in
            guard node.sequence == nil else { return try Reading<[Double]>.list(of: .real, count: count...count).parse(node, name) }
            return [Double](repeating: try Reading<Double>.real.parse(node, name), count: count)
        }
    }
}
