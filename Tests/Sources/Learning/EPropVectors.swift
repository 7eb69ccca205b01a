import Foundation
import Learning
import Networks
import Numerics
import Storage
import Support
import Testing

/// e-prop beside numbers of independent origin: a float64 re-derivation, and the loss sequences of NEST and of the authors' TensorFlow code.
@Suite struct EPropVectors {
    static let files: [String] = {
        let folder = vectorsFolder("golden/learning")
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        return names.filter { $0.hasPrefix("eprop_") && $0.contains(".json") }.sorted().map { "\(folder)/\($0)" }
    }()
    static let networks = files.filter { !$0.contains("external") }
    static let trainings = files.filter { $0.contains("external") }

    @Test func `holds cases`() {
        #expect(!Self.networks.isEmpty)
        #expect(!Self.trainings.isEmpty)
    }

    @Test(arguments: networks) func `traces and gradients are those of the vector`(path: String) throws {
        let small = try EPropVector(path)
        #expect(small.loss.isClose(to: try small.number("loss"), 1e-12))
        #expect(try distance(small.rows { small.record.membrane?.pointer[$0] }, small.matrix("v")) < 1e-12)
        #expect(try distance(small.rows { small.record.slope.pointer[$0] }, small.matrix("psi")) < 1e-12)
        for isOnline in [false, true] {
            try small.expect(small.gradient(small.symmetric, isOnline: isOnline), "grad_eprop_sym")
            try small.expect(small.gradient(small.random, isOnline: isOnline), "grad_eprop_random")
            try small.expect(small.gradient(nil, rates: small.rates, isOnline: isOnline), "grad_reg")
        }
        try small.expect(small.gradient(small.symmetric, .exact(differentiatesReset: true)), "grad_bptt")
        try small.expect(small.gradient(small.symmetric, .exact(differentiatesReset: false)), "grad_bptt_reset_detached")
    }

    /// Section 4, statement 1: Σ (true dE/dz) · e is the whole gradient of backpropagation.
    @Test(arguments: networks) func `the true learning signal gives backpropagation`(path: String) throws {
        let small = try EPropVector(path)
        let signals = Slab<Double>(small.record.steps * small.cell.width)
        _ = small.gradient(small.symmetric, .exact(differentiatesReset: true), signals: signals)
        let expected = try small.matrix("true_learning_signal_dEdz")
        #expect(distance(small.rows { signals.pointer[$0] }, expected) < 1e-12)
    }

    /// Section 4, statement 2: without recurrent weights symmetric e-prop is backpropagation with the reset detached.
    @Test func `without recurrence e-prop is backpropagation with the reset detached`() throws {
        let path = try #require(Self.networks.first { $0.contains("_ff_") })
        let small = try EPropVector(path)
        try small.expect(small.gradient(small.symmetric), "grad_bptt_reset_detached")
    }

    @Test(arguments: trainings) func `five iterations give the published losses`(path: String) throws {
        let training = try EPropTraining(path)
        let losses = try training.run()
        for (index, loss) in losses.enumerated() {
            #expect(loss.isClose(to: try training.losses("loss_nest")[index], 1e-9), "iteration \(index), NEST")
            #expect(loss.isClose(to: try training.losses("loss_tensorflow")[index], 1e-6), "iteration \(index), TensorFlow")
        }
    }
}

/// The largest difference relative to the largest magnitude expected.
func distance(_ values: [[Double]], _ expected: [[Double]]) -> Double {
    var (most, scale) = (0.0, 0.0)
    for (row, other) in zip(values, expected) {
        for (value, its) in zip(row, other) { (most, scale) = (max(most, abs(value - its)), max(scale, abs(its))) }
    }
    return values.count == expected.count ? (scale > 0 ? most / scale : most) : .infinity
}

extension Double {
    func isClose(to other: Double, _ tolerance: Double) -> Bool { abs(self - other) <= tolerance * abs(other) }
}

private struct MissingField: Error { var name: String }

