import Diagnostics
import Foundation
import Support
import Testing
import YAML

@Suite struct YAMLGoldenErrorTests {
    /// Every malformed file ends in the message beside it; `limited-…` files are read with small limits.
    @Test(arguments: Golden.names(in: "errors/yaml"))
    func refuses(_ name: String) {
        expectGoldenError(name, in: "errors/yaml") { bytes, file throws(DiagnosticsError) in
            _ = try parseYAML(bytes, file: file, limits: Self.limits(name))
        }
    }

    /// Every fault of the text that the reader knows is shown by at least one file.
    @Test func showsEveryFault() throws {
        var shown: Set<String> = []
        for name in Golden.names(in: "errors/yaml") {
            let bytes = try #require(Golden.bytes("errors/yaml/\(name).yaml"))
            do throws(DiagnosticsError) { _ = try parseYAML(bytes, file: name, limits: Self.limits(name)) } catch {
                shown.formUnion(error.diagnostics.map(\.id))
            }
        }
        let page = try String(contentsOfFile: "\(Golden.repository)/Documentation/Diagnostics.md", encoding: .utf8)
        let section = try #require(page.split(separator: "## YAML: the text").last?.split(separator: "\n## ").first)
        let known = section.split(separator: "\n").filter { $0.hasPrefix("### ") }.map { String($0.dropFirst(4)) }
        // Kept for words of libyaml that no known file provokes.
        let unreached = ["yaml-syntax"]
        #expect(known.count > 20)
        #expect(known.filter { !shown.contains($0) } == unreached)
    }

    private static func limits(_ name: String) -> Limits {
        var limits = Limits()
        guard name.hasPrefix("limited-") else { return limits }
        limits.fileSize = 200
        limits.nodeCount = 12
        limits.scalarSize = 40
        return limits
    }
}
