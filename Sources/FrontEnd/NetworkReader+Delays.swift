import Diagnostics
import Networks
import YAML

/// Delays become numbers of time steps, at least one.
extension NetworkReader {
    mutating func readDelay(_ node: Node?, _ connection: Connection, _ context: ProjectionContext) -> ValueRule? {
        guard let node else { return connection.delays.map { .tensor($0) } ?? .constant(leastDelay) }
        guard !isGivenTwice(connection.delays, node, "delay", context) else { return nil }
        let name = "'delay' of \(context.owner)"
        guard let rule = readRule(node, name, in: .steps(timestep), connection, context) else { return nil }
        switch rule {
        case .constant(let value): return delaySteps(value, name, at: node.place).map { .constant($0) }
        case .drawn(let distribution): return isPossible(distribution, name, at: node.place) ? rule : nil
        case .tensor(var tensor):
            // A file has no units: its numbers are in ms.
            let unit = isFileReference(node) ? timestep : 1
            for index in tensor.values.indices {
                guard let steps = delaySteps(Double(tensor.values[index]) / unit, "number \(index) in \(name)", at: node.place) else {
                    return nil
                }
                tensor.values[index] = Float(steps)
            }
            return .tensor(tensor)
        }
    }

    /// In steps; in continuous time a spike may act at once.
    private var leastDelay: Double { time == .continuous ? 0 : 1 }

    /// Whole steps; a delay that is no multiple of the timestep is rounded with a warning.
    mutating func delaySteps(_ exact: Double, _ name: String, at place: SourceRange?) -> Double? {
        let rounded = exact.rounded()
        guard exact >= leastDelay - 1e-6 else {
            collector.report(
                Diagnostic(
                    .delayTooShort, "\(name) is \(text(tidy(exact * timestep))) ms, shorter than the timestep of \(text(timestep)) ms",
                    at: place,
                    help: "write at least \(text(timestep)) ms: a spike acts in the next step at the earliest"))
            return nil
        }
        guard rounded <= Double(Self.longestDelay) else {
            collector.report(
                Diagnostic(
                    .delayTooLong, "\(name) is \(text(rounded)) steps of \(text(timestep)) ms, more than \(Self.longestDelay)", at: place,
                    help: "write at most \(text(tidy(Double(Self.longestDelay) * timestep))) ms, or choose a longer timestep"))
            return nil
        }
        // Numbers of a file have single precision.
        if abs(exact - rounded) > 1e-6 * max(1, exact), !warnedOfDelays {
            warnedOfDelays = true
            collector.report(
                Diagnostic(
                    .delayRounded,
                    "\(name), \(text(tidy(exact * timestep))) ms, is \(text(tidy(exact))) steps of \(text(timestep)) ms and is rounded to "
                        + "\(text(rounded))",
                    at: place, help: "write \(text(tidy(rounded * timestep))) ms, or choose a timestep that divides it", severity: .warning)
            )
        }
        return rounded
    }

    /// Whether a distribution of numbers of steps draws delays that can be.
    private mutating func isPossible(_ distribution: Distribution, _ name: String, at place: SourceRange?) -> Bool {
        let range = distribution.range
        let center = distribution.center
        // Draws are rounded to whole steps.
        guard center >= 0.5 - 1e-6, range.upperBound >= 0.5 else {
            collector.report(
                Diagnostic(
                    .delayTooShort,
                    "\(name) is drawn around \(text(tidy(center * timestep))) ms, shorter than the timestep of \(text(timestep)) ms",
                    at: place,
                    help: "draw delays of at least \(text(timestep)) ms"))
            return false
        }
        guard range.upperBound <= Double(Self.longestDelay) else {
            collector.report(
                Diagnostic(
                    .delayTooLong,
                    "\(name) may be drawn as long as \(text(range.upperBound.rounded(.up))) steps of \(text(timestep)) ms, more than "
                        + "\(Self.longestDelay)",
                    at: place, help: "draw at most \(text(tidy(Double(Self.longestDelay) * timestep))) ms, such as with normal_clipped"))
            return false
        }
        if range.lowerBound < 1 - 1e-6 {
            collector.report(
                Diagnostic(
                    .delayClipped,
                    "\(name) may be drawn as short as \(text(tidy(range.lowerBound * timestep))) ms; what is shorter than the timestep of "
                        + "\(text(timestep)) ms becomes one step",
                    at: place, help: "use a distribution with a lower bound, such as normal_clipped with 'low: \(text(timestep))'",
                    severity: .warning))
        }
        return true
    }
}
