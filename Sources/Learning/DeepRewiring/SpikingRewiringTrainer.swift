import Diagnostics
import FrontEnd
import Networks
import Numerics

/// Deep rewiring of any network that backpropagation through time can learn: gradients of the active connections come from its engine,
/// whose rows are laid out anew when connections have moved.
final class SpikingRewiringTrainer: Trainer {
    let epochs: Int
    private(set) var epochsDone = 0
    private(set) var curve = LearningCurve()
    private let request: TrainingRequest
    private let plan: RewiringPlan
    private let connections: RewiringState
    private let engine: GradientEngine<Float>
    private var layout: TrainingPlan
    /// Weights of what does not move, in the order of the parameters.
    private var parameters: [Float]

    init(_ plan: RewiringPlan, _ request: TrainingRequest) {
        self.plan = plan
        self.request = request
        epochs = request.epochs ?? plan.options.epochs
        connections = RewiringState(plan)
        layout = TrainingPlan(connections.network, steps: plan.task.steps, trainsDrive: plan.options.trainsDrive)
        parameters = layout.initial.map { Float($0) }
        let decoded: Loss.Signal =
            switch plan.readout.decode {
            case .spikeCount: .spikeCount
            case .firstSpike: .earlySpikes
            case .maximalMembrane: .maximalMembrane
            case .meanMembrane: .meanMembrane
            }
        let settings = GradientSettings(
            surrogate: plan.options.surrogate, differentiatesReset: false,
            loss: Loss(form: .crossEntropy(scale: 1), signal: decoded, skip: plan.readout.skip),
            decoder: AnswerDecoder(decode: plan.readout.decode, skip: plan.readout.skip), readout: plan.readout.population.index, factor: 1)
        engine = GradientEngine(plan.network, layout, settings, lowered: request.lowered, threads: request.threads)
    }

    func runEpoch(progress: (TrainingProgress) -> Bool) throws(DiagnosticsError) -> EpochSummary {
        var epoch = Epoch(after: epochsDone, of: epochs, request, rule: DeepRewiring.name)
        var spikes = [Int](repeating: 0, count: layout.populations.count)
        connections.rewired = 0
        let batches = epoch.batches(of: plan.options.batch)
        for (index, part) in batches.enumerated() {
            layOut()
            let result = engine.run(parameters, request.samples, part, presentation: epochsDone, computesGradient: true)
            try epoch.add(loss: result.loss, correct: result.correct, samples: part.count, to: &curve)
            let step = epochsDone * batches.count + index
            let rate = plan.options.rate * plan.options.schedule.factor(at: step, perEpoch: batches.count, epochs: epochs)
            move(rate: rate, scale: 1 / Float(part.count), step: step)
            for p in spikes.indices { spikes[p] += result.spikes[p] }
            try epoch.report(to: progress)
        }
        epochsDone += 1
        return epoch.summary(rates: layout.rates(spikes, samples: epoch.samplesDone))
    }

    /// Puts the active connections into the engine's rows.
    private func layOut() {
        var initial: [Float] = []
        for index in layout.projections.indices {
            let old = layout.projections[index].parameters
            let first = initial.count
            if let moving = plan.projections.first(where: { $0.id.index == index }) {
                layout.projections[index].form = .compressed(CompressedRows(moving))
                layout.projections[index].isTrainable = true
                initial += moving.table.slotsByPlace.map { moving.table.weight(ofSlot: $0) }
            } else {
                initial += parameters[old]
            }
            layout.projections[index].parameters = first..<initial.count
        }
        for p in layout.populations.indices {
            guard layout.populations[p].drive != nil else { continue }
            layout.populations[p].drive = initial.count..<initial.count + connections.biases[p].count
            initial += connections.biases[p]
        }
        parameters = initial
        layout.initial = initial.map { Double($0) }
        engine.use(layout)
    }

