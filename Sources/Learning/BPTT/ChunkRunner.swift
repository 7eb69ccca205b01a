import FrontEnd
import Networks

/// What is asked of the readout in one sample.
struct Question {
    /// The class that `readout` decodes.
    var label: Int32
    var windows: [SampleTargets.Window]
    /// Numbers instead of classes.
    var targets: ArraySlice<Float>?

    init(_ samples: DataSamples, _ index: Int, skip: Int, steps: Int) {
        label = samples.labels[index]
        windows = samples.windows(index, skip: skip, steps: steps)
        targets = samples.series(index)
    }
}

/// Runs a chunk of samples through a network, forward and back, in memory of its own.
final class ChunkRunner<Real: TrainingScalar> {
    /// What one chunk contributes to a batch, beside `gradient`.
    struct Outcome {
        var loss = 0.0
        var correct = 0
        /// By position in the chunk.
        var predictions: [Int] = []
        /// Spikes of each population, over all samples of the chunk.
        var spikes: [Int] = []
    }

    /// May be replaced by one with other connections.
    var plan: TrainingPlan
    let settings: GradientSettings
    let samples: Int
    let states: [PopulationState<Real>]
    /// dE/d parameters, summed over the chunk.
    let gradient: Slab<Real>
    private var columns = EventColumns()
    private let usesEvents: [Bool]
    let needsEvents: [Bool]

    init(_ plan: TrainingPlan, _ settings: GradientSettings, samples: Int, computesGradient: Bool) {
        self.plan = plan
        self.settings = settings
        self.samples = samples
        states = plan.populations.indices.map {
            PopulationState(plan.populations[$0], samples: samples, steps: plan.steps, isReadout: $0 == settings.readout)
        }
        gradient = Slab(computesGradient ? plan.parameterCount : 0)
        // Rows of fewer neurons than a few registers hold are not worth listing spikes for.
        usesEvents = plan.projections.map { projection in
            guard case .dense = projection.form, !plan.populations[projection.pre].isGraded else { return false }
            if plan.populations[projection.pre].dynamics == nil { return true }
            return settings.smooth == nil && plan.populations[projection.post].size >= 32
        }
        let usesEvents = usesEvents
        needsEvents = plan.populations.map { $0.outgoing.contains { usesEvents[$0] } }
    }

    // MARK: Forward

    /// - Parameters:
    ///   - stimuli: one for each sample, at most `samples`.
    ///   - questions: parallel to `stimuli`.
    func forward(
        _ stimuli: [Stimulus], questions: [Question], weights: WeightSet<Real>, coefficients: [NeuronCoefficients<Real>?],
        computesGradient: Bool
    ) -> Outcome {
        for population in states.indices where plan.populations[population].dynamics == nil { load(stimuli, into: population) }
        for component in plan.components {
            for p in component.populations {
                guard let neurons = coefficients[p] else { continue }
                for slab in states[p].arrivals { slab.clear() }
                if needsEvents[p] { states[p].events.clear() }
                NeuronForward(coefficients: neurons, smooth: settings.smooth).start(states[p])
            }
            for (index, projection) in incoming(component) where !isInternal(projection, component) {
                synapses(index, weights).forward(0..<plan.steps)
            }
            if component.isRecurrent {
                for step in 0..<plan.steps {
                    for p in component.populations { advance(p, step, coefficients) }
                    for (index, projection) in incoming(component) where isInternal(projection, component) {
                        synapses(index, weights).forward(step..<step + 1)
                    }
                }
            } else {
                for p in component.populations { for step in 0..<plan.steps { advance(p, step, coefficients) } }
            }
        }
        return judge(questions, coefficients, computesGradient)
    }

