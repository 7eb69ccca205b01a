import Diagnostics
import Networks
import YAML

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Delays become numbers of time steps, at least one.
extension NetworkReader {
    mutating func readDelay(_ node: Node?, _ connection: Connection, _ context: ProjectionContext) -> ValueRule? {
        guard let node else { return connection.delays.map { .tensor($0) } ?? .constant(1) }
        guard !isGivenTwice(connection.delays, node, "delay", context) else { return nil }
        let name = "'delay' of \(context.owner)"
        if case .scalar = node.content {
            return stepsUnrounded(node, name).flatMap { delaySteps($0, name, at: node.place) }.map { .constant($0) }
        }
        guard let rule = readRule(node, name, in: .physical("ms"), connection, context) else { return nil }
        switch rule {
        case .constant(let value): return delaySteps(value / timestep, name, at: node.place).map { .constant($0) }
        case .drawn(let distribution): return inSteps(distribution, name, at: node.place).map { .drawn($0) }
        case .tensor(var tensor):
            for index in tensor.values.indices {
                guard let steps = delaySteps(Double(tensor.values[index]) / timestep, "number \(index) in \(name)", at: node.place) else {
                    return nil
                }
                tensor.values[index] = Float(steps)
            }
            return .tensor(tensor)
        }
    }

    /// Whole steps; a delay that is no multiple of the timestep is rounded with a warning.
    mutating func delaySteps(_ exact: Double, _ name: String, at place: SourceRange?) -> Double? {
        let rounded = exact.rounded()
        guard exact >= 1 - 1e-6 else {
            collector.report(
                Diagnostic(
                    .delayTooShort, "\(name) is \(text(exact * timestep)) ms, shorter than the timestep of \(text(timestep)) ms", at: place,
                    help: "write at least \(text(timestep)) ms: a spike acts in the next step at the earliest"))
            return nil
        }
        guard rounded <= Double(Self.longestDelay) else {
            collector.report(
                Diagnostic(
                    .delayTooLong, "\(name) is \(text(rounded)) steps of \(text(timestep)) ms, more than \(Self.longestDelay)", at: place,
                    help: "write at most \(text(Double(Self.longestDelay) * timestep)) ms, or choose a longer timestep"))
            return nil
        }
        // Numbers of a file have single precision.
        if abs(exact - rounded) > 1e-6 * max(1, exact), !warnedOfDelays {
            warnedOfDelays = true
            collector.report(
                Diagnostic(
                    .delayRounded,
                    "\(name), \(text(exact * timestep)) ms, is \(text(exact)) steps of \(text(timestep)) ms and is rounded to "
                        + "\(text(rounded))",
                    at: place, help: "write \(text(rounded * timestep)) ms, or choose a timestep that divides it", severity: .warning))
        }
        return rounded
    }

    /// The same distribution, of numbers of steps.
    private mutating func inSteps(_ distribution: Distribution, _ name: String, at place: SourceRange?) -> Distribution? {
        let steps = distribution.scaled(by: timestep)
        guard let steps else {
            collector.report(
                Diagnostic(
                    .distributionBounds, "the bounds of \(name) are no multiples of the timestep of \(text(timestep)) ms", at: place,
                    help: "choose multiples of \(text(timestep)) ms, or use 'uniform', whose draws are rounded"))
            return nil
        }
        let range = steps.range
        let center = steps.center
        // Draws are rounded to whole steps.
        guard center >= 0.5 - 1e-6, range.upperBound >= 0.5 else {
            collector.report(
                Diagnostic(
                    .delayTooShort,
                    "\(name) is drawn around \(text(center * timestep)) ms, shorter than the timestep of \(text(timestep)) ms", at: place,
                    help: "draw delays of at least \(text(timestep)) ms"))
            return nil
        }
        guard range.upperBound <= Double(Self.longestDelay) else {
            collector.report(
                Diagnostic(
                    .delayTooLong,
                    "\(name) may be drawn as long as \(text(range.upperBound.rounded(.up))) steps of \(text(timestep)) ms, more than "
                        + "\(Self.longestDelay)",
                    at: place, help: "draw at most \(text(Double(Self.longestDelay) * timestep)) ms, such as with normal_clipped"))
            return nil
        }
        if range.lowerBound < 1 - 1e-6 {
            collector.report(
                Diagnostic(
                    .delayClipped,
                    "\(name) may be drawn as short as \(text(range.lowerBound * timestep)) ms; what is shorter than the timestep of "
                        + "\(text(timestep)) ms becomes one step",
                    at: place, help: "use a distribution with a lower bound, such as normal_clipped with 'low: \(text(timestep))'",
                    severity: .warning))
        }
        return steps
    }
}

extension Distribution {
    /// The distribution of the draws divided by `unit`; nil when bounds that must be whole are not.
    func scaled(by unit: Double) -> Distribution? {
        switch self {
        case .uniform(let low, let high): return .uniform(low: low / unit, high: high / unit)
        case .uniformInteger(let low, let high):
            let (a, b) = (Double(low) / unit, Double(high) / unit)
            // Whole milliseconds are whole steps only where the timestep divides them; all steps between are drawn.
            guard isWhole(a), isWhole(b), abs(a) < 1e9, abs(b) < 1e9 else { return nil }
            return .uniformInteger(low: Int(a.rounded()), high: Int(b.rounded()))
        case .normal(let mean, let sigma): return .normal(mean: mean / unit, sigma: sigma / unit)
        case .normalClipped(let mean, let sigma, let low, let high):
            return .normalClipped(mean: mean / unit, sigma: sigma / unit, low: low / unit, high: high / unit)
        case .normalClippedToBoundary(let mean, let sigma, let low, let high):
            return .normalClippedToBoundary(mean: mean / unit, sigma: sigma / unit, low: low / unit, high: high / unit)
        case .lognormal(let mean, let sigma): return .lognormal(mean: mean - log(unit), sigma: sigma)
        case .exponential(let mean): return .exponential(mean: mean / unit)
        }
    }
}
