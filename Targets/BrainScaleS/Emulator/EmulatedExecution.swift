import Chips
import Diagnostics
import Simulation

/// One execution as it runs: the network that the configuration amounts to, in µs and LSB.
struct EmulatedExecution {
    /// Local populations: the neurons on the chip by population, then what comes from outside.
    private(set) var network: ContinuousNetwork
    /// Of each local population of neurons: its name and the index of each of its neurons in the network.
    private(set) var onChip: [(name: String, indices: [Int])] = []
    /// Of each local source: its population's name.
    private(set) var outside: [String] = []
    let image: ExecutionImage
    /// Per-run spread of thresholds, LSB, by local population.
    private(set) var thresholdNoise: [[Double]] = []

    init(_ image: ExecutionImage, specimen: Specimen, path: String) throws(DiagnosticsError) {
        self.image = image
        // Every circuit belongs to at most one neuron.
        var owner: [Int: (population: Int, local: Int)] = [:]
        var members: [[ExecutionImage.Neuron]] = []
        for neuron in image.neurons {
            var place = onChip.firstIndex { $0.name == neuron.population }
            if place == nil {
                place = onChip.count
                onChip.append((neuron.population, []))
                members.append([])
            }
            guard let population = place else { continue }
            for circuit in neuron.circuits {
                guard owner[circuit] == nil else {
                    throw ArtifactManifest.damaged(path, "circuit \(circuit) belongs to two neurons")
                }
                owner[circuit] = (population, members[population].count)
            }
            onChip[population].indices.append(neuron.index)
            members[population].append(neuron)
        }
        let factors = members.map { $0.map { specimen.factors(ofCircuit: $0.anchor) } }
        var populations: [ContinuousNetwork.Population] = []
        for (place, entry) in onChip.enumerated() {
            let neurons = Self.neurons(members[place], factors[place], saturation: specimen.variation.saturation)
            populations.append(.init(entry.name, size: members[place].count, neurons: neurons))
            thresholdNoise.append(
                members[place].map { $0.spikes ? specimen.variation.thresholdNoise * ($0.threshold - $0.leak) : 0 })
        }
        for (name, labels) in image.externalLabels {
            outside.append(name)
            populations.append(.init(name, size: labels.count, neurons: nil))
            thresholdNoise.append([])
        }
        network = ContinuousNetwork(populations: populations, bundles: [])

        let propagation = LabelPropagation(image)
        for (source, entry) in image.externalLabels.enumerated() {
            let hits = entry.labels.map { labels in
                labels.flatMap { propagation.hits(of: $0, at: LabelPropagation.externalInput($0)) }
            }
            addBundles(from: onChip.count + source, hits, owner, members, factors)
        }
        for (place, neurons) in members.enumerated() {
            let hits = neurons.map { neuron -> [LabelPropagation.Hit] in
                guard let master = neuron.spikeMaster, let address = neuron.address else { return [] }
                let output = master % ExecutionImage.columns / 32
                return propagation.hits(of: output << 8 | address, at: output)
            }
            addBundles(from: place, hits, owner, members, factors)
        }
    }

    static func neurons(
        _ members: [ExecutionImage.Neuron], _ factors: [Specimen.Factors], saturation: Double?
    ) -> ContinuousNeurons {
        let pairs = Array(zip(members, factors))
        let membraneTime = pairs.map { $0.membraneTime * $1.membraneTime }
        let thresholds = pairs.map { $0.leak + ($0.threshold - $0.leak) * $1.threshold }
        return ContinuousNeurons(
            leak: zip(members, membraneTime).map { $0.leak + $0.constantSlope * $1 }, membraneTime: membraneTime,
            threshold: thresholds, reset: zip(members, thresholds).map { min($0.reset, $1.nextDown) },
            refractory: members.map(\.refractory), initial: members.map(\.initial),
            channelTime: (0..<2).map { receptor in pairs.map { $0.synapseTime[receptor] * $1.synapseTime[receptor] } },
            limit: saturation.map { limit in (0..<2).map { _ in members.map { _ in limit } } })
    }

    /// Synapses of every event of a local population, by the population that they end in.
    private mutating func addBundles(
        from pre: Int, _ hits: [[LabelPropagation.Hit]], _ owner: [Int: (population: Int, local: Int)],
        _ members: [[ExecutionImage.Neuron]], _ factors: [[Specimen.Factors]]
    ) {
        for post in members.indices {
            var bundle = ContinuousNetwork.Bundle(pre: pre, post: post, offsets: [0], targets: [], channels: [], jumps: [])
            for row in hits {
                for hit in row {
                    guard let (population, local) = owner[hit.circuit], population == post else { continue }
                    let amount = Double(hit.weight) * members[post][local].gain[hit.receptor] * factors[post][local].gain[hit.receptor]
                    bundle.targets.append(Int32(local))
                    bundle.channels.append(UInt8(hit.receptor))
                    bundle.jumps.append(hit.receptor == 0 ? amount : -amount)
                }
                bundle.offsets.append(Int32(bundle.targets.count))
            }
            if !bundle.targets.isEmpty { network.bundles.append(bundle) }
        }
    }
}
