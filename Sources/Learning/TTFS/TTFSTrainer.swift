import Diagnostics
import FrontEnd
import Networks
import Numerics

/// Trains by `ttfs`: shuffled mini-batches, exact gradients in single precision, answers in double.
///
/// A batch is cut into the same few chunks on any machine, so that results do not depend on the number of threads.
final class TTFSTrainer: Trainer {
    let epochs: Int
    private(set) var epochsDone = 0
    private(set) var curve = LearningCurve()
    private let request: TrainingRequest
    private let options: TTFSOptions
    private let optionText: String
    private let times: SpikeTimeNetwork
    private var parameters: [Float]
    private var optimizer: OptimizerState
    private let chunks: [SpikeTimeChunk<Float>]
    private let weights: Slab<Float>
    private let gradient: Slab<Float>
    private var bump: WeightBump

    /// Chunks of a batch.
    private static let parts = 8

    init(_ request: TrainingRequest) throws(DiagnosticsError) {
        let network = request.network
        let values = try OptionValues(network.learning ?? LearningSpecification(rule: TTFS.name), definitions: TTFS.options)
        let options = TTFSOptions(values, isInLoop: request.lowered?.spikeTimes != nil)
        times = try SpikeTimeNetwork(network)
        var faults = DiagnosticCollector()
        reportSampleFaults(network, request.samples, classes: times.plan.layers.last?.neurons ?? 0, to: &faults)
        try faults.throwIfErrors()
        self.request = request
        self.options = options
        optionText = values.description
        epochs = request.epochs ?? options.epochs
        parameters = times.parameters(of: network)
        optimizer = OptimizerState(options.optimizer, parameterCount: parameters.count)
        let plan = times.plan
        let capacity = (options.batch + Self.parts - 1) / Self.parts
        chunks = (0..<Self.parts).map { _ in SpikeTimeChunk(plan, capacity: capacity) }
        weights = Slab(parameters.count)
        gradient = Slab(parameters.count)
        bump = WeightBump(first: options.bump)
    }

    /// Chips that compute in steps: what the forward pass leaves out of them.
    var notes: [Diagnostic] {
        guard request.lowered != nil, request.lowered?.spikeTimes == nil else { return [] }
        let network = request.network
        return [
            Diagnostic(
                "learning-exact-times",
                "spike times are exact while '\(network.name)' learns, and the chip's lie on steps of \(shortest(network.timestep)) ms: only its weights are in the loop",
                at: network.learning?.place, help: "verify the trained network; a shorter time step brings both together",
                severity: .warning)
        ]
    }

    // MARK: Training

    func runEpoch(progress: (TrainingProgress) -> Bool) throws(DiagnosticsError) -> EpochSummary {
        var epoch = Epoch(after: epochsDone, of: epochs, request, rule: TTFS.name)
        var spikes = times.plan.layers.map { _ in 0 }
        let batches = epoch.batches(of: options.batch)
        for (batch, indices) in batches.enumerated() {
            let result = run(indices)
            try epoch.add(loss: result.loss, correct: result.correct, samples: indices.count, to: &curve)
            var offending: Int?
            for layer in spikes.indices {
                let neurons = times.plan.layers[layer].neurons
                let silent = result.missing[layer].reduce(0, +)
                spikes[layer] += neurons * indices.count - silent
                let limit = layer == spikes.count - 1 ? options.missingLabel : options.missingHidden
                if offending == nil, Double(silent) > limit * Double(neurons * indices.count) { offending = layer }
            }
            if let offending {
                raise(offending, by: bump.next(offending), result.missing[offending])
            } else {
                bump.rest()
                step(batch: epochsDone * batches.count + batch, perEpoch: batches.count)
            }
            try epoch.report(to: progress)
        }
        epochsDone += 1
        let steps = Double(request.network.task?.steps ?? 1)
        let rates = spikes.enumerated().map { layer, count in
            EpochSummary.Rate(
                population: request.network.populations[times.populations[layer]].name,
                spikesPerStep: Double(count) / (Double(times.plan.layers[layer].neurons * epoch.samplesDone) * steps))
        }
        return epoch.summary(rates: rates)
    }

