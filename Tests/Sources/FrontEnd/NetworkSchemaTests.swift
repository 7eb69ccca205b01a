import Diagnostics
import Foundation
import FrontEnd
import Storage
import Support
import Testing
import YAML

/// The JSON Schema accepts what the reader reads, and refuses what has the wrong form.
@Suite struct NetworkSchemaTests {
    private let checker = SchemaChecker(networkSchema())

    @Test(arguments: Golden.models) func `a shipped model is accepted`(name: String) throws {
        let text = try String(contentsOfFile: "\(Golden.repository)/Models/\(name)", encoding: .utf8)
        let faults = checker.faults(try parseYAML(text, file: name))
        #expect(faults.isEmpty, "\(faults)")
    }

    @Test(arguments: 0..<100) func `a random network is accepted`(seed: Int) {
        let faults = checker.faults(networkTree(RandomNetworks.network(UInt64(seed))))
        #expect(faults.isEmpty, "\(faults)")
    }

    /// Faults of form; those of meaning are the reader's.
    @Test(arguments: [
        "unknown-top-level-key", "format-version", "no-name", "setup-unknown-key", "cell-unknown", "parameter-unknown", "size-text",
        "reset-unknown", "connector-unknown", "connector-unknown-option", "kernel-missing", "distribution-unknown",
        "distribution-missing-parameter", "projection-unknown-key", "receptor-unknown", "encoder-unknown", "encoder-no-duration",
        "data-unknown", "readout-unknown-decode", "fidelity-metric", "units-unknown", "record-unknown", "populations-list", "cell-two-keys",
    ]) func `a malformed model is refused`(name: String) throws {
        let bytes = try #require(Golden.bytes("errors/network/\(name).yaml"))
        #expect(!checker.faults(try parseYAML(bytes, file: name)).isEmpty)
    }

    @Test func `the schema is as reviewed`() { expectGolden(networkSchema().text() + "\n", "schema/network.json") }
}

extension Golden {
    /// The descriptions in Models, sorted.
    static var models: [String] {
        let files = (try? FileManager.default.contentsOfDirectory(atPath: repository + "/Models")) ?? []
        return files.filter { $0.hasSuffix(".yaml") }.sorted()
    }
}

/// The part of JSON Schema that `networkSchema` uses.
private struct SchemaChecker {
    let root: JSONValue

    init(_ root: JSONValue) { self.root = root }

    func faults(_ node: Node) -> [String] { faults(value(node), root, "") }

    /// What a YAML reader would make of the node for an editor.
    private func value(_ node: Node) -> JSONValue {
        switch node.content {
        case .null: .null
        case .scalar(let scalar):
            if scalar.isString {
                .string(scalar.text)
            } else if let flag = try? node.asBool() {
                .bool(flag)
            } else if let integer = Int(scalar.text) {
                .integer(integer)
            } else {
                .number(Double(scalar.text) ?? .nan)
            }
        case .sequence(let nodes): .array(nodes.map(value))
        case .mapping(let entries): .object(JSONObject(entries.map { ($0.key, value($0.value)) }))
        }
    }

    private func faults(_ value: JSONValue, _ schema: JSONValue, _ path: String) -> [String] {
        guard let rules = schema.object else { return [] }
        var faults: [String] = []
        for (key, rule) in rules {
            switch key {
            case "$ref":
                let name = rule.string?.split(separator: "/").last.map(String.init) ?? ""
                faults += self.faults(value, root["$defs"]?[name] ?? ["enum": []], path)
            case "type":
                let names = rule.array?.compactMap(\.string) ?? [rule.string ?? ""]
                if !names.contains(where: { has(value, $0) }) { faults.append("\(path): is no \(names.joined(separator: ", "))") }
            case "enum":
                if rule.array?.contains(value) != true { faults.append("\(path): is none of the words") }
            case "anyOf":
                let branches = (rule.array ?? []).map { self.faults(value, $0, path) }
                if !branches.contains(where: \.isEmpty) { faults += branches.min { $0.count < $1.count } ?? [] }
            case "minimum":
                if let number = value.double, let bound = rule.double, number < bound { faults.append("\(path): below \(bound)") }
            case "maximum":
                if let number = value.double, let bound = rule.double, number > bound { faults.append("\(path): above \(bound)") }
            case "pattern":
                if let text = value.string, let pattern = rule.string, let regex = try? Regex(pattern), text.firstMatch(of: regex) == nil {
                    faults.append("\(path): '\(text)' does not match")
                }
            case "items":
                for (index, item) in (value.array ?? []).enumerated() { faults += self.faults(item, rule, "\(path)[\(index)]") }
            case "required":
                guard let object = value.object else { continue }
                for name in rule.array ?? [] where object[name.string ?? ""] == nil { faults.append("\(path): no '\(name.string ?? "")'") }
            case "properties":
                guard let object = value.object else { continue }
                for (name, member) in object {
                    if let property = rule[name] { faults += self.faults(member, property, "\(path).\(name)") }
                }
            case "additionalProperties":
                guard let object = value.object else { continue }
                for (name, member) in object where rules["properties"]?[name] == nil {
                    if rule == false {
                        faults.append("\(path): unknown '\(name)'")
                    } else {
                        faults += self.faults(member, rule, "\(path).\(name)")
                    }
                }
            case "minProperties":
                if let object = value.object, let bound = rule.int, object.count < bound { faults.append("\(path): too few keys") }
            case "maxProperties":
                if let object = value.object, let bound = rule.int, object.count > bound { faults.append("\(path): too many keys") }
            default: break
            }
        }
        return faults
    }

    private func has(_ value: JSONValue, _ type: String) -> Bool {
        switch (type, value) {
        case ("object", .object), ("array", .array), ("string", .string), ("boolean", .bool), ("null", .null): true
        case ("number", .integer), ("number", .number), ("integer", .integer): true
        // A whole number of more than 63 bits.
        case ("integer", .number(let value)): value == value.rounded()
        default: false
        }
    }
}
