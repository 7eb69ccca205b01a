import Diagnostics
import FrontEnd
import Networks

/// What e-prop asks of a network, its options and its samples.
/// - Throws: all that is wrong.
func checkEProp(
    _ network: Network, _ task: Task, _ readout: Readout, _ options: EPropOptions, _ plan: RecurrentPlan, _ samples: DataSamples
) throws(DiagnosticsError) {
    var faults = DiagnosticCollector()
    let place = network.learning?.place
    reportTrainingFaults(network, task, readout, samples: samples, takesNumbers: true, to: &faults)
    let perSynapse = options.isOnline || options.traceBits > 0
    if perSynapse, let decays = plan.plan.populations[plan.readout].dynamics?.membraneDecay, Set(decays).count > 1 {
        faults.report(
            Diagnostic(
                "learning-eprop-form", "traces for every synapse need one time constant for the readout, and it has several", at: place,
                help: "give the readout one tau_m, or write 'form: factored' without 'precision'"))
    }
    if perSynapse, case .exact = options.feedback {
        faults.report(
            Diagnostic(
                "learning-eprop-form", "the exact learning signal runs backwards in time, and traces run forward", at: place,
                help: "choose 'feedback: symmetric', or 'form: factored'"))
    }
    if options.traceBits > 0 {
        let decays = plan.hidden.flatMap { plan.plan.populations[$0.population].dynamics?.membraneDecay ?? [] }
        if Set(decays).count > 1 {
            faults.report(
                Diagnostic(
                    "learning-eprop-form", "rounded traces of an input are shared by its targets, whose tau_m differ", at: place,
                    help: "give all spiking populations one tau_m"))
        }
        if options.traceBits < 4 {
            faults.report(
                Diagnostic(
                    "learning-eprop-form", "traces of \(options.traceBits) bits hold no more than a sign and a digit", at: place,
                    help: "choose 4 to 16 bits, or 0 for floating point"))
        }
    }
    if options.isImmediate {
        for (lack, cure) in options.sums {
            faults.report(
                Diagnostic(
                    "learning-eprop-immediate", "'form: immediate' keeps no sums, and \(lack)", at: place,
                    help: "\(cure), or choose 'form: factored'"))
        }
    }
    if options.reward != nil, samples.targets.isSeries {
        faults.report(
            Diagnostic(
                "learning-eprop-reward", "a reward is paid for right classes, and the targets of this task are numbers", at: place,
                help: "remove 'reward', or choose a task with classes"))
    }
    try faults.throwIfErrors()
}

extension EPropOptions {
    /// What needs a number for each synapse beside its traces, or for each trial: each with what to write instead.
    fileprivate var sums: [(lack: String, cure: String)] {
        var sums: [(String, String)] = []
        if batch > 1 { sums.append(("'batch: \(batch)' is a mean over trials", "write 'batch: 1'")) }
        switch optimizer {
        case .adam: sums.append(("'adam' keeps two moments of every weight", "write 'optimizer: {sgd: {rate: …}}'"))
        case .sgd(let momentum): if momentum > 0 { sums.append(("'momentum' is a running sum of gradients", "remove 'momentum'")) }
        }
        if clip > 0 { sums.append(("'clip' needs the norm of a whole gradient", "remove 'clip'")) }
        if averageDecay > 0 { sums.append(("'average' is a second value of every weight", "remove 'average'")) }
        if reward != nil { sums.append(("'reward' discounts a third trace of every synapse", "remove 'reward'")) }
        switch feedback {
        case .adaptive:
            sums.append(("'feedback: adaptive' moves with what readout weights gain in a step", "choose 'symmetric' or 'random'"))
        case .exact: sums.append(("'feedback: exact' looks back from the end of a trial", "choose 'symmetric' or 'random'"))
        case .symmetric, .random: break
        }
        return sums
    }
}
