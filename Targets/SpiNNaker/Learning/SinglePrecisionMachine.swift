import Diagnostics
import FrontEnd
import Learning
import Lowering
import Networks
import Numerics

/// A network that learns by e-prop in the arithmetic of cores with single precision.
///
/// Every weight is a float32 word; before the first trial with new weights the synapses' integers and the neurons' constants are made of
/// them by the law of the compiler, so that the network that is written after training computes what training computed. A batch's trials
/// go one after the other; then every core moves its weights with the batch's mean gradient. A host only reads weights (their running
/// mean, where `average` asks for it) and spikes.
final class SinglePrecisionMachine: EPropMachine {
    private let program: EPropProgram
    private let numbers: any QuantizedSource
    private let memory: LearningMemory
    private let rates: SinglePrecisionTraces.Rates
    private let cell: RecurrentCell<Float>
    private let traces: SinglePrecisionTraces
    private let sums: RecurrentMatrices<Float>
    private let feedback: Slab<Float>
    private let rateSignal: Slab<Float>
    private let scores: Slab<Float>
    private var forward: SinglePrecisionForward?
    /// Which weights `forward` holds.
    private var loaded: Loaded = .none
    private enum Loaded { case none, own, mean }

    private(set) var parameters: [Float]
    private var optimizer: OptimizerState
    private var average: WeightAverage?
    private var gradient: [Float]
    private var norms: [Float]
    private(set) var measured: [Float]
    /// Spikes of each neuron in the batch so far; and the rates of the batch before, in spikes per step.
    private var spikes: [Int]
    private var batchRates: [Float]

    init(
        _ program: EPropProgram, _ numbers: any QuantizedSource, memory: LearningMemory, rates: SinglePrecisionTraces.Rates
    ) throws(DiagnosticsError) {
        self.program = program
        self.numbers = numbers
        self.memory = memory
        self.rates = rates
        let plan = program.plan
        cell = plan.cell(plan.plan.populations.map(\.dynamics))
        traces = SinglePrecisionTraces(cell, inputs: plan.inputs, steps: plan.plan.steps, delays: plan.delays, rates: rates)
        sums = RecurrentMatrices(inputs: plan.inputs, cell)
        feedback = Slab(cell.outputs * cell.width)
        rateSignal = Slab(cell.width)
        scores = Slab(cell.outputs)
        parameters = plan.plan.initial.map { Float($0) }
        optimizer = OptimizerState(program.options.optimizer, parameterCount: parameters.count)
        average = program.options.averageDecay > 0 ? WeightAverage(decay: program.options.averageDecay, start: parameters) : nil
        gradient = parameters
        measured = [Float](repeating: 0, count: parameters.count)
        norms = [Float](repeating: 0, count: plan.neurons + plan.outputs)
        spikes = [Int](repeating: 0, count: plan.neurons)
        // Without a batch before, no neuron is drawn anywhere.
        batchRates = [Float](repeating: Float(program.options.rateTarget * program.network.timestep / 1000), count: plan.neurons)
        for (index, value) in (program.feedback ?? []).enumerated() {
            feedback.pointer[index / max(1, plan.neurons) * cell.width + index % max(1, plan.neurons)] = value
        }
        forward = try makeForward(parameters)
        loaded = .own
    }

    var found: [Float] { average?.values ?? parameters }
    var notes: [Diagnostic] { [memory.note] }

    // MARK: Trials

    func run(_ trial: EPropTrial, into record: TrialRecord<Float>) {
        load(trial.learns ? .own : average == nil ? .own : .mean)
        record.error.clear()
        guard let forward else {
            // Weights that are no numbers: the loss tells.
            record.begin()
            for step in 0..<record.steps { record.close(step) }
            for index in 0..<record.readout.count { record.readout.pointer[index] = .nan }
            return
        }
        forward.run(trial.inputs, into: record) { step in judge(trial, step, record) }
        guard trial.learns else { return }
        for n in spikes.indices { spikes[n] += Int(record.counts[n]) }
        let before = trial.isMeasured ? batchGradient() : []
        traces.run(record, trial.inputs, feedback: feedback, rates: setRates(record))
        if trial.isMeasured { measured = zip(batchGradient(), before).map { $0 - $1 } }
    }

