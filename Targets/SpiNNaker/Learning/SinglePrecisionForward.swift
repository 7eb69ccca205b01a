package import Learning
package import Lowering
package import Networks

/// The forward pass of a recurrent network in the arithmetic of the emulated core: 16-bit weights that are summed as integers, neurons in
/// single precision (`FloatingPointCore`).
///
/// Neurons of a population may lie on several cores; none of them sees what another's arithmetic does, so all are one core here.
package final class SinglePrecisionForward {
    private var hidden: FloatingPointCore
    private var readout: FloatingPointCore
    private let weights: IntegerWeights
    /// The model's potential for a unit of a readout's membrane.
    private let readoutUnit: Float
    private let delays: RecurrentDelays
    /// damp / θ in the model's unit, 1 / θ in units of a weight; [neurons].
    private let height: [Float]
    private let inverse: [Float]
    private let isScaledByAdapted: Bool
    private let damp: Float
    private let scales: [Float]
    /// Arrivals of both receptors, spikes, distances from the threshold and the thresholds themselves.
    private let arrivals: UnsafeMutablePointer<Int32>
    private let readoutArrivals: UnsafeMutablePointer<Int32>
    private let spikes: UnsafeMutablePointer<Int32>
    private let observed: FloatingPointCore.Observation

    /// Weights in units of a population's scale, dense: one row for each presynaptic neuron.
    package struct IntegerWeights {
        /// [inputs × neurons], [neurons × neurons], [neurons × outputs].
        package var input: [Int32]
        package var recurrent: [Int32]
        package var output: [Int32]

        package init(inputs: Int, neurons: Int, outputs: Int) {
            input = [Int32](repeating: 0, count: inputs * neurons)
            recurrent = [Int32](repeating: 0, count: neurons * neurons)
            output = [Int32](repeating: 0, count: neurons * outputs)
        }
    }

    /// - Parameters:
    ///   - hidden: the spiking populations, one after the other.
    ///   - thresholds: in the model's unit; [neurons].
    package init(
        hidden populations: [FloatingPointNeurons], readout: FloatingPointNeurons, _ weights: IntegerWeights, thresholds: [Float],
        delays: RecurrentDelays, surrogate: EPropSurrogate
    ) {
        hidden = FloatingPointCore(populations)
        self.readout = FloatingPointCore([readout])
        self.weights = weights
        readoutUnit = Float(1 / readout.scale)
        self.delays = delays
        damp = Float(surrogate.damp)
        isScaledByAdapted = surrogate.isScaledByAdapted
        let damp = damp
        height = thresholds.map { $0 > 0 ? damp / $0 : damp }
        inverse = populations.flatMap { $0.threshold.map { $0 > 0 ? 1 / $0 : 1 } }
        scales = populations.flatMap { population in population.threshold.map { _ in Float(population.scale) } }
        arrivals = .allocate(capacity: 2 * max(1, hidden.count))
        arrivals.initialize(repeating: 0, count: 2 * max(1, hidden.count))
        readoutArrivals = .allocate(capacity: 2 * max(1, self.readout.count))
        readoutArrivals.initialize(repeating: 0, count: 2 * max(1, self.readout.count))
        spikes = .allocate(capacity: max(1, max(hidden.count, self.readout.count)))
        observed = .init(
            distance: .allocate(capacity: max(1, hidden.count)), threshold: .allocate(capacity: max(1, hidden.count)))
    }

    deinit {
        arrivals.deallocate()
        readoutArrivals.deallocate()
        spikes.deallocate()
        observed.distance.deallocate()
        observed.threshold.deallocate()
    }

    /// Runs one trial from rest.
    /// - Parameters:
    ///   - record: receives spikes, pseudo-derivatives and readouts.
    ///   - error: called in each step with its number, when the readout is known.
    package func run(
        _ inputs: [(first: Int, events: Stimulus.Events)], into record: TrialRecord<Float>, error: (_ step: Int) -> Void = { _ in }
    ) {
        hidden.reset()
        readout.reset()
        record.begin()
        let (neurons, outputs) = (hidden.count, readout.count)
        weights.input.withUnsafeBufferPointer { input in
            weights.recurrent.withUnsafeBufferPointer { recurrent in
                weights.output.withUnsafeBufferPointer { output in
                    for step in 0..<record.steps {
                        arrivals.update(repeating: 0, count: neurons)
                        for (first, events) in inputs {
                            let sent = step - delays.input
                            guard sent >= 0, sent < events.steps else { continue }
                            for e in Int(events.offsets[sent])..<Int(events.offsets[sent + 1]) {
                                Self.add(input, (first + Int(events.neurons[e])) * neurons, neurons, to: arrivals)
                            }
                        }
                        for e in record.spikes(step - delays.recurrent) {
                            Self.add(recurrent, Int(record.neurons[e]) * neurons, neurons, to: arrivals)
                        }
                        let count = hidden.update(arrivals, spikes: spikes, observed: observed)
                        for s in 0..<count { record.note(Int(spikes[s])) }
                        record.close(step)
                        derive(record.slope.pointer + step * record.width)
                        readoutArrivals.update(repeating: 0, count: outputs)
                        for e in record.spikes(step - delays.output) {
                            Self.add(output, Int(record.neurons[e]) * outputs, outputs, to: readoutArrivals)
                        }
                        _ = readout.update(readoutArrivals, spikes: spikes)
                        let y = record.readout.pointer + step * record.outputs
                        for k in 0..<outputs { y[k] = readout.membrane(of: k) * readoutUnit }
                        error(step)
                    }
                }
            }
        }
    }

    /// ψ = damp / θ · max(0, 1 - |v - A| / θ), 0 for neurons that cannot spike.
    private func derive(_ slopes: UnsafeMutablePointer<Float>) {
        for n in 0..<hidden.count {
            let distance = observed.distance[n].magnitude
            if isScaledByAdapted {
                let inverse = 1 / observed.threshold[n]
                let part = 1 - distance * inverse
                slopes[n] = part > 0 ? damp * scales[n] * inverse * part : 0
            } else {
                let part = 1 - distance * inverse[n]
                slopes[n] = part > 0 ? height[n] * part : 0
            }
        }
    }

    @inline(__always)
    private static func add(_ rows: UnsafeBufferPointer<Int32>, _ first: Int, _ count: Int, to sums: UnsafeMutablePointer<Int32>) {
        guard let row = rows.baseAddress.map({ $0 + first }) else { return }
        for n in 0..<count { sums[n] &+= row[n] }
    }
}

