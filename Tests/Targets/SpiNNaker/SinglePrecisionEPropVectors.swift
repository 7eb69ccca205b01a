import Foundation
import Learning
import Lowering
import Networks
import Numerics
import Storage
import Support
import Targets
import Testing

/// e-prop in single precision, as SpiNNaker 2 runs it, beside the vectors of the rule: traces, gradients, and the published losses.
@Suite struct SinglePrecisionEPropVectors {
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
        let replay = try Replay(path)
        let tolerance = 1e-5
        #expect(distance(replay.rows { replay.record.slope.pointer[$0] }, try replay.matrix("psi")) < 1e-4)
        for (name, key) in [("grad_eprop_sym", "W_out"), ("grad_eprop_random", "B_random")] {
            let feedback = try replay.feedback(key)
            try replay.expect(replay.gradient(feedback, rates: nil), name, tolerance)
        }
        try replay.expect(replay.gradient(Slab(replay.cell.outputs * replay.cell.width), rates: try replay.rates()), "grad_reg", tolerance)
    }

    @Test(arguments: trainings) func `five iterations give the published losses`(path: String) throws {
        let vector = try JSONValue(file: path)
        let losses = try Training(vector).run()
        let published = try #require(vector["loss_nest"]?.doubles)
        #expect(losses.count == 5)
        for (iteration, (loss, expected)) in zip(losses, published).enumerated() {
            #expect(abs(loss - expected) <= 1e-5 * abs(expected), "iteration \(iteration): \(loss), not \(expected)")
        }
    }
}

/// The largest difference relative to the largest magnitude expected.
private func distance(_ values: [[Double]], _ expected: [[Double]]) -> Double {
    guard values.count == expected.count, values.map(\.count) == expected.map(\.count) else { return .infinity }
    var (most, scale) = (0.0, 0.0)
    for (value, its) in zip(values.joined(), expected.joined()) { (most, scale) = (max(most, abs(value - its)), max(scale, abs(its))) }
    return scale > 0 ? most / scale : most
}

/// Coefficients given as they are.
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
    dynamics.currentDecay = [all(0), all(0)]
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

/// As many units of a weight per unit of potential as a power of two allows, so that the sums of all arrivals stay within 30 bits: what is
/// lost is below single precision, so that the vectors test the arithmetic and not 16 bits.
private func scale(_ rows: [[Double]], gain: Double) -> Double {
    let largest = rows.map { $0.reduce(0) { $0 + abs($1) } }.max() ?? 1
    return exp2((30 - log2(largest * gain)).rounded(.down))
}

private func forward(
    _ hidden: Dynamics, _ readout: Dynamics, _ cell: RecurrentCell<Float>, _ weights: [[[Double]]], inputs: Int, damp: Double
) -> SinglePrecisionForward {
    let (given, recurrent, output) = (weights[0], weights[1], weights[2])
    let gains = (hidden.currentGain[0][0], readout.currentGain[0][0])
    let scales = (scale(zip(given, recurrent).map { $0 + $1 }, gain: gains.0), scale(output, gain: gains.1))
    func whole(_ weight: Double, _ gain: Double, _ scale: Double) -> Int32 { Int32((weight * gain * scale).rounded()) }
    var integers = SinglePrecisionForward.IntegerWeights(inputs: inputs, neurons: hidden.count, outputs: readout.count)
    for j in 0..<hidden.count {
        for i in 0..<inputs { integers.input[i * hidden.count + j] = whole(given[j][i], gains.0, scales.0) }
        for i in 0..<hidden.count { integers.recurrent[i * hidden.count + j] = whole(recurrent[j][i], gains.0, scales.0) }
        for k in 0..<readout.count { integers.output[j * readout.count + k] = whole(output[k][j], gains.1, scales.1) }
    }
    return SinglePrecisionForward(
        hidden: [FloatingPointNeurons(hidden, scale: scales.0)], readout: FloatingPointNeurons(readout, scale: scales.1), integers,
        thresholds: (0..<hidden.count).map { cell.threshold.pointer[$0] }, delays: delays, surrogate: EPropSurrogate(damp: damp))
}

private let delays = RecurrentDelays(input: 0, recurrent: 1, output: 0)

extension JSONValue {
    fileprivate func matrix(_ name: String) -> [[Double]] { (self[name]?.array ?? []).map { $0.doubles ?? [] } }
}

/// A file of kind `eprop`, run forward.
private struct Replay {
    let vector: JSONValue
    let cell: RecurrentCell<Float>
    let record: TrialRecord<Float>
    let inputs: [(first: Int, events: Stimulus.Events)]
    let inputCount: Int

