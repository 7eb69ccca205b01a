import Chips
import Diagnostics
import Learning
import Lowering
import Networks
import Numerics

extension PairLearning: EPropHardware {
    func machine(for program: EPropProgram) throws(DiagnosticsError) -> any EPropMachine {
        guard let quantized = (numbers as? any QuantizedSource)?.quantized, case .integerCurrent(let arithmetic) = chip.arithmetic,
            quantized.compartments(of: ID(program.plan.readout)) != nil
        else {
            throw DiagnosticsError(
                [
                    Diagnostic(
                        "on-chip-no-registers", "'\(chip.name)' computes with other neurons than those whose learning is emulated",
                        at: chip.place, help: "train in the loop (--target without --on-chip)")
                ], isRefusal: true)
        }
        let faults = sums(program) + neurons(program, quantized) + weights(program, quantized)
        guard faults.isEmpty else { throw DiagnosticsError(faults, isRefusal: true) }
        let machine = LoihiEPropMachine(program, quantized, chip: chip, arithmetic: arithmetic)
        guard machine.scaleError < Self.largestScaleError else {
            throw DiagnosticsError(
                [
                    Diagnostic(
                        "on-chip-code",
                        "the learning engine of '\(chip.name)' cannot hold the rule: a scale of its products would be off by \(shortest((100 * machine.scaleError).rounded())) %",
                        at: program.network.learning?.place,
                        help: "change 'damp' or the time constants, or train in the loop (--target without --on-chip)")
                ], isRefusal: true)
        }
        return machine
    }

    private static let largestScaleError = 0.25

    private func sums(_ program: EPropProgram) -> [Diagnostic] {
        guard !program.options.isImmediate else { return [] }
        let form = program.options.isOnline ? "online" : "factored"
        return [
            Diagnostic(
                "on-chip-eprop-sums",
                "a synapse of '\(chip.name)' has a weight and two tags of 8 bits, and 'form: \(form)' sums a gradient over a trial",
                at: program.network.learning?.place,
                help:
                    "write 'form: immediate', 'batch: 1' and 'optimizer: {sgd: {rate: …}}', or train in the loop (--target without --on-chip)"
            )
        ]
    }

    /// What compartments and products cannot hold.
    private func neurons(_ program: EPropProgram, _ quantized: QuantizedNetwork) -> [Diagnostic] {
        var faults: [Diagnostic] = []
        func fault(_ message: String, _ help: String) {
            faults.append(Diagnostic("on-chip-eprop-neurons", message, at: program.network.learning?.place, help: help))
        }
        if program.options.weightBits != 0, program.options.weightBits != chip.formats.weight.bits.last {
            fault(
                "'precision' asks for weights of \(program.options.weightBits) bits, and they learn with \(chip.formats.weight.bits.last ?? 0) on '\(chip.name)'",
                "write 'precision: {weights: \(chip.formats.weight.bits.last ?? 0), traces: 8}', or leave it out")
        }
        if program.options.surrogate.isScaledByAdapted {
            fault(
                "the pseudo-derivative would be divided by a threshold that changes, and microcode multiplies and shifts",
                "write 'surrogate_scale: base'")
        }
        var decays: Set<Double> = []
        for (population, _) in program.plan.hidden {
            let name = program.plan.plan.populations[population].name
            guard let registers = quantized.compartments(of: ID(population)), let dynamics = quantized.effectiveDynamics(of: ID(population))
            else { continue }
            let laws = registers.adaptation?.map(\.reset) ?? [.base]
            if laws.contains(.base) || laws.contains(.adapted) {
                fault(
                    "the pseudo-derivative of '\(name)' is computed from the membrane behind a step, which its reset has changed",
                    "write 'reset: subtract_next'")
            }
            let numbers = [
                dynamics.threshold, dynamics.beta, dynamics.adaptationDecay, dynamics.membraneDecay, dynamics.currentGain[0],
            ]
            if numbers.contains(where: { Set($0).count > 1 }) {
                fault(
                    "the neurons of '\(name)' differ in threshold, time constants or adaptation, and the engine's products are the same for all",
                    "give them the same numbers, or split the population")
            }
            decays.formUnion(dynamics.membraneDecay)
        }
        if decays.count > 1 {
            fault(
                "spiking populations differ in tau_m, and the trace of a source decays alike for all its targets",
                "give all spiking populations one tau_m")
        }
        return faults
    }

    private func weights(_ program: EPropProgram, _ quantized: QuantizedNetwork) -> [Diagnostic] {
        var faults: [Diagnostic] = []
        func fault(_ message: String, _ help: String) {
            faults.append(Diagnostic("on-chip-eprop-weights", message, at: program.network.learning?.place, help: help))
        }
        let exponents = chip.formats.weight.exponent
        var seen: [RecurrentPlan.Part: Set<Int>] = [:]
        for (index, projection) in program.plan.plan.projections.enumerated() {
            let synapses = quantized.synapses(of: ID(index))
            if synapses.mode != .mixed || projection.receptor != .bySign {
                fault(
                    "the weights of '\(projection.name)' have one sign, and learning changes signs",
                    "leave out `receptor`, and start from weights of both signs")
            }
            // The range is mostly doubled, so that weights may grow.
            let exponent = synapses.exponent + synapses.doublings
            if exponent < 0 || exponent > exponents.upperBound {
                fault(
                    "the weights of '\(projection.name)' take the exponent \(exponent) while they learn, outside 0...\(exponents.upperBound)",
                    "change the weights' size against the threshold")
            }
            let place = program.plan.places[index]
            var isTwice = false
            program.plan.forEachSynapse(projection) { pre, post, _ in
                let slot = (place.row + pre) << 32 | (place.column + post)
                if !seen[place.part, default: []].insert(slot).inserted { isTwice = true }
            }
            if isTwice {
                fault(
                    "projection '\(projection.name)' has several synapses between two neurons, and the engine's columns one",
                    "leave one synapse between any two neurons")
            }
        }
        return faults
    }
}