    /// dE/dy of a step, on the readout's core.
    private func judge(_ trial: EPropTrial, _ step: Int, _ record: TrialRecord<Float>) {
        let y = record.readout.pointer + step * record.outputs
        let error = record.error.pointer + step * record.outputs
        let rest = program.plan.rest
        if let series = trial.series {
            for k in 0..<record.outputs {
                let target = series[series.startIndex + step * record.outputs + k]
                error[k] = target.isNaN ? 0 : (y[k] + Float(rest[k])) - target
            }
            return
        }
        for window in trial.windows where window.steps.contains(step) {
            let scores = scores.pointer
            for k in 0..<record.outputs { scores[k] = y[k] + Float(rest[k]) }
            SinglePrecisionReadout.classify(
                scores, outputs: record.outputs, label: Int(window.label),
                share: 1 / Float(trial.windows.count * max(1, window.steps.count)), error: error)
        }
    }

    /// strength · (rate - target) / steps.
    private func setRates(_ record: TrialRecord<Float>) -> Slab<Float>? {
        let options = program.options
        guard options.rateStrength > 0 else { return nil }
        let steps = Float(record.steps)
        let target = Float(options.rateTarget * program.network.timestep / 1000)
        let strength = Float(options.rateStrength) / steps
        for n in 0..<cell.neurons {
            let rate = rates == .ofTrial ? Float(record.counts[n]) / steps : batchRates[n]
            rateSignal.pointer[n] = strength * (rate - target)
        }
        return rateSignal
    }

    private func batchGradient() -> [Float] {
        traces.read(into: sums)
        var values = gradient
        program.plan.gather(sums, into: &values)
        return values
    }

    // MARK: Steps

    func step(trials: Int) {
        let plan = program.plan.plan
        gradient = batchGradient()
        let rate = program.options.rate(optimizer.count)
        optimizer.count += 1
        let scale = clipped(1 / Float(max(1, trials)))
        for projection in plan.projections where projection.isTrainable {
            gradient.withUnsafeBufferPointer { gradient in
                guard let gradient = gradient.baseAddress else { return }
                optimizer.move(&parameters, projection.parameters, gradient, rate: rate, decay: 0, scale: Double(scale))
            }
            switch projection.receptor {
            case .excitatory: for i in projection.parameters { parameters[i] = max(parameters[i], 0) }
            case .inhibitory: for i in projection.parameters { parameters[i] = min(parameters[i], 0) }
            case .bySign: break
            }
        }
        average?.add(parameters, step: optimizer.count)
        let shown = Float(max(1, trials * plan.steps))
        for n in spikes.indices { batchRates[n] = Float(spikes[n]) / shown }
        spikes = [Int](repeating: 0, count: spikes.count)
        traces.clear()
        loaded = .none
    }

    /// `scale`, or less where the mean gradient's norm would exceed the limit: squares are added synapse by synapse for each neuron, and
    /// the neurons' sums in their order.
    private func clipped(_ scale: Float) -> Float {
        let limit = Float(program.options.clip)
        guard limit > 0 else { return scale }
        for n in norms.indices { norms[n] = 0 }
        for (index, projection) in program.plan.plan.projections.enumerated() where projection.isTrainable {
            let place = program.plan.places[index]
            let first: Int = if case .output = place.part { program.plan.neurons } else { place.column }
            program.plan.forEachSynapse(projection) { _, post, parameter in
                norms[first + post] += gradient[parameter] * gradient[parameter]
            }
        }
        var square: Float = 0
        for part in norms { square += part }
        let norm = square.squareRoot() * scale
        return norm > limit ? scale * (limit / norm) : scale
    }

