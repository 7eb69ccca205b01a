/// The neurons of one core in single precision, as structure of arrays: the program of Spikewright's own that runs on SpiNNaker 2
/// (words and law: Documentation/Targets/spinnaker2.md).
///
/// It computes what `Dynamics` states, in its order, in float32 with no fused operations; synaptic sums come as integers. The state and the
/// order are those of py-spinnaker2's current-based neuron, whose recorded spikes it reproduces (references: NIR paper, `s2_apply.py`).
package struct FloatingPointCore: Sendable {
    /// Words of a neuron in memory, in their order: float32 unless said otherwise.
    package enum Word: Int, CaseIterable, Sendable {
        case membrane, membraneDecay, drive, threshold, reset
        /// Integer: bits 0-1 the reset (0 to value, 1 subtract, 2 subtract in the next tick), bit 2 at or above, bit 3 membrane first,
        /// bit 4 a refractory neuron's membrane goes on, bit 5 a reset subtracts the adapted threshold. Bit 6: a rate unit, which sends the
        /// membrane times `reset` above 0 and times `beta` below, to the nearest integer (ties to even), cut to ±`threshold`.
        case law
        /// Integers: ticks held after a spike, and ticks for which it is still held.
        case refractory, held
        case beta, adaptationDecay, adaptation
        case excitatoryDecay, excitatory, inhibitoryDecay, inhibitory
        /// Integer: 1 when it spiked in the tick before.
        case lastSpike
    }

    /// What a learning program looks at, neuron by neuron, in memory of its caller's: room for `count` numbers each.
    package struct Observation {
        /// Potential less threshold, where the spike is decided; infinite for neurons that are held and cannot spike.
        package let distance: UnsafeMutablePointer<Float>
        /// The threshold with its adaptation.
        package let threshold: UnsafeMutablePointer<Float>

        package init(distance: UnsafeMutablePointer<Float>, threshold: UnsafeMutablePointer<Float>) {
            self.distance = distance
            self.threshold = threshold
        }
    }

    package let count: Int
    /// Columns of `count` words each, in the order of `Word`; each word stands in the one of the two that it belongs to.
    private var reals: [Float]
    private var integers: [Int32]
    private let initial: (reals: [Float], integers: [Int32])

    /// - Parameter neurons: [neuron][Word].
    package init(_ neurons: [[UInt32]]) {
        count = neurons.count
        let words = Word.allCases.flatMap { word in neurons.map { $0[word.rawValue] } }
        reals = words.map { Float(bitPattern: $0) }
        integers = words.map { Int32(bitPattern: $0) }
        initial = (reals, integers)
    }

    /// Back to the state before the first tick.
    package mutating func reset() { (reals, integers) = initial }

    /// Of the law: a rate unit.
    package static let sendsValue: Int32 = 64

    /// Whether any neuron sends values.
    package var sendsValues: Bool {
        integers[Word.law.rawValue * count..<(Word.law.rawValue + 1) * count].contains { $0 & Self.sendsValue != 0 }
    }

    /// The integer nearest to `value`, ties to even, cut to ±`most`; 0 for what is no number.
    @inline(__always)
    private static func value(_ value: Float, most: Float) -> Int32 {
        let nearest = value.rounded(.toNearestOrEven)
        guard nearest.magnitude >= 1 else { return 0 }
        // The largest Float that an Int32 holds.
        let limit = min(most, 2_147_483_520)
        return Int32(max(-limit, min(limit, nearest)))
    }

    package func membrane(of neuron: Int) -> Float { reals[Word.membrane.rawValue * count + neuron] }

    /// Moves all neurons one tick on with what arrives in it.
    /// - Parameters:
    ///   - arrivals: [2 × count], excitatory first: sums of weights.
    ///   - spikes: room for `count` neurons; those that spiked, ascending.
    ///   - values: what the spikes carry, parallel to them, 1 for plain ones; nil where no unit sends values.
    ///   - observed: filled, where it is given.
    /// - Returns: how many spiked.
    package mutating func update(
        _ arrivals: UnsafePointer<Int32>, spikes: UnsafeMutablePointer<Int32>, values: UnsafeMutablePointer<Int32>? = nil,
        observed: Observation? = nil
    ) -> Int {
        Self.update(&reals, &integers, count: count, arrivals, spikes, values, observed)
    }

    private static func update(
        _ reals: inout [Float], _ integers: inout [Int32], count: Int, _ arrivals: UnsafePointer<Int32>,
        _ spikes: UnsafeMutablePointer<Int32>, _ values: UnsafeMutablePointer<Int32>?, _ observed: Observation?
    ) -> Int {
        reals.withUnsafeMutableBufferPointer { reals in
            integers.withUnsafeMutableBufferPointer { whole in
                guard let firstReal = reals.baseAddress, let firstInteger = whole.baseAddress else { return 0 }
                func floats(_ word: Word) -> UnsafeMutablePointer<Float> { firstReal + word.rawValue * count }
                func integers(_ word: Word) -> UnsafeMutablePointer<Int32> { firstInteger + word.rawValue * count }
                let (membrane, decay, drive) = (floats(.membrane), floats(.membraneDecay), floats(.drive))
                let (threshold, reset, law) = (floats(.threshold), floats(.reset), integers(.law))
                let (refractory, held, lastSpike) = (integers(.refractory), integers(.held), integers(.lastSpike))
                let (beta, adaptationDecay, adaptation) = (floats(.beta), floats(.adaptationDecay), floats(.adaptation))
                let (eDecay, excitatory) = (floats(.excitatoryDecay), floats(.excitatory))
                let (iDecay, inhibitory) = (floats(.inhibitoryDecay), floats(.inhibitory))
                var spiked = 0
                for n in 0..<count {
                    let bits = law[n]
                    let (e, i) = (excitatory[n], inhibitory[n])
                    let nextE = eDecay[n] * e + Float(arrivals[n])
                    let nextI = iDecay[n] * i + Float(arrivals[count + n])
                    excitatory[n] = nextE
                    inhibitory[n] = nextI
                    let isMembraneFirst = bits & 8 != 0
                    let input = isMembraneFirst ? e + i : nextE + nextI
                    if bits & Self.sendsValue != 0 {
                        let potential = input + drive[n]
                        membrane[n] = potential
                        let value = Self.value((potential > 0 ? reset[n] : beta[n]) * potential, most: threshold[n])
                        if value != 0, let values {
                            spikes[spiked] = Int32(truncatingIfNeeded: n)
                            values[spiked] = value
                            spiked &+= 1
                        }
                        continue
                    }
                    let isSubtractedLater = bits & 3 == 2
                    let isAdapted = bits & 32 != 0
                    // What a spike of the tick before still costs: the threshold as it was then.
                    let rise = isAdapted ? beta[n] * adaptation[n] : 0
                    let later = isSubtractedLater && lastSpike[n] != 0 ? threshold[n] + rise : 0
                    let adapted = adaptationDecay[n] * adaptation[n] + (lastSpike[n] != 0 ? 1 : 0)
                    adaptation[n] = adapted
                    lastSpike[n] = 0
                    let isHeld = held[n] > 0
                    if isHeld {
                        held[n] &-= 1
                        observed?.distance[n] = .infinity
                        observed?.threshold[n] = threshold[n]
                        if bits & 16 == 0 {
                            membrane[n] -= later
                            continue
                        }
                    }
                    var potential = decay[n] * membrane[n] + input + drive[n] - later
                    let limit = threshold[n] + beta[n] * adapted
                    if !isHeld {
                        observed?.distance[n] = potential - limit
                        observed?.threshold[n] = limit
                    }
                    if !isHeld, bits & 4 != 0 ? potential >= limit : potential > limit {
                        switch bits & 3 {
                        case 0: potential = reset[n]
                        case 1: potential -= isAdapted ? limit : threshold[n]
                        default: break
                        }
                        held[n] = refractory[n]
                        lastSpike[n] = 1
                        spikes[spiked] = Int32(truncatingIfNeeded: n)
                        values?[spiked] = 1
                        spiked &+= 1
                    }
                    membrane[n] = potential
                }
                return spiked
            }
        }
    }
}
