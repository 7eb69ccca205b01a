import Chips
import Diagnostics
import Numerics

/// Decodes the SDRAM image of one core into what the machine runs. Nothing in it is trusted.
struct SpiNNakerCoreDecoder {
    let file: SDRAMFile
    private let number: Int
    private let label: String

    init(_ file: SDRAMFile, number: Int, label: String) {
        self.file = file
        self.number = number
        self.label = label
    }

    private static let released: [String: FixedPointCell.Model] = [
        "IF_curr_exp": .currentExponential, "IF_cond_exp": .conductanceExponential, "IF_curr_delta": .currentDelta,
    ]

    /// Most keys of a core: a key's number has 24 bits in the machine.
    private static let mostNeurons = 1 << 16

    /// - Parameters:
    ///   - binary: which program runs on the core.
    ///   - sourceSize: neurons of a source core, as the manifest says.
    func core(binary: String, sourceSize: Int?) throws(DiagnosticsError) -> SpiNNakerCore {
        switch binary {
        case "reverse_iptag_multicast_source": return try source(size: sourceSize)
        case "delay_extension": return try delay()
        case "spikewright_threshold": return try neurons(nil)
        default:
            let (cell, learning) = Self.parts(of: binary)
            guard Self.released[cell] != nil || (learning != nil && cell == "spikewright_threshold") else {
                throw file.damaged("there is no binary '\(binary)'")
            }
            return try neurons(Self.released[cell], learning: learning)
        }
    }

    // MARK: Neurons

    private func neurons(
        _ model: FixedPointCell.Model?, learning: (isNearest: Bool, isMultiplicative: Bool)? = nil
    ) throws(DiagnosticsError) -> SpiNNakerCore {
        let core = try file.region(1, "core parameters", atLeast: 7)
        let count = Int(core[1])
        let colourBits = Int(core[3])
        guard (1...Self.mostNeurons).contains(count), core[4] == 2, colourBits <= 4, core.count >= 7 + count else {
            throw file.damaged("region 1 (core parameters) says \(count) neurons, \(core[4]) synapse types and \(colourBits) colour bits")
        }
        let synapses = try file.region(4, "synapse parameters", atLeast: 9)
        let (neuronBits, typeBits, delayBits) = (Int(synapses[2]), Int(synapses[3]), Int(synapses[4]))
        guard synapses[1] == 2, typeBits == 1, (1...14).contains(neuronBits), neuronBits + typeBits + delayBits <= 14,
            count <= 1 << neuronBits
        else {
            throw file.damaged(
                "region 4 (synapse parameters) has \(neuronBits) neuron, \(typeBits) type and \(delayBits) delay bits for \(count) neurons")
        }
        let shifts = (Int(core[5]), Int(core[6]))
        guard shifts.0 <= 31, shifts.1 <= 31, core[5] == synapses[7], core[6] == synapses[8] else {
            throw file.damaged("the shifts of regions 1 and 4 differ, or are above 31")
        }
        let kernel: NeuronKernel =
            if let model { .released(try releasedNeurons(model, count: count, shifts: shifts)) } else {
                .threshold(try thresholdNeurons(count: count, shifts: shifts))
            }
        let matrix = try file.region(6, "synaptic matrix")
        var plastic: PlasticProgram?
        if let learning { plastic = try self.plastic(learning.isNearest, learning.isMultiplicative, shifts) }
        let program = NeuronProgram(
            kernel: kernel, neuronBits: neuronBits, typeBits: typeBits, delayBits: delayBits,
            table: try PopulationTable(try file.region(5, "population table"), in: file.path),
            matrix: matrix, plastic: plastic)
        var keys: SentKeys?
        if core[0] != 0 {
            keys = SentKeys(first: core[7], count: count, colourBits: colourBits)
            for n in 0..<count where core[7 + n] != core[7] &+ UInt32(n) << UInt32(colourBits) {
                throw file.damaged("the keys of region 1 do not follow one another: key \(n) is \(core[7 + n])")
            }
        }
        return SpiNNakerCore(number: number, label: label, program: .neurons(program), keys: keys)
    }

