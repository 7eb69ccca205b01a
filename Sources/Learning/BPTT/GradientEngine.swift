import FrontEnd
import Networks
import Numerics

/// Loss and gradient of a batch, computed in chunks of fixed size that are summed in a fixed order.
final class GradientEngine<Real: TrainingScalar> {
    struct Result {
        var loss = 0.0
        var correct = 0
        var samples = 0
        var predictions: [Int] = []
        /// Per population.
        var spikes: [Int] = []
    }

    let network: Network
    private(set) var plan: TrainingPlan
    private(set) var settings: GradientSettings
    let lowered: (any LoweredForward)?
    let threads: Int
    /// dE/d parameters of the last batch.
    private(set) var gradient: Slab<Real>
    private var slots: [Slot] = []
    private let dynamics: [Dynamics?]

    /// What one chunk of a batch uses; a slot is worked on by one thread at a time.
    private final class Slot: @unchecked Sendable {
        let runner: ChunkRunner<Real>
        var encoder: StimulusEncoder
        var outcome = ChunkRunner<Real>.Outcome()

        init(_ runner: ChunkRunner<Real>, _ encoder: StimulusEncoder) {
            self.runner = runner
            self.encoder = encoder
        }
    }

    init(_ network: Network, _ plan: TrainingPlan, _ settings: GradientSettings, lowered: (any LoweredForward)?, threads: Int) {
        useSingleThreadedBLAS()
        self.network = network
        self.plan = plan
        self.settings = settings
        self.lowered = lowered
        self.threads = threads
        gradient = Slab(plan.parameterCount)
        dynamics = plan.populations.map(\.dynamics)
    }

    /// Takes up a plan of the same populations and projections with other connections.
    func use(_ plan: TrainingPlan) {
        self.plan = plan
        if plan.parameterCount != gradient.count {
            gradient = Slab(plan.parameterCount)
            slots = []
        }
        for slot in slots { slot.runner.plan = plan }
    }

    /// Runs the samples at `indices`, in this order.
    /// - Parameters:
    ///   - presentation: how often the samples were shown before; keys what is drawn anew each time.
    func run(
        _ parameters: [Real], _ samples: DataSamples, _ indices: [Int], presentation: Int, computesGradient: Bool,
        shift: SampleShift? = nil
    ) -> Result {
        let chunk = plan.chunk
        let chunks = (indices.count + chunk - 1) / chunk
        while slots.count < chunks {
            slots.append(
                Slot(
                    ChunkRunner(plan, settings, samples: chunk, computesGradient: true), StimulusEncoder(network, steps: plan.steps)))
        }
        let (weights, coefficients) = prepare(parameters)
        let slots = slots
        let (settings, plan) = (settings, plan)
        parallelFor(count: chunks, threads: threads) { c in
            let slot = slots[c]
            let part = Array(indices[c * chunk..<min(indices.count, (c + 1) * chunk)])
            let stimuli = part.map { index in
                var numbers = samples.values(index)
                let identity = samples.identity(of: index)
                if let shift { numbers = shift.move(numbers, sample: identity, presentation: presentation) }
                return slot.encoder.stimulus(numbers, identity: identity, presentation: presentation)
            }
            slot.outcome = slot.runner.forward(
                stimuli, questions: part.map { Question(samples, $0, skip: settings.loss.skip, steps: plan.steps) }, weights: weights,
                coefficients: coefficients,
                computesGradient: computesGradient)
            if computesGradient { slot.runner.backward(weights: weights, coefficients: coefficients) }
        }
        var result = Result()
        result.spikes = [Int](repeating: 0, count: plan.populations.count)
        result.samples = indices.count
        for slot in slots[..<chunks] {
            result.loss += slot.outcome.loss
            result.correct += slot.outcome.correct
            result.predictions += slot.outcome.predictions
            for p in result.spikes.indices { result.spikes[p] += slot.outcome.spikes[p] }
        }
        if computesGradient { sumGradients(slots[..<chunks].map(\.runner.gradient)) }
        return result
    }

    private func sumGradients(_ parts: [Slab<Real>]) {
        let gradient = gradient
        parallelRanges(count: gradient.count, threads: threads) { range in
            let sum = gradient.pointer
            sum.advanced(by: range.lowerBound).update(from: parts[0].pointer + range.lowerBound, count: range.count)
            for part in parts.dropFirst() {
                let addend = part.pointer
                for i in range { sum[i] += addend[i] }
            }
        }
    }

    /// The batch's weights and neuron coefficients: the parameters, lowered where training runs in the loop.
    func prepare(_ parameters: [Real]) -> (WeightSet<Real>, [NeuronCoefficients<Real>?]) {
        let values = lowered?.lowered(parameters, of: plan) ?? parameters
        let coefficients = plan.populations.enumerated().map { index, population -> NeuronCoefficients<Real>? in
            guard var dynamics = dynamics[index] else { return nil }
            if let drive = population.drive { dynamics.drive = parameters[drive].map { Double($0) } }
            if let lowered { dynamics = lowered.dynamics(of: ID(index), from: dynamics) }
            return NeuronCoefficients(dynamics)
        }
        return (values.withUnsafeBufferPointer { WeightSet(plan, $0) }, coefficients)
    }
}
