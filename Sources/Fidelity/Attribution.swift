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
}

extension Verification {
    /// The reference runs again with the lowered numbers of one step more each time; the last step is the emulator itself.
    /// - Parameter reference: accuracy of the network that was lowered.
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
                return try trial.run(range, on: &engine, keepsSpikes: false, done: done).labels
            }
            let accuracy = trial.accuracy(parts.flatMap { $0 })
            losses.append(FidelityReport.AttributedLoss(step: step.rawValue, drop: before - accuracy))
            before = accuracy
        }
        losses.append(FidelityReport.AttributedLoss(step: LoweringStep.rounding.rawValue, drop: before - report.lowered))
        return losses
    }

    /// The reference engine with the numbers of some lowering steps in place of the model's.
    private func engine(of quantized: QuantizedNetwork, with steps: Set<LoweringStep>) throws(DiagnosticsError) -> ReferenceEngine<Double> {
        var dynamics: [ID<Population>: Dynamics] = [:]
        if steps.contains(.decaysAndThresholds) {
            for id in quantized.network.populations.ids { dynamics[id] = quantized.effectiveDynamics(of: id) }
        }
        return try ReferenceEngine<Double>(quantized.network, dynamics: dynamics) { id in
            DequantizedRows(id, of: quantized, weights: steps.contains(.weights), delays: steps.contains(.delays))
        }
    }
}