    /// One step: thetas by the law, what does not move by plain descent, then the rewiring.
    private func move(rate: Double, scale: Float, step: Int) {
        let gradient = engine.gradient.pointer
        let law = plan.options.law(rate: rate)
        for (index, projection) in layout.projections.enumerated() where projection.isTrainable {
            let first = gradient + projection.parameters.lowerBound
            guard let moving = plan.projections.first(where: { $0.id.index == index }) else {
                for k in projection.parameters { parameters[k] -= Float(rate) * scale * gradient[k] }
                continue
            }
            let table = moving.table
            let stream = moving.chance.noise.split(step)
            for (k, slot) in table.slotsByPlace.enumerated() {
                let (even, odd) = RewiringChance.pair(stream, slot >> 1)
                table.theta[slot] = law.moved(
                    table.theta[slot], gradient: first[k] * scale * table.sign[slot], normal: slot & 1 == 0 ? even : odd)
            }
        }
        for (p, population) in layout.populations.enumerated() {
            guard let drive = population.drive else { continue }
            for (n, k) in drive.enumerated() {
                connections.biases[p][n] -= Float(rate * plan.options.biasRate) * scale * gradient[k]
            }
        }
        connections.rewire(law: law, step: step)
    }

    func evaluate(_ samples: DataSamples) -> Evaluation {
        layOut()
        var evaluation = Evaluation(samples: samples.count, correct: 0, loss: 0, predictions: [])
        let batch = layout.chunk * 4
        for first in stride(from: 0, to: samples.count, by: batch) {
            let result = engine.run(
                parameters, samples, Array(first..<min(samples.count, first + batch)), presentation: 0, computesGradient: false)
            evaluation.correct += result.correct
            evaluation.loss += result.loss
            evaluation.predictions += result.predictions
        }
        evaluation.loss /= Double(max(1, samples.count))
        return evaluation
    }

    /// The shared weights of convolutions and the like stand as tensors, the connections that move as lists.
    var network: Network {
        layOut()
        var network = connections.network
        let learned = plan.network.learned(layout, parameters)
        for (index, projection) in layout.projections.enumerated() where projection.isTrainable {
            guard !plan.projections.contains(where: { $0.id.index == index }) else { continue }
            network.projections[ID(index)] = learned.projections[ID(index)]
        }
        return network
    }

    var state: TrainerState {
        let fixed = layout.projections.enumerated().filter { index, _ in !plan.projections.contains { $0.id.index == index } }
        let values = fixed.flatMap { parameters[$0.element.parameters] }
        return TrainerState(
            signature: signature, epochsDone: epochsDone, entries: connections.entries + [.init("others", .floats(values))] + curve.entries)
    }

    func restore(_ state: TrainerState) throws(DiagnosticsError) {
        try connections.restore(state, signature: signature)
        if case .floats(let values) = state["others"] {
            var next = 0
            for (index, projection) in layout.projections.enumerated() where !plan.projections.contains(where: { $0.id.index == index }) {
                for k in projection.parameters where next < values.count {
                    parameters[k] = values[next]
                    next += 1
                }
            }
        }
        curve = LearningCurve(state)
        epochsDone = state.epochsDone
    }

    private var signature: String { plan.signature(request, epochs: epochs) }
}

extension CompressedRows {
    /// The active connections of a projection, one weight each, in the order of their places.
    init(_ moving: RewiredProjection) {
        let table = moving.table
        let slots = table.slotsByPlace
        offsets = [Int32](repeating: 0, count: table.sources + 1)
        for slot in slots { offsets[Int(table.source[slot]) + 1] += 1 }
        for source in 0..<table.sources { offsets[source + 1] += offsets[source] }
        targets = slots.map { table.target[$0] }
        delays = slots.map { moving.potential.delay(at: table.place(ofSlot: $0)) }
        parameters = (0..<Int32(slots.count)).map { $0 }
        initial = slots.map { Double(table.weight(ofSlot: $0)) }
        maximumDelay = Int(delays.max() ?? 1)
    }
}