extension JSONValue {
    fileprivate func field(_ name: String) throws -> JSONValue {
        guard let value = self[name] else { throw MissingField(name: name) }
        return value
    }
    fileprivate func matrix(_ name: String) throws -> [[Double]] { try (field(name).array ?? []).map { $0.doubles ?? [] } }
    fileprivate func number(_ name: String) throws -> Double { try field(name).double ?? .nan }
}

/// Coefficients given as they are, whatever time constants they come from.
private func dynamics(
    _ kind: NeuronModel.Kind, count: Int, decay: Double, gain: Double = 1, threshold: Double = 1, beta: [Double] = [], rho: Double = 0,
    refractory: Int = 0
) -> Dynamics {
    var model = NeuronModel(kind)
    model.reset = .subtractNext
    model.refractory = .blocked
    var dynamics = Dynamics(model, count: count, timestep: 1, random: Philox(seed: 1, purpose: "test"))
    func all(_ value: Double) -> [Double] { [Double](repeating: value, count: count) }
    dynamics.membraneDecay = all(decay)
    dynamics.currentGain = [all(gain), all(gain)]
    dynamics.threshold = all(threshold)
    dynamics.refractorySteps = [Int](repeating: refractory, count: count)
    dynamics.adaptationDecay = all(rho)
    dynamics.beta = beta.isEmpty ? all(0) : beta
    return dynamics
}

private func events(_ lists: [[Int]]) -> Stimulus.Events {
    var (offsets, neurons): ([Int32], [Int32]) = ([0], [])
    for list in lists {
        neurons += list.map { Int32($0) }
        offsets.append(Int32(neurons.count))
    }
    return Stimulus.Events(offsets: offsets, neurons: neurons)
}

private func fill(_ matrices: RecurrentMatrices<Double>, _ vector: JSONValue) throws {
    for (j, row) in try vector.matrix("W_in").enumerated() {
        for (i, w) in row.enumerated() { matrices.input.pointer[i * matrices.width + j] = w }
    }
    for (j, row) in try vector.matrix("W_rec").enumerated() {
        for (i, w) in row.enumerated() { matrices.recurrent.pointer[i * matrices.width + j] = w }
    }
    for (k, row) in try vector.matrix("W_out").enumerated() {
        for (j, w) in row.enumerated() { matrices.output.pointer[j * matrices.outputs + k] = w }
    }
}

/// A file of kind `eprop`, run forward.
private struct EPropVector {
    let vector: JSONValue
    let cell: RecurrentCell<Double>
    let weights: RecurrentMatrices<Double>
    let record: TrialRecord<Double>
    let inputs: [(first: Int, events: Stimulus.Events)]
    let loss: Double
    let rates: Slab<Double>
    static let delays = RecurrentDelays(input: 0, recurrent: 1, output: 0)

    init(_ path: String) throws {
        vector = try JSONValue(file: path)
        let parameters = try vector.field("params")
        let beta = try parameters.field("beta").doubles ?? []
        let outputs = try vector.matrix("W_out").count
        let x = try vector.matrix("x")
        cell = RecurrentCell(
            hidden: [
                dynamics(
                    .adaptive, count: beta.count, decay: try parameters.number("alpha"), threshold: try parameters.number("vth"),
                    beta: beta,
                    rho: try parameters.number("rho"), refractory: max(0, (try parameters.field("n_ref").int ?? 1) - 1))
            ], readout: dynamics(.leakyReadout, count: outputs, decay: try parameters.number("kappa")))
        weights = RecurrentMatrices(inputs: x[0].count, cell)
        try fill(weights, vector)
        inputs = [(0, events(x.map { row in row.indices.filter { row[$0] > 0 } }))]
        record = TrialRecord(cell, steps: x.count, keepsStates: true)
        let surrogate = EPropSurrogate(damp: try parameters.number("gamma"))
        RecurrentForward(cell, weights, delays: Self.delays, surrogate: surrogate).run(inputs, into: record)
        let target = try vector.matrix("y_target")
        var loss = 0.0
        for t in target.indices {
            for k in 0..<outputs {
                let error = record.readout.pointer[t * outputs + k] - target[t][k]
                record.error.pointer[t * outputs + k] = error
                loss += error * error / 2
            }
        }
        self.loss = loss
        rates = Slab(cell.width)
        let (strength, wanted) = (try parameters.number("c_reg"), try parameters.number("f_target"))
        for n in 0..<cell.neurons {
            rates.pointer[n] = strength * (Double(record.counts[n]) / Double(x.count) - wanted) / Double(x.count)
        }
    }

