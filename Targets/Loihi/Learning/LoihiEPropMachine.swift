import Chips
import Diagnostics
import Learning
import Lowering
import Networks
import Numerics

/// A recurrent network that learns by e-prop on Loihi 2, in the chip's integers.
///
/// A step: compartments of microcode move by what arrived, and compute ψ as an integer of 7 bits from membrane and threshold; the readout
/// moves; an embedded processor reads it, takes the error (softmax minus label), and sends each neuron its learning signal as whole
/// numbers (`SignalPulses`), which its microcode puts into y2 or y3; the learning engine moves weights and tags (`EligibilityColumns`).
/// A spike counts in its source's trace in the step before it acts on a membrane, as in Lava's model, where activations form from the
/// spikes of a step and act in the next.
final class LoihiEPropMachine: EPropMachine {
    private let program: EPropProgram
    private let plan: RecurrentPlan
    private let chip: Chip
    private var hidden: LearningNeurons
    private var readout: LearningNeurons
    private let columns: EligibilityColumns
    private let held: [HeldEligibility]
    /// x2, with the readout's time constant.
    private let outputTraces: PresynapticTraces
    /// By hidden neuron, a place in `held`.
    private let kinds: [Int]
    private let units: LearningUnits
    /// Weights as they arrive, [inputs + neurons × width] and [neurons × outputs].
    private var rows: [Int32]
    private var outputRows: [Int32]
    /// Mantissas of the readout's weights, [neurons × outputs].
    private var outputWeights: [Int32]
    private let width: Int
    /// Running mean of each neuron's spikes per step.
    private var rates: [Double]
    private(set) var measured: [Float]
    private var sums: [Double] = []
    /// 127 / threshold as a multiplier and a shift, as microcode has it.
    private let slopeFactors: [Int64]
    private static let slopeShift = 32
    /// What a trial's rate weighs in the running mean.
    private static let rateShare = 1.0 / 8

    init(_ program: EPropProgram, _ quantized: QuantizedNetwork, chip: Chip, arithmetic: IntegerCurrentArithmetic) {
        self.program = program
        self.chip = chip
        let plan = program.plan
        self.plan = plan
        let registers = plan.hidden.compactMap { quantized.compartments(of: ID($0.population)) }
        hidden = LearningNeurons(registers, chip: chip, arithmetic: arithmetic)
        readout = LearningNeurons([quantized.compartments(of: ID(plan.readout))].compactMap { $0 }, chip: chip, arithmetic: arithmetic)
        let readoutDynamics = quantized.effectiveDynamics(of: ID(plan.readout))
        let filter = (gain: readoutDynamics?.currentGain[0][0] ?? 1, decay: readoutDynamics?.membraneDecay[0] ?? 0)
        let dynamics = plan.hidden.compactMap { quantized.effectiveDynamics(of: ID($0.population)) }
        held = dynamics.map { HeldEligibility($0, damp: program.options.surrogate.damp, filter: filter) }
        kinds = zip(dynamics.indices, dynamics).flatMap { index, dynamics in [Int](repeating: index, count: dynamics.count) }
        units = LearningUnits(plan, quantized)
        let trace = HeldEligibility.trace(decay: dynamics.first?.membraneDecay.first ?? 0)
        let sources = plan.inputs + plan.neurons
        columns = EligibilityColumns(
            sources: sources, kinds: kinds, codes: held.map(\.code), shifts: units.shifts, trace: trace, limit: LearningUnits.limit)
        outputTraces = PresynapticTraces(HeldEligibility.trace(decay: filter.decay), count: plan.neurons)
        width = (plan.neurons + 7) / 8 * 8
        rows = [Int32](repeating: 0, count: sources * width)
        outputWeights = [Int32](repeating: 0, count: plan.neurons * plan.outputs)
        outputRows = outputWeights
        rates = [Double](repeating: program.options.rateTarget * program.network.timestep / 1000, count: plan.neurons)
        measured = [Float](repeating: 0, count: plan.plan.parameterCount)
        slopeFactors = hidden.thresholds.map { (Int64(HeldEligibility.largestSlope) << Int64(Self.slopeShift)) / Int64(max($0, 1)) }
        set(plan.plan.initial.map { Float($0) })
    }

    // MARK: Weights

