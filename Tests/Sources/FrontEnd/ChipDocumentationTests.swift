import FrontEnd
import Storage
import Support
import Testing

/// The examples in `Documentation/Chip.md` are descriptions that can be read.
@Suite struct ChipDocumentationTests {
    @Test func `every example in the document is read`() throws {
        let example = try ByteFile.readText(ChipFiles.example)
        let library = ChipLibrary(names: ["hexapod"]) { $0 == "hexapod" ? (example, "hexapod.yaml") : nil }
        let text = try ByteFile.readText("\(testsFolder)/../Documentation/Chip.md")
        let examples = text.components(separatedByFence: "yaml")
        #expect(examples.count >= 2)
        for example in examples { #expect(throws: Never.self) { try readChip(text: example, file: "Chip.md", library: library) } }
    }

    @Test func `the document names every key of the schema`() throws {
        let text = try ByteFile.readText("\(testsFolder)/../Documentation/Chip.md")
        // What stands in code: `weight.bits`, `{neurons: {each: 1}}`.
        let code = text.matches(of: /`([^`\n]+)`/).map { $0.output.1 }
        let words = Set(code.flatMap { $0.split { !$0.isLetter && $0 != "_" } }.map(String.init))
        func check(_ value: JSONValue) {
            for key in value["properties"]?.object?.keys ?? [] {
                #expect(words.contains(key), "'\(key)' is not explained")
            }
            for item in value.array ?? value.object?.values ?? [] { check(item) }
        }
        check(chipSchema())
    }
}

extension String {
    /// The code blocks of a language.
    fileprivate func components(separatedByFence language: String) -> [String] {
        var blocks: [String] = []
        var block: [Substring]?
        for line in split(separator: "\n", omittingEmptySubsequences: false) {
            if line.hasPrefix("```") {
                if let lines = block {
                    blocks.append(lines.joined(separator: "\n"))
                    block = nil
                } else if line == "```\(language)" {
                    block = []
                }
            } else {
                block?.append(line)
            }
        }
        return blocks
    }
}