    func number(_ name: String) throws -> Double { try vector.number(name) }
    func matrix(_ name: String) throws -> [[Double]] { try vector.matrix(name) }
    var random: [[Double]] { (try? vector.matrix("B_random")) ?? [] }
    var symmetric: [[Double]] {
        (0..<cell.neurons).map { n in (0..<cell.outputs).map { weights.output.pointer[n * cell.outputs + $0] } }
    }

    func rows(_ value: (Int) -> Double?) -> [[Double]] {
        (0..<record.steps).map { t in (0..<cell.neurons).map { value(t * cell.width + $0) ?? .nan } }
    }

    /// - Parameter feedback: [neurons][outputs]; nil: none.
    func gradient(
        _ feedback: [[Double]]?, _ signal: FactoredGradient<Double>.Signal = .feedback, rates: Slab<Double>? = nil, isOnline: Bool = false,
        signals: Slab<Double>? = nil
    ) -> RecurrentMatrices<Double> {
        let matrix = Slab<Double>(cell.outputs * cell.width)
        for (n, row) in (feedback ?? []).enumerated() { for (k, b) in row.enumerated() { matrix.pointer[k * cell.width + n] = b } }
        let gradient = RecurrentMatrices(inputs: weights.inputs, cell)
        let rates = rates ?? Slab(cell.width)
        if isOnline {
            OnlineTraces(cell, inputs: weights.inputs, delays: Self.delays).run(
                record, inputs, feedback: matrix, rates: rates, to: gradient)
        } else {
            FactoredGradient(cell, weights, delays: Self.delays, feedback: matrix, signal: signal)
                .add(record, inputs, rates: rates, to: gradient, signals: signals)
        }
        return gradient
    }

    func expect(_ gradient: RecurrentMatrices<Double>, _ name: String) throws {
        let expected = try vector.field(name)
        let (n, width) = (cell.neurons, cell.width)
        let input = (0..<n).map { j in (0..<weights.inputs).map { gradient.input.pointer[$0 * width + j] } }
        let recurrent = (0..<n).map { j in (0..<n).map { $0 == j ? 0 : gradient.recurrent.pointer[$0 * width + j] } }
        #expect(distance(input, try expected.matrix("W_in")) < 1e-12, "\(name), W_in")
        #expect(distance(recurrent, try expected.matrix("W_rec")) < 1e-12, "\(name), W_rec")
        guard expected["W_out"] != nil else { return }
        let output = (0..<cell.outputs).map { k in (0..<n).map { gradient.output.pointer[$0 * cell.outputs + k] } }
        #expect(distance(output, try expected.matrix("W_out")) < 1e-12, "\(name), W_out")
    }
}

/// A file of kind `eprop_training_external`: five iterations with SGD (regression) or Adam (classification).
private struct EPropTraining {
    let vector: JSONValue

    init(_ path: String) throws { vector = try JSONValue(file: path) }

    func losses(_ name: String) throws -> [Double] { try vector.field(name).doubles ?? [] }

