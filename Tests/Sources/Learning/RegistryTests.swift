import Diagnostics
import Foundation
import Learning
import Networks
import Support
import Testing

/// What holds of every rule.
@Suite struct RegistryTests {
    static let rules = allRules.map { $0.name }

    @Test func `names are unique and in the case of YAML keys`() {
        #expect(Set(Self.rules).count == Self.rules.count)
        for name in Self.rules { #expect(name.allSatisfy { $0.isLowercase || $0.isNumber || $0 == "_" || $0 == "-" }) }
    }

    @Test(arguments: rules) func `every rule documents its options as it defines them`(name: String) throws {
        let rule = try #require(allRules.first { $0.name == name })
        let path = Golden.repository + "/Documentation/Rules/\(name).md"
        let page = try String(contentsOfFile: path, encoding: .utf8)
        for row in rule.options.rows() {
            let line = "| `\(row.path)` | \(row.defaultText) | \(row.summary.replacing("|", with: "\\|")) |"
            let isThere = page.contains(line + "\n")
            #expect(isThere, "\(path) lacks the line\n\(line)")
        }
        #expect(page.contains("## Needs"))
        #expect(page.contains("## Sources"))
    }

    @Test(arguments: rules) func `every rule takes its own defaults`(name: String) throws {
        let rule = try #require(allRules.first { $0.name == name })
        _ = try OptionValues(LearningSpecification(rule: name), definitions: rule.options)
        #expect(!rule.summary.isEmpty)
        #expect(rule.needs(of: TrainingTests.network()).perNeuron.isEmpty == false)
    }

    @Test func `a network without a rule is told so`() {
        var network = TrainingTests.network()
        network.learning = nil
        let error = #expect(throws: DiagnosticsError.self) { try learningRule(of: network) }
        #expect(error?.diagnostics.map(\.id) == ["learning-no-rule"])
    }
}
