import Foundation
import Storage
import Support
import Testing

/// A golden case of one of the public Loihi models.
struct LoihiVector: Sendable, CustomTestStringConvertible {
    var name: String
    var json: JSONValue

    var testDescription: String { name }

    /// All cases of the given kinds, by name.
    static func cases(_ kinds: String...) -> [LoihiVector] {
        let folder = vectorsFolder("golden/loihi")
        let files = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        return files.filter { $0.hasSuffix(".json") }.sorted().compactMap { file in
            guard let json = try? JSONValue(file: "\(folder)/\(file)"), let kind = json["kind"]?.string, kinds.contains(kind) else {
                return nil
            }
            return LoihiVector(name: String(file.dropLast(5)), json: json)
        }
    }

    subscript(key: String) -> JSONValue { json[key] ?? .null }
}

extension JSONValue {
    /// A matrix of integers, [row][column].
    var matrix: [[Int]]? { array?.compactMap(\.ints) }

    var ints32: [Int32]? { ints?.map { Int32($0) } }
    var matrix32: [[Int32]]? { matrix?.map { $0.map { Int32($0) } } }
}
