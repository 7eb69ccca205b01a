import Chips
import Diagnostics
import Storage

/// The tables of one core as the file holds them, every entry within what the chip can hold.
struct LoadedPlainCore: Sendable {
    /// Physical number.
    let number: Int
    /// For messages: `chip0/core12`.
    let group: String
    private let currentDecay: [Int]
    private let membraneDecay: [Int]
    private let threshold: [Int]
    private let bias: [Int]
    private let biasExponent: [Int]
    private let refractory: [Int]
    private let reset: [Int]
    private let initialMembrane: [Int]
    private let program: LoadedProgram?
    private let exponent: [Int]
    private let firstSynapse: [Int]
    private let target: [Int32]
    private let weight: [Int16]
    private let delay: [UInt8]
    private let format: [UInt16]

    var count: Int { bias.count }
    var axonCount: Int { firstSynapse.count - 1 }

    init(_ file: HDF5File, path: String, group: String, number: Int, chip: Chip) throws(DiagnosticsError) {
        self.number = number
        self.group = group
        func fail(_ what: String) -> DiagnosticsError { ArtifactManifest.damaged(path, "\(group)/\(what)") }
        func column(_ name: String, _ range: ClosedRange<Int>, like length: Int? = nil) throws(DiagnosticsError) -> [Int] {
            let values = try file.readIntegers("\(group)/\(name)")
            if let length, values.count != length { throw fail("\(name) has \(values.count) entries, and its table \(length)") }
            if let row = values.firstIndex(where: { !range.contains($0) }) {
                throw fail("\(name): row \(row) is \(values[row]), outside \(range.lowerBound)...\(range.upperBound)")
            }
            return values
        }
        guard case .integerCurrent(let arithmetic) = chip.arithmetic else { throw fail(": the chip's arithmetic is another") }
        let formats = chip.formats
        let state = (1 << arithmetic.stateBits) - 1

        bias = try column("neurons/bias", formats.bias.mantissa)
        let count = bias.count
        currentDecay = try column("neurons/current_decay", 0...formats.decay.one - formats.decay.currentOffset, like: count)
        membraneDecay = try column("neurons/membrane_decay", 0...formats.decay.one - formats.decay.membraneOffset, like: count)
        threshold = try column("neurons/threshold", formats.threshold.mantissa, like: count)
        biasExponent = try column("neurons/bias_exponent", formats.bias.exponent, like: count)
        refractory = try column("neurons/refractory", formats.refractory, like: count)
        reset = try column("neurons/reset", 0...1, like: count)
        initialMembrane = try column("neurons/initial_membrane", -state...state, like: count)
        if let row = reset.firstIndex(where: { !arithmetic.resets.contains(PlainTables.resets[$0]) }) {
            throw fail("neurons/reset: row \(row) is '\(PlainTables.resets[reset[row]].rawValue)', which the chip lacks")
        }

        let word = Int(Int32.min)...Int(Int32.max)
        program =
            file.kind(of: "\(group)/neurons/adaptive_law") == nil
            ? nil
            : LoadedProgram(
                law: try column("neurons/adaptive_law", 0...4, like: count),
                decay: try column("neurons/adaptive_decay", 0...formats.decay.one, like: count),
                jump: try column("neurons/adaptive_jump", word, like: count),
                laterReset: try column("neurons/adaptive_later_reset", word, like: count),
                blocks: try column("neurons/adaptive_blocks", 0...1, like: count))
        if program != nil, !arithmetic.adaptiveThreshold { throw fail("neurons/adaptive_law: the chip's neurons do not adapt") }

        exponent = try column("formats/exponent", formats.weight.exponent)
        let bits = try column("formats/bits", 1...15, like: exponent.count)
        let modes = try column("formats/mode", 0...2, like: exponent.count)
        if formats.weight.scope == .core, Set(exponent).count > 1 { throw fail("formats/exponent: a core of the chip has one exponent") }
        var mantissas: [(range: ClosedRange<Int>, step: Int)] = []
        for number in exponent.indices {
            let mode = PlainTables.modes[modes[number]]
            guard formats.weight.bits.contains(bits[number]), formats.weight.modes.contains(mode) else {
                throw fail("formats: row \(number) has \(bits[number]) bits and the mode '\(mode.rawValue)', which the chip lacks")
            }
            mantissas.append(formats.weight.mantissas(mode, bits: bits[number]))
        }

        let targets = try column("synapses/target", 0...max(count - 1, 0))
        let weights = try column("synapses/weight", Int(Int16.min)...Int(Int16.max), like: targets.count)
        let delays = try column("synapses/delay", formats.delay, like: targets.count)
        let numbers = try column("synapses/format", 0...max(exponent.count - 1, 0), like: targets.count)
        if !targets.isEmpty, count == 0 || exponent.isEmpty { throw fail("synapses: there are no neurons or no formats for them") }
        for row in weights.indices {
            let (range, step) = mantissas[numbers[row]]
            if !range.contains(weights[row]) || weights[row] % step != 0 {
                throw fail(
                    "synapses/weight: row \(row) is \(weights[row]), and format \(numbers[row]) has multiples of \(step) in \(range)")
            }
        }
        firstSynapse = try column("axons/first_synapse", 0...targets.count)
        guard firstSynapse.first == 0, firstSynapse.last == targets.count,
            zip(firstSynapse, firstSynapse.dropFirst()).allSatisfy({ $0 <= $1 })
        else { throw fail("axons/first_synapse does not ascend from 0 to \(targets.count)") }
        target = targets.map { Int32($0) }
        weight = weights.map { Int16($0) }
        delay = delays.map { UInt8($0) }
        format = numbers.map { UInt16($0) }
        for resource in chip.resources {
            let used: Int
            switch resource.rule {
            case .neurons(let each): used = count * each
            case .inputAxons: used = firstSynapse.count - 1
            default: continue
            }
            if used > resource.limit {
                throw fail(": \(used) \(resource.unit) of '\(resource.name)', of which a core has \(resource.limit)")
            }
        }
    }