    /// The nearest mantissas.
    private func set(_ parameters: [Float]) {
        for (index, projection) in plan.plan.projections.enumerated() {
            let place = plan.places[index]
            let unit = units.unit[index]
            plan.forEachSynapse(projection) { pre, post, parameter in
                let limit = Double(LearningUnits.limit)
                let steps = min(max((Double(parameters[parameter]) / unit).rounded(.toNearestOrEven), -limit), limit)
                if place.part == .output {
                    outputWeights[(place.row + pre) * plan.outputs + place.column + post] = Int32(steps)
                } else {
                    columns.setWeight(source(place, pre), place.column + post, to: Int(steps))
                }
            }
        }
        for target in 0..<plan.neurons { deliver(target) }
        for index in outputWeights.indices { outputRows[index] = outputWeights[index] << units.outputArrival[index] }
    }

    private func source(_ place: RecurrentPlan.Place, _ pre: Int) -> Int {
        (place.part == .recurrent ? plan.inputs : 0) + place.row + pre
    }

    /// The weights of a target, as they arrive.
    private func deliver(_ target: Int) {
        for source in 0..<columns.sources {
            rows[source * width + target] =
                Int32(truncatingIfNeeded: columns.weight(source, target)) << units.arrival[target * columns.sources + source]
        }
    }

    var parameters: [Float] {
        var values = [Float](repeating: 0, count: plan.plan.parameterCount)
        for (index, projection) in plan.plan.projections.enumerated() {
            let place = plan.places[index]
            plan.forEachSynapse(projection) { pre, post, parameter in
                let mantissa =
                    place.part == .output
                    ? Int(outputWeights[(place.row + pre) * plan.outputs + place.column + post])
                    : columns.weight(source(place, pre), place.column + post)
                values[parameter] = Float(Double(mantissa) * units.unit[index])
            }
        }
        return values
    }

    // MARK: A trial

    func run(_ trial: EPropTrial, into record: TrialRecord<Float>) {
        let (neurons, outputs) = (plan.neurons, plan.outputs)
        let isActive = trial.learns || trial.isMeasured
        hidden.clear()
        readout.clear()
        columns.clear()
        outputTraces.clear()
        record.begin()
        if trial.isMeasured { sums = [Double](repeating: 0, count: neurons * columns.rows) }
        var pulses = SignalPulses(rateFactors(trial.rate), trial.random.split(0))
        var outputPulses = SignalPulses(outputRateFactors(trial.rate), trial.random.split(1))
        let (traceRandom, keys) = (trial.random.split(2), trial.random.split(3))
        let feedback = feedbackMatrix()
        let regularization = rateTerms()
        var arrivals = [Int32](repeating: 0, count: width)
        var outputArrivals = [Int32](repeating: 0, count: outputs)
        var distances = [Int32](repeating: 0, count: neurons)
        var slopes = [Int16](repeating: 0, count: neurons)
        var signals = [Int16](repeating: 0, count: neurons)
        var wanted = [Double](repeating: 0, count: neurons)
        var sent: [Int32] = []
        for step in 0..<record.steps {
            gather(step, trial, record, &arrivals)
            let held = hidden.held
            hidden.step(arrivals) { record.note($0) }
            record.close(step)
            hidden.distances(into: &distances)
            pseudoDerivatives(distances, held, &slopes, record.slope.pointer + step * record.width)
            let error = advanceReadout(step, trial, record, &outputArrivals)
            guard isActive else { continue }
            collectSources(step, trial, record, &sent)
            let draw = traceRandom.uniform(step)
            sent.withUnsafeBufferPointer { columns.trace($0, draw: draw) }
            let firstOwn = Int(record.spikes(step).lowerBound)
            outputTraces.step(
                UnsafeBufferPointer(start: record.neurons + firstOwn, count: record.spikes(step).count), draw: draw)
            let isAsked = trial.error(step, record.readout.pointer + step * record.outputs, error)
            for n in 0..<neurons {
                var signal = regularization[n]
                if isAsked { for k in 0..<outputs { signal += Double(error[k]) * feedback[k * neurons + n] } }
                wanted[n] = signal
            }
            if trial.isMeasured { measure(wanted) }
            pulses.next(wanted, &signals)
            if !trial.learns { for n in signals.indices { signals[n] = 0 } }
            if isAsked, trial.learns { learnReadout(error, &outputPulses, key: keys.bits(record.steps + step)) }
            columns.learn(slopes: slopes, signals: signals, key: keys.bits(step)) { deliver($0) }
        }
        if trial.learns {
            for n in 0..<neurons {
                rates[n] += Self.rateShare * (Double(record.counts[n]) / Double(record.steps) - rates[n])
            }
        }
        if trial.isMeasured { finishMeasurement() }
    }