    /// Components one after the other, each an array over the neurons.
    private func releasedNeurons(
        _ model: FixedPointCell.Model, count: Int, shifts: (Int, Int)
    ) throws(DiagnosticsError) -> FixedPointCore {
        let widths: [Int] =
            switch model {
            case .currentExponential: [9, 0, 1, 5]
            case .conductanceExponential: [9, 2, 1, 5]
            case .currentDelta: [9, 1, 1, 2]
            }
        let words = try file.region(2, "neuron parameters", atLeast: 1 + widths.reduce(0, +) * count).map { Int32(bitPattern: $0) }
        let substeps = Int(words[0])
        let starts = widths.indices.map { index in 1 + widths[..<index].reduce(0, +) * count }
        var cells: [FixedPointCell] = []
        for n in 0..<count {
            func word(_ component: Int, _ index: Int) -> Int32 { words[starts[component] + n * widths[component] + index] }
            var cell = FixedPointCell()
            cell.membrane = word(0, 0)
            cell.rest = word(0, 1)
            cell.capacitance = word(0, 2)
            cell.membraneTime = word(0, 3)
            cell.offset = word(0, 4)
            cell.reset = word(0, 5)
            cell.refractoryTime = word(0, 6)
            cell.held = word(0, 7)
            cell.timestep = word(0, 8)
            cell.threshold = word(2, 0)
            switch model {
            case .currentDelta: cell.input = (word(3, 0), word(3, 1))
            case .conductanceExponential:
                cell.reversal = (word(1, 0), word(1, 1))
                fallthrough
            case .currentExponential:
                cell.synapseTime = (word(3, 0), word(3, 2))
                cell.input = (word(3, 1), word(3, 3))
            }
            guard FixedPointConstants.isComputable(cell, model, substeps: substeps) else {
                throw file.damaged(
                    "neuron \(n) of region 2 has a time constant or capacitance that is not above 0, or \(substeps) substeps")
            }
            cells.append(cell)
        }
        return FixedPointCore(model, cells, substeps: substeps, shifts: shifts)
    }

    private func thresholdNeurons(count: Int, shifts: (Int, Int)) throws(DiagnosticsError) -> ThresholdCore {
        let width = ThresholdCore.Word.allCases.count
        let words = try file.region(2, "neuron parameters", atLeast: 1 + width * count)
        guard words[0] == 1 else { throw file.damaged("region 2 (neuron parameters) asks for \(words[0]) substeps of a cell that has one") }
        let neurons = (0..<count).map { n in (0..<width).map { Int32(bitPattern: words[1 + n * width + $0]) } }
        return ThresholdCore(neurons, shifts: shifts)
    }

    // MARK: Sources and delays

    private func source(size: Int?) throws(DiagnosticsError) -> SpiNNakerCore {
        let words = try file.region(1, "configuration", atLeast: 7)
        guard let size, (0...Self.mostNeurons * 16).contains(size) else {
            throw file.damaged("no population of the manifest is on this source core")
        }
        // Sources have the machine's four colour bits.
        let keys = words[4] != 0 ? SentKeys(first: words[5], count: size, colourBits: 4) : nil
        if let keys, keys.block.free & words[6] != 0 {
            throw file.damaged("region 1 (configuration) has the mask \(words[6]), which is too narrow for \(size) neurons")
        }
        return SpiNNakerCore(number: number, label: label, program: .source(count: size), keys: keys)
    }

    private func delay() throws(DiagnosticsError) -> SpiNNakerCore {
        let words = try file.region(1, "delay parameters", atLeast: 9).map { Int($0) }
        let (neurons, stages, steps, colourBits) = (words[4], words[5], words[6], words[8])
        guard (1...Self.mostNeurons).contains(neurons), (1...64).contains(stages), (1...1 << 14).contains(steps), colourBits <= 4 else {
            throw file.damaged("region 1 (delay parameters) says \(neurons) neurons, \(stages) stages of \(steps) steps")
        }
        let program = DelayProgram(
            key: UInt32(words[2]), mask: UInt32(words[3]), neurons: neurons, stages: stages, stepsPerStage: steps, colourBits: colourBits)
        let keys = words[0] != 0 ? SentKeys(first: UInt32(words[1]), count: neurons * stages, colourBits: colourBits) : nil
        return SpiNNakerCore(number: number, label: label, program: .delay(program), keys: keys)
    }
}