extension FloatingPointCore {
    /// The neurons of populations, one after the other, as the loader of an artifact would find them.
    package init(_ populations: [FloatingPointNeurons]) {
        self.init(
            populations.flatMap { neurons in
                (0..<neurons.count).map { n in
                    Word.allCases.map { word in
                        switch word {
                        case .membrane: neurons.initialMembrane[n].bitPattern
                        case .membraneDecay: neurons.membraneDecay[n].bitPattern
                        case .drive: neurons.drive[n].bitPattern
                        case .threshold: neurons.threshold[n].bitPattern
                        case .reset: neurons.resetValue[n].bitPattern
                        case .law: UInt32(neurons.law)
                        case .refractory: UInt32(neurons.refractorySteps[n])
                        case .beta: neurons.beta[n].bitPattern
                        case .adaptationDecay: neurons.adaptationDecay[n].bitPattern
                        case .excitatoryDecay: neurons.currentDecay[0][n].bitPattern
                        case .inhibitoryDecay: neurons.currentDecay[1][n].bitPattern
                        case .held, .adaptation, .excitatory, .inhibitory, .lastSpike: 0
                        }
                    }
                }
            })
    }
}

extension FloatingPointNeurons {
    /// The word `law` of `FloatingPointCore`.
    var law: UInt8 {
        if sendsValues { return UInt8(FloatingPointCore.sendsValue) }
        let reset: UInt8 =
            switch self.reset {
            case .toValue: 0
            case .subtract: 1
            case .subtractNext: 2
            }
        var bits = reset | (comparison == .atOrAbove ? 4 : 0) | (order == .membraneFirst ? 8 : 0)
        if refractory == .blocked { bits |= 16 }
        if resetAmount == .adapted { bits |= 32 }
        return bits
    }
}
