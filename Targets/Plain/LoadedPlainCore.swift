import Chips
import Diagnostics
import Storage

/// The tables of one core as the file holds them, every entry within what the chip can hold.
struct LoadedPlainCore: Sendable {
    /// Physical number.
    let number: Int
    /// For messages: `chip0/core12`.
    let group: String
    private let neurons: LoadedPlainNeurons
    private let exponent: [Int]
    private let firstSynapse: [Int]
    private let target: [Int32]
    private let weight: [Int16]
    private let delay: [UInt8]
    private let format: [UInt16]

    var count: Int { neurons.count }
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
        let formats = chip.formats
        neurons = try LoadedPlainNeurons(file, path: path, group: group, chip: chip)
        let count = neurons.count

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

        let targets = try column("synapses/target", 0...max(neurons.inputCount - 1, 0))
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
    func image(chip: Chip, inlets: [Inlet]) -> CoreImage {
        neurons.image(number: number, formats: chip.formats, bank: bank(chip.arithmetic), inlets: inlets)
    }

    private func bank(_ arithmetic: Arithmetic) -> SynapseBank {
        let shiftsWeights: Bool =
            switch arithmetic {
            case .integerCurrent(let law): law.exponentAppliesTo == .weight
            default: true
            }
        var builder = SynapseBankBuilder(compartments: neurons.inputCount)
        // Where a chip shifts sums by a negative exponent, all synapses of that exponent are summed apart.
        var groups: [Int: Int] = [:]
        let groupOfFormat = exponent.map { exponent in
            if exponent >= 0 || shiftsWeights { return 0 }
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
