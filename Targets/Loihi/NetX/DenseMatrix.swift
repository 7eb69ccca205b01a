import Lowering
import Networks
import Numerics

/// A projection's effective weights and delays as matrices [outputs × inputs], filled by blocks of inputs, each by one thread.
final class DenseMatrix: @unchecked Sendable {
    /// Inputs whose rows are read before anything is written, so that writes fill whole cache lines.
    static let block = 16

    private let inputs: Int
    private let outputs: Int
    private let weightMemory: UnsafeMutableBufferPointer<Int32>
    private let delayMemory: UnsafeMutableBufferPointer<Int32>

    init(inputs: Int, outputs: Int, hasDelays: Bool) {
        self.inputs = inputs
        self.outputs = outputs
        weightMemory = .allocate(capacity: inputs * outputs)
        weightMemory.initialize(repeating: 0)
        delayMemory = .allocate(capacity: hasDelays ? inputs * outputs : 0)
        delayMemory.initialize(repeating: 0)
    }

    deinit {
        weightMemory.deallocate()
        delayMemory.deallocate()
    }

    var weights: [Int32] { Array(weightMemory) }
    /// Empty when the projection has no delays.
    var delays: [Int32] { Array(delayMemory) }

    enum Outcome {
        case done
        /// Two synapses between the same neurons.
        case doubled
        /// A weight that is no integer.
        case tooFine
    }

    /// Fills the columns of some inputs.
    func fill(_ columns: Range<Int>, _ rows: QuantizedRows) -> Outcome {
        let exponent = rows.synapses.exponent
        var (row, scratch) = (QuantizedRow(), SynapseRow())
        var weights = [Int32](repeating: 0, count: columns.count * outputs)
        var delays = delayMemory.isEmpty ? [] : weights
        for (place, input) in columns.enumerated() {
            rows.read(input, scratch: &scratch, into: &row)
            for index in 0..<row.count {
                if index > 0, row.targets[index] == row.targets[index - 1] { return .doubled }
                let mantissa = Int(row.mantissas[index])
                if exponent < 0, mantissa.trailingZeroBitCount < -exponent { return .tooFine }
                let cell = Int(row.targets[index]) * columns.count + place
                weights[cell] = Int32(truncatingIfNeeded: mantissa.shifted(by: exponent))
                if !delays.isEmpty { delays[cell] = Int32(row.delays[index]) }
            }
        }
        for output in 0..<outputs {
            for place in 0..<columns.count {
                let cell = output * inputs + columns.lowerBound + place
                weightMemory[cell] = weights[output * columns.count + place]
                if !delays.isEmpty { delayMemory[cell] = delays[output * columns.count + place] }
            }
        }
        return .done
    }
}
