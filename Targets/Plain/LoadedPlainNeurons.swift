import Chips
import Diagnostics
import Storage

/// The neurons of a core as the file holds them, every entry within what the chip can hold.
enum LoadedPlainNeurons: Sendable {
    case registers(Registers)
    case floatingPoint(FloatingPointCore)

    struct Registers: Sendable {
        var registers: CompartmentRegisters
        var law: CompartmentLaw
        var initialMembrane: [Int32]
    }

    init(_ file: HDF5File, path: String, group: String, chip: Chip) throws(DiagnosticsError) {
        let columns = Columns(file: file, path: path, group: "\(group)/neurons")
        switch chip.arithmetic {
        case .integerCurrent(let arithmetic):
            self = .registers(try Self.registers(columns, arithmetic, formats: chip.formats))
        case .floatingPoint(let arithmetic): self = .floatingPoint(try Self.floatingPoint(columns, arithmetic, formats: chip.formats))
        case .analog, .fixedPoint: throw columns.fail(": the chip's arithmetic is another")
        }
    }

    var count: Int {
        switch self {
        case .registers(let registers): registers.registers.count
        case .floatingPoint(let core): core.count
        }
    }

    /// What synapses may target: neurons, or those of both receptors.
    var inputCount: Int {
        switch self {
        case .registers(let registers): registers.registers.count
        case .floatingPoint(let core): 2 * core.count
        }
    }

    func image(number: Int, formats: NumberFormats, bank: SynapseBank, inlets: [Inlet]) -> CoreImage {
        switch self {
        case .registers(let registers):
            return CoreImage(
                number: number, law: registers.law, registers: registers.registers, initialMembrane: registers.initialMembrane, bank: bank,
                inlets: inlets)
        case .floatingPoint(let core):
            let none = IntegerCurrentArithmetic(
                stateBits: 23, currentOverflow: .wrap, membraneOverflow: .wrap, accumulatorBits: nil, exponentAppliesTo: .weight,
                negativeMixedRounding: .floor, resets: [])
            let registers = CompartmentRegisters(
                currentDecay: [], membraneDecay: [], thresholdMantissa: [], biasMantissa: [], biasExponent: [], formats: formats)
            return CoreImage(
                number: number, law: CompartmentLaw(none, formats: formats), registers: registers, initialMembrane: [], bank: bank,
                inlets: inlets, floatingPoint: core)
        }
    }

    private static func registers(
        _ columns: Columns, _ arithmetic: IntegerCurrentArithmetic, formats: NumberFormats
    ) throws(DiagnosticsError) -> Registers {
        let state = (1 << arithmetic.stateBits) - 1
        let bias = try columns.integers("bias", formats.bias.mantissa)
        let count = bias.count
        let current = try columns.integers("current_decay", 0...formats.decay.one - formats.decay.currentOffset, like: count)
        let membrane = try columns.integers("membrane_decay", 0...formats.decay.one - formats.decay.membraneOffset, like: count)
        let threshold = try columns.integers("threshold", formats.threshold.mantissa, like: count)
        let exponent = try columns.integers("bias_exponent", formats.bias.exponent, like: count)
        let refractory = try columns.integers("refractory", formats.refractory, like: count)
        let reset = try columns.integers("reset", 0...1, like: count)
        let initial = try columns.integers("initial_membrane", -state...state, like: count)
        if let row = reset.firstIndex(where: { !arithmetic.resets.contains(PlainTables.resets[$0]) }) {
            throw columns.fail("reset: row \(row) is '\(PlainTables.resets[reset[row]].rawValue)', which the chip lacks")
        }
        var registers = CompartmentRegisters(
            currentDecay: current, membraneDecay: membrane, thresholdMantissa: threshold, biasMantissa: bias, biasExponent: exponent,
            formats: formats)
        registers.heldSteps = refractory.map { Int32($0) }
        registers.subtracts = reset.map { $0 == 1 ? -1 : 0 }
        registers.adaptation = try program(columns, arithmetic, formats, count: count)?.registers(one: formats.decay.one)
        if columns.file.kind(of: "\(columns.group)/graded_is_unit") != nil {
            let units = try LoadedUnits(.integerCurrent(arithmetic)) { name, range throws(DiagnosticsError) in
                try columns.integers("graded_\(name)", range, like: count)
            }
            if let graded = units.registers(Array(0..<count)) { registers.setGraded(graded) }
        }
        return Registers(
            registers: registers, law: CompartmentLaw(arithmetic, formats: formats), initialMembrane: initial.map { Int32($0) })
    }

