import Chips
package import Lowering
import Networks
package import Numerics

/// Builds what every core finds in memory; cores are independent of each other.
///
/// Region numbers and words are those of sPyNNaker 7.4.1 (Documentation/Targets/spinnaker.md).
package struct SpiNNakerCores: Sendable {
    let graph: RoutedGraph
    let routes: MulticastRoutes
    let cut: UniformCut
    /// By population of neurons.
    private let plans: [SynapticMatrixPlan?]
    /// By core: the net that it sends.
    private let netOfCore: [ID<Net>?]
    /// By zone as `CoreGraph.zone` numbers them.
    private let zoneKeys: [Int: ZoneKey]
    private let zones: [SenderZone]
    private let rows: [QuantizedRows]

    /// Nil when the graph's arithmetic or routes are of another kind.
    package init?(_ graph: RoutedGraph, threads: Int) {
        guard case .multicast(let routes) = graph.routes, let cut = UniformCut(graph.placed.coreGraph) else { return nil }
        self.graph = graph
        self.routes = routes
        self.cut = cut
        let network = graph.network
        let lengths = parallelMap(Array(network.projections.ids), threads: threads) { id in
            cut.quantized.neurons(of: network.projections[id].post) == nil ? RowLengths() : RowLengths(id, cut)
        }
        plans = network.populations.ids.map { id in
            cut.quantized.neurons(of: id) == nil ? nil : SynapticMatrixPlan(into: id, cut) { lengths[$0.index] }
        }
        var nets = [ID<Net>?](repeating: nil, count: graph.cores.count)
        for id in graph.nets.ids {
            if let core = graph.placed.coreGraph.sourceCore(of: graph.nets[id]) { nets[core.index] = id }
        }
        netOfCore = nets
        var keys: [Int: ZoneKey] = [:]
        for zone in routes.zones { keys[zone.zone] = zone }
        zoneKeys = keys
        zones = graph.placed.coreGraph.zones()
        rows = network.projections.ids.map { QuantizedRows($0, of: graph.placed.coreGraph.quantized) }
    }

    package func memory(of id: ID<VirtualCore>) -> CoreMemory {
        switch graph.cores[id].role {
        case .neurons: neurons(id)
        case .source: source(id)
        case .delayExtension(let original, let stages, let steps): delayExtension(id, original, stages: stages, steps: steps)
        }
    }

    private var timestep: Double { graph.network.timestep }

    private func keys(of core: ID<VirtualCore>) -> KeyRange? { netOfCore[core.index].map { routes.keys[$0.index] } }

    private func label(_ id: ID<VirtualCore>) -> String {
        guard let slice = graph.cores[id].slices.first.map({ graph.slices[$0] }) else { return "" }
        let name = graph.network.populations[slice.population].name
        return "\(name)(\(slice.neurons.lowerBound):\(slice.neurons.upperBound - 1))"
    }

    // MARK: - Sources and delay extensions

    private func source(_ id: ID<VirtualCore>) -> CoreMemory {
        var memory = CoreMemory(binary: Binary.source, label: label(id))
        memory.add(0, Binary.system(Binary.source, timestep: timestep))
        let keys = keys(of: id)
        // Buffers of given spikes are filled while the network runs: none is reserved.
        memory.add(
            1,
            [
                1, keys?.key ?? 0, 1, 0, keys == nil ? 0 : 1, keys?.key ?? 0, keys?.mask ?? 0, 0, 256, 0, 0, 1, timerOffset(of: id),
            ])
        memory.add(2, [1, 0, 0, 0])
        return memory
    }

    /// Sources start their ticks apart: o, o + ⌈o/k⌉, … with o a twentieth of the time step in µs, and k sources.
    private func timerOffset(of id: ID<VirtualCore>) -> UInt32 {
        let sources = graph.cores.ids.filter { graph.cores[$0].role == .source }
        let start = Int((timestep * 1000).rounded()) / 20
        let step = (start + sources.count - 1) / max(sources.count, 1)
        return UInt32((step * (sources.firstIndex(of: id) ?? 0) + start) % 1000)
    }

    private func delayExtension(_ id: ID<VirtualCore>, _ original: ID<VirtualCore>, stages: Int, steps: Int) -> CoreMemory {
        var memory = CoreMemory(binary: Binary.delayExtension, label: "Delay extension for \(label(original)) by \(steps) steps")
        memory.add(0, Binary.system(Binary.delayExtension, timestep: timestep))
        let (own, incoming) = (keys(of: id), keys(of: original))
        let neurons = graph.placed.coreGraph.delayedSlice(of: id).map { graph.slices[$0].neurons.count } ?? 0
        memory.add(
            1,
            [
                own == nil ? 0 : 1, own?.key ?? 0, incoming?.key ?? 0, incoming?.mask ?? 0, UInt32(neurons), UInt32(stages), UInt32(steps),
                0,
                UInt32(routes.colourBits),
            ])
        return memory
    }

    // MARK: - Neurons and their synapses

    private func neurons(_ id: ID<VirtualCore>) -> CoreMemory {
        guard let slice = graph.cores[id].slices.first.map({ graph.slices[$0] }),
            let parameters = cut.quantized.neurons(of: slice.population)?.fixedPoint, let plan = plans[slice.population.index]
        else { preconditionFailure("bug: a core of neurons holds none") }
        let region = NeuronRegion(parameters, slice.neurons, substeps: cut.arithmetic.substeps)
        let binary = Binary.name(region.binary, learning: parameters.plasticity?.pairs)
        var memory = CoreMemory(binary: binary, label: label(id))
        let most = cut.fullCore(slice.population)
        let bits = FixedPointArithmetic.bits(for: most)
        let typeBits = FixedPointArithmetic.bits(for: FixedPointArithmetic.receptors)
        let steps = cut.steps(into: slice.population)
        let shifts = parameters.shifts.map { UInt32($0) }
        let keys = keys(of: id)
        memory.add(0, Binary.system(binary, timestep: timestep))
        let neuronKeys = slice.neurons.indices.map { neuron -> UInt32 in
            keys.map { $0.key + UInt32((neuron - slice.neurons.lowerBound) << routes.colourBits) } ?? 0
        }
        memory.add(
            1,
            [
                keys == nil ? 0 : 1, UInt32(slice.neurons.count), 1 << UInt32(bits), UInt32(routes.colourBits),
                UInt32(FixedPointArithmetic.receptors),
            ] + shifts + neuronKeys)
        memory.add(2, region.words)
        memory.add(3, [0])
        memory.add(
            4,
            [
                UInt32(most), UInt32(FixedPointArithmetic.receptors), UInt32(bits), UInt32(typeBits),
                UInt32(FixedPointArithmetic.bits(for: steps - 1)), 0, 256,
            ] + shifts)
        memory.add(5, populationTable(plan, of: slice.population))
        let writer = SynapticMatrixWriter(
            plan: plan, cut: cut, population: slice.population, neurons: slice.neurons, neuronBits: bits, typeBits: typeBits, rows: rows)
        memory.add(6, writer.words, reservedBytes: plan.reservedBytes)
        if let plasticity = parameters.plasticity { memory.add(7, PlasticityRegion(plasticity.pairs).words) }
        return memory
    }

    /// Entries by key, each with the addresses of its projections in their order.
    private func populationTable(_ plan: SynapticMatrixPlan, of post: ID<Population>) -> [UInt32] {
        var addresses: [Int: [UInt32]] = [:]
        let steps = cut.steps(into: post)
        for block in plan.blocks {
            let pre = graph.network.projections[block.projection].pre
            let wanted = block.isDelayed ? steps : nil
            guard let zone = zones.firstIndex(where: { $0.population == pre && $0.stepsPerStage == wanted }) else { continue }
            let address =
                block.rowLength == 0 ? 0xFFFF_FF00 : UInt32(block.offset / SynapticMatrixPlan.alignment) << 8 | UInt32(block.rowLength - 1)
            addresses[zone, default: []].append(address)
        }
        let used = zoneKeys.values.filter { addresses[$0.zone] != nil }.sorted { $0.key < $1.key }
        var entries: [UInt32] = []
        var list: [UInt32] = []
        for keys in used {
            guard let own = addresses[keys.zone] else { continue }
            let zone = zones[keys.zone]
            let neurons = cut.fullCore(zone.population) * zone.stages
            entries += [
                keys.key, keys.mask, UInt32(list.count) | UInt32(routes.colourBits) << 13 | UInt32(own.count) << 16,
                UInt32((1 << keys.coreBits) - 1) | UInt32(keys.neuronBits) << 16, UInt32(neurons) | UInt32((neurons + 31) / 32) << 16,
            ]
            list += own
        }
        return [UInt32(used.count), UInt32(list.count)] + entries + list
    }
}
