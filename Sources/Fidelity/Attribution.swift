import Diagnostics
import Lowering
import Networks
import Numerics
import Simulation

/// The steps of the lowering whose loss is told apart, in the order in which they are switched on.
enum LoweringStep: String, CaseIterable {
    case weights
    case decaysAndThresholds = "decays and thresholds"
    case delays
    /// What is left when all numbers are the chip's: integer rounding inside a step, saturation, wrapping.
    case rounding = "rounding and saturation"
    /// What is left of a network in continuous time when its weights are the chip's.
    case analog = "mismatch and noise"

    /// Those that a network knows; the last one is measured on the emulator.
    static func all(for network: Network) -> [LoweringStep] {
        network.time == .continuous ? [.weights, .analog] : allCases.filter { $0 != .analog }
    }
}

extension Verification {
    /// The reference runs again with the lowered numbers of one step more each time; the last step is the emulator itself.
    /// - Parameter reference: what the network that was lowered reaches.
    func attribute(
        _ variants: [LoweringStep], of graph: RoutedGraph, trial: Trial, count: Int, from reference: Double, report: FidelityReport,
        done: ProgressCounter
    ) throws(DiagnosticsError) -> [FidelityReport.AttributedLoss] {
        var losses: [FidelityReport.AttributedLoss] = []
        var before = reference
        for (index, step) in variants.enumerated() {
            let switchedOn = Set(variants.prefix(index + 1))
            let parts = try parallelMap(trial.ranges(count, threads: threads), threads: threads) { range throws(DiagnosticsError) in
                var engine = try engine(of: graph.quantized, with: switchedOn)
                return try trial.run(range, on: &engine, keepsSpikes: false, done: done)
            }
            let quality = trial.quality(parts.flatMap(\.labels), parts.flatMap(\.squares))
            losses.append(FidelityReport.AttributedLoss(step: step.rawValue, drop: before - quality))
            before = quality
        }
        let last = LoweringStep.all(for: graph.network).last ?? .rounding
        losses.append(FidelityReport.AttributedLoss(step: last.rawValue, drop: before - report.lowered))
        return losses
    }

    /// The reference engine with the numbers of some lowering steps in place of the model's.
    private func engine(of quantized: QuantizedNetwork, with steps: Set<LoweringStep>) throws(DiagnosticsError) -> any Engine {
        var dynamics: [ID<Population>: Dynamics] = [:]
        if steps.contains(.decaysAndThresholds) {
            for id in quantized.network.populations.ids { dynamics[id] = quantized.effectiveDynamics(of: id) }
        }
        let rows = { (id: ID<Projection>) -> (any RowSource)? in
            DequantizedRows(id, of: quantized, weights: steps.contains(.weights), delays: steps.contains(.delays))
        }
        if quantized.network.time == .continuous { return try ContinuousEngine(quantized.network, rows: rows) }
        return try ReferenceEngine<Double>(quantized.network, dynamics: dynamics, rows: rows)
    }
}
