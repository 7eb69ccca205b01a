import Numerics

/// Neurons of the binary `spikewright_threshold` on one core as structure of arrays: integrate-and-fire with subtraction at reset, an
/// adaptive threshold, no leak or a blocked spike, which the released binaries lack (law: Documentation/Targets/spinnaker.md).
package struct ThresholdCore: Sendable {
    /// Words of a neuron in memory, in their order.
    package enum Word: Int, CaseIterable, Sendable {
        case membrane, decay, excitatoryGain, inhibitoryGain, drive, threshold, reset, resetMode, refractory, held, beta, adaptation
        case adaptationDecay, excitatoryDecay, excitatory, inhibitoryDecay, inhibitory, owed
    }

    /// Bits of the word `resetMode`.
    private enum Law {
        /// Two bits: to the reset value, subtract now, or subtract in the next tick.
        static let reset: Int32 = 3
        static let toValue: Int32 = 0
        static let subtracts: Int32 = 1
        /// Subtract the threshold without its adaptation.
        static let subtractsBase: Int32 = 4
        /// A refractory neuron goes on to integrate; it only cannot spike.
        static let integratesWhileHeld: Int32 = 8
    }

    package let count: Int
    package let shifts: (Int32, Int32)
    /// Columns of `count` words each, in the order of `Word`.
    private var words: [Int32]
    private let initial: [Int32]

    /// - Parameter neurons: [neuron][Word].
    package init(_ neurons: [[Int32]], shifts: (Int, Int)) {
        count = neurons.count
        self.shifts = (Int32(shifts.0), Int32(shifts.1))
        words = Word.allCases.flatMap { word in neurons.map { $0[word.rawValue] } }
        initial = words
    }

    /// Back to the state before the first tick.
    package mutating func reset() { words = initial }

    package func membrane(of neuron: Int) -> Int32 { words[Word.membrane.rawValue * count + neuron] }

    /// Adds a slot of the ring buffer to the synaptic inputs and clears it.
    /// - Parameter slot: [2 × stride], excitatory first.
    package mutating func take(_ slot: UnsafeMutablePointer<UInt16>, stride: Int) {
        let count = count
        let shifts = shifts
        words.withUnsafeMutableBufferPointer { words in
            guard let base = words.baseAddress else { return }
            for (word, shift, start) in [(Word.excitatory, shifts.0, 0), (.inhibitory, shifts.1, stride)] {
                let input = base + word.rawValue * count
                let values = slot + start
                for n in 0..<count {
                    input[n] = input[n] &+ (Int32(truncatingIfNeeded: values[n]) &<< shift)
                    values[n] = 0
                }
            }
        }
    }

    /// Moves all neurons one tick on.
    /// - Parameter spikes: room for `count` neurons; those that spiked, ascending.
    /// - Returns: how many spiked.
    package mutating func update(spikes: UnsafeMutablePointer<Int32>) -> Int {
        let count = count
        return words.withUnsafeMutableBufferPointer { words in
            guard let base = words.baseAddress else { return 0 }
            func column(_ word: Word) -> UnsafeMutablePointer<Int32> { base + word.rawValue * count }
            let (membrane, decay, drive) = (column(.membrane), column(.decay), column(.drive))
            let (excitatoryGain, inhibitoryGain) = (column(.excitatoryGain), column(.inhibitoryGain))
            let (threshold, reset, laws) = (column(.threshold), column(.reset), column(.resetMode))
            let (refractory, held) = (column(.refractory), column(.held))
            let (beta, adaptation, adaptationDecay) = (column(.beta), column(.adaptation), column(.adaptationDecay))
            let (excitatory, excitatoryDecay) = (column(.excitatory), column(.excitatoryDecay))
            let (inhibitory, inhibitoryDecay, owed) = (column(.inhibitory), column(.inhibitoryDecay), column(.owed))
            var spiked = 0
            for n in 0..<count {
                let law = laws[n]
                let isHeld = held[n] > 0
                var potential = membrane[n]
                if !isHeld || law & Law.integratesWhileHeld != 0 {
                    let input =
                        Accum.product(excitatoryGain[n], excitatory[n]) &- Accum.product(inhibitoryGain[n], inhibitory[n]) &+ drive[n]
                    potential = Self.kept(potential, decay[n]) &+ input
                }
                potential = potential &- owed[n]
                owed[n] = 0
                let limit = threshold[n] &+ Accum.product(beta[n], adaptation[n])
                let isSpike = !isHeld && potential >= limit
                if isHeld { held[n] &-= 1 }
                if isSpike {
                    let amount = law & Law.subtractsBase != 0 ? threshold[n] : limit
                    switch law & Law.reset {
                    case Law.toValue: potential = reset[n]
                    case Law.subtracts: potential = potential &- amount
                    default: owed[n] = amount
                    }
                    held[n] = refractory[n]
                }
                membrane[n] = potential
                adaptation[n] = Self.kept(adaptation[n], adaptationDecay[n]) &+ (isSpike ? Accum.one : 0)
                excitatory[n] = Self.kept(excitatory[n], excitatoryDecay[n])
                inhibitory[n] = Self.kept(inhibitory[n], inhibitoryDecay[n])
                spikes[spiked] = Int32(truncatingIfNeeded: n)
                spiked &+= isSpike ? 1 : 0
            }
            return spiked
        }
    }

    /// A u0.32 factor, rounded to nearest, so that the largest one keeps the value as it is.
    @inline(__always)
    private static func kept(_ value: Int32, _ factor: Int32) -> Int32 {
        Int32(truncatingIfNeeded: (Int64(value) &* Int64(UInt32(bitPattern: factor)) &+ (1 << 31)) >> 32)
    }
}
