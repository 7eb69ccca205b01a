public import Diagnostics
public import Networks
import Numerics

/// A rule's options as the user set them, defaults filled in; read by path: `optimizer.adam.rate`.
public struct OptionValues: Hashable, Sendable {
    private var numbers: [String: Double] = [:]
    private var flags: [String: Bool] = [:]
    private var choices: [String: String] = [:]

    /// - Throws: every fault that is found, each at its place: `learning-unknown-option`, `learning-option-type`,
    ///   `learning-option-range`, `learning-option-unit`.
    public init(_ specification: LearningSpecification, definitions: [OptionDefinition]) throws(DiagnosticsError) {
        var reader = Reader(rule: specification.rule)
        reader.read(specification.options, definitions, prefix: "")
        try reader.faults.throwIfErrors()
        self = reader.values
    }

    public func number(_ path: String) -> Double { known(numbers[path], path) }
    public func integer(_ path: String) -> Int { Int(number(path)) }
    public func flag(_ path: String) -> Bool { known(flags[path], path) }
    /// The name of the chosen variant.
    public func choice(_ path: String) -> String { known(choices[path], path) }

    /// Whether there is a choice of this path.
    func isKnown(_ path: String) -> Bool { choices[path] != nil }

    /// Every option and its value, ascending by path: what tells two trainings apart.
    public var description: String {
        let all =
            numbers.map { "\($0.key)=\(shortest($0.value))" } + flags.map { "\($0.key)=\($0.value)" }
            + choices.map { "\($0.key)=\($0.value)" }
        return all.sorted().joined(separator: " ")
    }

    private func known<Value>(_ value: Value?, _ path: String) -> Value {
        guard let value else { preconditionFailure("bug: a learning rule reads the option '\(path)' that it does not define") }
        return value
    }

    private struct Reader {
        let rule: String
        var values = OptionValues()
        var faults = DiagnosticCollector()

        mutating func read(_ tree: OptionTree?, _ definitions: [OptionDefinition], prefix: String) {
            var given: [OptionTree.Entry] = []
            switch tree?.value {
            case nil: break
            case .map(let entries): given = entries
            case .text("") where definitions.isEmpty: break
            default: fault("\(label(prefix)) wants a map of options", tree?.place, known: definitions.map(\.name))
            }
            for entry in given where !definitions.contains(where: { $0.name == entry.key }) {
                let near = nearestName(to: entry.key, among: definitions.map(\.name))
                let place = entry.place ?? entry.value.place
                faults.report(
                    Diagnostic(
                        "learning-unknown-option", "\(label(prefix)) has no option '\(entry.key)'", at: place,
                        label: near.map { "did you mean '\($0)'?" },
                        help: definitions.isEmpty
                            ? "it has no options" : "the options are \(definitions.map(\.name).joined(separator: ", "))"))
            }
            for definition in definitions {
                read(given.last { $0.key == definition.name }?.value, definition, path: prefix + definition.name)
            }
        }

        private func label(_ prefix: String) -> String {
            prefix.isEmpty ? "the learning rule '\(rule)'" : "'\(prefix.dropLast())' of the learning rule '\(rule)'"
        }

        private mutating func read(_ tree: OptionTree?, _ definition: OptionDefinition, path: String) {
            switch definition.kind {
            case .group(let options): read(tree, options, prefix: path + ".")
            case .choice(let fallback, let variants): readChoice(tree, fallback, variants, path: path)
            case .flag(let fallback):
                values.flags[path] = fallback
                guard let tree else { return }
                if case .flag(let value) = tree.value { values.flags[path] = value } else { typeFault(path, "true or false", tree) }
            case .integer(let fallback, let range):
                values.numbers[path] = Double(fallback)
                guard let tree else { return }
                guard case .number(let value, "") = tree.value, value == value.rounded() else {
                    return typeFault(path, "a whole number", tree)
                }
                check(value, in: Double(range.lowerBound)...Double(range.upperBound), path, tree)
            case .number(let fallback, let range, let unit):
                values.numbers[path] = fallback
                guard let tree else { return }
                guard case .number(var value, let written) = tree.value else { return typeFault(path, "a number", tree) }
                if !written.isEmpty {
                    guard let factor = unit.factors.first(where: { $0.name == written })?.factor else {
                        let known = unit.factors.map(\.name).joined(separator: ", ")
                        faults.report(
                            Diagnostic(
                                "learning-option-unit", "'\(path)' of the learning rule '\(rule)' is not given in '\(written)'",
                                at: tree.place,
                                help: "known: \(known)"))
                        return
                    }
                    value *= factor
                }
                check(value, in: range, path, tree)
            }
        }

        private mutating func readChoice(
            _ tree: OptionTree?, _ fallback: String, _ variants: [OptionDefinition.Variant], path: String
        ) {
            values.choices[path] = fallback
            var options: OptionTree?
            var name = fallback
            var place = tree?.place
            switch tree?.value {
            case nil: break
            case .text(let text): name = text
            case .map(let entries) where entries.count == 1:
                (name, options, place) = (entries[0].key, entries[0].value, entries[0].place ?? entries[0].value.place ?? place)
            default: fault("'\(path)' of the learning rule '\(rule)' wants one name", place, known: variants.map(\.name))
            }
            if variants.contains(where: { $0.name == name }) {
                values.choices[path] = name
            } else {
                let near = nearestName(to: name, among: variants.map(\.name))
                faults.report(
                    Diagnostic(
                        "learning-unknown-option", "'\(path)' of the learning rule '\(rule)' cannot be '\(name)'", at: place,
                        label: near.map { "did you mean '\($0)'?" }, help: "it is one of \(variants.map(\.name).joined(separator: ", "))"))
                options = nil
            }
            // Options of variants that are not chosen keep their defaults.
            for variant in variants { read(variant.name == name ? options : nil, variant.options, prefix: "\(path).\(variant.name).") }
        }

        private mutating func check(_ value: Double, in range: ClosedRange<Double>, _ path: String, _ tree: OptionTree) {
            guard range.contains(value) else {
                let bounds =
                    range.upperBound.isFinite
                    ? "from \(shortest(range.lowerBound)) to \(shortest(range.upperBound))" : "at least \(shortest(range.lowerBound))"
                faults.report(
                    Diagnostic(
                        "learning-option-range", "'\(path)' of the learning rule '\(rule)' is \(shortest(value))", at: tree.place,
                        label: "must be \(bounds)", help: "choose a number \(bounds)"))
                return
            }
            values.numbers[path] = value
        }

        private mutating func typeFault(_ path: String, _ wanted: String, _ tree: OptionTree) {
            faults.report(
                Diagnostic(
                    "learning-option-type", "'\(path)' of the learning rule '\(rule)' wants \(wanted)", at: tree.place,
                    help: "write \(wanted)"))
        }

        private mutating func fault(_ message: String, _ place: SourceRange?, known: [String]) {
            faults.report(Diagnostic("learning-option-type", message, at: place, help: "known: \(known.joined(separator: ", "))"))
        }
    }

    private init() {}
}