    /// The core as the machine runs it.
    func image(chip: Chip, arithmetic: IntegerCurrentArithmetic, inlets: [Inlet]) -> CoreImage {
        var registers = CompartmentRegisters(
            currentDecay: currentDecay, membraneDecay: membraneDecay, thresholdMantissa: threshold, biasMantissa: bias,
            biasExponent: biasExponent, formats: chip.formats)
        registers.heldSteps = refractory.map { Int32($0) }
        registers.subtracts = reset.map { $0 == 1 ? -1 : 0 }
        registers.adaptation = program?.registers(one: chip.formats.decay.one)
        return CoreImage(
            number: number, law: CompartmentLaw(arithmetic, formats: chip.formats), registers: registers,
            initialMembrane: initialMembrane.map { Int32($0) }, bank: bank(arithmetic), inlets: inlets)
    }

    private func bank(_ arithmetic: IntegerCurrentArithmetic) -> SynapseBank {
        var builder = SynapseBankBuilder(compartments: count)
        // Where a chip shifts sums by a negative exponent, all synapses of that exponent are summed apart.
        var groups: [Int: Int] = [:]
        let groupOfFormat = exponent.map { exponent in
            if exponent >= 0 || arithmetic.exponentAppliesTo == .weight { return 0 }
            let group = groups[exponent] ?? builder.addGroup(shift: -exponent)
            groups[exponent] = group
            return group
        }
        var row = DecodedRow()
        for axon in 0..<axonCount {
            row.clear()
            for index in firstSynapse[axon]..<firstSynapse[axon + 1] {
                let format = Int(format[index])
                let group = groupOfFormat[format]
                let mantissa = Int(weight[index])
                let effective = group > 0 ? mantissa : WeightTruncation.effective(mantissa, exponent: exponent[format])
                row.append(Int(target[index]), Int32(effective), delay: Int(delay[index]), group: group)
            }
            row.add(to: &builder)
            builder.endAxon()
        }
        return builder.finish()
    }
}
