import Chips
import Diagnostics
import Learning
import Lowering
import Networks
import Numerics

/// e-prop on cores that compute in single precision (SpiNNaker 2; Rostami et al. 2022, Frontiers in Neuroscience 16:1018006).
///
/// What is theirs: e-prop in float32, with batches and Adam, everything in the memory of the cores. What is this project's choice, because
/// their program is not public, stands in Documentation/Rules/eprop.md, "On SpiNNaker 2".
struct SinglePrecisionLearning: EPropHardware {
    let chip: Chip
    let numbers: any QuantizedSource

    func learns(_ rule: String) -> Bool { rule == EProp.name }

    /// Pair rules learn in the loop: their program is not emulated.
    func synapses(
        of _: ID<Projection>, sources _: Int, targets _: Int, weights _: [Double], rule _: PairRule
    ) throws(DiagnosticsError) -> any LearningSynapses {
        throw DiagnosticsError(
            [
                Diagnostic(
                    "on-chip-pairs", "pair rules are not emulated in the arithmetic of '\(chip.name)'", at: chip.place,
                    help: "train in the loop (--target without --on-chip)")
            ], isRefusal: true)
    }

    func notes(on _: PairRule, of _: ID<Projection>) -> [Diagnostic] { [] }

    func machine(for program: EPropProgram) throws(DiagnosticsError) -> any EPropMachine {
        let faults = lacks(program)
        guard faults.isEmpty else { throw DiagnosticsError(faults, isRefusal: true) }
        let memory = LearningMemory(program, chip, trialSums: trialSums(program))
        try memory.check()
        return try SinglePrecisionMachine(program, numbers, memory: memory, rates: trialSums(program) ? .ofTrial : .ofBatchBefore)
    }

    /// Whether there is a word left for the sum of e over a trial, which the firing-rate term of the trial's own rate asks for.
    private func trialSums(_ program: EPropProgram) -> Bool {
        guard program.options.rateStrength > 0, let offer = chip.learning else { return false }
        return offer.perSynapse.count { $0.bits >= 31 } > LearningMemory.words(of: program, isAdaptive: LearningMemory.isAdaptive(program))
    }

    /// What the program does not do, all of it at once.
    private func lacks(_ program: EPropProgram) -> [Diagnostic] {
        var faults: [Diagnostic] = []
        let place = program.network.learning?.place
        func lack(_ message: String, help: String) {
            faults.append(Diagnostic("on-chip-eprop-program", "e-prop on '\(chip.name)' \(message)", at: place, help: help))
        }
        let options = program.options
        if options.weightBits > 0 || options.traceBits > 0 {
            lack("computes in single precision, and 'precision' asks for whole numbers", help: "remove 'precision', or choose loihi2")
        }
        if options.reward != nil {
            lack("learns from labels and numbers, and 'reward' asks for actions", help: "remove 'reward', or train in the loop")
        }
        if case .adaptive = options.feedback {
            lack(
                "keeps B as it is drawn, or as the readout's weights are, and 'feedback: adaptive' moves it on its own",
                help: "choose 'symmetric' or 'random', or train in the loop")
        }
        if let readout = program.plan.plan.populations[program.plan.readout].dynamics, Set(readout.membraneDecay).count > 1 {
            lack("filters a synapse's trace once, and the readout has several time constants", help: "give the readout one tau_m")
        }
        if let task = program.network.task, case .direct = task.encoder {
            lack(
                "sees spikes, and the encoder 'direct' sends values",
                help: "choose an encoder of spikes, such as 'rate', or train in the loop")
        }
        let synapses = program.plan.plan.projections.filter(\.isTrainable).contains { projection in
            if case .compressed(let rows) = projection.form { return rows.targets.count != projection.parameters.count }
            return false
        }
        if synapses { lack("gives every synapse a weight of its own, and this network shares some", help: "train in the loop") }
        return faults
    }
}
