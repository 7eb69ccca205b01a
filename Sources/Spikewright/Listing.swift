import Chips
public import Diagnostics
import Fidelity
import FrontEnd
import Learning
import Passes
public import Storage
import Targets

/// A list of what there is, for people and for machines.
public struct Listing: Sendable {
    public struct Entry: Sendable {
        public var name: String
        public var summary: String
        /// Name, meaning and default of each option.
        public var options: [(name: String, summary: String)] = []
    }

    /// The key of the JSON.
    public var kind: String
    public var entries: [Entry]

    public var text: String {
        var table = TextTable()
        for entry in entries {
            table.add([entry.name, "  " + entry.summary])
            for option in entry.options { table.add(["    " + option.name, "  " + option.summary]) }
        }
        return table.leftAligned + "\n"
    }

    public var json: JSONValue {
        let items = entries.map { entry -> JSONValue in
            var members: [(String, JSONValue)] = [("name", .string(entry.name)), ("summary", .string(entry.summary))]
            if !entry.options.isEmpty {
                let options = entry.options.map {
                    JSONValue.object(JSONObject([("name", .string($0.name)), ("summary", .string($0.summary))]))
                }
                members.append(("options", .array(options)))
            }
            return .object(JSONObject(members))
        }
        return .object(JSONObject([(kind, .array(items))]))
    }

    public static func targets() throws(DiagnosticsError) -> Listing {
        Listing(kind: "targets", entries: try allTargets().map { Entry(name: $0.name, summary: $0.title) })
    }

    public static func passes() -> Listing {
        Listing(
            kind: "passes",
            entries: allPasses.map { pass in
                Entry(name: pass.name, summary: pass.summary, options: pass.options.map { ($0.name, $0.summary) })
            })
    }

    public static func rules() -> Listing {
        Listing(
            kind: "rules",
            entries: allRules.map { rule in
                Entry(
                    name: rule.name, summary: rule.summary,
                    options: rule.options.rows().map {
                        ($0.path, $0.defaultText.isEmpty ? $0.summary : "\($0.summary) (default \($0.defaultText))")
                    })
            })
    }

    /// A shipped model that cannot be read is listed with its fault.
    public static func models() -> Listing {
        let entries = ShippedModels.all().map { model -> Entry in
            do throws(DiagnosticsError) {
                let network = try readNetwork(at: model.path).network
                let sizes = network.populations.map { "\($0.size)" }.joined(separator: "-")
                let published = network.published.first.map { "; \($0)" } ?? ""
                return Entry(name: model.name, summary: "\(sizes), \(network.learning?.rule ?? "not trained")\(published)")
            } catch {
                return Entry(name: model.name, summary: "cannot be read: \(error.diagnostics.first?.message ?? "")")
            }
        }
        return Listing(kind: "models", entries: entries)
    }
}
