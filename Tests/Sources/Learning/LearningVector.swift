import Foundation
import Storage
import Support
import Testing

/// A golden case of a learning rule, computed by an independent implementation.
struct LearningVector: Sendable, CustomTestStringConvertible {
    var name: String
    var json: JSONValue

    var testDescription: String { name }

    /// All cases of a kind, by name.
    static func cases(_ kind: String) -> [LearningVector] {
        let folder = vectorsFolder("golden/learning")
        let files = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        return files.filter { $0.hasSuffix(".json") }.sorted().compactMap { file in
            guard let json = try? JSONValue(file: "\(folder)/\(file)"), json["kind"]?.string == kind else { return nil }
            return LearningVector(name: String(file.dropLast(5)), json: json)
        }
    }

    subscript(key: String) -> JSONValue { json[key] ?? .null }

    func number(_ key: String) throws -> Double { try #require(json[key]?.double) }
    func integer(_ key: String) throws -> Int { try #require(json[key]?.int) }
}

extension JSONValue {
    /// A matrix of numbers, row after row.
    var flat: [Double]? {
        guard let rows = array else { return nil }
        if let numbers = doubles { return numbers }
        var all: [Double] = []
        for row in rows {
            guard let numbers = row.flat else { return nil }
            all += numbers
        }
        return all
    }

    /// A matrix, column after column.
    var flatTransposed: [Double]? {
        guard let rows = array?.compactMap(\.doubles), let width = rows.first?.count else { return nil }
        return (0..<width).flatMap { column in rows.map { $0[column] } }
    }

    /// A list of matrices, each row after row.
    var matrices: [[Double]]? { array?.compactMap(\.flat) }
}

/// The largest difference of two lists, over the largest magnitude of the second.
func relativeDifference(_ left: [Double], _ right: [Double]) -> Double {
    guard left.count == right.count else { return .infinity }
    let scale = right.map(abs).max() ?? 0
    let difference = zip(left, right).map { abs($0 - $1) }.max() ?? 0
    return scale > 1e-300 ? difference / scale : difference
}

func relativeDifference(_ left: [[Double]], _ right: [[Double]]) -> Double {
    left.count == right.count ? relativeDifference(left.flatMap { $0 }, right.flatMap { $0 }) : .infinity
}
