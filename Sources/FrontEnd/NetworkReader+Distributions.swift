import Diagnostics
import Networks
import YAML

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The distributions by the names that PyNN gives them, with their parameters.
enum DistributionName: String, CaseIterable {
    case uniform
    case uniformInteger = "uniform_int"
    case normal
    case normalClipped = "normal_clipped"
    case normalClippedToBoundary = "normal_clipped_to_boundary"
    case lognormal
    case exponential
}

extension NetworkReader {
    /// `{normal: {mean: 0, sigma: 0.1}}`; every number in `unit`, those of `lognormal` are of the logarithm and have none.
    mutating func readDistribution(_ node: Node, _ name: String, in unit: ValueUnit) -> Distribution? {
        let known = DistributionName.allCases.map(\.rawValue)
        guard let variant = attempt({ () throws(DiagnosticsError) in try Reading.variant(among: known).parse(node, name) }),
            let kind = DistributionName(rawValue: variant.name)
        else { return nil }
        var reader = MappingReader(variant.options, of: "the distribution '\(kind.rawValue)' in \(name)", keys: "parameter")
        let real = Reading<Double> { node, name throws(DiagnosticsError) in try NetworkReader.number(node, name, in: unit) }
        var distribution: Distribution?
        switch kind {
        case .uniform:
            let (low, high) = (reader.required("low", real), reader.required("high", real))
            if let low, let high { distribution = .uniform(low: low, high: high) }
        case .uniformInteger:
            let (low, high) = (reader.required("low", whole(unit)), reader.required("high", whole(unit)))
            if let low, let high { distribution = .uniformInteger(low: low, high: high) }
        case .normal:
            let (mean, sigma) = (reader.value("mean", real, default: 0), reader.required("sigma", real))
            if let sigma { distribution = .normal(mean: mean, sigma: sigma) }
        case .normalClipped, .normalClippedToBoundary:
            let (mean, sigma) = (reader.value("mean", real, default: 0), reader.required("sigma", real))
            let (low, high) = (reader.required("low", real), reader.required("high", real))
            if let sigma, let low, let high {
                distribution =
                    kind == .normalClipped
                    ? .normalClipped(mean: mean, sigma: sigma, low: low, high: high)
                    : .normalClippedToBoundary(mean: mean, sigma: sigma, low: low, high: high)
            }
        case .lognormal:
            let logarithm = Reading<Double> { node, name throws(DiagnosticsError) in
                try NetworkReader.number(node, name, in: .none(reason: "it is of the logarithm"))
            }
            let (mean, sigma) = (reader.value("mean", logarithm, default: 0), reader.required("sigma", logarithm))
            // The logarithm of a number of steps is less by that of the timestep.
            var shift = 0.0
            if case .steps(let timestep) = unit { shift = log(timestep) }
            if let sigma { distribution = .lognormal(mean: mean - shift, sigma: sigma) }
        case .exponential:
            if let mean = reader.required("mean", real) { distribution = .exponential(mean: mean) }
        }
        let hasFaults = reader.collector.hasErrors
        reader.finish(into: &collector)
        guard let distribution, !hasFaults else { return nil }
        return isSound(distribution, name, unit, at: variant.options.place ?? node.place) ? distribution : nil
    }

    /// A whole number of 31 bits: in the unit, where one is possible, or of steps.
    private func whole(_ unit: ValueUnit) -> Reading<Int> {
        Reading { node, name throws(DiagnosticsError) in
            let value = try NetworkReader.number(node, name, in: unit)
            if isWhole(value), abs(value) <= Double(Int32.max) { return Int(value.rounded()) }
            let wanted: String
            if case .steps(let timestep) = unit {
                wanted = "a multiple of the timestep of \(text(timestep)) ms"
            } else {
                wanted = "a whole number"
            }
            throw DiagnosticsError(
                Diagnostic(
                    .distributionBounds, "\(name) must be \(wanted) of at most \(Int32.max), is \(node.summary)", at: node.place,
                    help: "write \(wanted), or use 'uniform', whose draws need not be whole"))
        }
    }

    private mutating func isSound(_ distribution: Distribution, _ name: String, _ unit: ValueUnit, at place: SourceRange?) -> Bool {
        func refuse(_ fault: NetworkFault, _ message: String, help: String) -> Bool {
            collector.report(Diagnostic(fault, message, at: place, help: help))
            return false
        }
        var spread: Double?
        var interval: (low: Double, high: Double)?
        var mean = 0.0
        switch distribution {
        case .uniform(let low, let high): interval = (low, high)
        case .uniformInteger(let low, let high): interval = (Double(low), Double(high))
        case .normal(_, let sigma), .lognormal(_, let sigma): spread = sigma
        case .normalClipped(let middle, let sigma, let low, let high), .normalClippedToBoundary(let middle, let sigma, let low, let high):
            (spread, interval, mean) = (sigma, (low, high), middle)
        case .exponential: break
        }
        if let spread, spread < 0 {
            return refuse(
                .distributionBounds, "'sigma' in \(name) must not be negative, is \(text(spread))", help: "write \(text(-spread))")
        }
        if let interval, interval.low > interval.high {
            return refuse(
                .distributionBounds,
                "in \(name), 'low' \(text(interval.low))\(unit.suffix) is above 'high' \(text(interval.high))\(unit.suffix)",
                help: "exchange them")
        }
        if case .normalClipped(_, let sigma, let low, let high) = distribution, mean + 6 * sigma < low || mean - 6 * sigma > high {
            return refuse(
                .distributionEmpty,
                "\(name) is drawn around \(text(mean))\(unit.suffix) with sigma \(text(sigma))\(unit.suffix), and practically never "
                    + "falls between \(text(low)) and \(text(high))",
                help: "move 'mean' between 'low' and 'high', or use normal_clipped_to_boundary")
        }
        let bound = distribution.magnitudeBound
        guard bound.isFinite, bound <= Double(Float.greatestFiniteMagnitude) else {
            return refuse(
                .valueTooLarge, "\(name) may be drawn as large as \(text(bound)), more than \(Float.greatestFiniteMagnitude)",
                help: "choose smaller parameters")
        }
        return true
    }
}

extension Distribution {
    /// From the least to the greatest draw; a normal distribution is cut at six sigmas.
    var range: ClosedRange<Double> {
        switch self {
        case .uniform(let low, let high): low...high
        case .uniformInteger(let low, let high): Double(low)...Double(high)
        case .normal(let mean, let sigma): (mean - 6 * sigma)...(mean + 6 * sigma)
        case .normalClipped(_, _, let low, let high), .normalClippedToBoundary(_, _, let low, let high): low...high
        case .lognormal: 0...magnitudeBound
        case .exponential(let mean): min(0, 25 * mean)...max(0, 25 * mean)
        }
    }
}