    func run() throws -> [Double] {
        let isRegression = try vector.matrix("W_out").count == 1
        let steps = isRegression ? 1000 : 2250
        let alpha = exp(-1 / (isRegression ? 30.0 : 20))
        let rho = exp(-1.0 / 2000)
        let beta = (0..<100).map { isRegression || $0 < 50 ? 0 : 1.7 * (1 - rho) / (1 - alpha) }
        let cell = RecurrentCell<Double>(
            hidden: [
                dynamics(
                    .adaptive, count: 100, decay: alpha, gain: isRegression ? 1 - alpha : 1, threshold: isRegression ? 0.03 : 0.6,
                    beta: beta,
                    rho: isRegression ? 0 : rho, refractory: isRegression ? 0 : 4)
            ], readout: dynamics(.leakyReadout, count: isRegression ? 1 : 2, decay: alpha, gain: 1 - alpha))
        let inputs = try vector.matrix("W_in")[0].count
        let weights = RecurrentMatrices(inputs: inputs, cell)
        try fill(weights, vector)
        let delays = RecurrentDelays(input: 0, recurrent: 1, output: 0)
        let feedback = Slab<Double>(cell.outputs * cell.width)
        for (n, row) in try vector.matrix("B").enumerated() { for (k, b) in row.enumerated() { feedback.pointer[k * cell.width + n] = b } }
        let record = TrialRecord(cell, steps: steps)
        let slabs = [weights.input, weights.recurrent, weights.output]
        var first = slabs.map { [Double](repeating: 0, count: $0.count) }
        var second = first
        var losses: [Double] = []
        for iteration in 0..<5 {
            let given = try spikes(iteration, isRegression)
            RecurrentForward(cell, weights, delays: delays, surrogate: EPropSurrogate(damp: 0.3)).run([(0, given)], into: record)
            losses.append(try judge(record, iteration, isRegression))
            let rates = Slab<Double>(cell.width)
            for n in 0..<100 {
                rates.pointer[n] = (isRegression ? 300 : 2) * (Double(record.counts[n]) / Double(steps) - 0.01) / Double(steps)
            }
            let gradient = RecurrentMatrices(inputs: inputs, cell)
            FactoredGradient(cell, weights, delays: delays, feedback: feedback, signal: .feedback)
                .add(record, [(0, given)], rates: rates, to: gradient)
            for n in 0..<100 { gradient.recurrent.pointer[n * cell.width + n] = 0 }
            let k = Double(iteration + 1)
            let rate = 5e-3 * (1 - pow(0.999, k)).squareRoot() / (1 - pow(0.9, k))
            for (part, slab) in [gradient.input, gradient.recurrent, gradient.output].enumerated() {
                for i in 0..<slab.count {
                    let g = slab.pointer[i]
                    first[part][i] = 0.9 * first[part][i] + 0.1 * g
                    second[part][i] = 0.999 * second[part][i] + 0.001 * g * g
                    slabs[part].pointer[i] -= isRegression ? 1e-4 * g : rate * first[part][i] / (second[part][i].squareRoot() + 1e-8)
                }
            }
        }
        return losses
    }

    private func spikes(_ iteration: Int, _ isRegression: Bool) throws -> Stimulus.Events {
        if isRegression { return events((try vector.field("input_spikes_per_step").array ?? []).map { $0.ints ?? [] }) }
        let trial = try (vector.field("data")[iteration] ?? .null).field("spikes_per_trial_step")[0] ?? .null
        return events((trial.array ?? []).map { $0.ints ?? [] })
    }

    private func judge(_ record: TrialRecord<Double>, _ iteration: Int, _ isRegression: Bool) throws -> Double {
        var loss = 0.0
        record.error.clear()
        if isRegression {
            for (t, target) in try (vector.field("target").doubles ?? []).enumerated() {
                record.error.pointer[t] = record.readout.pointer[t] - target
                loss += record.error.pointer[t] * record.error.pointer[t] / 2
            }
            return loss
        }
        let label = try (vector.field("data")[iteration] ?? .null).field("labels").ints?.first ?? 0
        for t in 2100..<2250 {
            let y = (0..<2).map { record.readout.pointer[2 * t + $0] }
            let sum = exp(y[0]) + exp(y[1])
            loss -= log(exp(y[label]) / sum) / 150
            for k in 0..<2 { record.error.pointer[2 * t + k] = (exp(y[k]) / sum - (k == label ? 1 : 0)) / 150 }
        }
        return loss
    }
}