    func advance(_ p: Int, _ step: Int, _ coefficients: [NeuronCoefficients<Real>?]) {
        guard let neurons = coefficients[p] else { return }
        let forward = NeuronForward(coefficients: neurons, smooth: settings.smooth)
        let state = states[p]
        for sample in 0..<samples {
            forward.step(state, step, sample)
            if needsEvents[p] {
                state.events.append(row: step * samples + sample, state.output.pointer + state.row(step, sample), count: state.size)
            }
        }
    }

    /// Writes what a source population sends: lists of spikes, and numbers where a projection reads numbers.
    func load(_ stimuli: [Stimulus], into p: Int) {
        let state = states[p]
        let name = plan.populations[p].name
        let needsNumbers = plan.populations[p].outgoing.contains { !usesEvents[$0] }
        let given = stimuli.map { $0.populations.first { $0.name == name }?.events }
        state.events.clear()
        if needsNumbers { state.output.clear() }
        for step in 0..<plan.steps {
            for sample in 0..<samples {
                let row = step * samples + sample
                state.events.starts[row] = Int32(state.events.neurons.count)
                guard sample < given.count, let events = given[sample], step < events.steps else { continue }
                let range = Int(events.offsets[step])..<Int(events.offsets[step + 1])
                state.events.neurons.append(contentsOf: events.neurons[range])
                state.events.counts[row] = Int32(range.count)
                guard needsNumbers else { continue }
                for e in range {
                    state.output.pointer[state.row(step, sample) + Int(events.neurons[e])] =
                        events.values.isEmpty ? 1 : Real(events.values[e])
                }
            }
        }
    }

    /// Loss and answers of the chunk; prepares the gradients that the way back starts from.
    private func judge(_ questions: [Question], _ coefficients: [NeuronCoefficients<Real>?], _ computesGradient: Bool) -> Outcome {
        let readout = states[settings.readout]
        let rest = coefficients[settings.readout]?.rest ?? []
        var outcome = Outcome()
        if computesGradient {
            for state in states { state.gradient.clear() }
            readout.membraneGradient?.clear()
        }
        for (sample, question) in questions.enumerated() {
            let prediction = settings.decoder.answer(readout, sample: sample, rest: rest)
            outcome.predictions.append(prediction)
            outcome.correct += prediction == Int(question.label) ? 1 : 0
            if question.targets != nil {
                outcome.loss += settings.loss.judgeSteps(
                    readout, sample: sample, label: 0, targets: question.targets, rest: rest, factor: settings.factor,
                    computesGradient: computesGradient)
                continue
            }
            for window in question.windows {
                outcome.loss += judge(
                    window, sample, readout, rest, weight: 1 / Double(question.windows.count), computesGradient)
            }
        }
        for (p, state) in states.enumerated() {
            guard let neurons = coefficients[p], neurons.spikes else {
                outcome.spikes.append(0)
                continue
            }
            outcome.spikes.append(state.countSpikes(samples: questions.count))
            if settings.rateStrength > 0 {
                outcome.loss += regularizeRates(state, samples: questions.count, computesGradient: computesGradient)
            }
        }
        return outcome
    }

    private func judge(
        _ window: SampleTargets.Window, _ sample: Int, _ readout: PopulationState<Real>, _ rest: [Double], weight: Double,
        _ computesGradient: Bool
    ) -> Double {
        var loss = settings.loss
        (loss.skip, loss.end) = (window.steps.lowerBound, window.steps.upperBound)
        let factor = settings.factor * weight
        if case .crossEntropyPerStep = loss.form {
            return weight
                * loss.judgeSteps(
                    readout, sample: sample, label: Int(window.label), targets: nil, rest: rest, factor: factor,
                    computesGradient: computesGradient)
        }
        let (scores, reached) = loss.scores(readout, sample: sample, rest: rest)
        let (value, gradient) = loss.error(scores, label: Int(window.label), steps: plan.steps)
        if computesGradient { loss.spread(gradient, reached: reached, factor: factor, to: readout, sample: sample) }
        return weight * value
    }

