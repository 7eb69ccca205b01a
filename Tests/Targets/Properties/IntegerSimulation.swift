import Chips
import Lowering
import Networks
import Numerics
import Simulation

/// A quantized network computed neuron by neuron and synapse by synapse, as slowly and as plainly as the description of its chip reads.
///
/// It knows nothing of cores, axons or artifacts: formats, registers and rows are all that it looks at.
struct IntegerSimulation {
    private let stage: QuantizedNetwork
    private let arithmetic: IntegerCurrentArithmetic
    /// By projection and source.
    private var synapses: [[[(target: Int, mantissa: Int, delay: Int)]]] = []

    init(_ stage: QuantizedNetwork) {
        self.stage = stage
        guard case .integerCurrent(let arithmetic) = stage.chip.arithmetic else { preconditionFailure("another arithmetic") }
        self.arithmetic = arithmetic
        for id in stage.network.projections.ids {
            let rows = QuantizedRows(id, of: stage)
            var (scratch, row) = (SynapseRow(), QuantizedRow())
            synapses.append(
                (0..<rows.rows.sourceCount).map { source in
                    rows.read(source, scratch: &scratch, into: &row)
                    return (0..<row.count).map { (Int(row.targets[$0]), Int(row.mantissas[$0]), Int(row.delays[$0])) }
                })
        }
    }

    /// What is on its way: sums that are shifted together, by population, exponent and arrival.
    private struct Arrivals: Hashable {
        var population: Int
        var exponent: Int
        var step: Int
    }

    /// Spikes of every population of neurons, as [step, neuron], and the integer membranes after the last step.
    func run(_ stimulus: Stimulus, steps: Int) -> (spikes: [String: [[Int]]], membranes: [String: [Int]]) {
        let network = stage.network
        var u = network.populations.map { [Int](repeating: 0, count: $0.size) }
        var v = network.populations.ids.map { stage.compartments(of: $0)?.initialMembrane ?? [] }
        var held = u
        var rise = u
        var spiked = u
        var arriving: [Int: [[Int]]] = [:]
        let nothing = u
        var spikes: [String: [[Int]]] = [:]
        for step in 0..<steps {
            let sums = arriving.removeValue(forKey: step) ?? nothing
            var sent: [[(neuron: Int, value: Int)]] = []
            for id in network.populations.ids {
                let name = network.populations[id].name
                guard let registers = stage.compartments(of: id) else {
                    sent.append(events(of: id, stimulus, step: step))
                    continue
                }
                var fired: [(neuron: Int, value: Int)] = []
                for n in 0..<registers.count {
                    let input = sums[id.index][n]
                    if let unit = registers.graded?[n] {
                        let value = send(&v[id.index][n], unit, registers, n, input: input)
                        if value != 0 { fired.append((n, value)) }
                        continue
                    }
                    let fires: Bool
                    if let program = registers.adaptation?[n] {
                        fires = update(
                            &u[id.index][n], &v[id.index][n], &held[id.index][n], &rise[id.index][n], afterSpike: spiked[id.index][n] == 1,
                            program, registers, n, input: input)
                        spiked[id.index][n] = fires ? 1 : 0
                    } else {
                        fires = update(&u[id.index][n], &v[id.index][n], &held[id.index][n], registers, n, input: input)
                    }
                    if fires { fired.append((n, 1)) }
                }
                spikes[name, default: []] += fired.map { [step, $0.neuron] }
                sent.append(fired)
            }
            for (arrivals, sums) in deliveries(of: sent, step: step) {
                for (target, sum) in sums {
                    arriving[arrivals.step, default: nothing][arrivals.population][target] +=
                        arrivals.exponent >= 0 ? sum : sum >> -arrivals.exponent
                }
            }
        }
        var membranes: [String: [Int]] = [:]
        for id in network.populations.ids { membranes[network.populations[id].name] = v[id.index] }
        return (spikes, membranes)
    }

    /// Events of an input in a step, with the integers that they carry.
    private func events(of id: ID<Population>, _ stimulus: Stimulus, step: Int) -> [(neuron: Int, value: Int)] {
        guard let events = stimulus.populations.first(where: { $0.name == stage.network.populations[id].name })?.events else { return [] }
        return (Int(events.offsets[step])..<Int(events.offsets[step + 1])).map { index in
            if events.values.isEmpty { return (Int(events.neurons[index]), 1) }
            let most = (1 << (stage.chip.formats.payloadBits - 1)) - 1
            let value = (Double(events.values[index]) * stage.payloadScale[id.index]).rounded(.toNearestOrEven)
            return (Int(events.neurons[index]), Swift.min(Swift.max(Int(value), -most), most))
        }
    }

    /// v ← (a << shift) + bias, nothing kept; what is sent: v times one of two multipliers, over 2^shift to the nearest, cut.
    private func send(_ v: inout Int, _ unit: GradedUnit, _ registers: IntegerCompartments, _ n: Int, input: Int) -> Int {
        let formats = stage.chip.formats
        let current = limit(wrap(input << formats.weight.shift, arithmetic.accumulatorBits ?? 31), arithmetic.currentOverflow)
        let bias = registers.biasMantissa[n] << (registers.biasExponent[n] + formats.bias.shift)
        v = limit(wrap(current + bias, arithmetic.driveWraps ? arithmetic.stateBits : 31), arithmetic.membraneOverflow)
        let product = Double(v * (v > 0 ? unit.multiplier : unit.multiplierBelow))
        // Exact: the product has less than 53 bits. Halves go up.
        let nearest = Int((product / Double(1 << unit.shift) + 0.5).rounded(.down))
        return Swift.min(Swift.max(nearest, -unit.largest), unit.largest)
    }

