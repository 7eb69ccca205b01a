/// Runs a few samples forward and back: all memory for it, and what came of it. Chunks share nothing but the weights.
final class SpikeTimeChunk<Real: SpikeTimeScalar>: @unchecked Sendable {
    let plan: SpikeTimePlan
    let capacity: Int
    /// [sample × plan.sampleSize], in τ_s: set before a run.
    var given: [Double]
    var labels: [Int]
    /// See `SpikeTimeMachine`; set before a run in the loop.
    var trials: [Int]

    private(set) var loss = 0.0
    private(set) var answers: [Int?] = []
    /// Samples in which a neuron was silent: [layer][neuron].
    private(set) var missing: [[Int]]
    /// Of all layers, as `plan.tables`.
    let gradient: Slab<Real>

    private let kernels: [SpikeTimeLayer<Real>]
    /// [layer][sample].
    private let inputs: [[SortedInputs<Real>]]
    private var memory: [LayerMemory<Real>]
    private var joined: [Double]

    init(_ plan: SpikeTimePlan, capacity: Int) {
        self.plan = plan
        self.capacity = capacity
        given = [Double](repeating: 0, count: capacity * plan.sampleSize)
        labels = [Int](repeating: 0, count: capacity)
        trials = labels
        missing = plan.layers.map { [Int](repeating: 0, count: $0.neurons) }
        gradient = Slab(plan.parameterCount)
        let kernels = plan.layers.indices.map { plan.kernel($0, Real.self) }
        self.kernels = kernels
        inputs = plan.layers.map { layer in (0..<capacity).map { _ in SortedInputs(capacity: layer.inputs) } }
        memory = kernels.map { LayerMemory(neurons: $0.padded, inputs: $0.inputs, samples: capacity) }
        joined = [Double](repeating: 0, count: plan.layers.map(\.inputs).max() ?? 0)
    }

    /// The times of a layer in a sample of the last run.
    func times(_ layer: Int, sample: Int) -> UnsafeBufferPointer<Double> {
        UnsafeBufferPointer(start: memory[layer].answers(sample).times, count: plan.layers[layer].neurons)
    }

    /// Runs the first `count` samples.
    /// - Parameters:
    ///   - weights: as `plan.tables`.
    ///   - scale: what errors are multiplied by: one over the samples of a batch; 0: no gradient is computed.
    func run(
        _ count: Int, weights: UnsafePointer<Real>, machine: (any LoadedSpikeTimeMachine)? = nil, loss form: SpikeTimeLoss,
        scale: Double, largest: Double
    ) {
        let tables = plan.tables
        for layer in kernels.indices {
            for sample in 0..<count { join(layer, sample) }
            forward(layer, count, weights + tables[layer].lowerBound, machine)
            for neuron in missing[layer].indices {
                missing[layer][neuron] = (0..<count).reduce(0) { $0 + (memory[layer].answers($1).times[neuron] == .infinity ? 1 : 0) }
            }
        }
        judge(count, form, scale)
        guard scale > 0 else { return }
        gradient.clear()
        for layer in kernels.indices.reversed() {
            learn(layer, count, weights + tables[layer].lowerBound, gradient.pointer + tables[layer].lowerBound, largest)
        }
    }

    /// Sorts what reaches a layer in a sample.
    private func join(_ layer: Int, _ sample: Int) {
        var next = 0
        for source in plan.layers[layer].sources {
            switch source.origin {
            case .sample: for n in 0..<source.count { joined[next + n] = given[sample * plan.sampleSize + n] }
            case .fixed(let times): for n in 0..<source.count { joined[next + n] = times[n] }
            case .layer(let earlier):
                let times = memory[earlier].answers(sample).times
                for n in 0..<source.count { joined[next + n] = times[n] }
            }
            next += source.count
        }
        joined.withUnsafeBufferPointer { inputs[layer][sample].load(UnsafeBufferPointer(rebasing: $0[..<next]), form: plan.form) }
    }

