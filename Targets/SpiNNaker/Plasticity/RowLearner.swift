package import Lowering

/// What the region of synapse dynamics says of a core whose rows learn.
package struct PlasticProgram: Sendable {
    /// By synapse type.
    var pairs: [FixedPointPairs]
    /// By synapse type: left shift of the ring buffer.
    var shifts: [Int]

    package init(pairs: [FixedPointPairs], shifts: [Int]) {
        self.pairs = pairs
        self.shifts = shifts
    }
}

/// The rows of a core while they learn, and what its neurons sent.
///
/// A plastic row: a count of words; the time of the source's last spike, its trace, weights of 16 bits; the counts of fixed and of plastic
/// synapses; fixed ones; control words of 16 bits with delay, type and neuron (sPyNNaker 1!7.4.1: `synapse_io.py`, `synapse_row.h`).
struct RowLearner: Sendable {
    private let program: PlasticProgram
    private let neurons: Int
    /// The synaptic matrix as it is now.
    private(set) var matrix: [UInt32]
    private(set) var histories: PostEventHistories

    init(_ program: PlasticProgram, neurons: Int, matrix: [UInt32]) {
        self.program = program
        self.neurons = neurons
        self.matrix = matrix
        histories = PostEventHistories(neurons: neurons)
    }

    /// Back to the rows of the artifact.
    mutating func reset(to matrix: [UInt32]) {
        self.matrix = matrix
        histories.clear()
    }

    /// The core's neurons spiked in `tick`.
    mutating func took(_ spikes: UnsafeBufferPointer<Int32>, tick: Int) {
        for spike in spikes { histories.add(Int(spike), at: UInt32(truncatingIfNeeded: tick), program.pairs[0]) }
    }

    /// Brings a row up to a spike of its source, writes it back, and adds its weights to the ring buffer.
    /// - Parameter stride: words of a row of the block.
    mutating func fetch(
        _ start: Int, stride: Int, ring: UnsafeMutableBufferPointer<UInt16>, sentAt: Int, late: Int, slotBits: Int, neuronBits: Int,
        _ counters: inout CoreCounters
    ) {
        let time = UInt32(truncatingIfNeeded: sentAt)
        let (program, neurons, histories) = (program, neurons, histories)
        matrix.withUnsafeMutableBufferPointer { row in
            let words = Int(row[start])
            let headerWords = program.pairs[0].headerWords
            let counts = start + 1 + words
            guard words >= headerWords, words + 3 <= stride else {
                counters.badRows += 1
                return
            }
            let (fixed, count) = (Int(row[counts]), Int(row[counts + 1]))
            let controls = counts + 2 + fixed
            let weights = start + 1 + headerWords
            guard fixed == 0, count <= 2 * (words - headerWords), 3 + words + (count + 1) / 2 <= stride else {
                counters.badRows += 1
                return
            }
            var last = SpikeTrace(time: row[start + 1], trace: 0)
            if headerWords > 1 { last.trace = Int16(truncatingIfNeeded: row[start + 2]) }
            row[start + 1] = time
            if headerWords > 1 {
                let trace = program.pairs[0].trace(after: last.trace, age: time &- last.time, ofSource: true)
                row[start + 2] = row[start + 2] & 0xFFFF_0000 | UInt32(UInt16(bitPattern: trace))
            }
            let mask = UInt32(truncatingIfNeeded: ring.count &- 1)
            let first = UInt32(truncatingIfNeeded: sentAt << slotBits) & mask
            for synapse in 0..<count {
                let control = UInt32(HalfWords.half(synapse, of: row, from: controls))
                let neuron = Int(control) & (1 << neuronBits - 1)
                let type = Int(control) >> neuronBits & 1
                guard neuron < neurons else {
                    counters.badRows += 1
                    continue
                }
                let delay = Int(control & mask) >> slotBits
                let weight = program.pairs[type].updated(
                    HalfWords.half(synapse, of: row, from: weights), shift: program.shifts[type], last: last, time: time, delay: delay,
                    of: neuron, in: histories)
                HalfWords.set(weight, synapse, of: row, from: weights)
                // A field of 0 is never in time, unlike in rows that do not learn.
                guard delay > late else {
                    counters.lateSynapses += 1
                    continue
                }
                let index = Int((first &+ control) & mask)
                let sum = UInt32(ring[index]) &+ UInt32(weight)
                ring[index] = UInt16(truncatingIfNeeded: min(sum, 0xFFFF))
                counters.saturations &+= sum > 0xFFFF ? 1 : 0
            }
            counters.synapses &+= count
        }
    }
}
