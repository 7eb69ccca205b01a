import Diagnostics
import Networks
import YAML

/// Encoders by their names in YAML, and their defaults.
enum EncoderName: String, CaseIterable {
    case rate, poisson, latency, direct, spikes, series, schedule
    case thresholdCrossing = "threshold_crossing"
    case spikeTime = "spike_time"

    /// In Hz.
    static let defaultMaximum = 100.0
}

extension NetworkReader {
    mutating func readEncoder(_ node: Node) -> (encoder: Encoder, steps: Int)? {
        let known = EncoderName.allCases.map(\.rawValue)
        guard
            let variant = attempt({ () throws(DiagnosticsError) in try Reading.variant(among: known).parse(node, "'encode' of the task") }),
            let kind = EncoderName(rawValue: variant.name)
        else { return nil }
        let owner = "the encoder '\(kind.rawValue)'"
        var reader = MappingReader(variant.options, of: owner, keys: "option")
        var steps: Int?
        // A schedule's duration is the sum of its segments.
        if kind != .schedule { steps = reader.required("duration").flatMap { self.steps($0, "'duration' of \(owner)", atLeast: 1) } }
        var encoder: Encoder?
        switch kind {
        case .rate: encoder = maximumRate(&reader, owner).map { .regular(maximum: $0) }
        case .poisson: encoder = maximumRate(&reader, owner).map { .poisson(maximum: $0) }
        case .latency: encoder = latency(&reader, owner, steps: steps)
        case .direct: encoder = .direct(gain: reader.value("gain", .real, default: 1))
        case .spikes: encoder = .spikes
        case .series: encoder = .series(gain: reader.value("gain", .real, default: 1))
        case .schedule:
            let segments = segments(&reader, owner)
            let maximum = maximumRate(&reader, owner)
            if let segments, let maximum {
                encoder = .schedule(segments: segments, maximum: maximum)
                steps = segments.reduce(0, +)
            }
        case .thresholdCrossing:
            let levels = reader.value("levels", .integer(atLeast: 1, atMost: 255), default: 39)
            let number = reader.optional("number").map { self.steps($0, "'number' of \(owner)", atLeast: 1) } ?? 1
            let cue = reader.optional("cue").map { self.steps($0, "'cue' of \(owner)", atLeast: 0) } ?? 0
            if let number, let cue { encoder = .thresholdCrossing(levels: levels, steps: number, cue: cue) }
        case .spikeTime: encoder = spikeTime(&reader, owner, steps: steps)
        }
        let isSound = !reader.collector.hasErrors
        reader.finish(into: &collector)
        guard isSound, let encoder, let steps else { return nil }
        return (encoder, steps)
    }

    /// The lengths of a schedule's segments, in steps.
    private mutating func segments(_ reader: inout MappingReader, _ owner: String) -> [Int]? {
        guard let node = reader.required("segments") else { return nil }
        guard let items = node.sequence, !items.isEmpty else {
            collector.report(
                Diagnostic(
                    .encoderSegments, "'segments' of \(owner) is \(node.summary), not a list of durations", at: node.place,
                    help: "write the length of each segment, such as 'segments: [100 ms, 50 ms]'"))
            return nil
        }
        let lengths = items.map { steps($0, "a segment of \(owner)", atLeast: 1) }
        let known = lengths.compactMap { $0 }
        return known.count == lengths.count ? known : nil
    }

    private mutating func maximumRate(_ reader: inout MappingReader, _ owner: String) -> Double? {
        let node = reader.optional("max")
        let standard = min(EncoderName.defaultMaximum, 1000 / timestep)
        let maximum = node.map { reader.read($0, as: "max", .quantity(in: "Hz", above: 0)) } ?? standard
        guard let maximum else { return nil }
        guard maximum * timestep <= 1000 * (1 + 1e-9) else {
            collector.report(
                Diagnostic(
                    .encoderRate,
                    "'max' of \(owner), \(text(maximum)) Hz, asks for \(text(tidy(maximum * timestep / 1000))) spikes in each step of "
                        + "\(text(timestep)) ms, and at most one is possible",
                    at: node?.place, help: "lower it to at most \(text(1000 / timestep)) Hz, or shorten the timestep"))
            return nil
        }
        return maximum
    }

    /// `first` and `last` count from the beginning of a sample, at 0 ms.
    private mutating func latency(_ reader: inout MappingReader, _ owner: String, steps: Int?) -> Encoder? {
        let (firstNode, lastNode) = (reader.optional("first"), reader.optional("last"))
        let first = firstNode.map { self.steps($0, "'first' of \(owner)", atLeast: 0) } ?? 0
        let last = lastNode.map { self.steps($0, "'last' of \(owner)", atLeast: 0) } ?? (steps.map { $0 - 1 } ?? 0)
        let threshold = reader.value("threshold", .real(atLeast: 0, below: 1), default: 0)
        guard let steps, let first, let last else { return nil }
        guard first <= last, last < steps else {
            let fault =
                first > last
                ? "'first', step \(first), comes after 'last', step \(last)"
                : "'last' is step \(last), but a sample has the steps 0 to \(steps - 1)"
            collector.report(
                Diagnostic(
                    .encoderLatency, "\(owner): \(fault)",
                    at: (first > last ? firstNode : lastNode)?.place ?? firstNode?.place ?? lastNode?.place,
                    help: "choose 0 ≤ first ≤ last ≤ \(text(tidy(Double(steps - 1) * timestep))) ms, or a longer duration"))
            return nil
        }
        return .latency(first: first, last: last, threshold: threshold)
    }

    /// `early` and `late` count from the beginning of a sample and need not be whole steps.
    private mutating func spikeTime(_ reader: inout MappingReader, _ owner: String, steps: Int?) -> Encoder? {
        let time = Reading.quantity(in: "ms", atLeast: 0)
        let early = reader.value("early", time, default: 0)
        let lateNode = reader.optional("late")
        let end = Double(steps ?? 0) * timestep
        let late = lateNode.map { reader.read($0, as: "late", time) } ?? end
        let order = reader.value("order", .choice(of: SpikeTimeCode.Order.self), default: .ascending)
        let threshold = reader.optional("threshold").map { reader.read($0, as: "threshold", .real(atLeast: 0, below: 1)) }
        let copies = reader.value("copies", .integer(atLeast: 1, atMost: 1000), default: 1)
        guard let late, steps != nil else { return nil }
        guard early < late, late <= end else {
            collector.report(
                Diagnostic(
                    .encoderSpikeTime,
                    "\(owner) sends its spikes from \(text(early)) ms to \(text(late)) ms, a sample lasts \(text(end)) ms",
                    at: lateNode?.place, help: "choose 0 ≤ early < late ≤ \(text(end)) ms, or a longer duration"))
            return nil
        }
        return .spikeTime(
            SpikeTimeCode(
                early: early, late: late, order: order, threshold: threshold ?? nil,
                copies: copies))
    }
}
