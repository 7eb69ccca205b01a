import Chips
public import Diagnostics
public import Learning
public import Networks
public import Numerics
import Simulation
import Synchronization

/// A chip of physical neurons for training in the loop: 6-bit weights of one scale for each population, and the first spikes of one
/// specimen.
///
/// The specimen's neurons are those that a compiled artifact put at their places, so that what is learnt fits the chip that the network
/// is compiled for again.
public struct AnalogForward: LoweredForward, SpikeTimeMachine {
    private let levels: Double
    /// Of each layer, in µs and LSB.
    private let layers: [ContinuousNeurons]
    /// LSB/µs of the rule's weight 1: [layer][receptor][neuron].
    private let gains: [[[Double]]]
    private let thresholdNoise: [[Double]]
    private let variation: AnalogVariation
    /// µs of the hardware in one τ_s.
    private let timeConstant: Double
    private let horizon: Double

    /// - Parameters:
    ///   - directory: an artifact of the network.
    ///   - levels: steps of a weight on either side of 0.
    public init(_ network: Network, artifact directory: String, levels: Int) throws(DiagnosticsError) {
        let (executions, variation) = try BrainScaleSEmulator.executions(in: directory)
        let times = try SpikeTimeNetwork(network)
        self.levels = Double(levels)
        self.variation = variation
        let scale = executions.first?.image.timeScale ?? 1
        let timeConstant = times.timeConstant * scale
        self.timeConstant = timeConstant
        horizon = Double(network.task?.steps ?? network.steps) * network.timestep * scale
        var (layers, gains, noise): ([ContinuousNeurons], [[[Double]]], [[Double]]) = ([], [], [])
        for id in times.populations {
            let population = network.populations[id]
            var members = [(ExecutionImage.Neuron, Specimen.Factors)?](repeating: nil, count: population.size)
            for execution in executions {
                for neuron in execution.image.neurons where neuron.population == population.name && neuron.index < population.size {
                    members[neuron.index] = (neuron, Specimen(variation: variation).factors(ofCircuit: neuron.anchor))
                }
            }
            let found = members.compactMap { $0 }
            guard found.count == population.size else {
                throw ArtifactManifest.damaged(directory, "\(population.size - found.count) neurons of '\(population.name)' are nowhere")
            }
            layers.append(EmulatedExecution.neurons(found.map(\.0), found.map(\.1), saturation: variation.saturation))
            let nominal = found.map { ($0.0.threshold - $0.0.leak) / timeConstant }
            gains.append((0..<2).map { receptor in zip(nominal, found).map { $0 * $1.1.gain[receptor] } })
            noise.append(found.map { variation.thresholdNoise * ($0.0.threshold - $0.0.leak) })
        }
        (self.layers, self.gains, thresholdNoise) = (layers, gains, noise)
    }

    public var spikeTimes: (any SpikeTimeMachine)? { self }

    public func weights(of projection: ID<Projection>, from weights: [Float]) -> [Float] {
        quantized(weights, largest: weights.reduce(0) { max($0, abs($1)) })
    }

    public func weights(into _: ID<Population>, from weights: [(projection: ID<Projection>, values: [Float])]) -> [[Float]] {
        let largest = weights.reduce(Float(0)) { $1.values.reduce($0) { max($0, abs($1)) } }
        return weights.map { quantized($0.values, largest: largest) }
    }

    private func quantized(_ weights: [Float], largest: Float) -> [Float] {
        guard largest > 0 else { return weights }
        let step = largest / Float(levels)
        return weights.map { ($0 / step).rounded(.toNearestOrEven) * step }
    }

    // MARK: Spikes

    public func load(_ weights: [[Float]]) -> any LoadedSpikeTimeMachine {
        var networks: [ContinuousNetwork] = []
        for (layer, neurons) in layers.enumerated() {
            let (count, inputs) = (neurons.count, weights[layer].count / max(neurons.count, 1))
            var bundle = ContinuousNetwork.Bundle(pre: 0, post: 1, offsets: [0], targets: [], channels: [], jumps: [])
            bundle.targets.reserveCapacity(weights[layer].count)
            for input in 0..<inputs {
                for neuron in 0..<count {
                    let weight = Double(weights[layer][input * count + neuron])
                    guard weight != 0 else { continue }
                    let receptor = weight > 0 ? 0 : 1
                    bundle.targets.append(Int32(neuron))
                    bundle.channels.append(UInt8(receptor))
                    bundle.jumps.append(weight * gains[layer][receptor][neuron])
                }
                bundle.offsets.append(Int32(bundle.targets.count))
            }
            networks.append(
                ContinuousNetwork(
                    populations: [.init("inputs", size: inputs, neurons: nil), .init("neurons", size: count, neurons: neurons)],
                    bundles: [bundle]))
        }
        return Loaded(machine: self, networks: networks)
    }

    /// Belongs to one thread at a time; a run leaves nothing behind in it.
    private struct Lent: @unchecked Sendable {
        let core: ContinuousCore
    }

    private final class Loaded: LoadedSpikeTimeMachine {
        private let machine: AnalogForward
        private let networks: [ContinuousNetwork]
        private let free: Mutex<[[Lent]]>

        init(machine: AnalogForward, networks: [ContinuousNetwork]) {
            self.machine = machine
            self.networks = networks
            free = Mutex(networks.map { _ in [] })
        }

        private func core(_ layer: Int) -> Lent {
            var disturbance = ContinuousDisturbance(seed: machine.variation.seed)
            (disturbance.eventLoss, disturbance.jitter) = (machine.variation.eventLoss, machine.variation.jitter)
            if machine.variation.thresholdNoise > 0 { disturbance.thresholdNoise = [[], machine.thresholdNoise[layer]] }
            return Lent(core: ContinuousCore(networks[layer], disturbance: disturbance))
        }

        func firstSpikes(layer: Int, inputs: [(time: Double, number: Int)], trial: Int, into times: UnsafeMutableBufferPointer<Double>) {
            let lent = free.withLock { $0[layer].popLast() } ?? core(layer)
            defer { free.withLock { $0[layer].append(lent) } }
            let given = inputs.map { TimedSpike(time: $0.time * machine.timeConstant, neuron: Int32($0.number)) }
            // Layers of one presentation have noise of their own.
            let spikes = lent.core.run([given, []], until: machine.horizon, run: trial << 8 | layer)
            for n in times.indices { times[n] = .infinity }
            for spike in spikes[1] where times[Int(spike.neuron)] == .infinity {
                times[Int(spike.neuron)] = spike.time / machine.timeConstant
            }
        }
    }
}
