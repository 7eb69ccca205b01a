import Diagnostics
import Networks
import YAML

/// The unit that a number is given in.
enum ValueUnit: Hashable {
    /// Bare numbers are in this unit, others are converted.
    case physical(String)
    /// No unit may be written; `reason` says why: `the population says units: normalized`.
    case none(reason: String)
    /// A time in ms, or in steps when it says so; the number that is read is one of steps, of so many ms each.
    case steps(Double)

    /// Behind a number: ` mV`, or nothing.
    var suffix: String {
        switch self {
        case .physical(let unit): " \(unit)"
        case .none: ""
        case .steps: " steps"
        }
    }

    init(_ unit: ParameterDefinition.Unit, _ units: Population.Units) {
        switch unit {
        case .potential where units == .normalized: self = .none(reason: "the population has units: normalized")
        case .potential: self = .physical("mV")
        case .none: self = .none(reason: "it has no dimension")
        default: self = .physical(unit.rawValue)
        }
    }
}

extension NetworkReader {
    mutating func readParameter(_ node: Node, _ definition: ParameterDefinition, _ draft: PopulationDraft) -> Parameter? {
        readParameter(node, definition.name.rawValue, in: ValueUnit(definition.unit, draft.units), definition.range, draft)
    }

    /// A number, a list with one number for each neuron (nested as the shape is, or flat), a distribution, or a file with numbers.
    mutating func readParameter(
        _ node: Node, _ key: String, in unit: ValueUnit, _ range: ParameterDefinition.Range, _ draft: PopulationDraft
    ) -> Parameter? {
        let name = "'\(key)' of \(draft.owner)"
        switch node.content {
        case .null, .scalar:
            guard let value = number(node, name, in: unit), isInRange(value, range, name, unit, at: node.place) else { return nil }
            return .uniform(value)
        case .sequence:
            guard let list = nestedNumbers(node, name, in: unit) else { return nil }
            return perNeuron(list.values, list.shape, name, unit, range, draft, at: node.place)
        case .mapping:
            if isFileReference(node) {
                guard let array = readArray(node, name, accept: { Self.fits($0, draft) }) else { return nil }
                return perNeuron(array.doubles, array.shape, name, unit, range, draft, at: node.place)
            }
            guard let distribution = readDistribution(node, name, in: unit) else { return nil }
            let bounds = distribution.range
            let isOutside = range == .positive ? bounds.lowerBound <= 0 : range == .notNegative ? bounds.lowerBound < 0 : false
            if isOutside {
                let wanted = range == .positive ? "above 0" : "at least 0"
                collector.report(
                    Diagnostic(
                        .parameterRange, "\(name) must be \(wanted), but may be drawn down to \(text(bounds.lowerBound))\(unit.suffix)",
                        at: node.place,
                        help:
                            "use a distribution with bounds, such as normal_clipped with 'low: \(text(max(distribution.center / 4, 1e-3)))'"
                    ))
                return nil
            }
            return .drawn(distribution)
        }
    }

    /// A tensor of parameters fits when it has one number for each neuron, flat or in the population's shape.
    private static func fits(_ shape: [Int], _ draft: PopulationDraft) -> (fits: Bool, wanted: String) {
        guard let own = draft.shape, let size = draft.size else { return (true, "") }
        return (shape == own || shape == [size], own.count == 1 ? text(own) : "\(text(own)) or \(text([size]))")
    }

    private mutating func perNeuron(
        _ values: [Double], _ shape: [Int], _ name: String, _ unit: ValueUnit, _ range: ParameterDefinition.Range, _ draft: PopulationDraft,
        at place: SourceRange?
    ) -> Parameter? {
        guard let own = draft.shape, let size = draft.size else { return nil }
        guard shape == own || shape == [size] else {
            collector.report(
                Diagnostic(
                    .parameterCount,
                    "\(name) has \(count(values.count, "number")) of shape \(text(shape)), but the population has the shape \(text(own))",
                    at: place, help: "write one number for all neurons, or \(size) numbers"))
            return nil
        }
        for (neuron, value) in values.enumerated() {
            guard isInRange(value, range, "neuron \(neuron) in \(name)", unit, at: place) else { return nil }
        }
        return .perNeuron(values)
    }

    private mutating func isInRange(
        _ value: Double, _ range: ParameterDefinition.Range, _ name: String, _ unit: ValueUnit, at place: SourceRange?
    ) -> Bool {
        let isFine =
            switch range {
            case .any: true
            case .positive: value > 0
            case .notNegative: value >= 0
            }
        if !isFine {
            let wanted = range == .positive ? "above 0" : "at least 0"
            collector.report(
                Diagnostic(
                    .parameterRange, "\(name) must be \(wanted)\(unit.suffix), is \(text(value))\(unit.suffix)", at: place,
                    help: "write a number \(wanted)"))
        }
        return isFine
    }

    /// A finite number in the given unit.
    mutating func number(_ node: Node, _ name: String, in unit: ValueUnit) -> Double? {
        attempt { () throws(DiagnosticsError) in try NetworkReader.number(node, name, in: unit) }
    }

    static func number(_ node: Node, _ name: String, in unit: ValueUnit) throws(DiagnosticsError) -> Double {
        let quantity = try Quantity(node, name)
        switch unit {
        case .physical(let unit): return try quantity.value(in: unit, name)
        case .steps(let timestep):
            let isInSteps = quantity.unit == "steps" || quantity.unit == "step"
            return isInSteps ? quantity.value : try quantity.value(in: "ms", name) / timestep
        case .none(let reason):
            guard let written = quantity.unit else { return quantity.value }
            throw DiagnosticsError(
                Diagnostic(
                    .unexpectedUnit, "\(name) takes no unit, since \(reason), and has '\(written.prefix(20))'", at: node.place,
                    help:
                        "write \(text(quantity.value)) without a "
                        + "unit\(reason.contains("normalized") ? ", or remove 'units: normalized'" : "")"
                ))
        }
    }

    /// The numbers of a list, or of lists in lists of equal length, row-major, with their shape.
    mutating func nestedNumbers(_ node: Node, _ name: String, in unit: ValueUnit) -> (values: [Double], shape: [Int])? {
        var values: [Double] = []
        return attempt { () throws(DiagnosticsError) in
            let shape = try collectNumbers(node, name, in: unit, into: &values)
            return (values, shape)
        }
    }
}

private func collectNumbers(
    _ node: Node, _ name: String, in unit: ValueUnit, into values: inout [Double]
) throws(DiagnosticsError) -> [Int] {
    guard let items = node.sequence else {
        values.append(try NetworkReader.number(node, name, in: unit))
        return []
    }
    var inner: [Int]?
    for item in items {
        let shape = try collectNumbers(item, name, in: unit, into: &values)
        if let inner, inner != shape {
            func form(_ shape: [Int]) -> String { shape.isEmpty ? "a number" : "a list of shape \(text(shape))" }
            throw DiagnosticsError(
                Diagnostic(
                    .raggedList, "\(name) is ragged: \(form(shape)) follows \(form(inner))", at: item.place,
                    help: "make all rows equally long"))
        }
        inner = shape
    }
    return [items.count] + (inner ?? [])
}
