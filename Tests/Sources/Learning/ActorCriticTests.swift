import Diagnostics
import Foundation
import FrontEnd
import Learning
import Networks
import Numerics
import Support
import Testing

/// e-prop from rewards: its gradient beside the formula with traces, and a task learnt by trying.
@Suite struct ActorCriticTests {
    static let (inputs, neurons, actors, steps) = (6, 8, 3, 90)

    static func dynamics(_ kind: NeuronModel.Kind, count: Int, decay: Double, beta: Double = 0, rho: Double = 0) -> Dynamics {
        var model = NeuronModel(kind)
        model.reset = .subtractNext
        model.refractory = .blocked
        var dynamics = Dynamics(model, count: count, timestep: 1, random: Philox(seed: 1, purpose: "test"))
        func all(_ value: Double) -> [Double] { [Double](repeating: value, count: count) }
        dynamics.membraneDecay = all(decay)
        dynamics.currentGain = [all(1), all(1)]
        dynamics.threshold = all(1)
        dynamics.refractorySteps = [Int](repeating: 2, count: count)
        dynamics.adaptationDecay = all(rho)
        dynamics.beta = all(beta)
        return dynamics
    }

    /// The published form, step by step: a trace of every synapse, filtered with the discount, times the reward's prediction error.
    @Test(arguments: [0, 7]) func `the gradient is the sum of prediction errors times filtered traces`(interval: Int) throws {
        let (alpha, rho, beta, kappa) = (0.9, 0.97, 0.3, 0.8)
        let cell = RecurrentCell<Double>(
            hidden: [Self.dynamics(.adaptive, count: Self.neurons, decay: alpha, beta: beta, rho: rho)],
            readout: Self.dynamics(.leakyReadout, count: Self.actors, decay: kappa), critics: 1)
        #expect(cell.outputs == Self.actors + 1)
        let random = Philox(seed: 4, purpose: "test/reward")
        let weights = RecurrentMatrices<Double>(inputs: Self.inputs, cell)
        for i in 0..<Self.inputs * cell.width { weights.input.pointer[i] = 0.7 * random.normal(i) }
        for i in 0..<Self.neurons * cell.width { weights.recurrent.pointer[i] = 0.4 * random.normal(1000 + i) }
        for i in 0..<Self.neurons * cell.outputs { weights.output.pointer[i] = 0.5 * random.normal(2000 + i) }
        let arrivals = (0..<Self.steps).map { t in (0..<Self.inputs).filter { random.uniform(5000 + t * Self.inputs + $0) < 0.25 } }
        var (offsets, senders): ([Int32], [Int32]) = ([0], [])
        for list in arrivals {
            senders += list.map { Int32($0) }
            offsets.append(Int32(senders.count))
        }
        let given = [(first: 0, events: Stimulus.Events(offsets: offsets, neurons: senders))]
        let record = TrialRecord(cell, steps: Self.steps)
        let delays = RecurrentDelays(input: 0, recurrent: 1, output: 0)
        RecurrentForward(cell, weights, delays: delays, surrogate: EPropSurrogate(damp: 0.5)).run(given, into: record)
        let rule = ActorCritic(weight: 0.6, discount: 0.95, interval: interval)
        let lot = rule.act(record, [.init(steps: 60..<85, label: 1)], rest: [0, 0.1, 0], random.split(1))
        #expect(lot.actions == (interval == 0 ? 1 : 4) && lot.drawn[0].step == 84)

        let feedback = Slab<Double>(cell.outputs * cell.width)
        for i in 0..<feedback.count { feedback.pointer[i] = random.normal(9000 + i) }
        let gradient = RecurrentMatrices<Double>(inputs: Self.inputs, cell)
        FactoredGradient(cell, weights, delays: delays, feedback: feedback, signal: .feedback)
            .add(record, given, rates: Slab(cell.width), to: gradient)

        func value(_ t: Int) -> Double { t < Self.steps ? record.readout.pointer[t * cell.outputs + Self.actors] : 0 }
        let rows = Self.inputs + Self.neurons
        var x = [Double](repeating: 0, count: rows)
        var (epsilon, bar, filtered, expected) = (
            [Double](repeating: 0, count: rows * Self.neurons), [Double](repeating: 0, count: rows * Self.neurons),
            [Double](repeating: 0, count: rows * Self.neurons), [Double](repeating: 0, count: rows * Self.neurons)
        )
        for t in 0..<Self.steps {
            for i in 0..<rows { x[i] *= alpha }
            for i in arrivals[t] { x[i] += 1 }
            for e in record.spikes(t - 1) { x[Self.inputs + Int(record.neurons[e])] += 1 }
            var reward = 0.0
            var signals = (0..<Self.neurons).map { -rule.weight * feedback.pointer[Self.actors * cell.width + $0] }
            if let action = lot.drawn.first(where: { $0.step == t })?.action {
                let scores = (0..<Self.actors).map { record.readout.pointer[t * cell.outputs + $0] + [0, 0.1, 0][$0] }
                let sum = scores.reduce(0) { $0 + exp($1) }
                for k in 0..<Self.actors {
                    let difference = exp(scores[k]) / sum - (k == action ? 1 : 0)
                    for j in 0..<Self.neurons { signals[j] += feedback.pointer[k * cell.width + j] * difference }
                }
                reward = action == 1 ? 1 : 0
            }
            let surprise = reward + rule.discount * value(t + 1) - value(t)
            for j in 0..<Self.neurons {
                let psi = record.slope.pointer[t * cell.width + j]
                for i in 0..<rows {
                    let s = i * Self.neurons + j
                    let e = psi * (x[i] - beta * epsilon[s])
                    epsilon[s] = psi * x[i] + (rho - psi * beta) * epsilon[s]
                    bar[s] = kappa * bar[s] + e
                    filtered[s] = rule.discount * filtered[s] + signals[j] * bar[s]
                    expected[s] += surprise * filtered[s]
                }
            }
        }
        var (worst, scale) = (0.0, 0.0)
        for i in 0..<rows {
            for j in 0..<Self.neurons {
                let own =
                    i < Self.inputs
                    ? gradient.input.pointer[i * cell.width + j] : gradient.recurrent.pointer[(i - Self.inputs) * cell.width + j]
                worst = max(worst, abs(own - expected[i * Self.neurons + j]))
                scale = max(scale, abs(expected[i * Self.neurons + j]))
            }
        }
        #expect(scale > 1e-3 && worst < 1e-12 * scale, "\(worst) of \(scale)")
    }