    /// What arrives at the hidden neurons in a step.
    private func gather(_ step: Int, _ trial: EPropTrial, _ record: TrialRecord<Float>, _ arrivals: inout [Int32]) {
        let width = width
        arrivals.withUnsafeMutableBufferPointer { arrivals in
            rows.withUnsafeBufferPointer { rows in
                guard let arrivals = arrivals.baseAddress, let rows = rows.baseAddress else { return }
                arrivals.update(repeating: 0, count: width)
                func add(_ source: Int) {
                    let row = rows + source * width
                    for n in 0..<width { arrivals[n] &+= row[n] }
                }
                let sent = step - plan.delays.input
                for (first, events) in trial.inputs where sent >= 0 && sent < events.steps {
                    for e in Int(events.offsets[sent])..<Int(events.offsets[sent + 1]) { add(first + Int(events.neurons[e])) }
                }
                for e in record.spikes(step - plan.delays.recurrent) { add(plan.inputs + Int(record.neurons[e])) }
            }
        }
    }

    /// The sources whose spikes act in the next step.
    private func collectSources(_ step: Int, _ trial: EPropTrial, _ record: TrialRecord<Float>, _ sources: inout [Int32]) {
        sources.removeAll(keepingCapacity: true)
        let sent = step + 1 - plan.delays.input
        for (first, events) in trial.inputs where sent >= 0 && sent < events.steps {
            for e in Int(events.offsets[sent])..<Int(events.offsets[sent + 1]) {
                sources.append(Int32(truncatingIfNeeded: first) + events.neurons[e])
            }
        }
        for e in record.spikes(step + 1 - plan.delays.recurrent) {
            sources.append(Int32(truncatingIfNeeded: plan.inputs) + record.neurons[e])
        }
    }

    /// ψ = 127 (1 - |v - A| / threshold), cut to whole numbers; 0 while refractory.
    private func pseudoDerivatives(
        _ distances: [Int32], _ held: [Int32], _ slopes: inout [Int16], _ record: UnsafeMutablePointer<Float>
    ) {
        let damp = program.options.surrogate.damp
        for n in distances.indices {
            let threshold = hidden.thresholds[n]
            let height = threshold - abs(distances[n])
            guard held[n] == 0, height > 0 else {
                (slopes[n], record[n]) = (0, 0)
                continue
            }
            slopes[n] = Int16((Int64(height) * slopeFactors[n]) >> Int64(Self.slopeShift))
            // As a real number of the model, for the comparison.
            let base = Double(threshold) / hidden.scale[n]
            record[n] = Float(damp / base * Double(height) / Double(threshold))
        }
    }

    /// The readout's step; its potentials go to the record.
    /// - Returns: where the step's error belongs.
    private func advanceReadout(
        _ step: Int, _ trial: EPropTrial, _ record: TrialRecord<Float>, _ arrivals: inout [Int32]
    ) -> UnsafeMutablePointer<Float> {
        let outputs = plan.outputs
        for k in 0..<outputs { arrivals[k] = 0 }
        for e in record.spikes(step - plan.delays.output) {
            let row = Int(record.neurons[e]) * outputs
            for k in 0..<outputs { arrivals[k] &+= outputRows[row + k] }
        }
        readout.step(arrivals) { _ in }
        let potentials = record.readout.pointer + step * record.outputs
        for k in 0..<outputs { potentials[k] = Float(Double(readout.membrane(k)) / readout.scale[k]) }
        return record.error.pointer + step * record.outputs
    }

    /// dw = -pulse · x2 · 2^shift / 128, `EligibilityCode.readout`.
    private func learnReadout(_ error: UnsafeMutablePointer<Float>, _ pulses: inout SignalPulses, key: UInt64) {
        let outputs = plan.outputs
        var signals = [Int16](repeating: 0, count: outputs)
        pulses.next((0..<outputs).map { Double(error[$0]) }, &signals)
        for k in 0..<outputs where signals[k] != 0 {
            for n in 0..<plan.neurons where outputTraces.values[n] != 0 {
                let slot = n * outputs + k
                guard units.outputShifts[slot] >= 0 else { continue }
                let term = Int32(-Int(signals[k]) * Int(outputTraces.values[n])) << Int32(units.outputShifts[slot])
                let draw = EligibilityColumns.draw(.weight, source: n, target: k, key: key)
                outputWeights[slot] = movedWeight(
                    outputWeights[slot], by: term, draw: Int32(draw), limit: Int32(LearningUnits.limit))
                outputRows[slot] = outputWeights[slot] << units.outputArrival[slot]
            }
        }
    }

