import Chips
import Diagnostics

/// What the artifact's layout asks of a chip of this family beyond what every chip states.
enum LoihiChipCheck {
    /// Bits of a weight and of an index, by the code in a synapse format.
    static let weightBits = [0, 1, 2, 3, 4, 5, 6, 8]
    static let indexBits = [0, 6, 7, 8, 9, 10, 11, 12]

    /// - Returns: the mesh, and how synapses are packed.
    static func check(_ chip: Chip) throws(DiagnosticsError) -> (mesh: Mesh, packing: SynapsePacking) {
        var faults: [Diagnostic] = []
        func refuse(_ id: String, _ message: String, help: String) {
            faults.append(Diagnostic(id, "the chip '\(chip.name)' \(message)", at: chip.place, help: help))
        }
        let packings = chip.resources.compactMap { resource -> SynapsePacking? in
            switch resource.rule {
            case .synapseMemory(let packing), .sharedMemory(_, let packing): packing
            default: nil
            }
        }
        if let packing = packings.first {
            if packing.wordBits != 64 {
                refuse("loihi-word", "has words of \(packing.wordBits) bits", help: "set word_bits to 64, or the family to 'plain'")
            }
            if packing.prefixBits < 4 || packing.synapsesPerEntry > 1 << min(packing.prefixBits - 4, 20) {
                refuse(
                    "loihi-prefix", "has entries of \(packing.synapsesPerEntry) synapses and a prefix of \(packing.prefixBits) bits",
                    help: "the prefix is the format's 4 bits and the number of synapses less 1")
            }
            for (name, widths, known) in [("weight", packing.weightBits, weightBits), ("index", packing.indexBits, indexBits)] {
                guard let stranger = widths.first(where: { !known.dropFirst().contains($0) }) else { continue }
                refuse(
                    "loihi-width", "has a \(name) of \(stranger) bits, for which a synapse format has no code",
                    help: "use \(known.dropFirst().map(String.init).joined(separator: ", ")), or the family 'plain'")
            }
        } else {
            refuse("loihi-no-packing", "states no synapse memory", help: "add a resource with the rule 'synapse_memory' or 'shared_memory'")
        }
        let formats = chip.resources.first { $0.rule == .synapseFormats }?.limit ?? .max
        if formats > 15 {
            refuse(
                "loihi-formats", "has \(formats == .max ? "no limit on" : String(formats)) synapse formats",
                help: "an entry names its format with 4 bits, and 0 is unused: state a limit of at most 15")
        }
        let registers: [(name: String, range: ClosedRange<Int>, width: ClosedRange<Int>)] = [
            ("formats.weight.exponent", chip.formats.weight.exponent, -8...7), ("formats.delay", chip.formats.delay, 0...62),
            ("formats.refractory", chip.formats.refractory, 0...62), ("formats.bias.exponent", chip.formats.bias.exponent, 0...7),
            ("formats.bias.mantissa", chip.formats.bias.mantissa, -4096...4095),
            ("formats.threshold.mantissa", chip.formats.threshold.mantissa, 0...131_071),
            ("formats.decay.current_offset", chip.formats.decay.currentOffset...chip.formats.decay.currentOffset, 0...1),
            ("formats.decay.membrane_offset", chip.formats.decay.membraneOffset...chip.formats.decay.membraneOffset, 0...1),
            ("formats.decay.bits", chip.formats.decay.bits...chip.formats.decay.bits, 12...12),
        ]
        for (name, range, width) in registers where range.lowerBound < width.lowerBound || range.upperBound > width.upperBound {
            refuse(
                "loihi-register",
                "has '\(name)' of \(range.lowerBound)...\(range.upperBound), and the register holds \(width.lowerBound)...\(width.upperBound)",
                help: "stay within the register, or use the family 'plain'")
        }
        guard faults.isEmpty, case .mesh(let mesh) = chip.topology, let packing = packings.first else { throw DiagnosticsError(faults) }
        return (mesh, packing)
    }
}