    private func forward(_ layer: Int, _ count: Int, _ weights: UnsafePointer<Real>, _ machine: (any LoadedSpikeTimeMachine)?) {
        let kernel = kernels[layer]
        guard let machine else {
            for block in 0..<kernel.blocks {
                for sample in 0..<count {
                    kernel.run(
                        block, inputs[layer][sample], weights: weights, horizon: plan.horizon, into: memory[layer].answers(sample))
                }
            }
            return
        }
        var times = [Double](repeating: .infinity, count: kernel.padded)
        for sample in 0..<count {
            let sorted = inputs[layer][sample]
            let events = (0..<sorted.count).map { (sorted.inputs[$0].time, Int(sorted.inputs[$0].number)) }
            times.withUnsafeMutableBufferPointer {
                machine.firstSpikes(
                    layer: layer, inputs: events, trial: trials[sample],
                    into: UnsafeMutableBufferPointer(rebasing: $0[..<kernel.neurons]))
            }
            for block in 0..<kernel.blocks {
                kernel.observe(
                    block, sorted, weights: weights, times: times, horizon: plan.horizon, into: memory[layer].answers(sample))
            }
        }
    }

    private func judge(_ count: Int, _ form: SpikeTimeLoss, _ scale: Double) {
        loss = 0
        answers.removeAll(keepingCapacity: true)
        for layer in memory.indices { memory[layer].errors.clear() }
        let last = kernels.count - 1
        var errors = [Double](repeating: 0, count: kernels[last].neurons)
        for sample in 0..<count {
            let times = times(last, sample: sample)
            loss += errors.withUnsafeMutableBufferPointer { form.evaluate(times, label: labels[sample], errors: $0.baseAddress!) }
            answers.append(form.answer(times))
            let target = memory[last].errors.pointer + sample * kernels[last].padded
            for neuron in errors.indices where errors[neuron].isFinite { target[neuron] = Real(errors[neuron] * scale) }
        }
    }

    private func learn(
        _ layer: Int, _ count: Int, _ weights: UnsafePointer<Real>, _ gradient: UnsafeMutablePointer<Real>, _ largest: Double
    ) {
        let kernel = kernels[layer]
        let sources = plan.layers[layer].sources
        let isFirst = !sources.contains { if case .layer = $0.origin { true } else { false } }
        memory[layer].inputErrors.clear()
        let below = memory[layer].inputErrors.pointer
        for block in 0..<kernel.blocks {
            for sample in 0..<count {
                kernel.learn(
                    block, inputs[layer][sample], memory[layer].answers(sample),
                    errors: memory[layer].errors.pointer + sample * kernel.padded, weights: weights, gradient: gradient,
                    inputErrors: isFirst ? nil : below + sample * kernel.inputs, largest: largest)
            }
        }
        guard !isFirst else { return }
        var next = 0
        for source in sources {
            if case .layer(let earlier) = source.origin {
                for sample in 0..<count {
                    let target = memory[earlier].errors.pointer + sample * kernels[earlier].padded
                    for n in 0..<source.count {
                        let error = below[sample * kernel.inputs + next + n]
                        if error.isFinite { target[n] += error }
                    }
                }
            }
            next += source.count
        }
    }
}

/// What a layer keeps of the samples of a chunk.
struct LayerMemory<Real: SpikeTimeScalar> {
    private let neurons: Int
    private let times: Slab<Double>
    private let ranks: UnsafeMutablePointer<Int32>
    private let coefficients: Slab<Real>
    private let owner: RankOwner
    /// ∂L/∂T: [sample × neurons].
    let errors: Slab<Real>
    /// [sample × inputs].
    let inputErrors: Slab<Real>

    /// Frees the ranks with the last copy.
    private final class RankOwner {
        let pointer: UnsafeMutablePointer<Int32>
        init(_ count: Int) {
            pointer = .allocate(capacity: max(count, 1))
            pointer.initialize(repeating: 0, count: max(count, 1))
        }
        deinit { pointer.deallocate() }
    }

    init(neurons: Int, inputs: Int, samples: Int) {
        self.neurons = neurons
        times = Slab(neurons * samples)
        owner = RankOwner(neurons * samples)
        ranks = owner.pointer
        coefficients = Slab(4 * neurons * samples)
        errors = Slab(neurons * samples)
        inputErrors = Slab(inputs * samples)
    }

    func answers(_ sample: Int) -> SpikeTimeLayer<Real>.Answers {
        let base = coefficients.pointer + 4 * neurons * sample
        return .init(
            times: times.pointer + neurons * sample, ranks: ranks + neurons * sample, p: base, q: base + neurons, r: base + 2 * neurons,
            s: base + 3 * neurons)
    }
}
