import Chips
import Lowering
import Networks
import Numerics

/// Builds the stage from evenly cut populations: cores in the order of populations and slices, delay extensions behind them all.
struct UniformGraph {
    private let cut: UniformCut
    private let traffic: TrafficModel
    private var slices = Table<Slice>()
    private var cores = Table<VirtualCore>()
    /// By population: its first core and its first slice.
    private var firstCore: [Int] = []
    /// By population and steps of a stage: the first delay extension.
    private var extensions: [[(steps: Int, stages: Int, first: Int)]] = []
    private var nets = Table<Net>()

    init(_ cut: UniformCut, _ loads: UniformLoads, _ traffic: TrafficModel) {
        self.cut = cut
        self.traffic = traffic
        for id in network.populations.ids {
            firstCore.append(cores.count)
            let role: CoreRole = network.populations[id].cell.isSource ? .source : .neurons
            for core in 0..<cut.coreCount(id) {
                let slice = slices.append(
                    Slice(population: id, neurons: cut.neurons(of: id, core: core), core: ID(cores.count), offset: 0))
                cores.append(VirtualCore(slices: [slice], usage: loads.usage(of: id, core: core), role: role))
            }
        }
        let nothing = [Int](repeating: 0, count: cut.quantized.chip.resources.count)
        for id in network.populations.ids {
            var lengths: [(steps: Int, stages: Int, first: Int)] = []
            for steps in cut.extensionSteps(of: id) {
                let stages = cut.extensionStages(of: id, steps: steps)
                lengths.append((steps, stages, cores.count))
                for core in 0..<cut.coreCount(id) {
                    let role = CoreRole.delayExtension(of: ID(firstCore[id.index] + core), stages: stages, stepsPerStage: steps)
                    cores.append(VirtualCore(slices: [], usage: nothing, role: role))
                }
            }
            extensions.append(lengths)
        }
        makeNets()
    }

    private var network: Network { cut.quantized.network }

    var graph: CoreGraph { CoreGraph(quantized: cut.quantized, slices: slices, cores: cores, nets: nets) }

    private mutating func makeNets() {
        var delayed: [Net] = []
        for id in network.populations.ids {
            let projections = network.projections.ids.filter {
                network.projections[$0].pre == id && cut.quantized.neurons(of: network.projections[$0].post) != nil
            }
            guard !projections.isEmpty else { continue }
            let reaches = projections.map { Reached($0, cut, firstCore: firstCore) }
            let rate = traffic.rates[id.index]
            for core in 0..<cut.coreCount(id) {
                let neurons = cut.neurons(of: id, core: core)
                // Per target core: by the ring buffer alone, then by each length of stages.
                var near = TargetCounts(cores: cores.count)
                var far = extensions[id.index].map { _ in TargetCounts(cores: cores.count) }
                count(neurons, reaches, extensions[id.index].map { $0.first + core }, extensions[id.index].map(\.steps), &near, &far)
                let own = ID<Slice>(firstCore[id.index] + core)
                if let net = near.net(.slice(own), neurons, traffic: rate * Double(neurons.count)) { nets.append(net) }
                for (place, counts) in far.enumerated() {
                    let (_, stages, first) = extensions[id.index][place]
                    let load = rate * Double(neurons.count * stages)
                    if let net = counts.net(.delayed(ID(first + core)), neurons, traffic: load) { delayed.append(net) }
                }
            }
        }
        for net in delayed.sorted(by: { sender($0) < sender($1) }) { nets.append(net) }
    }

    private func sender(_ net: Net) -> Int { if case .delayed(let core) = net.source { core.index } else { -1 } }

    /// Counts the neurons that reach each core, directly and through the delay extensions.
    private func count(
        _ neurons: Range<Int>, _ reaches: [Reached], _ extensionCores: [Int], _ steps: [Int], _ near: inout TargetCounts,
        _ far: inout [TargetCounts]
    ) {
        for reach in reaches where reach.isEven {
            for core in reach.cores { near.addAll(core, neurons.count) }
        }
        let others = reaches.filter { !$0.isEven }
        guard !others.isEmpty else { return }
        var row = SynapseRow()
        for neuron in neurons {
            for reach in others {
                let place = steps.firstIndex(of: reach.steps)
                reach.read(neuron, into: &row)
                for n in 0..<row.count {
                    let core = reach.core(of: Int(row.targets[n]))
                    if reach.hasStages, let place, Int(row.delays[n]) - reach.delayOffset > reach.steps {
                        far[place].add(core, neuron)
                        near.add(extensionCores[place], neuron)
                    } else {
                        near.add(core, neuron)
                    }
                }
            }
        }
    }
}

/// How many neurons of a slice reach each core; a neuron counts once for a core.
private struct TargetCounts {
    private var counts: [Int]
    private var last: [Int]
    private var isFull: [Bool]

    init(cores: Int) {
        counts = [Int](repeating: 0, count: cores)
        last = [Int](repeating: -1, count: cores)
        isFull = [Bool](repeating: false, count: cores)
    }

    mutating func addAll(_ core: Int, _ neurons: Int) {
        counts[core] = neurons
        isFull[core] = true
    }

    mutating func add(_ core: Int, _ neuron: Int) {
        if isFull[core] || last[core] == neuron { return }
        last[core] = neuron
        counts[core] += 1
    }

    func net(_ source: Net.Source, _ neurons: Range<Int>, traffic: Double) -> Net? {
        let targets = counts.indices.filter { counts[$0] > 0 }
        if targets.isEmpty { return nil }
        return Net(
            source: source, neurons: neurons, targets: targets.map { ID($0) }, axonCounts: targets.map { counts[$0] }, traffic: traffic)
    }
}

/// What a projection's sources reach.
private struct Reached {
    private let rows: SynapseRows
    private let first: Int
    private let size: Int
    private let coreCount: Int
    let steps: Int
    let hasStages: Bool
    let delayOffset: Int
    /// Whether every source reaches every core by the ring buffer alone.
    let isEven: Bool

    init(_ id: ID<Projection>, _ cut: UniformCut, firstCore: [Int]) {
        let projection = cut.quantized.network.projections[id]
        rows = SynapseRows(id, of: cut.quantized.network)
        first = firstCore[projection.post.index]
        size = cut.neuronsPerCore[projection.post.index]
        coreCount = cut.coreCount(projection.post)
        steps = cut.steps(into: projection.post)
        hasStages = cut.stages(from: projection.pre, into: projection.post) > 0
        delayOffset = cut.quantized.synapses(of: id).delayOffset
        isEven = !hasStages && rows.structure == .dense
    }

    var cores: Range<Int> { first..<first + coreCount }

    func core(of target: Int) -> Int { first + target / size }

    func read(_ source: Int, into row: inout SynapseRow) {
        if hasStages {
            rows.read(source, into: &row)
        } else {
            rows.readTargets(source, targets: 0..<rows.targetCount, into: &row)
        }
    }
}
