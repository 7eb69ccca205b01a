package import Chips
package import Diagnostics
import Lowering
import Numerics

extension ExecutionFile {
    /// Generators of background events address sources by 8 bits (haldls, background.h).
    static let mostBackgroundSources = 256
    /// Events per µs that the host can send (brainscales2-demos, tp_00).
    static let mostHostEvents = 125.0
    /// Neurons whose membranes the fast converter can sample at once, through two multiplexers (haldls, madc.h).
    static let mostSampled = 2
    /// Refractory clocks of a hemisphere; counters of 8 bits at 250 MHz / 2^(scale + 1), scales of 4 bits (haldls, neuron.h).
    static let refractoryClocks = 2
    static let refractoryClock = 250.0
    static let refractoryScales = 0...15
    static let refractoryCount = 255.0
    /// Codes of the analog parameters; 1023 stops the refresh (haldls, capmem.h).
    static let codes = 0.0...1022.0
    static let plasticityCodes = 0...15

    /// What an execution asks of the chip beside labels and rows that the chip does not have. The numbers in brackets are those of
    /// Documentation/Targets/brainscales.md.
    ///
    /// - At most 256 sources behind a generator of background events [C14]; short-term plasticity within its codes and one of two target
    ///   voltages [C15].
    /// - One bias of the weights' converters in each quadrant, and refractory times that two clocks of a hemisphere can count [C16].
    /// - Targets within what can be calibrated [C17]; two membranes at most on the fast converter [C18].
    /// - Spikes replayed only from executions that have run before [C20]; no more events than the host can send [C21].
    /// - Biases of the synaptic inputs within reach, the converters' lowered for long time constants, so that one spike does not saturate an
    ///   input [C22]; a pause behind each sample [C23]; codes that may be written [C24].
    package func refusals(population name: (Int) -> String, chip: Chip) -> [Diagnostic] {
        guard case .analog(let law) = chip.arithmetic else { return [] }
        var found: [Diagnostic] = []
        func refuse(_ id: String, _ message: String, help: String) {
            found.append(Diagnostic(id, "execution \(number): \(message)", at: chip.place, help: help))
        }
        for (index, generator) in background.enumerated() where generator.sources > Self.mostBackgroundSources {
            refuse(
                "brainscales-background",
                "generator \(index) stands for \(generator.sources) sources, and its mask tells \(Self.mostBackgroundSources) apart [C14]",
                help: "split the population into parts of at most \(Self.mostBackgroundSources)")
        }
        for (driver, plasticity) in plasticity.enumerated() {
            let codes = [plasticity.utilization, plasticity.recovery, plasticity.offset]
            if !codes.allSatisfy(Self.plasticityCodes.contains) || !(0...1).contains(plasticity.targetVoltageSet) {
                refuse(
                    "brainscales-short-term-plasticity",
                    "driver \(driver) has short-term plasticity \(codes) with target voltage \(plasticity.targetVoltageSet), beyond codes of 4 bits and two voltages [C15]",
                    help: "choose codes from 0 to 15 and one of the two target voltages of the block")
            }
        }
        checkQuadrants(name, refuse)
        for (neuron, target) in zip(configuration.neurons, targets) {
            let subject = "neuron \(neuron.index) of population '\(name(neuron.population))'"
            let ranges: [(String, Double, ClosedRange<Double>, String)] =
                [
                    ("tau_m", target.membraneTime, law.membraneTime, "µs"), ("tau_syn_E", target.synapseTime[0], law.synapseTime, "µs"),
                    ("tau_syn_I", target.synapseTime[1], law.synapseTime, "µs"),
                    ("tau_refrac", target.refractoryTime, law.refractoryTime, "µs"),
                    ("rest", target.leak, law.leak, "LSB"),
                ] + (target.threshold.map { [("v_thresh", $0, law.threshold, "LSB"), ("v_reset", target.reset, law.reset, "LSB")] } ?? [])
            if let (parameter, value, range, unit) = ranges.first(where: { !$0.2.contains($0.1) }) {
                refuse(
                    "brainscales-target",
                    "\(subject) has \(parameter) at \(shown(value)) \(unit), and a calibration reaches \(shown(range.lowerBound)) to \(shown(range.upperBound)) \(unit) [C17]",
                    help: "change \(parameter) of '\(name(neuron.population))' so that it lies within")
                break
            }
            if !(target.gainBias + [target.converterBias]).allSatisfy(Self.codes.contains) {
                refuse(
                    "brainscales-code", "\(subject) has codes beyond 0 to 1022 [C24]", help: "1023 would stop the refresh; lower the bias")
                break
            }
            if let bias = target.gainBias.first(where: { !law.gain.contains($0) })
                ?? (law.converterBias.contains(target.converterBias) ? nil : target.converterBias)
            {
                refuse(
                    "brainscales-gain",
                    "\(subject) needs a bias of \(shown(bias)) at its synaptic input, beyond \(shown(law.gain.lowerBound)) to \(shown(law.gain.upperBound)), so that one spike would saturate it [C22]",
                    help:
                        "use more parallel synapses and a lower converter bias for '\(name(neuron.population))', or shorter synaptic time constants"
                )
                break
            }
        }
        let sampled = records.indices.filter { records[$0].madc }
        if sampled.count > Self.mostSampled {
            let names = sampled.prefix(4).map { "\(name(configuration.neurons[$0].population)) \(configuration.neurons[$0].index)" }
            refuse(
                "brainscales-sampled",
                "\(sampled.count) neurons (\(names.joined(separator: ", "))…) are to be sampled by the MADC, which has \(Self.mostSampled) channels [C18]",
                help: "record the others with the CADC ('record: v'), which samples all columns together")
        }
        if let bad = dependencies.first(where: { $0 >= number }) {
            refuse(
                "brainscales-schedule", "it replays spikes of execution \(bad), which runs later [C20]",
                help: "let all of a loop run in one execution, or cut the loop")
        }
        if hostRate > Self.mostHostEvents {
            refuse(
                "brainscales-event-rate",
                "the host would send \(shown(hostRate)) events per µs, and the link carries \(shown(Self.mostHostEvents)); the others would be dropped [C21]",
                help: "lower the rate of the inputs, or spread the sample over more time steps")
        }
        if wait <= 0, slot > 0 {
            refuse(
                "brainscales-pause", "samples follow each other without a pause, so that states mix [C23]",
                help: "leave some tau_m between them")
        }
        return found
    }

