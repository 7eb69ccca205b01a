import Chips
import Diagnostics

/// Decodes a core's registers and synapse words into what an emulated core computes with.
struct CoreDecoder {
    private let core: LoadedRegisters
    private let chip: Chip
    private let packing: SynapsePacking
    private let arithmetic: IntegerCurrentArithmetic

    init(_ core: LoadedRegisters, chip: Chip) throws(DiagnosticsError) {
        self.core = core
        self.chip = chip
        let packings = chip.resources.compactMap { resource -> SynapsePacking? in
            switch resource.rule {
            case .synapseMemory(let packing), .sharedMemory(_, let packing): packing
            default: nil
            }
        }
        guard let packing = packings.first, packing.wordBits == 64, packing.prefixBits >= 4, packing.prefixBits <= 24 else {
            throw ArtifactManifest.damaged(core.path, "the chip does not say how its synapses are packed into 64-bit words")
        }
        self.packing = packing
        switch chip.arithmetic {
        case .integerCurrent(let arithmetic): self.arithmetic = arithmetic
        default: throw ArtifactManifest.damaged(core.path, "the chip's arithmetic is another")
        }
    }

    func image(inlets: [Inlet]) throws(DiagnosticsError) -> CoreImage {
        let limit = 1 << arithmetic.stateBits
        let lowest = max(-(1 << core.negVmLimit) + 1, -limit + 1)
        let highest = min((1 << (9 + 2 * core.posVmLimit)) - 1, limit - 1)
        return CoreImage(
            number: core.number,
            law: CompartmentLaw(arithmetic, formats: chip.formats, membraneRange: Int32(min(lowest, 0))...Int32(highest)),
            registers: registers(),
            initialMembrane: core.initialMembrane.isEmpty
                ? [Int32](repeating: 0, count: core.compartments) : core.initialMembrane.map { Int32($0) },
            bank: try bank(), inlets: inlets)
    }

    private func registers() -> CompartmentRegisters {
        var registers = CompartmentRegisters(count: core.compartments)
        let one = chip.formats.decay.one
        let profiles = core.compartmentProfile
        registers.currentFactor = profiles.map { Int32(max(one - (core.decayU[$0] + core.dsOffset), 0)) }
        registers.membraneFactor = profiles.map { Int32(max(one - (core.decayV[$0] + core.dmOffset), 0)) }
        registers.threshold = core.thresholdProfile.map { Int32(core.threshold[$0] << chip.formats.threshold.shift) }
        registers.bias = zip(core.bias, core.biasExponent).map { CompartmentRegisters.bias(mantissa: $0, exponent: $1) }
        registers.heldSteps = profiles.map { Int32(core.refractDelay[$0] - 1) }
        registers.subtracts = profiles.map { core.resetMode[$0] == 1 ? -1 : 0 }
        registers.adaptation = core.microcode.map { table in
            func byCompartment(_ column: [Int]) -> [Int] { profiles.map { column[$0] } }
            return LoadedProgram(
                law: byCompartment(table.law), decay: byCompartment(table.decay), jump: byCompartment(table.jump),
                laterReset: byCompartment(table.laterReset), blocks: byCompartment(table.blocks)
            ).registers(one: one)
        }
        if let units = core.units?.registers(profiles) { registers.setGraded(units) }
        return registers
    }

    /// Walks every axon's list of entries.
    private func bank() throws(DiagnosticsError) -> SynapseBank {
        var builder = SynapseBankBuilder(compartments: core.compartments)
        let formats = try decodeFormats(&builder)
        var row = DecodedRow()
        for axon in core.synapsePointer.indices {
            var reader = BitReader(core.memory, from: core.synapsePointer[axon], words: core.synapseLength[axon])
            row.clear()
            while reader.hasWords {
                try decodeEntry(&reader, formats, axon: axon, into: &row)
            }
            row.add(to: &builder)
            builder.endAxon()
        }
        return builder.finish()
    }

    private struct Format {
        var weightBits: Int
        var delayBits: Int
        var indexBits: Int
        var isSparse: Bool
        var mode: WeightFormat.SignMode
        /// A field's unit as an effective weight is `step · 2^exponent`; below 0 the exponent shifts what is stored, or the group's sum.
        var step: Int
        var exponent: Int
        /// Group of the synapse bank whose sums are shifted.
        var group: Int
    }

