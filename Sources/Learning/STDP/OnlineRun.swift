import FrontEnd
import Networks
import Numerics

/// A network that runs step by step in double precision, as `Dynamics` states it, with weights that may change between steps.
///
/// The forward pass of `bptt` with one sample at a time; `ForwardTests` hold it against the reference engine.
final class OnlineRun {
    let plan: TrainingPlan
    let runner: ChunkRunner<Double>
    let weights: WeightSet<Double>
    let coefficients: [NeuronCoefficients<Double>?]
    private let decoder: AnswerDecoder
    private let readout: Int
    private var encoder: StimulusEncoder

    /// - Parameter lowered: the chip's numbers instead of the model's.
    init(_ network: Network, _ plan: TrainingPlan, task: Task, readout: Readout, lowered: (any LoweredForward)? = nil) {
        useSingleThreadedBLAS()
        self.plan = plan
        self.readout = readout.population.index
        decoder = AnswerDecoder(decode: readout.decode, skip: readout.skip)
        let settings = GradientSettings(
            surrogate: .triangle(damp: 1), differentiatesReset: false,
            loss: Loss(form: .crossEntropy(scale: 1), signal: .meanMembrane, skip: readout.skip), decoder: decoder,
            readout: readout.population.index, factor: 1)
        runner = ChunkRunner<Double>(plan, settings, samples: 1, computesGradient: false)
        let initial = lowered?.lowered(plan.initial, of: plan) ?? plan.initial
        weights = initial.withUnsafeBufferPointer { WeightSet(plan, $0) }
        coefficients = plan.populations.enumerated().map { index, population in
            population.dynamics.map { NeuronCoefficients(lowered?.dynamics(of: ID(index), from: $0) ?? $0) }
        }
        encoder = StimulusEncoder(network, steps: task.steps)
    }

    /// Runs one sample.
    /// - Parameter afterStep: called at the end of every step, with its number.
    /// - Returns: the readout's answer.
    func run(_ samples: DataSamples, _ index: Int, presentation: Int, afterStep: (Int) -> Void) -> Int {
        let stimulus = encoder.stimulus(samples, index, presentation: presentation)
        for (p, population) in plan.populations.enumerated() {
            let state = runner.states[p]
            guard let neurons = coefficients[p], population.dynamics != nil else {
                runner.load([stimulus], into: p)
                continue
            }
            for slab in state.arrivals { slab.clear() }
            if runner.needsEvents[p] { state.events.clear() }
            NeuronForward(coefficients: neurons, smooth: nil).start(state)
        }
        for step in 0..<plan.steps {
            for p in plan.populations.indices { runner.advance(p, step, coefficients) }
            for index in plan.projections.indices { runner.synapses(index, weights).forward(step..<step + 1) }
            afterStep(step)
        }
        return decoder.answer(runner.states[readout], sample: 0, rest: coefficients[readout]?.rest ?? [])
    }

    /// The neurons of population `p` that sent something in `step`, ascending; none before the start.
    func spikes(of p: Int, in step: Int) -> [Int32] {
        guard step >= 0 else { return [] }
        let state = runner.states[p]
        if plan.populations[p].dynamics == nil {
            let first = Int(state.events.starts[step])
            return Array(state.events.neurons[first..<first + Int(state.events.counts[step])])
        }
        let output = state.output.pointer + state.row(step, 0)
        var spikes: [Int32] = []
        for n in 0..<state.size where output[n] != 0 { spikes.append(Int32(n)) }
        return spikes
    }

    /// Spikes of population `p` in the last run.
    func spikeCount(of p: Int) -> Int { runner.states[p].countSpikes(samples: 1) }
}
