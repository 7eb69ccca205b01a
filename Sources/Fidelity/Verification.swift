import Chips
public import Diagnostics
public import FrontEnd
public import Lowering
public import Networks
import Numerics
public import Simulation

/// Runs both forms of a network on the same inputs and compares them.
///
/// The reference runs the unlowered network in double precision; the lowered form is an emulator that booted from the artifact alone.
public struct Verification: Sendable {
    /// How many test samples are run, from the first; nil: as the network says, else all.
    public var samples: Int?
    public var threads: Int
    /// Whether the loss is attributed to the lowering steps, which runs the reference again for each of them.
    public var attributesLoss: Bool
    /// Called with the fraction that is done, from one thread at a time.
    public var progress: (@Sendable (Double) -> Void)?

    public init(samples: Int? = nil, threads: Int = 1, attributesLoss: Bool = true, progress: (@Sendable (Double) -> Void)? = nil) {
        self.samples = samples
        self.threads = threads
        self.attributesLoss = attributesLoss
        self.progress = progress
    }

    /// - Parameters:
    ///   - graph: what the artifact was written from.
    ///   - data: the samples of the network's task; nil for a network without one, which is run once.
    ///   - original: the network before a pass changed it; its answers are the reference then, and what the change cost is told apart.
    ///   - boot: boots an emulator from the artifact; called once for each thread.
    public func run(
        _ graph: RoutedGraph, data: DataSet?, original: Network? = nil, boot: @Sendable () throws(DiagnosticsError) -> any Emulator
    ) throws(DiagnosticsError) -> FidelityReport {
        let started = ContinuousClock.now
        let network = graph.network
        let trial = Trial(network, data: data)
        let before = original.map { Trial($0, data: data) }
        let count = min(samples ?? network.fidelity?.samples ?? .max, trial.count)
        let variants = attributesLoss && trial.isJudged ? LoweringStep.all(for: network).dropLast().map { $0 } : []
        let done = ProgressCounter(total: count * (2 + (original == nil ? 0 : 1) + variants.count), report: progress)

        let parts = try parallelMap(trial.ranges(count, threads: threads), threads: threads) { range throws(DiagnosticsError) in
            var reference = try referenceEngine(of: network)
            var emulator = try boot()
            var unchanged: (any Engine)? = nil
            if let original { unchanged = try referenceEngine(of: original) }
            var part = Part(trial)
            // In small portions, so that the spikes of a large test set are not all held at once.
            for portion in range.portions(of: 64) {
                let expected = try trial.run(portion, on: &reference, keepsSpikes: true, done: done)
                let observed = try trial.run(portion, on: &emulator, keepsSpikes: true, done: done)
                part.add(expected, observed, steps: trial.steps)
                if let before, var engine = unchanged {
                    unchanged = nil
                    let run = try before.run(portion, on: &engine, keepsSpikes: false, done: done)
                    part.original += run.labels
                    part.originalSquares += run.squares
                    unchanged = engine
                }
            }
            part.statistics = emulator.statistics
            return part
        }
        var report = compose(parts, trial: trial, count: count, graph: graph, isChanged: original != nil)
        if !variants.isEmpty {
            let changed = trial.quality(parts.flatMap(\.expected), parts.flatMap(\.expectedSquares))
            report.attribution = try attribute(variants, of: graph, trial: trial, count: count, from: changed, report: report, done: done)
            if original != nil {
                report.attribution.insert(.init(step: "rate conversion and rewiring", drop: report.reference - changed), at: 0)
            }
        }
        report.seconds = (ContinuousClock.now - started) / .seconds(1)
        return report
    }

    /// What one thread found; the comparison is made where the spikes are, so that they need not be kept.
    struct Part: Sendable {
        var expected: [Int] = []
        /// Answers of the network before a pass changed it.
        var original: [Int] = []
        var observed: [Int] = []
        /// Square errors of all forms, by sample, where numbers are asked for.
        var expectedSquares: [Double] = []
        var originalSquares: [Double] = []
        var observedSquares: [Double] = []
        var comparisons: [SpikeComparison]
        var statistics = EmulatorStatistics()