    /// Runs a batch forward and back; the gradient is left in `gradient`.
    private func run(_ indices: [Int]) -> (loss: Double, correct: Int, missing: [[Int]]) {
        let machine = load()
        let (samples, options, weights, chunks, times, epoch) = (request.samples, options, weights, chunks, times, epochsDone)
        let noise = Philox(seed: request.network.seed, purpose: "ttfs/noise").split(epoch)
        let size = times.plan.sampleSize
        parallelFor(count: chunks.count, threads: request.threads) { part in
            let chunk = chunks[part]
            let range = indices.count * part / chunks.count..<indices.count * (part + 1) / chunks.count
            for (place, index) in indices[range].enumerated() {
                let identity = samples.identity(of: index)
                times.encode(samples.values(index), into: &chunk.given, at: place * size)
                if options.inputNoise > 0 {
                    var normals = NormalPairs(noise.split(identity))
                    for n in place * size..<(place + 1) * size where chunk.given[n] < .infinity {
                        chunk.given[n] = max(0, chunk.given[n] + options.inputNoise * normals.normal(n - place * size))
                    }
                }
                chunk.labels[place] = Int(samples.labels[index])
                chunk.trials[place] = (epoch + 1) << 32 | identity
            }
            chunk.run(
                range.count, weights: weights.pointer, machine: machine, loss: options.loss, scale: 1 / Double(indices.count),
                largest: options.largestStep)
        }
        var (loss, correct) = (0.0, 0)
        var missing = times.plan.layers.map { [Int](repeating: 0, count: $0.neurons) }
        gradient.clear()
        for chunk in chunks {
            loss += chunk.loss
            for (answer, label) in zip(chunk.answers, chunk.labels) where answer == label { correct += 1 }
            for layer in missing.indices { for n in missing[layer].indices { missing[layer][n] += chunk.missing[layer][n] } }
            for i in 0..<gradient.count { gradient.pointer[i] += chunk.gradient.pointer[i] }
        }
        return (loss, correct, missing)
    }

    /// Puts the weights in place: the trainer's own, or what the machine makes of them.
    private func load() -> (any LoadedSpikeTimeMachine)? {
        guard let lowered = request.lowered else {
            for i in parameters.indices { weights.pointer[i] = parameters[i] }
            return nil
        }
        let plan = times.plan
        var tables: [[Float]] = []
        for layer in plan.layers.indices {
            let neurons = plan.layers[layer].neurons
            var table: [Float] = []
            let own = plan.layers[layer].sources.indices.map {
                (projection: times.projections[layer][$0], values: times.weights(layer, source: $0, of: parameters))
            }
            for weights in lowered.weights(into: times.populations[layer], from: own) {
                for weight in weights { table.append(Float(Double(weight) * times.scales[layer])) }
            }
            for index in table.indices {
                weights.pointer[plan.place(layer, input: index / neurons, neuron: index % neurons)] = table[index]
            }
            tables.append(table)
        }
        return lowered.spikeTimes?.load(tables)
    }

    private func step(batch: Int, perEpoch: Int) {
        optimizer.count += 1
        let rate = options.rate * options.schedule.factor(at: batch, perEpoch: perEpoch, epochs: epochs)
        optimizer.move(&parameters, 0..<parameters.count, gradient.pointer, rate: rate, decay: options.l2, scale: 1)
        guard options.weightLimit > 0 else { return }
        let limit = Float(options.weightLimit)
        for i in parameters.indices { parameters[i] = min(max(parameters[i], -limit), limit) }
    }

    /// Adds to every input of the neurons that missed a spike.
    private func raise(_ layer: Int, by amount: Double, _ missing: [Int]) {
        for neuron in missing.indices where missing[neuron] > 0 {
            for input in 0..<times.plan.layers[layer].inputs {
                parameters[times.plan.place(layer, input: input, neuron: neuron)] += Float(amount)
            }
        }
    }

