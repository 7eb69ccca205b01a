import Chips
import Lowering
import Numerics

/// The region of neuron parameters: the substeps, then each component of the cell as an array over the core's neurons.
struct NeuronRegion {
    let binary: String
    let words: [UInt32]

    init(_ parameters: FixedPointNeurons, _ neurons: Range<Int>, substeps: Int) {
        var words = [UInt32(substeps)]
        func component(_ columns: [Word]) {
            let values = columns.map { column -> [Int32] in if case .column(let name) = column { parameters[name] } else { [] } }
            for neuron in neurons {
                for (column, values) in zip(columns, values) {
                    switch column {
                    case .column: words.append(UInt32(bitPattern: values[neuron]))
                    case .zero: words.append(0)
                    case .timestep: words.append(UInt32(bitPattern: parameters.timestep))
                    }
                }
            }
        }
        let membrane: [Word] = [
            .column(.membrane), .column(.rest), .column(.capacitance), .column(.membraneTime), .column(.offset), .column(.reset),
            .column(.refractoryTime), .zero, .timestep,
        ]
        let synapses: [Word] = [.column(.excitatoryTime), .zero, .column(.inhibitoryTime), .zero, .timestep]
        switch parameters.cell {
        case .currentExponential:
            binary = Binary.currentExponential
            for columns in [membrane, [.column(.threshold)], synapses] { component(columns) }
        case .conductanceExponential:
            binary = Binary.conductanceExponential
            let reversal: [Word] = [.column(.excitatoryReversal), .column(.inhibitoryReversal)]
            for columns in [membrane, reversal, [.column(.threshold)], synapses] { component(columns) }
        case .currentDelta:
            binary = Binary.currentDelta
            for columns in [membrane, [.timestep], [.column(.threshold)], [.zero, .zero]] { component(columns) }
        case .threshold:
            binary = Binary.threshold
            component([
                .column(.membrane), .column(.decay), .column(.excitatoryGain), .column(.inhibitoryGain), .column(.drive),
                .column(.threshold), .column(.reset), .column(.resetMode), .column(.refractoryTicks), .zero, .column(.beta), .zero,
                .column(.adaptationDecay), .column(.excitatoryDecay), .zero, .column(.inhibitoryDecay), .zero, .zero,
            ])
        }
        self.words = words
    }

    private enum Word {
        case column(FixedPointNeurons.Column)
        case zero
        case timestep
    }
}