    // MARK: Weights into synapses

    private func load(_ wanted: Loaded) {
        guard loaded != wanted else { return }
        forward = try? makeForward(wanted == .mean ? found : parameters)
        loaded = wanted
    }

    /// The chip's numbers for weights; throws what the compiler would refuse.
    private func makeForward(_ values: [Float]) throws(DiagnosticsError) -> SinglePrecisionForward? {
        guard values.allSatisfy(\.isFinite) else { return nil }
        let plan = program.plan
        let quantized = try numbers.quantized(program.network.learned(plan.plan, values))
        let hidden = plan.hidden.compactMap { quantized.neurons[$0.population]?.floatingPoint }
        guard hidden.count == plan.hidden.count, let readout = quantized.neurons[plan.readout]?.floatingPoint else { return nil }
        var weights = SinglePrecisionForward.IntegerWeights(inputs: plan.inputs, neurons: plan.neurons, outputs: plan.outputs)
        var (scratch, row) = (SynapseRow(), QuantizedRow())
        for (index, place) in plan.places.enumerated() {
            let rows = QuantizedRows(ID(index), of: quantized)
            for source in 0..<rows.rows.sourceCount {
                rows.read(source, scratch: &scratch, into: &row)
                for (target, mantissa) in zip(row.targets, row.mantissas) {
                    let (line, column) = (place.row + source, place.column + Int(target))
                    switch place.part {
                    case .input: weights.input[line * plan.neurons + column] &+= mantissa
                    case .recurrent: weights.recurrent[line * plan.neurons + column] &+= mantissa
                    case .output: weights.output[line * plan.outputs + column] &+= mantissa
                    }
                }
            }
        }
        if program.feedback == nil {
            // The readout's words, sent back to the neurons.
            let matrices = RecurrentMatrices(inputs: plan.inputs, cell)
            plan.scatter(values, to: matrices)
            for n in 0..<plan.neurons {
                for k in 0..<plan.outputs { feedback.pointer[k * cell.width + n] = matrices.output.pointer[n * plan.outputs + k] }
            }
        }
        return SinglePrecisionForward(
            hidden: hidden, readout: readout, weights, thresholds: (0..<plan.neurons).map { cell.threshold.pointer[$0] },
            delays: plan.delays,
            surrogate: program.options.surrogate)
    }

    // MARK: Checkpoints

    var state: [TrainerState.Entry] {
        var entries = [
            TrainerState.Entry("parameters", .floats(parameters)), .init("first", .floats(optimizer.first)),
            .init("rates", .floats(batchRates)), .init("optimizer steps", .integers([optimizer.count])),
        ]
        if !optimizer.second.isEmpty { entries.append(.init("second", .floats(optimizer.second))) }
        if let average { entries.append(.init("average", .floats(average.values))) }
        return entries
    }

    func restore(_ state: TrainerState) throws(DiagnosticsError) {
        guard case .floats(let values) = state["parameters"], case .floats(let first) = state["first"],
            case .floats(let before) = state["rates"], case .integers(let steps) = state["optimizer steps"],
            values.count == parameters.count, first.count == values.count, before.count == batchRates.count, steps.count == 1
        else {
            throw TrainerState.foreign
        }
        if !optimizer.second.isEmpty {
            guard case .floats(let second) = state["second"], second.count == values.count else { throw TrainerState.foreign }
            optimizer.second = second
        }
        if average != nil {
            guard case .floats(let mean) = state["average"], mean.count == values.count else { throw TrainerState.foreign }
            average?.values = mean
        }
        parameters = values
        optimizer.first = first
        batchRates = before
        optimizer.count = steps[0]
        traces.clear()
        spikes = [Int](repeating: 0, count: spikes.count)
        loaded = .none
    }
}
