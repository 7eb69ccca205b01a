import Chips
import Diagnostics
package import Learning
package import Lowering
import Networks
package import Numerics

/// Pair rules on SpiNNaker's plastic rows.
///
/// A row changes when it is fetched, at a spike of its source: every spike of a target since the last fetch lets the weight grow, then the
/// last one lets it shrink; what the row is written back as has lost the bits below its 16 (sPyNNaker 1!7.4.1). Weights that are normalised
/// after a sample are the host's, which reads the rows and writes them again.
struct RowLearning: LearningHardware {
    let chip: Chip
    let numbers: any LoweredForward

    func synapses(
        of projection: ID<Projection>, sources: Int, targets: Int, weights: [Double], rule: PairRule
    ) throws(DiagnosticsError) -> any LearningSynapses {
        let format = try format(of: projection)
        let pairs = try FixedPointPairs(rule, format, chip: chip.name)
        if let memory = chip.resources.first(where: { $0.rule == .workingMemory }), memory.limit < pairs.tableBytes + pairs.historyBytes {
            throw DiagnosticsError(
                [
                    Diagnostic(
                        "on-chip-memory",
                        "the tables of the traces' decay take \(pairs.tableBytes) bytes, a neuron's history \(pairs.historyBytes), and a core of '\(chip.name)' has \(memory.limit) \(memory.unit) of '\(memory.name)'",
                        at: chip.place, help: "shorten `tau_plus` and `tau_minus`")
                ], isRefusal: true)
        }
        if let low = weights.min(), low < 0 {
            throw DiagnosticsError(
                [
                    Diagnostic(
                        "on-chip-lowest-weight", "rows of '\(chip.name)' hold weights from 0 up, and one is \(shortest(low))",
                        at: chip.place,
                        help: "draw weights from 0 up")
                ], isRefusal: true)
        }
        return RowSynapses(pairs, format, sources: sources, targets: targets, weights: weights)
    }

    func notes(on rule: PairRule, of projection: ID<Projection>) -> [Diagnostic] {
        guard let format = try? format(of: projection), let pairs = try? FixedPointPairs(rule, format, chip: chip.name) else { return [] }
        let perStep = rule.isMultiplicative ? Double(Accum.one) : Double(1 << format.shift)
        var text =
            "learnt in the arithmetic of '\(chip.name)': A+ is \(shortest(rounded(Double(pairs.potentiation) / perStep))) and A- \(shortest(rounded(Double(pairs.depression) / perStep))) \(rule.isMultiplicative ? "of the distance from the bound" : "steps of the weights"), a step is \(shortest(format.unit)), parts of a step are lost at each spike of a source, and the traces' decays have \(pairs.sourceDecay.count) and \(pairs.targetDecay.count) entries"
        let longest = max(rule.sourceTimeConstant, rule.targetTimeConstant)
        if !rule.isNearest, longest > 15 {
            text += "; a trace of 16 bits turns negative where more than 15 spikes fall within about \(shortest(longest.rounded())) steps"
        }
        if rule.isNearest { text += "; of the spikes of a target between two of a source, the first alone lets the weight grow" }
        return [Diagnostic("on-chip-rule", text, severity: .warning)]
    }

    private func rounded(_ value: Double) -> Double { (1000 * value).rounded() / 1000 }

    private func format(of projection: ID<Projection>) throws(DiagnosticsError) -> PlasticWeights {
        guard let format = numbers.plasticWeights(of: projection) else {
            throw DiagnosticsError(
                [
                    Diagnostic(
                        "on-chip-no-step", "the projection has no rows on '\(chip.name)'", at: chip.place,
                        help: "let spikes of the projection reach spiking neurons")
                ], isRefusal: true)
        }
        return format
    }
}

/// The synapses of a projection in plastic rows, one row for each source.
package final class RowSynapses: LearningSynapses {
    private let pairs: FixedPointPairs
    private let shift: Int
    private let unit: Double
    private let targets: Int
    private let addedDelay: Int
    /// [sources × targets]: the rows' weights.
    package private(set) var words: [UInt16]
    /// By row.
    private var headers: [SpikeTrace]
    private var histories: PostEventHistories
    /// In ticks.
    private var time: UInt32
    /// Spikes of the last `addedDelay` steps, which the machine's neurons send that much later than the model's.
    private var pending: [[Int32]]

    /// - Parameter time: of the first tick, in ticks since the machine started; nil: after a pause.
    package init(_ pairs: FixedPointPairs, _ format: PlasticWeights, sources: Int, targets: Int, weights: [Double], time: UInt32? = nil) {
        self.pairs = pairs
        (shift, unit, addedDelay) = (format.shift, format.unit, format.addedDelay)
        self.targets = targets
        words = []
        headers = [SpikeTrace](repeating: SpikeTrace(), count: sources)
        histories = PostEventHistories(neurons: targets)
        self.time = time ?? Self.pause(pairs)
        pending = []
        set(weights)
    }

    /// Until nothing is left of a trace.
    private static func pause(_ pairs: FixedPointPairs) -> UInt32 { UInt32(max(pairs.sourceDecay.count, pairs.targetDecay.count) + 1) }

    package var seesDepartures: Bool { true }

    package var weights: [Double] { words.map { Double($0) * unit } }

    package func set(_ weights: [Double]) {
        words = weights.map { UInt16(min(max(($0 / unit).rounded(.toNearestOrEven), 0), 65535)) }
    }

    /// The machine starts anew, with the weights that its rows have.
    package func begin(_: Philox) {
        for source in headers.indices { headers[source] = SpikeTrace() }
        histories.clear()
        pending = []
        time = Self.pause(pairs)
    }

    /// When all traces have died, every source sends one more spike: growth that waits is not lost, and nothing else is changed.
    package func finish() {
        for _ in 0..<addedDelay { _ = step([], []) }
        time &+= Self.pause(pairs)
        for source in headers.indices { fetch(source) }
    }

    /// Spikes of sources as they are sent. The tick's own spikes of targets are known before rows are fetched.
    package func step(_ sourceSpikes: [Int32], _ targetSpikes: [Int32]) -> Bool {
        pending.append(targetSpikes)
        if pending.count > addedDelay {
            for spike in pending.removeFirst() { histories.add(Int(spike), at: time, pairs) }
        }
        for source in sourceSpikes { fetch(Int(source)) }
        time &+= 1
        return !sourceSpikes.isEmpty
    }

    /// Rows that learn by a reward are not built.
    package func reward(_: Double) {}

    private func fetch(_ source: Int) {
        let last = headers[source]
        headers[source] = SpikeTrace(
            time: time, trace: pairs.isNearest ? 0 : pairs.trace(after: last.trace, age: time &- last.time, ofSource: true))
        for target in 0..<targets {
            let place = source * targets + target
            words[place] = pairs.updated(words[place], shift: shift, last: last, time: time, delay: 0, of: target, in: histories)
        }
    }
}