    // MARK: The learning signal

    /// B, [outputs × neurons].
    private func feedbackMatrix() -> [Double] {
        if let fixed = program.feedback { return fixed.map { Double($0) } }
        var values = [Double](repeating: 0, count: plan.outputs * plan.neurons)
        for n in 0..<plan.neurons {
            for k in 0..<plan.outputs {
                values[k * plan.neurons + n] = Double(outputWeights[n * plan.outputs + k]) * units.outputUnits[n * plan.outputs + k]
            }
        }
        return values
    }

    /// The firing-rate term of a step: strength · (mean rate - target) / steps.
    private func rateTerms() -> [Double] {
        let options = program.options
        guard options.rateStrength > 0 else { return [Double](repeating: 0, count: plan.neurons) }
        let target = options.rateTarget * program.network.timestep / 1000
        let gain = held.first.map { $0.filterGain } ?? 1
        return rates.map { options.rateStrength * ($0 - target) / Double(plan.plan.steps) / gain }
    }

    /// Pulses for a learning signal of 1, by neuron: a pulse of 1 moves a weight by t / 128 of its unit.
    private func rateFactors(_ rate: Double) -> [Double] {
        (0..<plan.neurons).map { rate * 128 * held[kinds[$0]].tagUnit / units.neuronUnit[$0] }
    }

    private func outputRateFactors(_ rate: Double) -> [Double] {
        let gain = (held.first?.gain ?? 1) / Double(HeldEligibility.impulse)
        return units.outputUnit.map { rate * 128 * gain / $0 }
    }

    // MARK: Measuring

    private func measure(_ signals: [Double]) {
        for n in signals.indices where signals[n] != 0 {
            let tags = columns.tags(of: n)
            for row in 0..<columns.sources { sums[n * columns.rows + row] += signals[n] * Double(tags[row]) }
        }
    }

    private func finishMeasurement() {
        for (index, projection) in plan.plan.projections.enumerated() {
            let place = plan.places[index]
            guard place.part != .output else { continue }
            plan.forEachSynapse(projection) { pre, post, parameter in
                let target = place.column + post
                measured[parameter] = Float(sums[target * columns.rows + source(place, pre)] * held[kinds[target]].tagUnit)
            }
        }
    }

    // MARK: Results

    var state: [TrainerState.Entry] { [.init("weights", .floats(parameters)), .init("rates", .doubles(rates))] }

    func restore(_ state: TrainerState) throws(DiagnosticsError) {
        guard case .floats(let weights) = state["weights"], weights.count == plan.plan.parameterCount,
            case .doubles(let rates) = state["rates"],
            rates.count == self.rates.count
        else {
            throw DiagnosticsError(
                Diagnostic("on-chip-state", "the checkpoint holds no weights of this network", help: "remove it, and train anew"))
        }
        set(weights)
        self.rates = rates
    }

    /// The largest relative error of a product's scale.
    var scaleError: Double { held.map(\.error).max() ?? 0 }

    var notes: [Diagnostic] {
        let worst = scaleError
        let kind = held.first { $0.code.isAdaptive } ?? held.first
        let sums = (kind?.code.code(sourceTrace: .init(), shift: 0, weightLimit: LearningUnits.limit).text ?? [])
            .map { "\($0.name) = \($0.sum)" }.joined(separator: ", ")
        let range = units.unit.map { Double(LearningUnits.limit) * $0 }
        return [
            Diagnostic(
                "on-chip-rule",
                "learnt in the arithmetic of '\(chip.name)': \(sums); weights of 8 bits reach \(shortest(((range.min() ?? 0) * 1000).rounded() / 1000)) to \(shortest(((range.max() ?? 0) * 1000).rounded() / 1000)), and the largest scale is off by \(shortest((1000 * worst).rounded() / 10)) %; the error of the readout, and the learning signals that follow from it, are the embedded processor's",
                severity: .warning)
        ]
    }
}