        init(_ trial: Trial) { comparisons = trial.sizes.map { SpikeComparison(size: $0) } }

        mutating func add(_ expected: SampleRun, _ observed: SampleRun, steps: Int) {
            self.expected += expected.labels
            self.observed += observed.labels
            expectedSquares += expected.squares
            observedSquares += observed.squares
            for (left, right) in zip(expected.spikes, observed.spikes) {
                for index in comparisons.indices { comparisons[index].add(left[index], right[index], steps: steps) }
            }
        }
    }

    private func compose(_ parts: [Part], trial: Trial, count: Int, graph: RoutedGraph, isChanged: Bool) -> FidelityReport {
        var comparisons = trial.sizes.map { SpikeComparison(size: $0) }
        var statistics = EmulatorStatistics()
        for part in parts {
            for index in comparisons.indices { comparisons[index].merge(part.comparisons[index]) }
            statistics.merge(part.statistics)
        }
        let populations = zip(trial.recorded, comparisons).map { $1.result(named: $0) }
        let expected = parts.flatMap { isChanged ? $0.original : $0.expected }
        let observed = parts.flatMap(\.observed)
        var score = trial.score(expected: expected, observed: observed, populations: populations)
        if trial.asksForNumbers {
            score.reference = trial.explainedVariance(parts.flatMap { isChanged ? $0.originalSquares : $0.expectedSquares })
            score.lowered = trial.explainedVariance(parts.flatMap(\.observedSquares))
        }
        let resources = graph.chip.resources.indices.map { index in
            let used = graph.cores.map { $0.usage[index] }
            return FidelityReport.ResourceUse(
                name: graph.chip.resources[index].name, used: used.max() ?? 0, available: graph.chip.resources[index].limit,
                mean: used.isEmpty ? 0 : Double(used.reduce(0, +)) / Double(used.count))
        }
        let samples = Double(max(count, 1))
        return FidelityReport(
            metric: trial.metric, network: graph.network.name, target: graph.chip.name, reference: score.reference, lowered: score.lowered,
            referenceConfidence: trial.confidence(score.reference, count), loweredConfidence: trial.confidence(score.lowered, count),
            agreement: score.agreement, samples: count, populations: populations, attribution: [], resources: resources,
            traffic: FidelityReport.Traffic(statistics, samples: samples, topology: graph.chip.topology),
            energy: statistics.energy / samples, time: statistics.time / samples, overflows: statistics.overflows,
            counters: statistics.counters,
            busiestCore: statistics.coreLoads.max {
                ($0.mostSynapticOperations, $1.core) < ($1.mostSynapticOperations, $0.core)
            }, weights: WeightLoss.all(in: graph.quantized), seconds: 0)
    }
}

extension FidelityReport.Traffic {
    init(_ statistics: EmulatorStatistics, samples: Double, topology: Topology) {
        hops = Double(statistics.hopsEastWest + statistics.hopsNorthSouth) / samples
        let busiest = statistics.linkLoads.max { ($0.packets, $1.from, $1.to) < ($1.packets, $0.from, $0.to) }
        maximumLinkLoad = statistics.steps > 0 ? Double(busiest?.packets ?? 0) / Double(statistics.steps) : 0
        switch topology {
        case .mesh(let mesh):
            mostLoadedLink =
                busiest.map {
                    let (from, to) = (mesh.position(ofRouter: $0.from), mesh.position(ofRouter: $0.to))
                    return "\(from.x),\(from.y) → \(to.x),\(to.y)"
                } ?? ""
        case .crossbar: mostLoadedLink = ""
        case .hexagonalTorus(let torus):
            mostLoadedLink =
                busiest.map {
                    let (from, to) = (torus.position(ofRouter: $0.from), torus.position(ofRouter: $0.to))
                    return "\(from.x),\(from.y) → \(to.x),\(to.y)"
                } ?? ""
        }
    }
}

extension Range<Int> {
    /// The range in parts of at most `size`.
    fileprivate func portions(of size: Int) -> [Range<Int>] {
        stride(from: lowerBound, to: upperBound, by: size).map { $0..<Swift.min($0 + size, upperBound) }
    }
}