    private func checkQuadrants(_ name: (Int) -> String, _ refuse: (String, String, String) -> Void) {
        let crossbar = configuration.crossbar
        var biases: [Int: Double] = [:]
        var scales: [[Int: Int]] = [[:], [:]]
        for (number, (neuron, target)) in zip(configuration.neurons, targets).enumerated() {
            for circuit in neuron.circuits {
                let hemisphere = crossbar.hemisphere(ofCircuit: circuit)
                let quadrant = hemisphere * crossbar.halves + crossbar.half(ofColumn: crossbar.column(ofCircuit: circuit))
                if let other = biases.updateValue(target.converterBias, forKey: quadrant), other != target.converterBias {
                    refuse(
                        "brainscales-quadrant",
                        "neuron \(neuron.index) of population '\(name(neuron.population))' asks for converter bias \(shown(target.converterBias)) in quadrant \(quadrant), others for \(shown(other)), and a quadrant has one [C16]",
                        "set the strength of a population by the bias of its synaptic inputs, which every neuron has for itself")
                    return
                }
                let needed = Self.refractoryScales.first {
                    target.refractoryTime * Self.refractoryClock / Double(2 << $0) <= Self.refractoryCount
                }
                scales[hemisphere][needed ?? Self.refractoryScales.upperBound] = number
            }
        }
        for (hemisphere, own) in scales.enumerated() where own.count > Self.refractoryClocks {
            let names = Set(own.values.map { name(configuration.neurons[$0].population) }).sorted().map { "'\($0)'" }.joined(
                separator: ", ")
            refuse(
                "brainscales-refractory-clocks",
                "the refractory times of \(names) need \(own.count) clocks in the \(hemisphere == 0 ? "top" : "bottom") hemisphere, which has \(Self.refractoryClocks) [C16]",
                "give the populations tau_refrac within a factor of two, or of two lengths only")
        }
    }

    private func shown(_ value: Double) -> String { shortest((value * 1000).rounded() / 1000) }
}
