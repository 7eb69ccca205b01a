import Networks
public import Storage

/// The JSON Schema (draft 2020-12) of a network's YAML, for editors: made from the tables that the documentation shows.
///
/// It describes the form; what numbers mean together is checked by `readNetwork` alone.
public func networkSchema() -> JSONValue {
    var schema: JSONObject = [
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Spikewright network",
    ]
    for (key, value) in NetworkSchema.table(.network) { schema[key] = value }
    schema["$defs"] = .object(NetworkSchema.definitions)
    return .object(schema)
}

enum NetworkSchema {
    /// What several keys share.
    static var definitions: JSONObject {
        [
            "number": quantity(unit: nil),
            "distribution": variants(KeyTable.distributions, alone: false),
            "file": .object(table(.file)),
            "numbers": ["type": "array", "items": ["anyOf": [["$ref": "#/$defs/number"], ["$ref": "#/$defs/numbers"]]]],
            "values": [
                "anyOf": [
                    ["$ref": "#/$defs/number"], ["$ref": "#/$defs/numbers"], ["$ref": "#/$defs/distribution"], ["$ref": "#/$defs/file"],
                ]
            ],
        ]
    }

    static func table(_ table: KeyTable) -> JSONObject {
        var properties = JSONObject()
        for key in table.keys {
            guard case .object(var property) = schema(key.kind) else { continue }
            property["description"] = .string(key.summary)
            properties[key.name] = .object(property)
        }
        var object: JSONObject = ["type": "object", "properties": .object(properties)]
        let required = table.keys.filter { $0.standard == nil }.map { JSONValue.string($0.name) }
        if !required.isEmpty { object["required"] = .array(required) }
        if !table.isOpen { object["additionalProperties"] = false }
        object["description"] = .string(table.summary)
        return object
    }

    static func schema(_ kind: KeyKind) -> JSONValue {
        switch kind {
        case .text: return ["type": "string"]
        case .name: return ["type": ["string", "number"]]
        case .flag: return ["type": "boolean"]
        case .integer(let least): return ["type": "integer", "minimum": .integer(least)]
        case .fraction:
            return ["anyOf": [["type": "number", "minimum": 0, "maximum": 1], ["type": "string", "pattern": "^[-+0-9.eE]+ ?%$"]]]
        case .number(let unit): return quantity(unit: unit)
        case .time: return quantity(unit: "ms or steps")
        case .choice(let words): return ["enum": .array(words.map { Int($0).map { .integer($0) } ?? .string($0) })]
        case .parameter, .values: return ["$ref": "#/$defs/values"]
        case .table(let table): return .object(self.table(table))
        case .named(let table): return ["type": "object", "minProperties": 1, "additionalProperties": .object(self.table(table))]
        case .each(let kind): return ["type": "object", "minProperties": 1, "additionalProperties": schema(kind)]
        case .list(let item): return ["type": "array", "items": schema(item)]
        case .variants(let tables): return variants(tables, alone: true)
        case .single(let key, let value):
            return [
                "type": "object", "properties": .object([key: schema(value)]), "required": [.string(key)], "additionalProperties": false,
            ]
        case .anyOf(let kinds): return ["anyOf": .array(kinds.map(schema))]
        case .spikeTimes: return ["$ref": "#/$defs/numbers"]
        case .synapses: return ["anyOf": [["$ref": "#/$defs/numbers"], ["$ref": "#/$defs/file"]]]
        }
    }

    /// A name alone, where nothing must be said with it, or a mapping with one of the names as its only key.
    private static func variants(_ tables: [KeyTable], alone: Bool) -> JSONValue {
        let plain = tables.filter { table in table.keys.allSatisfy { $0.standard != nil } }.map { JSONValue.string($0.name) }
        var properties = JSONObject()
        for table in tables {
            guard let only = table.keys.first, only.name == table.name else {
                let options: JSONValue = .object(self.table(table))
                properties[table.name] = plain.contains(.string(table.name)) ? ["anyOf": [options, ["type": "null"]]] : options
                continue
            }
            properties[table.name] = schema(only.kind)
        }
        let mapping: JSONValue = [
            "type": "object", "properties": .object(properties), "additionalProperties": false, "minProperties": 1, "maxProperties": 1,
        ]
        return alone && !plain.isEmpty ? ["anyOf": [["enum": .array(plain)], mapping]] : mapping
    }

    /// A bare number, or a text of a number and a unit.
    private static func quantity(unit: String?) -> JSONValue {
        let text: JSONValue = ["type": "string", "pattern": "^[-+]?([0-9]+\\.?[0-9]*|\\.[0-9]+)([eE][-+]?[0-9]+)? ?[A-Za-zµμΩ%]+$"]
        var schema: JSONObject = ["anyOf": [["type": "number"], text]]
        if let unit { schema["description"] = .string(unit) }
        return .object(schema)
    }
}