    /// Adaptive thresholds, where any neuron has one.
    private static func program(
        _ columns: Columns, _ arithmetic: IntegerCurrentArithmetic, _ formats: NumberFormats, count: Int
    ) throws(DiagnosticsError) -> LoadedProgram? {
        guard columns.file.kind(of: "\(columns.group)/adaptive_law") != nil else { return nil }
        if !arithmetic.adaptiveThreshold { throw columns.fail("adaptive_law: the chip's neurons do not adapt") }
        let word = Int(Int32.min)...Int(Int32.max)
        return LoadedProgram(
            law: try columns.integers("adaptive_law", 0...4, like: count),
            decay: try columns.integers("adaptive_decay", 0...formats.decay.one, like: count),
            jump: try columns.integers("adaptive_jump", word, like: count),
            laterReset: try columns.integers("adaptive_later_reset", word, like: count),
            blocks: try columns.integers("adaptive_blocks", 0...1, like: count))
    }

    private static func floatingPoint(
        _ columns: Columns, _ arithmetic: FloatingPointArithmetic, formats: NumberFormats
    ) throws(DiagnosticsError) -> FloatingPointCore {
        // Bit 6, of rate units, only where spikes carry values.
        let law = try columns.integers("law", 0...(arithmetic.gradedBits >= 2 ? 127 : 63))
        let count = law.count
        if let row = law.firstIndex(where: { $0 & 3 == 3 }) { throw columns.fail("law: row \(row) has a reset that there is not") }
        let refractory = try columns.integers("refractory", formats.refractory, like: count)
        let membrane = try columns.reals("initial_membrane", like: count)
        let membraneDecay = try columns.reals("membrane_decay", like: count)
        let excitatory = try columns.reals("excitatory_decay", like: count)
        let inhibitory = try columns.reals("inhibitory_decay", like: count)
        let drive = try columns.reals("drive", like: count)
        let threshold = try columns.reals("threshold", like: count)
        let reset = try columns.reals("reset_value", like: count)
        let beta = try columns.reals("beta", like: count)
        let adaptation = try columns.reals("adaptation_decay", like: count)
        let largest = Float(Arithmetic.floatingPoint(arithmetic).largestGradedValue)
        if let row = (0..<count).first(where: { law[$0] & 64 != 0 && !(0...largest).contains(threshold[$0]) }) {
            throw columns.fail("threshold: row \(row) lets a spike carry \(threshold[row]), and the chip's carry \(largest)")
        }
        return FloatingPointCore(
            (0..<count).map { n in
                FloatingPointCore.Word.allCases.map { word in
                    switch word {
                    case .membrane: membrane[n].bitPattern
                    case .membraneDecay: membraneDecay[n].bitPattern
                    case .drive: drive[n].bitPattern
                    case .threshold: threshold[n].bitPattern
                    case .reset: reset[n].bitPattern
                    case .law: UInt32(law[n])
                    case .refractory: UInt32(refractory[n])
                    case .beta: beta[n].bitPattern
                    case .adaptationDecay: adaptation[n].bitPattern
                    case .excitatoryDecay: excitatory[n].bitPattern
                    case .inhibitoryDecay: inhibitory[n].bitPattern
                    case .held, .adaptation, .excitatory, .inhibitory, .lastSpike: 0
                    }
                }
            })
    }

    /// The columns of a group, checked.
    private struct Columns {
        let file: HDF5File
        let path: String
        let group: String

        func fail(_ what: String) -> DiagnosticsError { ArtifactManifest.damaged(path, "\(group)/\(what)") }

        func integers(_ name: String, _ range: ClosedRange<Int>, like length: Int? = nil) throws(DiagnosticsError) -> [Int] {
            let values = try file.readIntegers("\(group)/\(name)")
            if let length, values.count != length { throw fail("\(name) has \(values.count) entries, and its table \(length)") }
            if let row = values.firstIndex(where: { !range.contains($0) }) {
                throw fail("\(name): row \(row) is \(values[row]), outside \(range.lowerBound)...\(range.upperBound)")
            }
            return values
        }

        func reals(_ name: String, like length: Int) throws(DiagnosticsError) -> [Float] {
            let values = try file.read("\(group)/\(name)").doubles
            if values.count != length { throw fail("\(name) has \(values.count) entries, and its table \(length)") }
            if let row = values.firstIndex(where: { $0.isNaN }) { throw fail("\(name): row \(row) is no number") }
            return values.map { Float($0) }
        }
    }
}
