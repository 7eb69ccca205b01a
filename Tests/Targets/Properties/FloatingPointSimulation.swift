import Chips
import Lowering
import Networks
import Numerics
import Simulation

/// A network quantized for `FloatingPointArithmetic`, computed neuron by neuron and synapse by synapse in single precision.
///
/// It knows nothing of cores, axons or artifacts: parameters and rows are all that it looks at.
struct FloatingPointSimulation {
    private let stage: QuantizedNetwork
    /// By projection and source; receptor 0 or 1.
    private var synapses: [[[(target: Int, mantissa: Int, delay: Int, receptor: Int)]]] = []

    private struct Neuron {
        var current: [Float] = [0, 0]
        var membrane: Float
        var adaptation: Float = 0
        var held = 0
        var spiked = false
    }

    init(_ stage: QuantizedNetwork) {
        self.stage = stage
        for id in stage.network.projections.ids {
            let projection = stage.network.projections[id]
            let rows = QuantizedRows(id, of: stage)
            let isMerged = stage.neurons(of: projection.post)?.floatingPoint?.isMerged ?? true
            var (scratch, row) = (SynapseRow(), QuantizedRow())
            synapses.append(
                (0..<rows.rows.sourceCount).map { source in
                    rows.read(source, scratch: &scratch, into: &row)
                    return (0..<row.count).map { n in
                        let mantissa = Int(row.mantissas[n])
                        let isInhibitory =
                            projection.receptor == .inhibitory || (projection.receptor == .bySign && mantissa < 0)
                        return (Int(row.targets[n]), mantissa, Int(row.delays[n]), isInhibitory && !isMerged ? 1 : 0)
                    }
                })
        }
    }

    /// Spikes of every population of neurons, as [step, neuron], and the membranes after the last step, in the chip's unit.
    func run(_ stimulus: Stimulus, steps: Int) -> (spikes: [String: [[Int]]], membranes: [String: [Double]]) {
        let network = stage.network
        var states = network.populations.ids.map { id in
            (stage.neurons(of: id)?.floatingPoint?.initialMembrane ?? []).map { Neuron(membrane: $0) }
        }
        /// [step][population][receptor · size + neuron].
        var arriving: [Int: [[Int]]] = [:]
        let nothing = network.populations.map { [Int](repeating: 0, count: 2 * $0.size) }
        var spikes: [String: [[Int]]] = [:]
        for step in 0..<steps {
            let sums = arriving.removeValue(forKey: step) ?? nothing
            var sent: [[(neuron: Int, value: Int)]] = []
            for id in network.populations.ids {
                guard let parameters = stage.neurons(of: id)?.floatingPoint else {
                    sent.append(events(of: id, stimulus, step: step))
                    continue
                }
                let size = parameters.count
                var fired: [(neuron: Int, value: Int)] = []
                for n in 0..<size {
                    let input = [Float(sums[id.index][n]), Float(sums[id.index][size + n])]
                    if parameters.sendsValues {
                        let value = Self.send(&states[id.index][n], parameters, n, input)
                        if value != 0 { fired.append((n, value)) }
                    } else if Self.update(&states[id.index][n], parameters, n, input) {
                        fired.append((n, 1))
                    }
                }
                spikes[network.populations[id].name, default: []] += fired.map { [step, $0.neuron] }
                sent.append(fired)
            }
            for id in network.projections.ids {
                let projection = network.projections[id]
                let size = network.populations[projection.post].size
                for (source, value) in sent[projection.pre.index] {
                    for (target, mantissa, delay, receptor) in synapses[id.index][source] {
                        arriving[step + 1 + delay, default: nothing][projection.post.index][receptor * size + target] += mantissa * value
                    }
                }
            }
        }
        var membranes: [String: [Double]] = [:]
        for id in network.populations.ids { membranes[network.populations[id].name] = states[id.index].map { Double($0.membrane) } }
        return (spikes, membranes)
    }

    /// A rate unit: what arrives and the drive, nothing kept; sent to the nearest integer, ties to even, and cut.
    private static func send(_ neuron: inout Neuron, _ parameters: FloatingPointNeurons, _ n: Int, _ input: [Float]) -> Int {
        neuron.membrane = (input[0] + input[1]) + parameters.drive[n]
        let value = (neuron.membrane > 0 ? parameters.resetValue[n] : parameters.beta[n]) * neuron.membrane
        return Int(min(max(value.rounded(.toNearestOrEven), -parameters.threshold[n]), parameters.threshold[n]))
    }

    /// The step that `Dynamics` states.
    private static func update(_ neuron: inout Neuron, _ parameters: FloatingPointNeurons, _ n: Int, _ input: [Float]) -> Bool {
        let before = neuron.current
        for receptor in 0..<2 {
            neuron.current[receptor] = parameters.currentDecay[receptor][n] * before[receptor] + input[receptor]
        }
        let acting = parameters.order == .membraneFirst ? before : neuron.current
        let isAdapted = parameters.resetAmount == .adapted
        let amount = parameters.threshold[n] + (isAdapted ? parameters.beta[n] * neuron.adaptation : 0)
        let later: Float = parameters.reset == .subtractNext && neuron.spiked ? amount : 0
        neuron.adaptation = parameters.adaptationDecay[n] * neuron.adaptation + (neuron.spiked ? 1 : 0)
        neuron.spiked = false
        let isHeld = neuron.held > 0
        if isHeld { neuron.held -= 1 }
        if isHeld, parameters.refractory == .held {
            neuron.membrane -= later
            return false
        }
        let membrane = parameters.membraneDecay[n] * neuron.membrane + (acting[0] + acting[1]) + parameters.drive[n] - later
        let threshold = parameters.threshold[n] + parameters.beta[n] * neuron.adaptation
        neuron.membrane = membrane
        guard !isHeld, parameters.comparison == .atOrAbove ? membrane >= threshold : membrane > threshold else { return false }
        switch parameters.reset {
        case .toValue: neuron.membrane = parameters.resetValue[n]
        case .subtract: neuron.membrane -= isAdapted ? threshold : parameters.threshold[n]
        case .subtractNext: break
        }
        neuron.held = parameters.refractorySteps[n]
        neuron.spiked = true
        return true
    }

    private func events(of id: ID<Population>, _ stimulus: Stimulus, step: Int) -> [(neuron: Int, value: Int)] {
        guard let events = stimulus.populations.first(where: { $0.name == stage.network.populations[id].name })?.events else { return [] }
        return (Int(events.offsets[step])..<Int(events.offsets[step + 1])).map { index in
            let neuron = Int(events.neurons[index])
            if events.values.isEmpty { return (neuron, 1) }
            return (neuron, Int((Double(events.values[index]) * stage.payloadScale[id.index]).rounded(.toNearestOrEven)))
        }
    }
}