    /// By number; formats without weights are unused.
    private func decodeFormats(_ builder: inout SynapseBankBuilder) throws(DiagnosticsError) -> [Format?] {
        let weightBits = [0, 1, 2, 3, 4, 5, 6, 8]
        let indexBits = [0, 6, 7, 8, 9, 10, 11, 12]
        var groups: [Int: Int] = [:]
        var formats: [Format?] = []
        for number in core.weightExponent.indices {
            if number == 0 || core.weightCode[number] == 0 {
                formats.append(nil)
                continue
            }
            let mode: WeightFormat.SignMode
            switch core.fanoutType[number] {
            case 1: mode = .mixed
            case 2: mode = .excitatory
            case 3: mode = .inhibitory
            default: throw fail("synapse format \(number) has no sign mode")
            }
            guard core.compression[number] == 0 || core.compression[number] == 3 else {
                throw fail("synapse format \(number) has compression \(core.compression[number]); 0 (sparse) and 3 (dense) are known")
            }
            let bits = weightBits[core.weightCode[number]]
            let exponent = core.weightExponent[number]
            var group = 0
            if exponent < 0, arithmetic.exponentAppliesTo == .sum {
                group = groups[exponent] ?? builder.addGroup(shift: -exponent)
                groups[exponent] = group
            }
            formats.append(
                Format(
                    weightBits: bits, delayBits: core.formatDelayBits[number], indexBits: indexBits[core.indexCode[number]],
                    isSparse: core.compression[number] == 0, mode: mode, step: 1 << (8 - bits + (mode == .mixed ? 1 : 0)),
                    exponent: exponent, group: group))
        }
        return formats
    }

    private func decodeEntry(
        _ reader: inout BitReader, _ formats: [Format?], axon: Int, into row: inout DecodedRow
    ) throws(DiagnosticsError) {
        let start = reader.word
        let number = Int(reader.read(4))
        let slots = Int(reader.read(packing.prefixBits - 4)) + 1
        guard number < formats.count, let format = formats[number] else {
            throw fail("axon \(axon): the entry at word \(start) has synapse format \(number), which is not defined")
        }
        let slotBits = format.weightBits + format.delayBits
        let bits = packing.prefixBits + (format.isSparse ? slots * format.indexBits : format.indexBits) + slots * slotBits
        var words = (bits + 63) / 64
        if let spare = packing.spareWordFrom, bits % 64 == 0 || bits % 64 >= spare { words += 1 }
        guard words <= reader.wordsLeft(from: start), slots <= packing.synapsesPerEntry else {
            throw fail("axon \(axon): the entry at word \(start) of \(slots) synapses takes \(words) words, and the axon has fewer")
        }
        var compartment = format.isSparse ? 0 : Int(reader.read(format.indexBits))
        for _ in 0..<slots {
            if format.isSparse { compartment = Int(reader.read(format.indexBits)) }
            guard compartment < core.compartments else {
                throw fail("axon \(axon): a synapse at word \(start) leads to compartment \(compartment) of \(core.compartments)")
            }
            let field = reader.read(format.weightBits)
            let delay = Int(reader.read(format.delayBits))
            row.append(compartment, weight(field, format), delay: delay, group: format.group)
            compartment += 1
        }
        reader.skip(to: start + words)
    }

    /// The effective weight of a field, before the input shift.
    @inline(__always)
    private func weight(_ field: UInt64, _ format: Format) -> Int32 {
        var steps = Int(field)
        switch format.mode {
        case .mixed: if field >> UInt64(format.weightBits - 1) == 1 { steps -= 1 << format.weightBits }
        case .excitatory: break
        case .inhibitory: steps = -steps
        }
        let mantissa = steps * format.step
        return Int32(format.group > 0 ? mantissa : WeightTruncation.effective(mantissa, exponent: format.exponent))
    }

    private func fail(_ what: String) -> DiagnosticsError { ArtifactManifest.damaged(core.path, "\(core.group): \(what)") }
}
