import Chips
import Lowering
import Networks
import Numerics

/// Writes the synaptic matrix of one core: a row for each source neuron of each projection, and one for each stage that delays it.
struct SynapticMatrixWriter {
    let plan: SynapticMatrixPlan
    let cut: UniformCut
    let population: ID<Population>
    let neurons: Range<Int>
    let neuronBits: Int
    let typeBits: Int
    let rows: [QuantizedRows]

    var words: [UInt32] {
        var words = [UInt32](repeating: 0, count: plan.writtenBytes / 4)
        let network = cut.quantized.network
        let steps = cut.steps(into: population)
        var (scratch, row) = (SynapseRow(), QuantizedRow())
        var learning: [PlasticRow] = []
        for (number, block) in plan.blocks.enumerated() where !block.isDelayed {
            let projection = network.projections[block.projection]
            let delayed = number + 1 < plan.blocks.count && plan.blocks[number + 1].isDelayed ? plan.blocks[number + 1] : nil
            let forced = network.fixedPointReceptor(of: projection)
            let size = cut.neuronsPerCore[projection.pre.index]
            let stages = delayed.map { _ in cut.extensionStages(of: projection.pre, steps: steps) } ?? 0
            let rows = rows[block.projection.index]
            learning = Array(repeating: PlasticRow(), count: block.pairs == nil ? 0 : block.rowCount + (delayed?.rowCount ?? 0))
            for source in 0..<rows.rows.sourceCount {
                rows.read(source, targets: neurons, scratch: &scratch, into: &row)
                let held = cut.neurons(of: projection.pre, core: source / size)
                for n in 0..<row.count {
                    let receptor = forced ?? (row.mantissas[n] < 0 ? 1 : 0)
                    let weight = UInt32(min(abs(row.mantissas[n]), 0xFFFF))
                    let target = Int(row.targets[n]) - neurons.lowerBound
                    let delay = Int(row.delays[n])
                    if let delayed, delay > steps {
                        let whole = (delay - 1) / steps
                        let place = source / size * size * stages + (whole - 1) * held.count + source - held.lowerBound
                        let word = word(weight, delay - whole * steps, receptor, target)
                        if block.pairs == nil {
                            append(word, to: place, of: delayed, &words)
                        } else {
                            learning[block.rowCount + place].append(word)
                        }
                    } else if block.pairs != nil {
                        learning[source].append(word(weight, delay, receptor, target))
                    } else {
                        append(word(weight, delay, receptor, target), to: source, of: block, &words)
                    }
                }
            }
            for (index, row) in learning.enumerated() {
                let isDelayed = index >= block.rowCount
                let place = isDelayed ? delayed : block
                if let place { row.write(isDelayed ? index - block.rowCount : index, of: place, &words) }
            }
        }
        return words
    }

    /// A delay of all the ring buffer's steps sets the bit above the field, as sPyNNaker writes it.
    private func word(_ weight: UInt32, _ delay: Int, _ receptor: Int, _ target: Int) -> UInt32 {
        weight << 16 | UInt32(delay << (neuronBits + typeBits) | receptor << neuronBits | target)
    }

    private func append(_ word: UInt32, to row: Int, of block: SynapticMatrixPlan.Block, _ words: inout [UInt32]) {
        let start = block.offset / 4 + row * block.stride
        let count = Int(words[start + 1])
        precondition(count < block.rowLength, "bug: a row of '\(block.projection)' holds more than \(block.rowLength) synapses")
        words[start + SynapticMatrixPlan.rowHeader + count] = word
        words[start + 1] = UInt32(count + 1)
    }
}

/// A row that learns, on its way into a matrix.
private struct PlasticRow {
    private var weights: [UInt16] = []
    private var controls: [UInt16] = []

    /// - Parameter word: as a row that does not learn has it.
    mutating func append(_ word: UInt32) {
        weights.append(UInt16(truncatingIfNeeded: word >> 16))
        controls.append(UInt16(truncatingIfNeeded: word))
    }

    /// Plastic words with a header of zeros, no fixed synapses, control words.
    func write(_ number: Int, of block: SynapticMatrixPlan.Block, _ words: inout [UInt32]) {
        let header = block.pairs?.headerWords ?? 0
        let plastic = [UInt32](repeating: 0, count: header) + HalfWords.packed(weights)
        let row = [UInt32(plastic.count)] + plastic + [0, UInt32(controls.count)] + HalfWords.packed(controls)
        precondition(row.count <= block.stride, "bug: a row of '\(block.projection)' holds more than \(block.rowLength) words")
        let start = block.offset / 4 + number * block.stride
        words.replaceSubrange(start..<start + row.count, with: row)
    }
}
