import Diagnostics
import Networks
import YAML

/// What the cells that only send have; PyNN 0.13 `SpikeSourceArray`, `SpikeSourcePoisson`.
enum SourceDefaults {
    /// In Hz.
    static let rate = 1.0
    /// In ms.
    static let start = 0.0
    /// In ms.
    static let duration = 1e10
}

extension NetworkReader {
    /// `spike_times`: one list for all neurons, or a list of lists with one for each neuron.
    mutating func readSpikeSourceArray(_ variant: Variant, _ draft: PopulationDraft) -> Cell? {
        var reader = MappingReader(variant.options, of: draft.owner, keys: "cell parameter")
        let node = reader.required("spike_times")
        reader.finish(into: &collector)
        guard let node, let size = draft.size else { return nil }
        let name = "'spike_times' of \(draft.owner)"
        guard let items = attempt({ () throws(DiagnosticsError) in try node.asSequence(name) }) else { return nil }
        if let trains = items.first.map({ _ in items.compactMap(\.sequence) }), trains.count == items.count, !items.isEmpty {
            guard items.count == size else {
                collector.report(
                    Diagnostic(
                        .spikeTrainCount, "\(name) has \(items.count) lists of times, but the population has \(count(size, "neuron"))",
                        at: node.place, help: "write one list for each neuron, or one list of times for all"))
                return nil
            }
            var times: [[Double]] = []
            for (neuron, item) in items.enumerated() {
                guard let train = spikeTrain(item, "list \(neuron + 1) of \(name)") else { return nil }
                times.append(train)
            }
            return .spikeSourceArray(times: times)
        }
        guard let train = spikeTrain(node, name) else { return nil }
        guard let total = product([size, max(train.count, 1)]), total <= Self.largestSpikeSource else {
            collector.report(
                Diagnostic(
                    .spikeTrainCount,
                    "\(name) are \(train.count) times for each of \(size) neurons, more than \(Self.largestSpikeSource) in all",
                    at: node.place, help: "use a smaller population; its projections can reach as many targets"))
            return nil
        }
        return .spikeSourceArray(times: [[Double]](repeating: train, count: size))
    }

    private mutating func spikeTrain(_ node: Node, _ name: String) -> [Double]? {
        guard let items = attempt({ () throws(DiagnosticsError) in try node.asSequence(name) }) else { return nil }
        var times: [Double] = []
        times.reserveCapacity(items.count)
        var isRounded = false
        for item in items {
            guard let time = attempt({ () throws(DiagnosticsError) in try Quantity(item, "a time of \(name)").value(in: "ms") }) else {
                return nil
            }
            guard time >= 0 else {
                collector.report(
                    Diagnostic(
                        .spikeTimeNegative, "\(name): the time \(text(time)) ms is negative", at: item.place,
                        help: "times count from the start of the run, at 0 ms"))
                return nil
            }
            if let last = times.last, time < last {
                collector.report(
                    Diagnostic(
                        .spikeTimeOrder, "\(name): \(text(time)) ms comes after \(text(last)) ms", at: item.place,
                        help: "sort the times in ascending order"))
                return nil
            }
            if !isWhole(time / timestep), !isRounded {
                isRounded = true
                collector.report(
                    Diagnostic(
                        .spikeTimeRounded,
                        "\(name): \(text(time)) ms is no multiple of the timestep of \(text(timestep)) ms and moves to "
                            + "\(text(tidy((time / timestep).rounded() * timestep))) ms",
                        at: item.place, help: "round the times, or choose a shorter timestep", severity: .warning))
            }
            times.append(time)
        }
        return times
    }

    mutating func readSpikeSourcePoisson(_ variant: Variant, _ draft: PopulationDraft) -> Cell? {
        var reader = MappingReader(variant.options, of: draft.owner, keys: "cell parameter")
        let rateNode = reader.optional("rate")
        let start = reader.optional("start", .quantity(in: "ms", atLeast: 0))
        let duration = reader.optional("duration", .quantity(in: "ms", atLeast: 0))
        reader.finish(into: &collector)
        var rate: Parameter? = .uniform(SourceDefaults.rate)
        if let rateNode {
            rate = readParameter(rateNode, "rate", in: .physical("Hz"), .notNegative, draft)
        }
        guard let rate else { return nil }
        let highest: Double =
            switch rate {
            case .uniform(let value): value
            case .perNeuron(let values): values.max() ?? 0
            case .drawn(let distribution): distribution.range.upperBound
            }
        if highest.isFinite, highest * timestep > 1000 * (1 + 1e-9) {
            collector.report(
                Diagnostic(
                    .rateTooHigh,
                    "'rate' of \(draft.owner), \(text(highest)) Hz, asks for \(text(tidy(highest * timestep / 1000))) spikes in each "
                        + "step of "
                        + "\(text(timestep)) ms, and at most one is possible",
                    at: rateNode?.place ?? variant.place, help: "lower it to at most \(text(1000 / timestep)) Hz, or shorten the timestep"))
            return nil
        }
        return .spikeSourcePoisson(rate: rate, start: start ?? SourceDefaults.start, duration: duration ?? SourceDefaults.duration)
    }
}

/// `1 neuron`, `2 neurons`.
func count(_ count: Int, _ noun: String) -> String { "\(count) \(noun)\(count == 1 ? "" : "s")" }
