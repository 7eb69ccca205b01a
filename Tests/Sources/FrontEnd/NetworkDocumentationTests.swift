import Diagnostics
import Foundation
import FrontEnd
import Support
import Testing

/// The page and the tables in the code say what the reader knows.
@Suite struct NetworkDocumentationTests {
    private let path = Golden.repository + "/Documentation/Network.md"

    @Test func `the tables of the page are those of the code`() throws {
        let page = try String(contentsOfFile: path, encoding: .utf8)
        let filled = NetworkDocumentation.filled(page)
        if Golden.isBlessing { try filled.write(toFile: path, atomically: true, encoding: .utf8) }
        #expect(Golden.isBlessing || filled == page, "Documentation/Network.md is stale; BLESS=1 rewrites its tables")
        for (name, _) in NetworkDocumentation.sections { #expect(page.contains("<!-- begin \(name) -->"), "the page lacks '\(name)'") }
    }

    @Test func `the example of the page reads`() throws {
        let page = try String(contentsOfFile: path, encoding: .utf8)
        let example = try #require(page.split(separator: "```yaml\n").dropFirst().first?.split(separator: "```").first)
        #expect(try readNetwork(String(example), file: "example.yaml").warnings.isEmpty)
    }

    /// Descriptions in which `zzz` stands where a key of the table would.
    private static var probes: [(table: KeyTable, text: String)] {
        func file(_ task: String = "", _ cell: String = "lif", _ connector: String = "all_to_all", _ more: String = "") -> String {
            """
            \(task)
            populations: {a: {shape: [1, 4, 4], cell: input}, b: {shape: [1, 4, 4], cell: \(cell)}}
            projections: [{pre: a, post: b, connector: \(connector), weight: 1}]
            \(more)
            """
        }
        let cells = KeyTable.cells.map { ($0, file("", "{\($0.name): {zzz: 1}}")) }
        let connectors = KeyTable.connectors.filter { $0.name != "list" }.map { ($0, file("", "lif", "{\($0.name): {zzz: 1}}")) }
        let distributions = KeyTable.distributions.map { ($0, file("", "{lif: {bias: {\($0.name): {zzz: 1}}}}")) }
        let data = KeyTable.dataSources.map { ($0, file("task: {data: {\($0.name): {zzz: 1}}}")) }
        let encoders = KeyTable.encoders.map { ($0, file("task: {encode: {\($0.name): {zzz: 1}}}")) }
        return cells + connectors + distributions + data + encoders + [
            (.network, file("zzz: 1")), (.setup, file("setup: {zzz: 1}")), (.population, "populations: {a: {zzz: 1}}"),
            (.projection, file("", "lif", "all_to_all, zzz: 1")), (.task, file("task: {zzz: 1}")),
            (.readout, file("", "lif", "all_to_all", "readout: {zzz: 1}")),
            (.fidelity, file("", "lif", "all_to_all", "fidelity: {zzz: 1}")), (.file, file("", "{lif: {bias: {file: a.npy, zzz: 1}}}")),
        ]
    }

    @Test(arguments: probes.indices) func `a table has the keys that the reader knows`(index: Int) throws {
        let (table, text) = Self.probes[index]
        let error = try #require(throws: DiagnosticsError.self) {
            try readNetwork("spikewright: 1\nnetwork: probe\n" + text, file: "probe.yaml")
        }
        let unknown = try #require(error.diagnostics.first { $0.id == "yaml-unknown-key" && $0.message.contains("'zzz'") }, "\(table.name)")
        let help = try #require(unknown.help)
        let keys = table.keys.map(\.name)
        let known = help.contains("the known ") ? help.split(separator: " are ")[1].split(separator: ", ").map(String.init) : []
        #expect(known.sorted() == keys.sorted(), "table '\(table.name)'")
    }

    @Test func `every example of a table can be read as its key's value`() {
        for (table, text) in Self.probes where text.contains("{\(table.name): {zzz: 1}}") {
            let options = table.keys.map { "\($0.name): \($0.example)" }.joined(separator: ", ")
            let filled = "spikewright: 1\nnetwork: probe\n" + text.replacing("zzz: 1", with: options)
            do throws(DiagnosticsError) { _ = try readNetwork(filled, file: "probe.yaml") } catch {
                let faults = error.diagnostics.filter {
                    ["yaml-wrong-type", "yaml-unknown-key", "yaml-unit", "yaml-unknown-choice"].contains($0.id)
                }
                #expect(faults.isEmpty, "\(table.name): \(faults)")
            }
        }
    }
}
