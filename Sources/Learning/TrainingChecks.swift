import Diagnostics
import FrontEnd
import Networks
import Numerics

/// What every rule that learns from labels asks of a network and its samples.
/// - Throws: all that is wrong.
func checkTraining(_ network: Network, _ task: Task, _ readout: Readout, samples: DataSamples) throws(DiagnosticsError) {
    var faults = DiagnosticCollector()
    reportTrainingFaults(network, task, readout, samples: samples, takesNumbers: false, to: &faults)
    try faults.throwIfErrors()
}

func reportTrainingFaults(
    _ network: Network, _ task: Task, _ readout: Readout, samples: DataSamples, takesNumbers: Bool, to faults: inout DiagnosticCollector
) {
    let place = network.learning?.place
    let population = network.populations[readout.population]
    reportSampleFaults(network, samples, classes: population.size, takesNumbers: takesNumbers, to: &faults)
    if population.cell.isSource {
        faults.report(
            Diagnostic(
                "learning-readout-is-source", "the readout population '\(population.name)' is a source of spikes", at: place,
                help: "read out a population of neurons"))
    }
    if readout.skip >= task.steps {
        faults.report(
            Diagnostic(
                "learning-no-counted-step", "the readout skips \(readout.skip) of \(task.steps) steps", at: place,
                help: "skip fewer steps, or present samples for longer"))
    }
}

extension DataSamples {
    /// Squared distances of all numbers that are asked for from their mean.
    var targetSquares: Double {
        var (sum, squares, number) = (0.0, 0.0, 0.0)
        for sample in 0..<count {
            for target in series(sample) ?? [] where !target.isNaN {
                sum += Double(target)
                squares += Double(target) * Double(target)
                number += 1
            }
        }
        return number > 0 ? squares - sum * sum / number : 0
    }
}

/// What every rule asks of labelled samples: that there are some, and one readout neuron for each label.
/// - Parameter takesNumbers: whether the rule can follow numbers, where the task asks for them instead of classes.
func reportSampleFaults(
    _ network: Network, _ samples: DataSamples, classes: Int, takesNumbers: Bool = false, to faults: inout DiagnosticCollector
) {
    let place = network.task?.place ?? network.learning?.place
    if samples.targets.isSeries, !takesNumbers {
        faults.report(
            Diagnostic(
                "learning-numbers", "the rule '\(network.learning?.rule ?? "")' learns classes, and the targets of this task are numbers",
                at: network.learning?.place ?? place, help: "choose the rule 'eprop' or 'bptt', or a task with classes"))
    }
    if !samples.targets.isSeries, let label = samples.labels.first(where: { $0 < 0 || Int($0) >= classes }) {
        let name = network.readout.map { " population '\(network.populations[$0.population].name)'" } ?? ""
        faults.report(
            Diagnostic(
                "learning-label-out-of-range", "a sample has the label \(label), but the readout\(name) has \(classes) neurons",
                at: place, help: "give the readout one neuron for each class"))
    }
    if samples.count == 0 {
        faults.report(
            Diagnostic("learning-no-samples", "there is no sample to train on", at: place, help: "check the task's data and split"))
    }
}
