import Diagnostics
import FrontEnd
import Networks
import Numerics

/// What every rule that learns from labels asks of a network and its samples.
/// - Throws: all that is wrong.
func checkTraining(_ network: Network, _ task: Task, _ readout: Readout, samples: DataSamples) throws(DiagnosticsError) {
    var faults = DiagnosticCollector()
    reportTrainingFaults(network, task, readout, samples: samples, to: &faults)
    try faults.throwIfErrors()
}

func reportTrainingFaults(
    _ network: Network, _ task: Task, _ readout: Readout, samples: DataSamples, to faults: inout DiagnosticCollector
) {
    let place = network.learning?.place
    let population = network.populations[readout.population]
    reportSampleFaults(network, samples, classes: population.size, to: &faults)
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

/// What every rule asks of labelled samples: that there are some, and one readout neuron for each label.
func reportSampleFaults(_ network: Network, _ samples: DataSamples, classes: Int, to faults: inout DiagnosticCollector) {
    let place = network.task?.place ?? network.learning?.place
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
