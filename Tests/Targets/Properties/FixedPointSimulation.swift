import Chips
import Lowering
import Networks
import Numerics
import Simulation

/// A quantized network of fixed-point neurons computed neuron by neuron and synapse by synapse, as plainly as
/// Documentation/Targets/spinnaker.md reads.
///
/// It knows nothing of cores, keys, delay extensions or artifacts.
struct FixedPointSimulation {
    private let stage: QuantizedNetwork
    private let substeps: Int
    /// By projection and source.
    private var synapses: [[[(target: Int, receptor: Int, weight: Int, delay: Int)]]] = []

    init(_ stage: QuantizedNetwork) {
        self.stage = stage
        substeps = stage.chip.arithmetic.substeps
        for id in stage.network.projections.ids {
            let rows = QuantizedRows(id, of: stage)
            let projection = stage.network.projections[id]
            let isConductance = stage.network.populations[projection.post].cell.neuron?.kind == .conductanceExponential
            var (scratch, row) = (SynapseRow(), QuantizedRow())
            synapses.append(
                (0..<rows.rows.sourceCount).map { source in
                    rows.read(source, scratch: &scratch, into: &row)
                    return (0..<row.count).map { n in
                        var receptor = row.mantissas[n] < 0 ? 1 : 0
                        if isConductance, projection.receptor != .bySign { receptor = projection.receptor == .inhibitory ? 1 : 0 }
                        return (Int(row.targets[n]), receptor, abs(Int(row.mantissas[n])), Int(row.delays[n]))
                    }
                })
        }
    }

    private struct Neuron {
        var membrane = 0
        var held = 0
        var adaptation = 0
        var owed = 0
        var inputs = [0, 0]
    }

    /// Spikes of every population of neurons, as [step, neuron], and the membrane words after the last step.
    func run(_ stimulus: Stimulus, steps: Int) -> (spikes: [String: [[Int]]], membranes: [String: [Int]]) {
        let network = stage.network
        var neurons: [[Neuron]] = network.populations.ids.map { id in
            (stage.neurons(of: id)?.fixedPoint?[.membrane] ?? []).map { Neuron(membrane: Int($0)) }
        }
        /// By step: [population][receptor][neuron].
        var arriving: [Int: [[[Int]]]] = [:]
        let nothing = network.populations.map { [[Int]](repeating: [Int](repeating: 0, count: $0.size), count: 2) }
        var spikes: [String: [[Int]]] = [:]
        for step in 0..<steps {
            let sums = arriving.removeValue(forKey: step) ?? nothing
            var sent: [[Int]] = []
            for id in network.populations.ids {
                guard let parameters = stage.neurons(of: id)?.fixedPoint else {
                    sent.append(events(of: id, stimulus, step: step))
                    continue
                }
                let fired = (0..<parameters.count).filter { n in
                    update(&neurons[id.index][n], parameters, n, [sums[id.index][0][n], sums[id.index][1][n]])
                }
                spikes[network.populations[id].name, default: []] += fired.map { [step, $0] }
                sent.append(fired)
            }
            for id in network.projections.ids {
                let (pre, post) = (network.projections[id].pre.index, network.projections[id].post.index)
                for source in sent[pre] {
                    for synapse in synapses[id.index][source] {
                        let when = step + synapse.delay
                        let sum = arriving[when, default: nothing][post][synapse.receptor][synapse.target] + synapse.weight
                        arriving[when, default: nothing][post][synapse.receptor][synapse.target] = Swift.min(sum, 65_535)
                    }
                }
            }
        }
        var membranes: [String: [Int]] = [:]
        for id in network.populations.ids { membranes[network.populations[id].name] = neurons[id.index].map(\.membrane) }
        return (spikes, membranes)
    }

    private func events(of id: ID<Population>, _ stimulus: Stimulus, step: Int) -> [Int] {
        guard let events = stimulus.populations.first(where: { $0.name == stage.network.populations[id].name })?.events else { return [] }
        return (Int(events.offsets[step])..<Int(events.offsets[step + 1])).map { Int(events.neurons[$0]) }
    }

    private func wrap(_ value: Int) -> Int { Int(Int32(truncatingIfNeeded: value)) }

    private func update(_ neuron: inout Neuron, _ parameters: FixedPointNeurons, _ n: Int, _ sums: [Int]) -> Bool {
        let arrivals = zip(sums, parameters.shifts).map { wrap($0 << $1) }
        return parameters.cell == .threshold
            ? updateThreshold(&neuron, parameters, n, arrivals) : updateReleased(&neuron, parameters, n, arrivals)
    }

