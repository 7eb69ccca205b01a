import Numerics

/// A unit that sends what changed since it last sent something (Lava: `proc/sdn`, fixed point). Values carry `stateExponent` fractional
/// bits; what is sent has lost them.
package struct DeltaEncoder: Hashable, Sendable {
    /// Full scale: given threshold · 2^(spikeExponent + stateExponent). A change of at least this is sent.
    package var threshold: Int32
    package var stateExponent: Int
    package private(set) var activation: [Int32]
    package private(set) var residue: [Int32]

    package init(count: Int, threshold: Int32, stateExponent: Int) {
        self.threshold = threshold
        self.stateExponent = stateExponent
        activation = [Int32](repeating: 0, count: count)
        residue = activation
    }

    /// Sends the change from the last activation, and what was held back of earlier changes, where their sum reaches the threshold.
    /// - Parameter next: the new activations at full scale.
    package mutating func send(_ next: [Int32]) -> [Int32] {
        precondition(next.count == activation.count, "bug: one activation is needed for each unit")
        return next.indices.map { index in
            let change = next[index] &- activation[index] &+ residue[index]
            let sent: Int32 = change.magnitude >= threshold.magnitude ? change : 0
            residue[index] = change &- sent
            activation[index] = next[index]
            return sent >> Int32(stateExponent)
        }
    }
}

/// A unit that adds up what it receives, applies a rectifier and sends changes.
package struct SigmaDeltaUnits: Hashable, Sendable {
    /// Full scale, like the threshold.
    package var bias: [Int32]
    package private(set) var sum: [Int32]
    package private(set) var delta: DeltaEncoder

    package init(bias: [Int32], threshold: Int32, stateExponent: Int) {
        self.bias = bias
        sum = [Int32](repeating: 0, count: bias.count)
        delta = DeltaEncoder(count: bias.count, threshold: threshold, stateExponent: stateExponent)
    }

    package mutating func step(_ arrivals: [Int32]) -> [Int32] {
        precondition(arrivals.count == sum.count, "bug: one sum is needed for each unit")
        for index in sum.indices { sum[index] &+= arrivals[index] }
        return delta.send(sum.indices.map { max(sum[$0] &+ bias[$0], 0) })
    }
}

/// Adds up what it receives: the receiving end of a sigma-delta connection.
package struct SigmaDecoder: Hashable, Sendable {
    package private(set) var sum: [Int32]

    package init(count: Int) { sum = [Int32](repeating: 0, count: count) }

    package mutating func step(_ arrivals: [Int32]) -> [Int32] {
        for index in sum.indices { sum[index] &+= arrivals[index] }
        return sum
    }
}

/// Units that pass a graded value on when it is large enough (Lava: `GradedVec`): nothing is kept between steps.
package func gradedSpikes(_ arrivals: [Int32], threshold: Int32) -> [Int32] {
    arrivals.map { $0.magnitude > threshold.magnitude ? $0 : 0 }
}

/// A convolution's sum in the chip's 24 bits, two's complement (Lava: `proc/conv/utils.signed_clamp`).
package func convolutionSum(_ sum: Int32) -> Int32 { sum.wrapped(toBits: 24) }