    /// strength · mean over neurons of (rate - target)², rates in spikes per step; of each sample.
    private func regularizeRates(_ state: PopulationState<Real>, samples: Int, computesGradient: Bool) -> Double {
        var loss = 0.0
        for sample in 0..<samples {
            for n in 0..<state.size {
                var count = 0.0
                for step in 0..<plan.steps { count += Double(state.output.pointer[state.row(step, sample) + n]) }
                let difference = count / Double(plan.steps) - settings.rateTarget
                loss += settings.rateStrength * difference * difference / Double(state.size)
                guard computesGradient else { continue }
                let slope = Real(settings.factor * 2 * settings.rateStrength * difference / Double(state.size * plan.steps))
                for step in 0..<plan.steps { state.gradient.pointer[state.row(step, sample) + n] += slope }
            }
        }
        return loss
    }

    // MARK: Back

    /// Sets `gradient` to that of the samples of the last forward pass.
    func backward(weights: WeightSet<Real>, coefficients: [NeuronCoefficients<Real>?]) {
        gradient.clear()
        for component in plan.components.reversed() {
            for p in component.populations { backwardNeurons(p, coefficients)?.start(states[p]) }
            if component.isRecurrent {
                for step in stride(from: plan.steps - 1, through: 0, by: -1) {
                    for (index, projection) in incoming(component) where isInternal(projection, component) {
                        synapses(index, weights).backward(step..<step + 1)
                    }
                    for p in component.populations { retreat(p, step, coefficients) }
                }
            } else {
                for p in component.populations {
                    for step in stride(from: plan.steps - 1, through: 0, by: -1) { retreat(p, step, coefficients) }
                }
            }
            for (index, projection) in incoming(component) {
                let synapses = synapses(index, weights)
                if projection.isTrainable {
                    synapses.differentiateWeights(gradient.pointer + projection.parameters.lowerBound, &columns)
                }
                if !isInternal(projection, component), plan.populations[projection.pre].dynamics != nil {
                    synapses.backward(0..<plan.steps)
                }
            }
            for p in component.populations {
                guard let drive = plan.populations[p].drive else { continue }
                (gradient.pointer + drive.lowerBound).update(from: states[p].driveGradient.pointer, count: drive.count)
            }
        }
    }

    private func retreat(_ p: Int, _ step: Int, _ coefficients: [NeuronCoefficients<Real>?]) {
        guard let backward = backwardNeurons(p, coefficients) else { return }
        for sample in 0..<samples { backward.step(states[p], step, sample) }
    }

    private func backwardNeurons(_ p: Int, _ coefficients: [NeuronCoefficients<Real>?]) -> NeuronBackward<Real>? {
        coefficients[p].map {
            NeuronBackward(coefficients: $0, surrogate: settings.surrogate, differentiatesReset: settings.differentiatesReset)
        }
    }

    private func incoming(_ component: TrainingPlan.Component) -> [(Int, TrainingPlan.ProjectionPlan)] {
        component.populations.flatMap { plan.populations[$0].incoming.map { ($0, plan.projections[$0]) } }
    }

    private func isInternal(_ projection: TrainingPlan.ProjectionPlan, _ component: TrainingPlan.Component) -> Bool {
        component.populations.contains(projection.pre)
    }

    func synapses(_ index: Int, _ weights: WeightSet<Real>) -> Synapses<Real> {
        let projection = plan.projections[index]
        return Synapses(
            plan: projection, parts: weights.parts[index], pre: states[projection.pre], post: states[projection.post],
            usesEvents: usesEvents[index])
    }
}

extension PopulationState {
    func countSpikes(samples used: Int) -> Int {
        var sum: Real = 0
        for step in 0..<steps {
            let first = output.pointer + row(step, 0)
            var spikes: Real = 0
            for n in 0..<used * size { spikes += first[n] }
            sum += spikes
        }
        return Int(sum)
    }
}