    /// u ← decay(u) + (a << shift); v ← decay(v) + u + bias; a spike when v > threshold. Sums are taken in 32 bits.
    private func update(
        _ u: inout Int, _ v: inout Int, _ held: inout Int, _ registers: IntegerCompartments, _ n: Int, input: Int
    ) -> Bool {
        let formats = stage.chip.formats
        let one = formats.decay.one
        let keptCurrent = one - registers.currentDecay[n] - formats.decay.currentOffset
        let keptMembrane = one - registers.membraneDecay[n] - formats.decay.membraneOffset
        let shifted = wrap(input << formats.weight.shift, arithmetic.accumulatorBits ?? 31)
        u = limit(wrap(u * keptCurrent / one + shifted, 31), arithmetic.currentOverflow)
        if held > 0 {
            held -= 1
            return false
        }
        let bias = registers.biasMantissa[n] << (registers.biasExponent[n] + formats.bias.shift)
        let drive = wrap(u + bias, arithmetic.driveWraps ? arithmetic.stateBits : 31)
        v = limit(wrap(v * keptMembrane / one + drive, 31), arithmetic.membraneOverflow)
        let threshold = registers.thresholdMantissa[n] << formats.threshold.shift
        guard v > threshold else { return false }
        v = registers.reset == .zero ? 0 : v - threshold
        held = registers.refractorySteps[n]
        return true
    }

    /// The same with a threshold that rises: b ← decay(b) + jump after a spike; a spike when v > threshold + b.
    private func update(
        _ u: inout Int, _ v: inout Int, _ held: inout Int, _ rise: inout Int, afterSpike: Bool, _ program: AdaptiveThreshold,
        _ registers: IntegerCompartments, _ n: Int, input: Int
    ) -> Bool {
        let formats = stage.chip.formats
        let one = formats.decay.one
        let shifted = wrap(input << formats.weight.shift, arithmetic.accumulatorBits ?? 31)
        u = limit(wrap(u * (one - registers.currentDecay[n] - formats.decay.currentOffset) / one + shifted, 31), arithmetic.currentOverflow)
        let lastRise = rise
        rise = rise * (one - program.decay) / one + (afterSpike ? program.jump : 0)
        let isFree = held == 0
        if held > 0 { held -= 1 }
        if !isFree, !program.blocks { return false }
        let bias = registers.biasMantissa[n] << (registers.biasExponent[n] + formats.bias.shift)
        let drive = wrap(u + bias, arithmetic.driveWraps ? arithmetic.stateBits : 31)
        let keptMembrane = one - registers.membraneDecay[n] - formats.decay.membraneOffset
        var moved = v * keptMembrane / one + drive
        if afterSpike {
            switch program.reset {
            case .base, .adapted: break
            case .later: moved -= program.laterReset
            case .laterAdapted: moved -= program.laterReset + lastRise
            }
        }
        v = limit(wrap(moved, 31), arithmetic.membraneOverflow)
        let threshold = registers.thresholdMantissa[n] << formats.threshold.shift
        guard isFree, v > threshold + rise else { return false }
        switch program.reset {
        case .base: v = registers.reset == .zero ? 0 : v - threshold
        case .adapted: v = registers.reset == .zero ? 0 : v - threshold - rise
        case .later, .laterAdapted: break
        }
        held = registers.refractorySteps[n]
        return true
    }

    /// What the spikes of a step add up to, before sums are shifted by a negative exponent.
    private func deliveries(of sent: [[(neuron: Int, value: Int)]], step: Int) -> [Arrivals: [Int: Int]] {
        var sums: [Arrivals: [Int: Int]] = [:]
        for id in stage.network.projections.ids {
            let projection = stage.network.projections[id]
            let exponent = stage.synapses(of: id).exponent
            for (source, value) in sent[projection.pre.index] {
                for (target, mantissa, delay) in synapses[id.index][source] {
                    // A positive exponent scales weights; a negative one shifts weights or sums, as the chip says.
                    let shiftsSum = exponent < 0 && arithmetic.exponentAppliesTo == .sum
                    let weight = exponent >= 0 ? mantissa << exponent : shiftsSum ? mantissa : mantissa >> -exponent
                    let arrivals = Arrivals(
                        population: projection.post.index, exponent: shiftsSum ? exponent : 0, step: step + 1 + delay)
                    sums[arrivals, default: [:]][target, default: 0] += weight * value
                }
            }
        }
        return sums
    }

    /// Two's complement with so many bits beside the sign.
    private func wrap(_ value: Int, _ bits: Int) -> Int {
        let span = 1 << (bits + 1)
        let rest = ((value + span / 2) % span + span) % span
        return rest - span / 2
    }

    private func limit(_ value: Int, _ overflow: IntegerCurrentArithmetic.Overflow) -> Int {
        let end = 1 << arithmetic.stateBits
        return switch overflow {
        case .wrap: wrap(value, arithmetic.stateBits)
        case .wrapOnce: value > end ? value - 2 * end : value <= -end ? value + 2 * end : value
        case .saturate: Swift.min(Swift.max(value, -(end - 1)), end - 1)
        }
    }
}
