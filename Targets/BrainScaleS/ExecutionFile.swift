package import Chips
package import Lowering
import Networks
package import Numerics

/// What `chip-<n>.bss2.json` says of one execution, before it becomes text. `Documentation/Targets/brainscales.md` explains every key.
package struct ExecutionFile: Hashable {
    /// What a calibration is to reach for one neuron; µs and LSB.
    package struct Target: Hashable {
        package var leak: Double
        package var reset: Double
        /// Nil: the neuron never spikes.
        package var threshold: Double?
        package var membraneTime: Double
        /// Excitatory, inhibitory.
        package var synapseTime: [Double]
        package var refractoryTime: Double
        package var synapseGain: [Double]
        package var constantSlope: Double
        package var initialMembrane: Double
        /// Codes to start from.
        package var gainBias: [Double]
        package var converterBias: Double
        package var capacitance: Int
    }

    package struct Record: Hashable {
        package var spikes: Bool
        package var cadc: Bool
        package var madc: Bool
    }

    /// Short-term plasticity of a driver, off.
    package struct Plasticity: Hashable {
        package var enabled = false
        package var utilization = 0
        package var recovery = 0
        package var offset = 0
        package var targetVoltageSet = 0
    }

    package struct Background: Hashable {
        package var enabled = false
        package var period = 0
        package var rate = 0
        package var seed = 0
        package var mask = 0
        package var label = 0
        /// Sources that it stands for.
        package var sources = 0
    }

    package var number: Int
    package var configuration: CrossbarConfiguration
    /// By neuron of the configuration.
    package var targets: [Target]
    package var records: [Record]
    /// By driver.
    package var plasticity: [Plasticity]
    package var background: [Background]
    /// Executions whose recorded spikes this one replays.
    package var dependencies: [Int]
    /// µs.
    package var slot: Double
    package var wait: Double
    /// Events that the host is expected to send, in MHz of the hardware's time.
    package var hostRate: Double

    /// For how long membranes are left alone behind a sample, so that they settle, µs (brainscales2-demos, inter_batch_entry_wait).
    static let pause = 50.0
    /// Largest membrane capacitance, about 2.2 pF (haldls; calix's targets assume it).
    static let capacitance = 63
    /// Synaptic time constant for which the converters' bias of the description holds, µs; longer ones collect more charge (calix,
    /// synapse_dac_bias).
    static let referenceSynapseTime = 6.0

    package init(_ graph: RoutedGraph, execution id: ID<VirtualCore>, _ configuration: CrossbarConfiguration, _ law: AnalogArithmetic) {
        number = graph.placed.physicalCore(of: id)
        self.configuration = configuration
        let quantized = graph.placed.coreGraph.quantized
        let network = quantized.network
        let neurons = configuration.neurons
        let gains = neurons.map { neuron -> [Double] in
            quantized.neurons(of: ID(neuron.population))?.analog.map { [$0.gain[0][neuron.index], $0.gain[1][neuron.index]] } ?? [0, 0]
        }
        let largest = max(gains.flatMap { $0 }.max() ?? 0, .leastNormalMagnitude)
        let longest = quantized.neurons.compactMap { $0?.analog }.flatMap { $0.synapseTime.flatMap { $0 } }.max() ?? 0
        let bias = max(
            law.converterBias.lowerBound, law.levels.converterBias * min(1, Self.referenceSynapseTime / max(longest, .leastNormalMagnitude))
        )
        targets = zip(neurons, gains).map { neuron, gain in
            guard let all = quantized.neurons(of: ID(neuron.population))?.analog else {
                preconditionFailure("bug: a neuron without targets on a chip of physical neurons")
            }
            let n = neuron.index
            return Target(
                leak: all.leak, reset: all.reset[n], threshold: all.spikes ? all.threshold[n] : nil, membraneTime: all.membraneTime[n],
                synapseTime: [all.synapseTime[0][n], all.synapseTime[1][n]], refractoryTime: all.refractoryTime[n], synapseGain: gain,
                constantSlope: all.constantSlope[n], initialMembrane: all.initialMembrane[n],
                gainBias: gain.map { max(law.gain.lowerBound, law.levels.gain * $0 / largest) }, converterBias: bias,
                capacitance: Self.capacitance)
        }
        records = neurons.map { neuron in
            let population = network.populations[ID(neuron.population)]
            return Record(
                spikes: neuron.address != nil,
                cadc: population.record.contains(.v) || quantized.neurons(of: ID(neuron.population))?.spikes == false,
                madc: false)
        }
        plasticity = configuration.driverMasks.map { _ in Plasticity() }
        background = [Background](repeating: Background(), count: configuration.crossbar.backgroundInputs)
        let here = graph.placed.coreGraph.cores[id].slices
        var dependencies: Set<Int> = []
        for net in graph.placed.coreGraph.nets where net.targets.contains(id) {
            if case .slice(let slice) = net.source {
                if here.contains(slice) { continue }
                dependencies.insert(graph.placed.physicalCore(of: graph.placed.coreGraph.slices[slice].core))
            }
        }
        self.dependencies = dependencies.sorted()
        let step = network.timestep * 1000 / law.speedup
        slot = Double(network.task?.steps ?? network.steps) * step
        wait = Self.pause
        let rates = network.populations.ids.map { Self.spikesPerStep(of: $0, in: network) }
        hostRate = configuration.externals.reduce(0) { $0 + rates[$1.population] * Double($1.labels.count) } / step
    }

    /// Spikes per neuron and time step, as far as they are known before anything runs; 0 for others.
    private static func spikesPerStep(of id: ID<Population>, in network: Network) -> Double {
        let population = network.populations[id]
        switch population.cell {
        case .spikeSourcePoisson(let rate, _, _):
            let values = rate.values(count: population.size, random: Philox(seed: network.seed, purpose: "\(population.name)/rate"))
            return mean(values) * network.timestep / 1000
        case .spikeSourceArray(let times):
            let spikes = times.reduce(0) { $0 + $1.count }
            return Double(spikes) / Double(max(network.steps * population.size, 1))
        case .input:
            guard let task = network.task, task.input == id else { return 0 }
            switch task.encoder {
            case .poisson(let maximum), .regular(let maximum): return maximum * network.timestep / 1000
            case .latency: return 1 / Double(max(task.steps, 1))
            default: return 0
            }
        case .neuron: return 0
        }
    }
}