    init(_ path: String) throws {
        vector = try JSONValue(file: path)
        let parameters = try #require(vector["params"])
        func number(_ name: String) throws -> Double { try #require(parameters[name]?.double) }
        let beta = parameters["beta"]?.doubles ?? []
        let x = vector.matrix("x")
        let hidden = dynamics(
            .adaptive, count: beta.count, decay: try number("alpha"), threshold: try number("vth"), beta: beta, rho: try number("rho"),
            refractory: max(0, (parameters["n_ref"]?.int ?? 1) - 1))
        let readout = dynamics(.leakyReadout, count: vector.matrix("W_out").count, decay: try number("kappa"))
        cell = RecurrentCell(hidden: [hidden], readout: readout)
        record = TrialRecord(cell, steps: x.count)
        inputCount = x[0].count
        inputs = [(0, events(x.map { row in row.indices.filter { row[$0] > 0 } }))]
        let weights = ["W_in", "W_rec", "W_out"].map(vector.matrix)
        forward(hidden, readout, cell, weights, inputs: inputCount, damp: try number("gamma")).run(inputs, into: record)
        let target = vector.matrix("y_target")
        for (t, row) in target.enumerated() {
            for (k, value) in row.enumerated() {
                record.error.pointer[t * cell.outputs + k] = record.readout.pointer[t * cell.outputs + k] - Float(value)
            }
        }
    }

    func matrix(_ name: String) throws -> [[Double]] { vector.matrix(name) }

    /// B, of the file's shape: [outputs × neurons] for W_out, [neurons × outputs] else.
    func feedback(_ name: String) throws -> Slab<Float> {
        let feedback = Slab<Float>(cell.outputs * cell.width)
        let rows = vector.matrix(name)
        for n in 0..<cell.neurons {
            for k in 0..<cell.outputs { feedback.pointer[k * cell.width + n] = Float(name == "W_out" ? rows[k][n] : rows[n][k]) }
        }
        return feedback
    }

    func rates() throws -> Slab<Float> {
        let parameters = try #require(vector["params"])
        let rates = Slab<Float>(cell.width)
        let (strength, wanted) = (try #require(parameters["c_reg"]?.double), try #require(parameters["f_target"]?.double))
        let steps = Float(record.steps)
        for n in 0..<cell.neurons {
            rates.pointer[n] = Float(strength) / steps * (Float(record.counts[n]) / steps - Float(wanted))
        }
        return rates
    }

    func rows(_ value: (Int) -> Float) -> [[Double]] {
        (0..<record.steps).map { t in (0..<cell.neurons).map { Double(value(t * cell.width + $0)) } }
    }

    func gradient(_ feedback: Slab<Float>, rates: Slab<Float>?) -> RecurrentMatrices<Float> {
        let traces = SinglePrecisionTraces(cell, inputs: inputCount, steps: record.steps, delays: delays, rates: .ofTrial)
        traces.run(record, inputs, feedback: feedback, rates: rates)
        let gradient = RecurrentMatrices(inputs: inputCount, cell)
        traces.read(into: gradient)
        return gradient
    }

    func expect(_ gradient: RecurrentMatrices<Float>, _ name: String, _ tolerance: Double) throws {
        let expected = try #require(vector[name])
        let (n, width) = (cell.neurons, cell.width)
        let input = (0..<n).map { j in (0..<inputCount).map { Double(gradient.input.pointer[$0 * width + j]) } }
        let recurrent = (0..<n).map { j in (0..<n).map { $0 == j ? 0 : Double(gradient.recurrent.pointer[$0 * width + j]) } }
        #expect(distance(input, expected.matrix("W_in")) < tolerance, "\(name), W_in")
        #expect(distance(recurrent, expected.matrix("W_rec")) < tolerance, "\(name), W_rec")
        guard expected["W_out"] != nil else { return }
        let output = (0..<cell.outputs).map { k in (0..<n).map { Double(gradient.output.pointer[$0 * cell.outputs + k]) } }
        #expect(distance(output, expected.matrix("W_out")) < tolerance, "\(name), W_out")
    }
}

/// A file of kind `eprop_training_external`: five iterations with SGD (regression) or Adam (classification), all in single precision.
private struct Training {
    let vector: JSONValue
    let isRegression: Bool
    let steps: Int
    let hidden: Dynamics
    let readout: Dynamics
    let cell: RecurrentCell<Float>

    init(_ vector: JSONValue) throws {
        self.vector = vector
        let isRegression = vector.matrix("W_out").count == 1
        self.isRegression = isRegression
        steps = isRegression ? 1000 : 2250
        let alpha = exp(-1 / (isRegression ? 30.0 : 20))
        let rho = exp(-1.0 / 2000)
        hidden = dynamics(
            .adaptive, count: 100, decay: alpha, gain: isRegression ? 1 - alpha : 1, threshold: isRegression ? 0.03 : 0.6,
            beta: (0..<100).map { isRegression || $0 < 50 ? 0 : 1.7 * (1 - rho) / (1 - alpha) }, rho: isRegression ? 0 : rho,
            refractory: isRegression ? 0 : 4)
        readout = dynamics(.leakyReadout, count: isRegression ? 1 : 2, decay: alpha, gain: 1 - alpha)
        cell = RecurrentCell(hidden: [hidden], readout: readout)
    }

    func run() throws -> [Double] {
        var weights = ["W_in", "W_rec", "W_out"].map { vector.matrix($0).map { $0.map { Float($0) } } }
        let inputs = weights[0][0].count
        let feedback = Slab<Float>(cell.outputs * cell.width)
        for (n, row) in vector.matrix("B").enumerated() {
            for (k, b) in row.enumerated() { feedback.pointer[k * cell.width + n] = Float(b) }
        }
        let record = TrialRecord(cell, steps: steps)
        let traces = SinglePrecisionTraces(cell, inputs: inputs, steps: steps, delays: delays, rates: .ofTrial)
        let gradient = RecurrentMatrices(inputs: inputs, cell)
        var first = weights.map { $0.map { $0.map { _ in Float(0) } } }
        var second = first
        var losses: [Double] = []
        for iteration in 0..<5 {
            let given = [(first: 0, events: try spikes(iteration))]
            let exact = weights.map { $0.map { $0.map { Double($0) } } }
            forward(hidden, readout, cell, exact, inputs: inputs, damp: 0.3).run(given, into: record)
            losses.append(try judge(record, iteration))
            let rates = Slab<Float>(cell.width)
            let count = Float(steps)
            for n in 0..<100 { rates.pointer[n] = (isRegression ? 300 : 2) / count * (Float(record.counts[n]) / count - 0.01) }
            traces.clear()
            traces.run(record, given, feedback: feedback, rates: rates)
            traces.read(into: gradient)
            for n in 0..<100 { gradient.recurrent.pointer[n * cell.width + n] = 0 }
            let k = Double(iteration + 1)
            let rate = Float(5e-3 * (1 - pow(0.999, k)).squareRoot() / (1 - pow(0.9, k)))
            for part in 0..<3 {
                for j in weights[part].indices {
                    for i in weights[part][j].indices {
                        let g =
                            switch part {
                            case 0: gradient.input.pointer[i * cell.width + j]
                            case 1: gradient.recurrent.pointer[i * cell.width + j]
                            default: gradient.output.pointer[i * cell.outputs + j]
                            }
                        first[part][j][i] = 0.9 * first[part][j][i] + 0.1 * g
                        second[part][j][i] = 0.999 * second[part][j][i] + 0.001 * g * g
                        weights[part][j][i] -=
                            isRegression ? 1e-4 * g : rate * first[part][j][i] / (second[part][j][i].squareRoot() + 1e-8)
                    }
                }
            }
        }
        return losses
    }

    private func spikes(_ iteration: Int) throws -> Stimulus.Events {
        if isRegression { return events((vector["input_spikes_per_step"]?.array ?? []).map { $0.ints ?? [] }) }
        let trial = vector["data"]?[iteration]?["spikes_per_trial_step"]?[0]
        return events((trial?.array ?? []).map { $0.ints ?? [] })
    }

    private func judge(_ record: TrialRecord<Float>, _ iteration: Int) throws -> Double {
        var loss = 0.0
        record.error.clear()
        if isRegression {
            for (t, target) in (vector["target"]?.doubles ?? []).enumerated() {
                record.error.pointer[t] = record.readout.pointer[t] - Float(target)
                loss += Double(record.error.pointer[t]) * Double(record.error.pointer[t]) / 2
            }
            return loss
        }
        let label = try #require(vector["data"]?[iteration]?["labels"]?.ints?.first)
        let scores = Slab<Float>(2)
        for t in 2100..<2250 {
            let error = record.error.pointer + 2 * t
            scores.pointer.update(from: record.readout.pointer + 2 * t, count: 2)
            SinglePrecisionReadout.classify(scores.pointer, outputs: 2, label: label, share: 1 / 150, error: error)
            loss -= log(Double(error[label]) * 150 + 1) / 150
        }
        return loss
    }
}
