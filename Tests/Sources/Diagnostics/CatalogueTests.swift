import Foundation
import Support
import Testing

/// `Documentation/Diagnostics.md` has one paragraph for each id that the sources use, and none for others.
@Suite struct CatalogueTests {
    @Test func explainsEveryDiagnostic() throws {
        let used = try Self.idsInSources()
        try #require(!used.isEmpty)
        let explained = try Self.explainedIDs()
        let missing = used.keys.filter { explained[$0] == nil }.sorted()
        #expect(missing.isEmpty, "write '### <id>' in Documentation/Diagnostics.md for: \(missing.map { "\($0) (\(used[$0] ?? ""))" })")
        let stale = explained.keys.filter { used[$0] == nil }.sorted()
        #expect(stale.isEmpty, "no source has these any more: \(stale)")
    }

    @Test func writesAParagraphUnderEachHeading() throws {
        let empty = try Self.explainedIDs().filter { $0.value < 40 }.keys.sorted()
        #expect(empty.isEmpty, "the paragraph is missing: \(empty)")
    }

    @Test func namesDiagnosticsInKebabCase() throws {
        for id in try Self.idsInSources().keys.sorted() {
            #expect(id.wholeMatch(of: /[a-z][a-z0-9]*(-[a-z0-9]+)+/) != nil, "\(id)")
        }
    }

    /// Each id written as `Diagnostic("id"`, or given to a local `refuse` or `fault`, or as a case of an enumeration of faults in a file `…Fault.swift`, with a file that does.
    private static func idsInSources() throws -> [String: String] {
        var ids: [String: String] = [:]
        for folder in ["Sources", "Passes", "Targets"] {
            let root = "\(Golden.repository)/\(folder)"
            let paths = try #require(FileManager.default.enumerator(atPath: root)).compactMap { $0 as? String }.sorted()
            for path in paths where path.hasSuffix(".swift") {
                let text = try String(contentsOfFile: "\(root)/\(path)", encoding: .utf8)
                for match in text.matches(of: /Diagnostic\(\s*"([^"]+)"/) { ids[String(match.1)] = "\(folder)/\(path)" }
                for match in text.matches(of: /(?:refuse|fault)\(\s*"([a-z][a-z0-9]*(?:-[a-z0-9]+)+)"/) {
                    ids[String(match.1)] = "\(folder)/\(path)"
                }
                guard path.hasSuffix("Fault.swift") else { continue }
                for match in text.matches(of: /case \w+ = "([a-z0-9]+-[a-z0-9-]+)"/) { ids[String(match.1)] = "\(folder)/\(path)" }
            }
        }
        return ids
    }

    /// The ids with a heading, and the number of characters below it.
    private static func explainedIDs() throws -> [String: Int] {
        let text = try String(contentsOfFile: "\(Golden.repository)/Documentation/Diagnostics.md", encoding: .utf8)
        var lengths: [String: Int] = [:]
        var current: String?
        for line in text.split(separator: "\n") {
            if line.hasPrefix("### ") {
                let id = String(line.dropFirst(4))
                #expect(lengths[id] == nil, "'\(id)' is explained twice")
                current = id
                lengths[id] = 0
            } else if line.hasPrefix("#") {
                current = nil
            } else if let current {
                lengths[current, default: 0] += line.count
            }
        }
        return lengths
    }
}
