package import Lowering

/// One plastic row of a core by itself, as a host would try it out.
package struct LearningRow {
    private var learner: RowLearner
    private var ring: [UInt16]
    private var counters = CoreCounters()
    private let neuronBits: Int
    private let stride: Int
    private let places: (header: Range<Int>, weights: Int)
    private let count: Int

    /// - Parameters:
    ///   - controls: delay, type and neuron of each synapse.
    ///   - shifts: by synapse type.
    package init(
        _ pairs: FixedPointPairs, weights: [UInt16], controls: [UInt16], shifts: [Int], neurons: Int, neuronBits: Int, delayBits: Int
    ) {
        let plastic = [UInt32](repeating: 0, count: pairs.headerWords) + HalfWords.packed(weights)
        let row = [UInt32(plastic.count)] + plastic + [0, UInt32(controls.count)] + HalfWords.packed(controls)
        learner = RowLearner(PlasticProgram(pairs: [pairs, pairs], shifts: shifts), neurons: neurons, matrix: row)
        ring = [UInt16](repeating: 0, count: 1 << (neuronBits + 1 + delayBits))
        self.neuronBits = neuronBits
        stride = row.count
        places = (1..<1 + pairs.headerWords, 1 + pairs.headerWords)
        count = weights.count
    }

    package var header: [UInt32] { Array(learner.matrix[places.header]) }

    package var weights: [UInt16] {
        (0..<count).map { UInt16(truncatingIfNeeded: learner.matrix[places.weights + $0 / 2] >> ($0 & 1 == 0 ? 0 : 16)) }
    }

    /// Entries of the ring buffer that the last fetch filled: place, sum, place, sum, and so on.
    package var added: [Int] { ring.indices.filter { ring[$0] != 0 }.flatMap { [$0, Int(ring[$0])] } }

    /// Synapses whose time was over.
    package var skipped: Int { counters.lateSynapses }

    package mutating func took(_ spikes: [Int], tick: Int) {
        spikes.map { Int32($0) }.withUnsafeBufferPointer { learner.took($0, tick: tick) }
    }

    package mutating func fetch(sentAt: Int, late: Int) {
        for place in ring.indices { ring[place] = 0 }
        let slotBits = neuronBits + 1
        ring.withUnsafeMutableBufferPointer {
            learner.fetch(
                0, stride: stride, ring: $0, sentAt: sentAt, late: late, slotBits: slotBits, neuronBits: neuronBits, &counters)
        }
    }
}