    /// One cue, a pause, and an action: which side was it? 40 neurons see the reward of their own action only.
    @Test func `a delayed choice is learnt from rewards`() throws {
        var network = EPropTests.network([
            option(
                "reward",
                .map([
                    option("critic", .number(0.01, unit: "")), option("discount", .number(0.9, unit: "")),
                    option("every", .number(10, unit: "")),
                ])),
            option("optimizer", .map([.init("adam", OptionTree(.map([option("rate", .number(5e-3, unit: ""))])))])),
            option("epochs", .number(2, unit: "")),
        ])
        let generator = DataSource.TrialGenerator(
            .evidenceAccumulation, train: 640, test: 200, seed: 3,
            values: ["cues": 1, "cue": 60, "pause": 20, "delay": 60, "recall": 60, "group": 4])
        network.task?.data = .generated(.trials(generator))
        network.task?.encoder = .schedule(segments: [60, 20, 60, 60], maximum: 100)
        network.task?.steps = 200
        network.readout?.skip = 140
        let (trainer, data) = try EPropTests.trainer(network)
        while !trainer.isDone { _ = try trainer.runEpoch { _ in true } }
        let start = trainer.curve.error.prefix(5).reduce(0, +) / 5
        let end = try #require(trainer.curve.recentError(5))
        let evaluation = try trainer.evaluate(data.test)
        #expect(start > 0.35 && end < 0.2, "unrewarded actions from \(start) to \(end)")
        #expect(evaluation.accuracy > 0.9, "accuracy \(evaluation.accuracy)")
        #expect(trainer.network.projections.count == network.projections.count)
    }

    @Test func `a reward needs classes`() throws {
        var network = EPropTests.network([option("reward", .map([option("critic", .number(0.5, unit: ""))]))])
        let generator = DataSource.TrialGenerator(
            .patternGeneration, train: 1, test: 1, seed: 3, values: ["inputs": 16, "outputs": 2, "duration": 300])
        network.task?.data = .generated(.trials(generator))
        network.task?.encoder = .spikes
        let error = #expect(throws: DiagnosticsError.self) { try EPropTests.trainer(network) }
        #expect(error?.diagnostics.map(\.id).contains("learning-eprop-reward") == true)
    }
}