    func evaluate(_ samples: DataSamples) -> Evaluation {
        let machine = load()
        let plan = times.plan
        let exact = Slab(weights.values.map { Double($0) })
        let (loss, times, size) = (options.loss, times, plan.sampleSize)
        let portion = 64
        let starts = Array(stride(from: 0, to: samples.count, by: portion))
        let parts = parallelMap(starts, threads: request.threads) { start in
            let chunk = SpikeTimeChunk<Double>(plan, capacity: portion)
            let count = min(portion, samples.count - start)
            for place in 0..<count {
                times.encode(samples.values(start + place), into: &chunk.given, at: place * size)
                chunk.labels[place] = Int(samples.labels[start + place])
                chunk.trials[place] = samples.identity(of: start + place)
            }
            chunk.run(count, weights: exact.pointer, machine: machine, loss: loss, scale: 0, largest: .infinity)
            return (chunk.loss, chunk.answers)
        }
        var evaluation = Evaluation(samples: samples.count, correct: 0, loss: 0, predictions: [])
        for (loss, answers) in parts {
            evaluation.loss += loss / Double(max(1, samples.count))
            // As a readout does: silence everywhere tells the first class.
            evaluation.predictions += answers.map { $0 ?? 0 }
        }
        evaluation.correct = zip(evaluation.predictions, samples.labels).filter { $0 == Int($1) }.count
        return evaluation
    }

    // MARK: Results

    /// In the loop with the weights that the chip holds, so that nothing is rounded anew when they are lowered again.
    var network: Network {
        var network = request.network
        for layer in times.plan.layers.indices {
            var weights = times.projections[layer].enumerated().map {
                (projection: $0.element, values: times.weights(layer, source: $0.offset, of: parameters))
            }
            if let lowered = request.lowered {
                for (source, values) in lowered.weights(into: times.populations[layer], from: weights).enumerated() {
                    weights[source].values = values
                }
            }
            for (source, entry) in weights.enumerated() {
                let shape = [times.plan.layers[layer].sources[source].count, times.plan.layers[layer].neurons]
                network.projections[entry.projection].weight = .tensor(Tensor(shape: shape, values: entry.values))
            }
        }
        return network
    }

    var state: TrainerState {
        var entries = [TrainerState.Entry("parameters", .floats(parameters)), .init("first", .floats(optimizer.first))]
        if !optimizer.second.isEmpty { entries.append(.init("second", .floats(optimizer.second))) }
        entries.append(.init("steps", .integers([optimizer.count, bump.layer ?? -1])))
        entries.append(.init("bump", .doubles([bump.amount])))
        return TrainerState(signature: signature, epochsDone: epochsDone, entries: entries + curve.entries)
    }

    func restore(_ state: TrainerState) throws(DiagnosticsError) {
        guard state.signature == signature, case .floats(let values) = state["parameters"], case .floats(let first) = state["first"],
            case .integers(let steps) = state["steps"], case .doubles(let amount) = state["bump"], values.count == parameters.count,
            first.count == values.count, steps.count == 2, amount.count == 1
        else {
            throw TrainerState.foreign
        }
        if case .floats(let second) = state["second"], second.count == optimizer.second.count { optimizer.second = second }
        parameters = values
        optimizer.first = first
        optimizer.count = steps[0]
        bump.layer = steps[1] < 0 ? nil : steps[1]
        bump.amount = amount[0]
        curve = LearningCurve(state)
        epochsDone = state.epochsDone
    }

    /// What training depends on, beside the epochs done.
    private var signature: String {
        var start = Checksum()
        for value in times.parameters(of: request.network) { start.add(UInt64(value.bitPattern)) }
        return request.signature(
            rule: TTFS.name, epochs: epochs, options: optionText, start: start, details: "\(parameters.count) parameters")
    }
}

/// How much the inputs of silent neurons are raised: twice as much each time the same layer is found silent again.
struct WeightBump: Sendable {
    let first: Double
    var amount: Double
    var layer: Int?

    init(first: Double) { (self.first, amount) = (first, first) }

    mutating func next(_ layer: Int) -> Double {
        amount = self.layer == layer ? 2 * amount : first
        self.layer = layer
        return amount
    }

    mutating func rest() { layer = nil }
}