    private func updateReleased(_ neuron: inout Neuron, _ parameters: FixedPointNeurons, _ n: Int, _ arrivals: [Int]) -> Bool {
        guard let model = parameters.cell.model else { return false }
        let cell = parameters.released(n)
        let constants = FixedPointConstants(cell, model, substeps: substeps)
        let (jumps, decays) = ([Int(constants.jump.0), Int(constants.jump.1)], [Int(constants.decay.0), Int(constants.decay.1)])
        for r in 0..<2 where arrivals[r] != 0 {
            neuron.inputs[r] = wrap(neuron.inputs[r] + (model == .currentDelta ? arrivals[r] : wrap((arrivals[r] * jumps[r]) >> 32)))
        }
        var spiked = false
        for _ in 0..<substeps {
            if neuron.held <= 0 {
                let current = wrap(drive(neuron, cell, constants, model) + Int(cell.offset))
                let settled = wrap(wrap((current * Int(constants.resistance)) >> 15) + Int(cell.rest))
                neuron.membrane = wrap(settled - wrap((Int(constants.membraneDecay) * wrap(settled - neuron.membrane)) >> 15))
            } else {
                neuron.held -= 1
            }
            if neuron.membrane >= Int(cell.threshold) {
                spiked = true
                neuron.membrane = Int(cell.reset)
                neuron.held = Int(constants.refractory)
            }
            for r in 0..<2 { neuron.inputs[r] = model == .currentDelta ? 0 : wrap((neuron.inputs[r] * decays[r]) >> 32) }
        }
        return spiked
    }

    private func drive(_ neuron: Neuron, _ cell: FixedPointCell, _ constants: FixedPointConstants, _ model: FixedPointCell.Model) -> Int {
        switch model {
        case .currentExponential: return neuron.inputs[0] - neuron.inputs[1]
        case .currentDelta:
            let inverse = Int(constants.inverseStep)
            return wrap((neuron.inputs[0] * inverse) >> 15) - wrap((neuron.inputs[1] * inverse) >> 15)
        case .conductanceExponential:
            let (e, i) = (neuron.inputs[0] >> 10, neuron.inputs[1] >> 10)
            let first = wrap((e * wrap(Int(cell.reversal.0) - neuron.membrane)) >> 15)
            return first - wrap((-i * wrap(Int(cell.reversal.1) - neuron.membrane)) >> 15)
        }
    }

    private func updateThreshold(_ neuron: inout Neuron, _ parameters: FixedPointNeurons, _ n: Int, _ arrivals: [Int]) -> Bool {
        func word(_ column: FixedPointNeurons.Column) -> Int { Int(parameters[column][n]) }
        func kept(_ value: Int, _ column: FixedPointNeurons.Column) -> Int {
            wrap((value * Int(UInt32(bitPattern: parameters[column][n])) + (1 << 31)) >> 32)
        }
        for r in 0..<2 { neuron.inputs[r] = wrap(neuron.inputs[r] + arrivals[r]) }
        let mode = word(.resetMode)
        let isHeld = neuron.held > 0
        if !isHeld || mode / 8 == 1 {
            let excitation = wrap((word(.excitatoryGain) * neuron.inputs[0]) >> 15)
            let inhibition = wrap((word(.inhibitoryGain) * neuron.inputs[1]) >> 15)
            neuron.membrane = wrap(kept(neuron.membrane, .decay) + excitation - inhibition + word(.drive))
        }
        neuron.membrane = wrap(neuron.membrane - neuron.owed)
        neuron.owed = 0
        let threshold = wrap(word(.threshold) + wrap((word(.beta) * neuron.adaptation) >> 15))
        let spiked = !isHeld && neuron.membrane >= threshold
        neuron.held = isHeld ? neuron.held - 1 : spiked ? word(.refractoryTicks) : 0
        if spiked {
            let amount = mode & 4 == 4 ? word(.threshold) : threshold
            switch mode & 3 {
            case 0: neuron.membrane = word(.reset)
            case 1: neuron.membrane = wrap(neuron.membrane - amount)
            default: neuron.owed = amount
            }
        }
        neuron.adaptation = wrap(kept(neuron.adaptation, .adaptationDecay) + (spiked ? 32_768 : 0))
        neuron.inputs = [kept(neuron.inputs[0], .excitatoryDecay), kept(neuron.inputs[1], .inhibitoryDecay)]
        return spiked
    }
}
