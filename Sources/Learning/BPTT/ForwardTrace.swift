package import FrontEnd
package import Networks
import Numerics

/// What the forward pass of training computes, in double precision: for comparison with other engines.
package struct ForwardTrace: Sendable {
    /// Spikes of each population of neurons, [steps × size] for each sample; by population, then sample.
    package var outputs: [[[Double]]] = []
    /// Membrane potential of the readout population, relative to rest, [steps × size] for each sample.
    package var membranes: [[Double]] = []
    package var predictions: [Int]

    package init(_ network: Network, _ samples: DataSamples, steps: Int, readout: Readout) {
        let settings = GradientSettings(
            surrogate: .triangle(damp: 1), differentiatesReset: false,
            loss: Loss(form: .crossEntropy(scale: 1), signal: .meanMembrane, skip: 0),
            decoder: AnswerDecoder(decode: readout.decode, skip: readout.skip), readout: readout.population.index, factor: 1)
        let plan = TrainingPlan(network, steps: steps, trainsDrive: false)
        let engine = GradientEngine<Double>(network, plan, settings, lowered: nil, threads: 1)
        let (weights, coefficients) = engine.prepare(plan.initial)
        let runner = ChunkRunner<Double>(plan, settings, samples: samples.count, computesGradient: false)
        var encoder = StimulusEncoder(network, steps: steps)
        let stimuli = (0..<samples.count).map { encoder.stimulus(samples, $0) }
        predictions =
            runner.forward(
                stimuli, questions: (0..<samples.count).map { Question(samples, $0, skip: 0, steps: steps) }, weights: weights,
                coefficients: coefficients, computesGradient: false
            )
            .predictions
        func series(_ slab: Slab<Double>, _ state: PopulationState<Double>, _ sample: Int) -> [Double] {
            (0..<steps).flatMap { step in (0..<state.size).map { slab.pointer[state.row(step, sample) + $0] } }
        }
        for state in runner.states { outputs.append((0..<samples.count).map { series(state.output, state, $0) }) }
        let state = runner.states[readout.population.index]
        if let membrane = state.membrane { membranes = (0..<samples.count).map { series(membrane, state, $0) } }
    }
}
